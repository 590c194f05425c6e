"""Run a statement written with `?` on either database."""

from typing import Any

import orjson

from qingban import database


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return all rows."""
    return list(database.execute_sql(_words(statement), values).fetchall())


def one(statement: str, *values: Any) -> tuple[Any, ...] | None:
    """Return the first row, or None."""
    found = rows(statement, *values)
    return found[0] if found else None


def run(statement: str, *values: Any) -> int:
    """Change rows; return how many."""
    return int(database.execute_sql(_words(statement), values).rowcount)


def text(value: Any) -> str:
    """Turn a plain value into the JSON text of a column."""
    return orjson.dumps(value).decode()


def _words(statement: str) -> str:
    if database.param == "?":
        return statement
    return statement.replace("%", "%%").replace("?", database.param)
