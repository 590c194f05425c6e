"""Lists of apps, each in one statement whatever its length."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from qingban import clock

from .documents import Audience
from .models import PUBLISHED
from .sql import one, rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One app in a list."""

    id: str
    """Id."""
    code: str
    """Code of its address."""
    title: str
    """Name."""
    state: str
    """draft, published or closed."""
    department_id: int
    """Who offers it."""
    opens_at: datetime | None
    """From when."""
    closes_at: datetime | None
    """Until when."""
    audience: Audience
    """For whom."""
    site_id: int
    """Site."""
    places: int | None
    """Places of the whole app."""
    taken: int
    """Places taken."""
    waiting: int
    """People waiting."""
    mine: str
    """State of the reader's own entry, or empty."""


_LISTED = """
    SELECT a.id, a.code, a.title, a.state, a.department_id, a.opens_at, a.closes_at, a.audience, a.site_id,
           q.places, COALESCE(q.taken, 0),
           COALESCE((SELECT SUM(w.waiting) FROM miniapps_quota w WHERE w.app_id = a.id), 0),
           COALESCE(e.state, '')
    FROM miniapps_app a
    LEFT JOIN miniapps_quota q ON q.app_id = a.id AND q.key = 'all'
    LEFT JOIN miniapps_entry e ON e.app_id = a.id AND e.once_key = ?
"""


def open_apps(site_id: int, person_id: str, limit: int = 200) -> list[Listed]:
    """List published apps of a site, and those for the whole house, that are not over; by their end."""
    return _listed(
        _LISTED
        + "WHERE (a.site_id = ? OR a.is_wide) AND a.state = ? AND a.closes_at > ? "
        + "ORDER BY a.closes_at, a.id LIMIT ?",
        person_id,
        site_id,
        PUBLISHED,
        clock.now_ms(),
        limit,
    )


def joined_apps(person_id: str, limit: int = 30) -> list[Listed]:
    """List the apps a person signed up for, newest first."""
    return _listed(_LISTED + "WHERE e.id IS NOT NULL ORDER BY e.created_at DESC LIMIT ?", person_id, limit)


def made_apps(site_id: int, department_id: int, person_id: str, limit: int = 100) -> list[Listed]:
    """List the apps of a department, last changed first."""
    return _listed(
        _LISTED + "WHERE a.site_id = ? AND a.department_id = ? ORDER BY a.changed_at DESC LIMIT ?",
        person_id,
        site_id,
        department_id,
        limit,
    )


def titled(site_id: int, wanted: str, person_id: str, limit: int) -> list[Listed]:
    """List apps of a site whose name holds `text`, newest first."""
    plain = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _listed(
        _LISTED
        + "WHERE (a.site_id = ? OR a.is_wide) AND a.title LIKE ? ESCAPE '\\' "
        + "ORDER BY a.changed_at DESC LIMIT ?",
        person_id,
        site_id,
        f"%{plain}%",
        limit,
    )


def published_counts(site_id: int, department_id: int) -> tuple[int, int]:
    """Return how many apps are published in a site and in one department of it."""
    row = one(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN department_id = ? THEN 1 ELSE 0 END), 0) FROM miniapps_app "
        "WHERE site_id = ? AND state = ?",
        department_id,
        site_id,
        PUBLISHED,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _listed(statement: str, *values: Any) -> list[Listed]:
    return [
        Listed(
            id=row[0],
            code=row[1],
            title=row[2],
            state=row[3],
            department_id=row[4],
            opens_at=row[5] and clock.from_ms(row[5]),
            closes_at=row[6] and clock.from_ms(row[6]),
            audience=Audience(**orjson.loads(row[7] or "{}")),
            site_id=row[8],
            places=row[9],
            taken=row[10],
            waiting=int(row[11]),
            mine=row[12],
        )
        for row in rows(statement, *values)
    ]
