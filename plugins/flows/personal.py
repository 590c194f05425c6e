"""What is stored about a person, to hand out and to blank."""

from collections.abc import Iterator
from typing import Any

from qingban import atomic

from .models import Draft, Instance, Task


def export(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield what a person sent and decided."""
    for row in Instance.select().where(Instance.starter_id == person_id).order_by(Instance.submitted_at):
        yield {"kind": "申请", "serial": row.serial, "subject": row.subject, "status": row.status}
    for task in Task.select().where(Task.person_id == person_id).order_by(Task.id):
        yield {"kind": "任务", "instance": task.instance_id, "step": task.node_name, "status": task.status}


def erase(person_id: str) -> int:
    """Delete drafts; applications are records of the house and stay."""
    with atomic():
        count: int = Draft.delete().where(Draft.person_id == person_id).execute()
    return count
