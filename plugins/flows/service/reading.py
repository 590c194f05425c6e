"""Who may read an application, and noting that they did."""

from typing import Any

from qingban import Actor, NotFound, atomic, clock

from .. import engine, queries
from ..models import Copy, Instance


def access(instance_id: str, actor: Actor) -> tuple[Instance, engine.Instance]:
    """Return an application and its state for somebody who may read it.

    Raises:
        NotFound: There is none, or it is not theirs to know about.
    """
    row = queries.instance(instance_id)
    state = engine.state_from_json(row.state)
    if not may_read(row, state, actor):
        raise NotFound("没有找到这条申请，可能已被删除，或链接不完整")
    return row, state


def may_read(row: Instance, state: engine.Instance, actor: Actor) -> bool:
    """Tell whether a person takes part, or looks after the flows of the site."""
    if actor.person_id in state.participants:
        return True
    return row.site_id == actor.site.id and actor.can("flows.read_all")


def may_see_file(attachment: Any, actor: Actor) -> bool:
    """Tell whether a person may open an attachment: the owner, and whoever may read its application."""
    if attachment.owner_id == actor.person_id:
        return True
    kind, _colon, instance_id = (attachment.about or "").partition(":")
    if kind != "flows" or not instance_id:
        return False
    row = queries.instance(instance_id)
    return may_read(row, engine.state_from_json(row.state), actor)


def mark_read(instance_id: str, *, actor: Actor) -> None:
    """Note that a reader opened the application."""
    with atomic():
        Copy.update(read_at=clock.now()).where(
            Copy.instance == instance_id, Copy.person_id == actor.person_id, Copy.read_at.is_null()
        ).execute()
