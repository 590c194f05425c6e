"""The migration makes exactly the tables that the models describe."""

from miniapps.models import MODELS
from qingban import database


def test_migration_makes_the_tables_of_the_models(any_db):
    for model in MODELS:
        meta = model._meta  # noqa: SLF001 - peewee's own name for what a model describes
        table = meta.table_name
        made = {column.name: column.null for column in database.get_columns(table)}
        wanted = {field.column_name: field.null for field in meta.sorted_fields}
        uniques = {tuple(index.columns) for index in database.get_indexes(table) if index.unique}
        promised = {
            tuple(meta.fields[name].column_name for name in names) for names, unique in meta.indexes if unique
        }

        assert made == wanted
        assert promised <= uniques
