"""Create the tables: frozen copies of the models as they were."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def up(migrator, db):
    class Blob(Model):
        sha256 = CharField(primary_key=True, max_length=64)
        size = BigIntegerField()
        path = CharField(max_length=80)
        created_at = BigIntegerField()

        class Meta:
            database = db
            table_name = "core_blob"

    db.create_tables([Blob])

    class Site(Model):
        slug = CharField(unique=True, max_length=40)
        title = CharField(max_length=80)
        name = CharField(max_length=40)
        version = IntegerField()

        class Meta:
            database = db
            table_name = "core_site"

    db.create_tables([Site])

    class Attachment(Model):
        id = CharField(primary_key=True, max_length=33)
        kind = CharField(max_length=60)
        name = CharField(max_length=200)
        mime = CharField(max_length=100)
        size = BigIntegerField()
        blob = ForeignKeyField(Blob, on_delete="RESTRICT")
        thumb = ForeignKeyField(Blob, null=True, on_delete="RESTRICT")
        owner_id = CharField(index=True, max_length=33)
        site = ForeignKeyField(Site, on_delete="CASCADE")
        about = CharField(index=True, max_length=120)
        created_at = BigIntegerField()
        width = IntegerField()
        height = IntegerField()

        class Meta:
            database = db
            table_name = "core_attachment"

    db.create_tables([Attachment])

    class AuditRecord(Model):
        id = BigAutoField()
        site_id = IntegerField(null=True)
        at = BigIntegerField()
        actor = CharField(index=True, max_length=33)
        on_behalf_of = CharField(max_length=33)
        session_prefix = CharField(max_length=16)
        client = CharField(max_length=16)
        ip = CharField(max_length=45)
        event = CharField(index=True, max_length=80)
        about = CharField(index=True, max_length=120)
        facts = TextField()
        before_hash = CharField(max_length=64)
        after_hash = CharField(max_length=64)
        seq = BigIntegerField(unique=True, null=True)
        chain = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "core_audit_record"
            indexes = ((("site_id", "id"), False),)

    db.create_tables([AuditRecord])

    class Department(Model):
        id = IntegerField(primary_key=True)
        name = CharField(max_length=64)
        parent_id = IntegerField(index=True, null=True)
        order = BigIntegerField()
        site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
        code = CharField(index=True, max_length=40)
        heads = TextField()
        path = CharField(index=True)
        gone_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "core_department"

    db.create_tables([Department])

    class Grant(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        group = CharField(max_length=40)
        action = CharField(max_length=80)
        is_allowed = BooleanField()

        class Meta:
            database = db
            table_name = "core_grant"
            indexes = ((("site", "group", "action"), True),)

    db.create_tables([Grant])

    class Inbox(Model):
        id = BigAutoField()
        raw_hash = CharField(unique=True, max_length=64)
        body_hash = CharField(unique=True, max_length=64)
        fields = TextField()
        state = CharField(max_length=10)
        last_error = CharField(max_length=200)
        received_at = BigIntegerField(index=True)
        handled_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "core_inbox"

    db.create_tables([Inbox])

    class Job(Model):
        id = BigAutoField()
        name = CharField(max_length=80)
        site = ForeignKeyField(Site, null=True, on_delete="CASCADE")
        payload = TextField()
        effect_key = CharField(unique=True, max_length=200)
        state = CharField(max_length=10)
        tries = IntegerField()
        run_at = BigIntegerField()
        leased_until = BigIntegerField(null=True)
        leased_by = CharField(max_length=80)
        last_error = CharField(max_length=200)
        created_at = BigIntegerField()
        done_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "core_job"
            indexes = ((("state", "run_at"), False),)

    db.create_tables([Job])

    class Person(Model):
        id = CharField(primary_key=True, max_length=33)
        userid = CharField(unique=True, max_length=64)
        name = CharField(max_length=64)
        staff_no = CharField(index=True, max_length=32)
        site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
        department = ForeignKeyField(Department, null=True, on_delete="SET NULL")
        position = CharField(max_length=128)
        post = CharField(max_length=40)
        title = CharField(max_length=40)
        line = CharField(max_length=40)
        superior_userid = CharField(max_length=64)
        status = CharField(index=True, max_length=10)
        pinyin = CharField(max_length=160)
        display = TextField()
        left_at = BigIntegerField(null=True)
        digest = CharField(max_length=40)

        class Meta:
            database = db
            table_name = "core_person"

    db.create_tables([Person])

    class LineHead(Model):
        line = CharField(max_length=40)
        department_id = IntegerField(index=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "core_line_head"
            indexes = ((("line", "department_id", "person"), True),)

    db.create_tables([LineHead])

    class Membership(Model):
        person = ForeignKeyField(Person, on_delete="CASCADE")
        department_id = IntegerField(index=True)
        is_head = BooleanField()

        class Meta:
            database = db
            table_name = "core_membership"
            indexes = ((("person", "department_id"), True),)

    db.create_tables([Membership])

    class Outbox(Model):
        id = BigAutoField()
        key = CharField(unique=True, max_length=200)
        kind = CharField(max_length=80)
        site = ForeignKeyField(Site, on_delete="CASCADE")
        person_id = CharField(max_length=33)
        about = CharField(max_length=64)
        state = CharField(max_length=10)
        card = TextField(null=True)
        task_id = CharField(unique=True, max_length=128)
        response_code = CharField(max_length=512)
        msgid = CharField()
        version = IntegerField()
        shown = IntegerField()
        tries = IntegerField()
        tried_at = BigIntegerField(null=True)
        last_error = CharField(max_length=200)
        created_at = BigIntegerField()

        class Meta:
            database = db
            table_name = "core_outbox"
            indexes = (
                (("about", "kind"), False),
                (("person_id", "tried_at"), False),
                (("state", "created_at"), False),
            )

    db.create_tables([Outbox])

    class Role(Model):
        slug = CharField(unique=True, max_length=40)
        title = CharField(max_length=80)
        tag_id = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "core_role"

    db.create_tables([Role])

    class RoleMember(Model):
        role = ForeignKeyField(Role, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")
        scope_id = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "core_role_member"

    db.create_tables([RoleMember])

    class Session(Model):
        token_hash = CharField(primary_key=True, max_length=64)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        client = CharField(max_length=10)
        device = CharField(max_length=40)
        created_at = BigIntegerField()
        seen_at = BigIntegerField()

        class Meta:
            database = db
            table_name = "core_session"

    db.create_tables([Session])

    class SettingValue(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        key = CharField(max_length=80)
        value = TextField(null=True)
        set_by = CharField(max_length=33)
        set_at = BigIntegerField()

        class Meta:
            database = db
            table_name = "core_setting_value"
            indexes = ((("site", "key"), True),)

    db.create_tables([SettingValue])

    class SignIn(Model):
        state = CharField(primary_key=True, max_length=64)
        browser_hash = CharField(max_length=64)
        wanted = CharField(max_length=1024)
        created_at = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "core_sign_in"

    db.create_tables([SignIn])

    class SitePlugin(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        plugin = CharField(max_length=60)
        enabled_at = BigIntegerField()

        class Meta:
            database = db
            table_name = "core_site_plugin"
            indexes = ((("site", "plugin"), True),)

    db.create_tables([SitePlugin])

    class SiteRoot(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        department_id = IntegerField(unique=True)

        class Meta:
            database = db
            table_name = "core_site_root"

    db.create_tables([SiteRoot])

    class SyncRun(Model):
        source = CharField(max_length=40)
        started_at = BigIntegerField()
        ended_at = BigIntegerField(null=True)
        state = CharField(max_length=16)
        counts = TextField()
        refused = TextField()
        message = TextField()

        class Meta:
            database = db
            table_name = "core_sync_run"

    db.create_tables([SyncRun])

    class Token(Model):
        key = CharField(primary_key=True, max_length=120)
        value = CharField(max_length=600)
        version = IntegerField()
        expires_at = BigIntegerField()
        tried_at = BigIntegerField()
        claimed_until = BigIntegerField()
        failed = IntegerField()

        class Meta:
            database = db
            table_name = "core_token"

    db.create_tables([Token])
