"""Cards that follow from a change, queued in its transaction."""

from collections.abc import Sequence

from qingban import send_card, update_card

from .. import engine
from ..engine import START, TaskStatus
from ..engine.events import Urged
from ..models import Instance

APPROVAL = "flows.approval"
RESULT = "flows.result"
COPY = "flows.copy"

FINAL = (engine.Status.APPROVED, engine.Status.REJECTED)


def tell(
    row: Instance, before: engine.Instance, after: engine.Instance, events: Sequence[engine.Event]
) -> None:
    """Send cards for new tasks, settle those of ended ones, tell starter and readers."""
    old = {task.id: task.status for task in before.tasks}
    for task in after.tasks:
        was = old.get(task.id)
        if task.status is TaskStatus.PENDING and was is not TaskStatus.PENDING and task.node_id != START:
            send_card(
                APPROVAL, to=[task.person_id], about=task.id, key=f"flows:task:{task.id}", site=row.site_id
            )
        elif was is TaskStatus.PENDING and task.status is not TaskStatus.PENDING and task.node_id != START:
            update_card(APPROVAL, about=task.id)
    _tell_starter(row, before, after)
    fresh = after.copies[len(before.copies) :]
    if readers := list(dict.fromkeys(one.person_id for one in fresh)):
        send_card(COPY, to=readers, about=row.id, key=f"flows:copy:{row.id}:{after.round}", site=row.site_id)
    for event in events:
        if isinstance(event, Urged):
            _remind(row, after, event)


def _tell_starter(row: Instance, before: engine.Instance, after: engine.Instance) -> None:
    ended = after.status in FINAL and before.status is not after.status
    returned = after.returned and not before.returned
    if ended or returned:
        key = f"flows:result:{row.id}:{after.version}"
        send_card(RESULT, to=[after.starter.person_id], about=row.id, key=key, site=row.site_id)


def _remind(row: Instance, after: engine.Instance, event: Urged) -> None:
    hour = event.at // 3_600_000
    for task in after.pending:
        if task.person_id in event.people:
            key = f"flows:urge:{task.id}:{hour}"
            send_card(APPROVAL, to=[task.person_id], about=task.id, key=key, site=row.site_id)
