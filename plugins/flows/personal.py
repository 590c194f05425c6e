"""What is stored about a person, to hand out and to blank."""

from collections.abc import Iterator
from typing import Any

from qingban import atomic

from . import engine
from .models import Copy, Definition, Draft, Instance, Task


def export(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield what a person sent, decided and typed."""
    for row in Instance.select().where(Instance.starter_id == person_id).order_by(Instance.submitted_at):
        yield _sent(row, engine.state_from_json(row.state))
    for task in _tasks_of(person_id):
        yield _decided(task, engine.state_from_json(task.instance.state))
    for row in _read_by(person_id):
        yield from _said(row, engine.state_from_json(row.state), person_id)
    for draft in Draft.select(Draft, Definition).join(Definition).where(Draft.person_id == person_id):
        yield {"kind": "草稿", "flow": draft.definition.name, "values": draft.raw}


def erase(person_id: str) -> int:
    """Delete drafts; applications are records of the house and stay."""
    with atomic():
        count: int = Draft.delete().where(Draft.person_id == person_id).execute()
    return count


def _tasks_of(person_id: str) -> Any:
    query = Task.select(Task, Instance).join(Instance)
    return query.where(Task.person_id == person_id).order_by(Task.opened_at, Task.id)


def _read_by(person_id: str) -> Any:
    """Return the applications of others in which the person takes part."""
    tasks = Task.select(Task.instance).where(Task.person_id == person_id)
    copies = Copy.select(Copy.instance).where(Copy.person_id == person_id)
    takes_part = Instance.id.in_(tasks) | Instance.id.in_(copies)
    return Instance.select().where(takes_part, Instance.starter_id != person_id).order_by(Instance.id)


def _said(row: Instance, state: engine.Instance, person_id: str) -> Iterator[dict[str, Any]]:
    for one in state.comments:
        if one.by == person_id:
            yield {"kind": "评论", "serial": row.serial, "comment": one.text}


def _sent(row: Instance, state: engine.Instance) -> dict[str, Any]:
    return {
        "kind": "申请",
        "serial": row.serial,
        "subject": row.subject,
        "status": row.status,
        "values": state.values,
        "comments": [one.text for one in state.comments if one.by == row.starter_id],
    }


def _decided(task: Task, state: engine.Instance) -> dict[str, Any]:
    kept = state.task(task.id)
    return {
        "kind": "任务",
        "serial": task.instance.serial,
        "step": task.node_name,
        "status": task.status,
        "comment": kept.comment if kept else "",
    }
