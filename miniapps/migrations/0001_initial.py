"""Create the tables of mini-apps: frozen copies of the models as they were."""

import peewee

meta = peewee.DatabaseProxy()


class Base(peewee.Model):
    class Meta:
        database = meta


class App(Base):
    id = peewee.CharField(max_length=33, primary_key=True)
    code = peewee.CharField(max_length=10, unique=True)
    site_id = peewee.IntegerField()
    department_id = peewee.IntegerField()
    owner_id = peewee.CharField(max_length=33)
    kind = peewee.CharField(max_length=20)
    title = peewee.CharField(max_length=30)
    document = peewee.TextField()
    ids_made = peewee.IntegerField()
    state = peewee.CharField(max_length=10)
    version = peewee.IntegerField()
    opens_at = peewee.BigIntegerField(null=True)
    closes_at = peewee.BigIntegerField(null=True)
    audience = peewee.TextField()
    is_wide = peewee.BooleanField()
    created_at = peewee.BigIntegerField()
    changed_at = peewee.BigIntegerField()

    class Meta:
        table_name = "miniapps_app"
        indexes = ((("site_id", "state", "closes_at"), False), (("department_id", "changed_at"), False))


class Version(Base):
    app = peewee.ForeignKeyField(App, on_delete="CASCADE")
    version = peewee.IntegerField()
    document = peewee.TextField()
    published_by = peewee.CharField(max_length=33)
    published_at = peewee.BigIntegerField()

    class Meta:
        table_name = "miniapps_version"
        indexes = ((("app", "version"), True),)


class Quota(Base):
    app = peewee.ForeignKeyField(App, on_delete="CASCADE")
    key = peewee.CharField(max_length=66)
    places = peewee.IntegerField(null=True)
    taken = peewee.IntegerField()
    wait_places = peewee.IntegerField()
    waiting = peewee.IntegerField()
    issued = peewee.IntegerField()

    class Meta:
        table_name = "miniapps_quota"
        indexes = ((("app", "key"), True),)
        constraints = [peewee.Check("taken >= 0 AND waiting >= 0")]


class Entry(Base):
    id = peewee.CharField(max_length=33, primary_key=True)
    app = peewee.ForeignKeyField(App, on_delete="CASCADE")
    version = peewee.IntegerField()
    person_id = peewee.CharField(max_length=33)
    department_id = peewee.IntegerField(null=True)
    answers = peewee.TextField()
    state = peewee.CharField(max_length=10)
    position = peewee.IntegerField(null=True)
    quotas = peewee.TextField()
    waits_on = peewee.CharField(max_length=66)
    idempotency_key = peewee.CharField(max_length=64)
    once_key = peewee.CharField(max_length=40, null=True)
    changes = peewee.IntegerField()
    created_at = peewee.BigIntegerField()
    changed_at = peewee.BigIntegerField()

    class Meta:
        table_name = "miniapps_entry"
        indexes = (
            (("app", "idempotency_key"), True),
            (("app", "once_key"), True),
            (("app", "position"), True),
            (("app", "state", "position"), False),
            (("person_id", "state"), False),
        )


TABLES = [App, Version, Quota, Entry]


def up(migrator, db):
    """Create the tables."""
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        db.create_tables(TABLES)


def down(migrator, db):
    """Drop them again."""
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        db.drop_tables(TABLES)
