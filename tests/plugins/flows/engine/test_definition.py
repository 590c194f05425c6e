"""Records survive storage and refuse what they do not know."""

import msgspec
import pytest
from hypothesis import given, settings

from plugins.flows.engine import (
    Definition,
    Instance,
    event_from_json,
    event_to_json,
    evolve,
    from_json,
    replay,
    to_json,
)
from plugins.flows.engine.events import TaskDecided, TaskOpened, TaskReplaced
from plugins.flows.engine.state import TaskStatus
from tests.plugins.flows.engine.building import Desk, approve, block, cc, flow
from tests.plugins.flows.engine.trees import definitions


@given(definitions())
@settings(max_examples=40, deadline=None)
def test_a_definition_survives_json(definition: Definition) -> None:
    assert from_json(to_json(definition)) == definition


def test_unknown_keys_are_errors() -> None:
    data = msgspec.json.decode(to_json(flow(approve("n1", "a"))))
    data["root"][0]["colour"] = "red"

    with pytest.raises(msgspec.ValidationError):
        from_json(msgspec.json.encode(data))


def test_the_log_survives_json_and_replays_to_the_state() -> None:
    both = block("b1", "parallel", [approve("n1", "a", edit=("days",))], [cc("n2", "r"), approve("n3", "b")])
    desk = Desk(flow(both)).submit({"days": 1})
    desk.urge()
    desk.remark("s").approve("a", changes={"days": 2}).send_back("b").resubmit().reject("a")

    log = [event_from_json(event_to_json(one)) for one in desk.log]

    assert log == desk.log
    assert replay(log) == desk.state
    assert desk.state.version == len(log)


def test_a_fact_that_fits_nothing_changes_nothing_but_the_version() -> None:
    decided = TaskDecided(at=1, by="a", task_id="x", visit_id="x", node_id="x", outcome=TaskStatus.APPROVED)

    for fact in (
        decided,
        TaskOpened(at=1, by="a", task_id="x"),
        TaskReplaced(at=1, by="a", task_id="x", visit_id="x"),
    ):
        assert evolve(Instance(), fact) == Instance(version=1)
