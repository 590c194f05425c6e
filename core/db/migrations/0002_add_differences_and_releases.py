"""Keep what the last comparison found, and who let a held run through."""

from peewee import AutoField, BigIntegerField, CharField, ForeignKeyField, Model, TextField


def up(migrator, db):
    """Add the two tables."""

    class SyncRun(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "core_sync_run"

    class Person(Model):
        id = CharField(primary_key=True, max_length=33)

        class Meta:
            database = db
            table_name = "core_person"

    class SyncDifference(Model):
        run = ForeignKeyField(SyncRun, on_delete="CASCADE")
        kind = CharField(max_length=16)
        about = CharField(max_length=80)
        name = CharField(max_length=64)
        text = TextField()

        class Meta:
            database = db
            table_name = "core_sync_difference"

    class SyncRelease(Model):
        run = ForeignKeyField(SyncRun, unique=True, on_delete="CASCADE")
        asked_by = ForeignKeyField(Person, on_delete="CASCADE")
        asked_at = BigIntegerField()
        confirmed_by = ForeignKeyField(Person, null=True, on_delete="CASCADE")
        confirmed_at = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "core_sync_release"

    db.create_tables([SyncDifference, SyncRelease])


def down(migrator, db):
    """Take them away again."""
    db.execute_sql("DROP TABLE core_sync_release")
    db.execute_sql("DROP TABLE core_sync_difference")
