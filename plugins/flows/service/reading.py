"""Who may read an application, and noting that they did."""

from typing import Any

from qingban import Actor, NotFound, atomic, clock

from .. import engine, queries
from ..forms import file_ids
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
    """Tell whether a person may open an attachment: its owner, and whoever sees the field that holds it."""
    if attachment.owner_id == actor.person_id:
        return True
    kind, _colon, instance_id = (attachment.about or "").partition(":")
    if kind != "flows" or not instance_id:
        return False
    row = queries.instance(instance_id)
    state = engine.state_from_json(row.state)
    return may_read(row, state, actor) and attachment.id not in _hidden_files(row, state, actor)


def _hidden_files(row: Instance, state: engine.Instance, actor: Actor) -> set[str]:
    definition = queries.version_of(row.definition_id, row.definition_version)
    seen = visible(definition, state, actor)
    return set(file_ids(definition, state.values)) - set(file_ids(definition, seen))


def visible(definition: engine.Definition, state: engine.Instance, actor: Actor) -> dict[str, Any]:
    """Return the values a person may see; who looks after all flows of the site sees them all (P40)."""
    if actor.person_id not in state.participants:
        return dict(state.values)
    access = engine.access_for(definition, state, actor.person_id)
    return {key: value for key, value in state.values.items() if access.get(key) is not engine.Access.HIDDEN}


def mark_read(instance_id: str, *, actor: Actor) -> None:
    """Note that a reader opened the application."""
    with atomic():
        Copy.update(read_at=clock.now()).where(
            Copy.instance == instance_id, Copy.person_id == actor.person_id, Copy.read_at.is_null()
        ).execute()
