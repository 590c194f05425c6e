"""Let a session say that it dozed, and keep the slow rate limits of all processes in one place."""

from peewee import BigIntegerField, BooleanField, CharField, Model


def up(migrator, db):
    """Add the column and the table."""
    migrator.migrate(migrator.add_column("core_session", "has_dozed", BooleanField(default=False)))

    class Bucket(Model):
        key = CharField(primary_key=True, max_length=120)
        full_at = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "core_bucket"

    db.create_tables([Bucket])


def down(migrator, db):
    """Take both away again."""
    db.execute_sql("DROP TABLE core_bucket")
    migrator.migrate(migrator.drop_column("core_session", "has_dozed"))
