"""The base of every table: names by rule, no change without a `where`, times and JSON as values."""

import re
from datetime import datetime
from typing import Any

import orjson
import peewee

from core import clock
from core.db.database import database


class TimeField(peewee.BigIntegerField):
    """A moment: aware datetime in code, whole milliseconds since 1970 (UTC) in the table."""

    def db_value(self, value: datetime | int | None) -> int | None:
        """Turn a moment into its stored form."""
        return clock.to_ms(value) if isinstance(value, datetime) else value

    def python_value(self, value: int | None) -> datetime | None:
        """Turn the stored form into a moment."""
        return None if value is None else clock.from_ms(value)


class JSONField(peewee.TextField):
    """A JSON value stored as text, the same on SQLite and PostgreSQL."""

    def db_value(self, value: Any) -> str | None:
        """Turn a plain value into JSON text."""
        return None if value is None else orjson.dumps(value).decode()

    def python_value(self, value: str | None) -> Any:
        """Turn JSON text into a plain value."""
        return None if value is None else orjson.loads(value)


def table_name(model: type[peewee.Model]) -> str:
    """Name a table by its plugin and noun: `plugins.flows.models.Task` → `flows_task`."""
    parts = model.__module__.split(".")
    owner = parts[1] if parts[0] == "plugins" else parts[0]
    noun = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model.__name__).lower()
    return f"{owner}_{noun}"


class _NeedsWhere:
    """A bulk change that says which rows it means."""

    def _execute(self, database: Any) -> Any:
        if self._where is None:  # type: ignore[attr-defined]
            raise peewee.ProgrammingError("a bulk change needs a where()")
        return super()._execute(database)  # type: ignore[misc]


class _Update(_NeedsWhere, peewee.ModelUpdate):
    pass


class _Delete(_NeedsWhere, peewee.ModelDelete):
    pass


class BaseModel(peewee.Model):
    """What every table inherits."""

    class Meta:
        """Peewee's settings: one database, names by rule."""

        database = database
        table_function = table_name
        legacy_table_names = False

    @classmethod
    def update(cls, __data: Any = None, **update: Any) -> _Update:
        """Change rows in bulk; refuses to run without `where`."""
        return _Update(cls, cls._normalize_data(__data, update))  # type: ignore[attr-defined]  # as peewee does it

    @classmethod
    def delete(cls) -> _Delete:
        """Delete rows in bulk; refuses to run without `where`."""
        return _Delete(cls)
