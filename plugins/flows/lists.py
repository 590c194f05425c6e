"""Rows of lists as the platform shows them: one query for the rows, one for the names."""

from typing import Any

from qingban import Actor, Hit, Todo, people

from . import queries
from .queries import Row

STATUS = {
    "running": ("审批中", "brand"),
    "approved": ("已通过", "ok"),
    "rejected": ("已驳回", "danger"),
    "withdrawn": ("已撤回", ""),
}


def state_chip(status: str, *, is_returned: bool) -> tuple[str, str]:
    """Return the word and the tone for a state."""
    return ("待修改", "warn") if is_returned else STATUS.get(status, (status, ""))


def todos(actor: Actor, limit: int) -> list[Todo]:
    """Return what waits for a person, to decide and to read."""
    waiting = queries.waiting_for(actor.person_id, limit)
    unread = queries.unread_by(actor.person_id, limit)
    names = _names([*waiting, *unread])
    return [_todo(row, names, is_reading=False) for row in waiting] + [
        _todo(row, names, is_reading=True) for row in unread
    ]


def hits(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Return applications whose subject or number matches."""
    rows = queries.matching(actor.person_id, query, limit)
    names = _names(rows)
    return [_hit(row, names) for row in rows]


def items(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as the cards of a to-do list."""
    names = _names(rows)
    shown = []
    for row in rows:
        word, tone = state_chip(row.status, is_returned=row.is_returned)
        shown.append(
            {
                "id": row.task_id or row.instance_id,
                "title": row.subject,
                "path": f"/flows/{row.instance_id}",
                "facts": list(row.facts),
                "meta": [row.flow, names.get(row.starter_id, ""), row.at],
                "chips": [{"text": word, "tone": tone}],
                "is_urgent": False,
                "is_overdue": False,
                "is_batchable": False,
            }
        )
    return shown


def _hit(row: Row, names: dict[str, str]) -> Hit:
    word, _tone = state_chip(row.status, is_returned=row.is_returned)
    return Hit(
        kind="document",
        title=row.subject,
        path=f"/flows/{row.instance_id}",
        excerpt=f"{row.flow} · {names.get(row.starter_id, '')} · {word}",
    )


def _todo(row: Row, names: dict[str, str], *, is_reading: bool) -> Todo:
    return Todo(
        key=f"flows:{row.task_id or row.instance_id}",
        title=row.subject,
        path=f"/flows/{row.instance_id}",
        since=row.at,
        source=row.flow,
        facts=row.facts,
        who=names.get(row.starter_id, ""),
        is_reading=is_reading,
    )


def _names(rows: list[Row]) -> dict[str, str]:
    found = people.by_ids([row.starter_id for row in rows])
    return {key: one.name for key, one in found.items()}
