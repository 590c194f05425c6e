"""Write what the engine decided: the log, the state, and the rows that lists read."""

from collections.abc import Sequence

import peewee

from .. import engine
from ..engine.tree import nodes
from ..models import Copy, Event, Instance, Task
from .summary import summary


def append(instance_id: str, version: int, events: Sequence[engine.Event]) -> None:
    """Append facts to the log; two writers with one version fail on the unique number."""
    Event.insert_many(
        [
            {
                "instance": instance_id,
                "seq": version + index,
                "at": event.at,
                "by": event.by,
                "fact": engine.event_to_json(event).decode(),
            }
            for index, event in enumerate(events, start=1)
        ]
    ).execute()


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
    moved = Instance.update(changes).where(Instance.id == row.id, Instance.version == row.version).execute()
    if not moved:
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
            Task.update(values).where(Task.id == task.id).execute()
            continue
        fresh.append(
            {
                "id": task.id,
                "instance": instance_id,
                "person_id": task.person_id,
                "node_id": task.node_id,
                "node_name": names.get(task.node_id, "修改后再次提交"),
                "kind": kinds[task.visit_id].value,
                **values,
            }
        )
    if fresh:
        Task.insert_many(fresh).execute()


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
