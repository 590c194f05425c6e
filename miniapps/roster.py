"""Reading the list of who signed up: pages by key, counts, versions, and everything of one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from qingban import clock

from .models import CANCELLED
from .sql import rows, run

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the list of entries."""

    position: int
    """Order of arrival, also the key of the next page."""
    id: str
    """Entry."""
    person_id: str
    """Who."""
    state: str
    """accepted, waiting or cancelled."""
    answers: dict[str, Any]
    """Values by field."""
    created_at: datetime
    """When."""


def entries(app_id: str, *, after: int = 0, state: str = "", limit: int = PAGE) -> list[Row]:
    """List entries in the order of arrival, one page by key; without `state` those that count."""
    condition = "state = ?" if state else "state <> ?"
    found = rows(
        "SELECT position, id, person_id, state, answers, created_at FROM miniapps_entry "  # noqa: S608 - our own words
        f"WHERE app_id = ? AND position > ? AND {condition} ORDER BY position LIMIT ?",
        app_id,
        after,
        state or CANCELLED,
        limit,
    )
    return [
        Row(
            position=position,
            id=id,
            person_id=person_id,
            state=entry_state,
            answers=orjson.loads(answers),
            created_at=clock.from_ms(created_at),
        )
        for position, id, person_id, entry_state, answers, created_at in found
    ]


def counts(app_id: str) -> dict[str, int]:
    """Return how many entries there are in each state."""
    return dict(rows("SELECT state, COUNT(*) FROM miniapps_entry WHERE app_id = ? GROUP BY state", app_id))


def versions(app_id: str) -> list[str]:
    """Return every published document of an app, oldest first, as stored."""
    found = rows("SELECT document FROM miniapps_version WHERE app_id = ? ORDER BY version", app_id)
    return [text for (text,) in found]


def answers_of(person_id: str) -> list[dict[str, Any]]:
    """Return everything one person gave to mini-apps."""
    found = rows(
        "SELECT a.title, e.state, e.created_at, e.answers FROM miniapps_entry e "
        "JOIN miniapps_app a ON a.id = e.app_id WHERE e.person_id = ? ORDER BY e.created_at",
        person_id,
    )
    return [
        {"app": title, "state": state, "at": clock.from_ms(at).isoformat(), "answers": orjson.loads(answers)}
        for title, state, at, answers in found
    ]


def blank_answers(person_id: str) -> int:
    """Blank what one person gave; return how many entries held something."""
    return run("UPDATE miniapps_entry SET answers = '{}' WHERE person_id = ? AND answers <> '{}'", person_id)
