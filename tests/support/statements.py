"""Count what a page asks of the database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from core.db import database


@contextmanager
def counting() -> Iterator[list[str]]:
    """Collect the statements sent inside the block."""
    seen: list[str] = []
    real = database.obj.execute_sql

    def execute_sql(sql: str, *arguments: Any, **options: Any) -> Any:
        seen.append(sql)
        return real(sql, *arguments, **options)

    database.obj.execute_sql = execute_sql
    try:
        yield seen
    finally:
        del database.obj.execute_sql


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Give the counter: `with statements() as seen: …`."""
    return counting
