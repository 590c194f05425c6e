"""Write what the engine decided: the log, the state, and the rows that lists read."""

from collections.abc import Sequence
from typing import Any

import orjson
import peewee

from qingban import clock, database

from .. import engine
from ..engine.tree import nodes
from ..models import Copy, Instance
from .summary import summary


def append(instance_id: str, version: int, events: Sequence[engine.Event]) -> None:
    """Append facts to the log; two writers with one version fail on the unique number."""
    _insert(
        "flows_event",
        [
            {
                "instance_id": instance_id,
                "seq": version + index,
                "at": event.at,
                "by": event.by,
                "fact": engine.event_to_json(event).decode(),
            }
            for index, event in enumerate(events, start=1)
        ],
    )


def answer(instance_id: str, person_id: str, request_id: str, command: str) -> None:
    """Note what a request did; its twin fails on the unique pair."""
    _insert(
        "flows_request",
        [
            {
                "instance_id": instance_id,
                "person_id": person_id,
                "request_id": request_id,
                "command": command,
                "at": clock.now_ms(),
            }
        ],
    )


def save(
    row: Instance, definition: engine.Definition, before: engine.Instance, after: engine.Instance
) -> None:
    """Bring the instance's row, its tasks and its readers to the new state."""
    changes = {
        "state": engine.state_to_json(after).decode(),
        "version": after.version,
        "status": after.status.value,
        "is_returned": after.returned,
        "ended_at": after.ended_at or None,
    }
    if after.values != before.values:
        changes |= summary(definition, after)
    if not _update("flows_instance", changes, id=row.id, version=row.version):
        raise peewee.IntegrityError("instance changed under its lock")
    for name, value in changes.items():
        setattr(row, name, value)
    tasks(row.id, definition, before, after)
    copies(row.id, before, after)


def tasks(
    instance_id: str, definition: engine.Definition, before: engine.Instance, after: engine.Instance
) -> None:
    """Insert new tasks and update those that changed."""
    known = {task.id: task for task in before.tasks}
    kinds = {visit.id: visit.kind for visit in after.visits}
    names = {node.id: node.name for node in nodes(definition)}
    fresh = []
    for task in after.tasks:
        old = known.get(task.id)
        if old is task or old == task:
            continue
        values = {
            "status": task.status.value,
            "opened_at": task.opened_at or None,
            "ended_at": task.ended_at or None,
        }
        if old is not None:
            _update("flows_task", values, id=task.id)
            continue
        fresh.append(
            {
                "id": task.id,
                "instance_id": instance_id,
                "person_id": task.person_id,
                "node_id": task.node_id,
                "node_name": names.get(task.node_id, "修改后再次提交"),
                "kind": kinds[task.visit_id].value,
                **values,
            }
        )
    if fresh:
        _insert("flows_task", fresh)


def copies(instance_id: str, before: engine.Instance, after: engine.Instance) -> None:
    """Insert readers told by this change."""
    fresh = after.copies[len(before.copies) :]
    if fresh:
        Copy.insert_many(
            [
                {
                    "instance": instance_id,
                    "person_id": one.person_id,
                    "node_id": one.node_id,
                    "round": one.round,
                    "sent_at": one.at,
                }
                for one in fresh
            ]
        ).on_conflict_ignore().execute()


# Every step writes through these two: building the statements with models would cost more than running them.


def _insert(table: str, rows: Sequence[dict[str, Any]]) -> None:
    marks = ", ".join([f"({', '.join([database.param] * len(rows[0]))})"] * len(rows))
    names = ", ".join(f'"{name}"' for name in rows[0])
    values = [value for row in rows for value in row.values()]
    database.execute_sql(f"INSERT INTO {table} ({names}) VALUES {marks}", values)  # noqa: S608 - our own columns


def _update(table: str, changes: dict[str, Any], **where: Any) -> int:
    stored = [orjson.dumps(one).decode() if isinstance(one, list) else one for one in changes.values()]
    mark = database.param
    sets = ", ".join(f'"{name}" = {mark}' for name in changes)
    conditions = " AND ".join(f'"{name}" = {mark}' for name in where)
    statement = f"UPDATE {table} SET {sets} WHERE {conditions}"  # noqa: S608 - our own columns
    return int(database.execute_sql(statement, [*stored, *where.values()]).rowcount)
