"""Every flow of the catalogue runs from the starter to its end."""

from typing import Any

import pytest

from plugins.flows.catalogue import load_all
from plugins.flows.engine import Definition, Field, Kind, Status
from plugins.flows.engine.tree import nodes
from tests.plugins.flows.engine.building import Desk, FakeWorld
from tests.plugins.flows.engine.soundness import assert_sound
from tests.plugins.flows.engine.walker import Walker

SAMPLES: dict[str, Any] = {"number": 5, "money": 60000, "date": "2026-03-02", "person": "colleague"}


class Hospital(FakeWorld):
    """One person answers for each rule; every condition is true."""

    def resolve(self, rule: Any, starter: Any, values: Any) -> list[str]:
        return [":".join(filter(None, (rule.kind, rule.arg)))]

    def evaluate(self, expression: Any, values: Any, me: Any) -> object:
        return True


def sample(field: Field) -> object:
    """Fill a field in."""
    return field.options[0] if field.options else SAMPLES.get(field.type, "内容")


@pytest.mark.parametrize("definition", load_all(), ids=lambda one: one.id)
def test_the_flow_is_approved_when_everybody_agrees(definition: Definition) -> None:
    walker = Walker(definition, Hospital())
    values = {one.id: sample(one) for one in definition.fields if one.id not in definition.hidden_at_start}
    picks = {one.id: (f"picked-{one.id}",) for one in nodes(definition) if one.is_picked}
    walker.desk.submit(values, picks=picks)

    for _ in range(50):
        agreeing = [i for i, (_, one) in enumerate(walker.steps()) if one.name in ("approve", "handle")]
        if not agreeing:
            break
        walker.act(agreeing[0])
        assert_sound(walker.desk.state)

    assert walker.desk.state.status is Status.APPROVED
    assert asked(walker.desk) == {one.id for one in nodes(definition) if one.kind is not Kind.CC}


def asked(desk: Desk) -> set[str]:
    """Name the nodes at which somebody was asked."""
    return {one.node_id for one in desk.state.tasks}
