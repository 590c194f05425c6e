"""The database: one connection style, one transaction rule, one migration history per plugin."""

from core.db.base import BaseModel, JSONField, TimeField
from core.db.database import after_commit, atomic, connect, database, for_update, is_sqlite

__all__ = [
    "BaseModel",
    "JSONField",
    "TimeField",
    "after_commit",
    "atomic",
    "connect",
    "database",
    "for_update",
    "is_sqlite",
]
