"""Plain rows for hot reads: one statement, no models."""

from typing import Any

from core.db import database

_UP = """
    WITH RECURSIVE up (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM core_department WHERE id = ?
        UNION ALL
        SELECT d.id, d.parent_id, up.depth + 1
        FROM up JOIN core_department AS d ON d.id = up.parent_id WHERE up.depth < 32
    )
"""
_ACTIVE = "('active', 'inactive')"


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement written with `?` and return its rows.

    Three words stand for what many statements need: `{up}` opens a table `up` with a department, those
    above it and how far above (WeCom allows 15 levels; it stops at 32 whatever the data say); `{active}`
    lists the states of people who may be picked and asked; `{many}` takes all values that no `?` takes.
    """
    many = len(values) - statement.count("?")
    text = (
        statement.replace("{many}", "(" + ", ".join("?" * many) + ")")
        .replace("{up}", _UP)
        .replace("{active}", _ACTIVE)
        .replace("%", "%" if database.param == "?" else "%%")
        .replace("?", database.param)
    )
    return list(database.execute_sql(text, values).fetchall())


def nearest_first(found: list[tuple[int, str]]) -> list[list[str]]:
    """Group (depth, person) rows into levels, nearest first; a person who stands twice counts where highest.

    Cyclic data shows a department at several depths: the first sight counts.
    """
    highest: dict[str, int] = {}
    for depth, person in found:
        highest[person] = max(depth, highest.get(person, 0))
    levels: dict[int, list[str]] = {}
    for depth, person in found:
        if highest[person] == depth and person not in levels.setdefault(depth, []):
            levels[depth].append(person)
    return [levels[depth] for depth in sorted(levels) if levels[depth]]
