"""Check the people whom a starter chose; the choice belongs to the instance (2.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from .approvers import Case, named_by
from .definition import Definition, Kind, Node
from .errors import InvalidTarget
from .forecast import preview
from .tree import nodes
from .world import Starter, World


def check_picks(
    definition: Definition,
    values: Mapping[str, Any],
    starter: Starter,
    picks: Mapping[str, Sequence[str]],
    world: World,
) -> None:
    """Refuse a choice that is out of scope, and a missing one at a node that will certainly be reached."""
    picked = {one.id: one for one in nodes(definition) if one.is_picked}
    for node_id in picks:
        if node_id not in picked:
            raise InvalidTarget(reason="not_a_pick", node_id=node_id)
    case = Case(starter=starter, values=values, picks=picks)
    reached = {step.node_id for step in preview(definition, values, starter, world, picks) if step.certain}
    for node in picked.values():
        chosen = picks.get(node.id, ())
        if chosen or node.id in reached:
            _check(node, chosen, case, world)


def _check(node: Node, chosen: Sequence[str], case: Case, world: World) -> None:
    if len(set(chosen)) != len(chosen):
        raise InvalidTarget(reason="twice", node_id=node.id, people=tuple(chosen))
    if len(chosen) < node.pick_min:
        raise InvalidTarget(reason="too_few", node_id=node.id)
    if len(chosen) > node.pick_max:
        raise InvalidTarget(reason="too_many", node_id=node.id)
    _refuse("inactive", node, [one for one in chosen if not world.is_active(one)])
    if node.pick_from:
        scope = named_by(node, node.pick_from, case, world)
        _refuse("out_of_scope", node, [one for one in chosen if one not in scope])
    if node.kind is not Kind.CC and node.on_self != "self":
        _refuse("self", node, [one for one in chosen if one in case.starter.people])


def _refuse(reason: str, node: Node, people: list[str]) -> None:
    if people:
        raise InvalidTarget(reason=reason, node_id=node.id, people=tuple(people))
