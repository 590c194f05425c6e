"""Create the tables: frozen copies of the models as they were."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    class Site(Model):
        class Meta:
            database = db
            table_name = "core_site"

    class Definition(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        slug = CharField(max_length=60)
        name = CharField(max_length=80)
        category = CharField(max_length=20)
        icon = CharField(max_length=40)
        summary = CharField(max_length=200)
        number = IntegerField()
        is_open = BooleanField()

        class Meta:
            database = db
            table_name = "flows_definition"
            indexes = ((("site", "slug"), True),)

    db.create_tables([Definition])

    class Instance(Model):
        id = CharField(primary_key=True, max_length=33)
        site = ForeignKeyField(Site, on_delete="CASCADE")
        definition = ForeignKeyField(Definition, on_delete="RESTRICT")
        definition_version = IntegerField()
        serial = CharField(max_length=20)
        starter_id = CharField(max_length=33)
        subject = CharField(max_length=120)
        facts = TextField()
        status = CharField(max_length=12)
        is_returned = BooleanField()
        state = TextField()
        version = IntegerField()
        submitted_at = BigIntegerField()
        ended_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "flows_instance"
            indexes = ((("starter_id", "submitted_at"), False), (("site", "serial"), True))

    db.create_tables([Instance])

    class Copy(Model):
        instance = ForeignKeyField(Instance, on_delete="RESTRICT")
        person_id = CharField(max_length=33)
        node_id = CharField(max_length=60)
        round = IntegerField()
        sent_at = BigIntegerField()
        read_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "flows_copy"
            indexes = (
                (("instance", "person_id", "node_id", "round"), True),
                (("person_id", "read_at", "sent_at"), False),
            )

    db.create_tables([Copy])

    class Draft(Model):
        person_id = CharField(max_length=33)
        definition = ForeignKeyField(Definition, on_delete="CASCADE")
        raw = TextField()
        saved_at = BigIntegerField()

        class Meta:
            database = db
            table_name = "flows_draft"
            indexes = ((("person_id", "definition"), True),)

    db.create_tables([Draft])

    class Event(Model):
        instance = ForeignKeyField(Instance, on_delete="RESTRICT")
        seq = IntegerField()
        at = BigIntegerField()
        by = CharField(max_length=33)
        fact = TextField()

        class Meta:
            database = db
            table_name = "flows_event"
            indexes = ((("instance", "seq"), True),)

    db.create_tables([Event])

    class Request(Model):
        request_id = CharField(max_length=64)
        person_id = CharField(max_length=33)
        instance_id = CharField(max_length=33)
        command = CharField(max_length=20)
        at = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "flows_request"
            indexes = ((("person_id", "request_id"), True),)

    db.create_tables([Request])

    class Serial(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        day = CharField(max_length=8)
        last = IntegerField()

        class Meta:
            database = db
            table_name = "flows_serial"
            indexes = ((("site", "day"), True),)

    db.create_tables([Serial])

    class Task(Model):
        id = CharField(primary_key=True, max_length=33)
        instance = ForeignKeyField(Instance, on_delete="RESTRICT")
        person_id = CharField(max_length=33)
        node_id = CharField(max_length=60)
        node_name = CharField(max_length=80)
        kind = CharField(max_length=10)
        status = CharField(max_length=12)
        opened_at = BigIntegerField(null=True)
        ended_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "flows_task"
            indexes = (
                (("person_id", "status", "opened_at"), False),
                (("person_id", "status", "ended_at"), False),
            )

    db.create_tables([Task])

    class Version(Model):
        definition = ForeignKeyField(Definition, on_delete="CASCADE")
        number = IntegerField()
        document = TextField()
        published_at = BigIntegerField()
        published_by = CharField(max_length=33)

        class Meta:
            database = db
            table_name = "flows_version"
            indexes = ((("definition", "number"), True),)

    db.create_tables([Version])
