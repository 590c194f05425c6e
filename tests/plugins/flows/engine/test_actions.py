"""The action bar, remarks, readers, reminders."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import (
    Definition,
    FlowError,
    LegalAction,
    MissingComment,
    Mode,
    NotInState,
    NotYourTask,
    Starter,
    Submit,
    actions_for,
)
from plugins.flows.engine.events import CopySent
from tests.plugins.flows.engine.building import MINUTE, Desk, approve, block, cc, flow, handle
from tests.plugins.flows.engine.trees import POOL, definitions, forms
from tests.plugins.flows.engine.walker import Walker


def offered(desk: Desk, person: str) -> list[str]:
    """Name what is offered."""
    return [one.name for one in actions_for(desk.definition, desk.state, person)]


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=8))
@settings(max_examples=40, deadline=None)
def test_what_is_offered_works_and_what_is_not_offered_is_refused(
    definition: Definition, values: dict[str, Any], choices: list[int]
) -> None:
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice in choices:
        walker.act(choice)

    for person in POOL:
        names = offered(walker.desk, person)
        for index, (holder, action) in enumerate(walker.steps()):
            if holder == person:
                assert action.name in names
                other = Walker(definition, walker.desk.world)
                other.desk = walker.fork()
                other.act(index)
        for name in {"approve", "reject", "handle", "send_back"} - set(names):
            for task in walker.desk.state.tasks:
                with pytest.raises(FlowError):
                    getattr(walker.desk, name)(person, task_id=task.id)


def test_the_bar_of_each_person() -> None:
    desk = Desk(
        flow(approve("n1", "a", sign=True, edit=("days",)), handle("n2", "b"), cc("n3", "r"))
    ).submit()
    task = desk.task("a")

    assert actions_for(desk.definition, desk.state, "a") == [
        LegalAction(name="approve", task_id=task.id, version=1, needs_signature=True, edit=("days",)),
        LegalAction(name="reject", task_id=task.id, version=1, needs_comment=True, edit=("days",)),
        LegalAction(
            name="send_back",
            task_id=task.id,
            version=1,
            needs_comment=True,
            edit=("days",),
            targets=("start",),
        ),
        LegalAction(name="comment", needs_comment=True),
    ]
    assert offered(desk, "s") == ["withdraw", "urge", "comment"]
    assert offered(desk, "b") == []

    desk.approve("a", signature="picture")
    assert offered(desk, "b") == ["handle", "comment"]

    desk.handle("b")
    assert (offered(desk, "r"), offered(desk, "s"), offered(desk, "b")) == (
        ["comment"],
        ["comment"],
        ["comment"],
    )


def test_a_returned_form_is_offered_to_starter_and_assistant() -> None:
    desk = Desk(flow(approve("n1", "a")))
    starter = Starter(person_id="s", submitted_by="helper")
    desk.do(Submit(actor="helper", request_id="r", instance_id="i", starter=starter, values={}))

    desk.send_back("a")

    assert offered(desk, "s") == offered(desk, "helper") == ["resubmit", "withdraw", "comment"]


def test_nobody_submits_in_a_strangers_name() -> None:
    desk = Desk(flow(approve("n1", "a")))

    with pytest.raises(NotYourTask):
        desk.do(Submit(actor="x", request_id="r", instance_id="i", starter=Starter(person_id="s"), values={}))


def test_p33_urging_changes_no_task_and_reminds_nobody_twice_within_the_hour() -> None:
    desk = Desk(
        flow(block("b", "parallel", [approve("n1", "a", "b", mode=Mode.SEQ)], [handle("n2", "c")]))
    ).submit()
    tasks = desk.state.tasks

    reminded = []
    for minutes in (0, 59, 1):
        desk.world.now += minutes * MINUTE
        reminded.append([one.people for one in desk.urge()])

    assert reminded == [[("a", "c")], [], [("a", "c")]]
    assert desk.state.tasks == tasks


def test_a_new_holder_is_reminded_although_others_were() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b"))).submit()
    desk.urge()

    assert [one.people for one in desk.approve("a").urge()] == [("b",)]


def test_urging_a_resting_flow_is_refused() -> None:
    desk = Desk(flow(approve("n1", "a"))).submit()
    with pytest.raises(NotYourTask):
        desk.urge("a")

    desk.send_back("a")
    with pytest.raises(NotInState):
        desk.urge()


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_p34_a_copy_reaches_a_person_once_per_node_and_round(readers: list[str]) -> None:
    desk = Desk(flow(cc("n1", *readers), approve("n2", "z"))).submit()

    assert [one.person_id for one in desk.state.copies] == list(dict.fromkeys(readers))
    assert desk.waiting_for() == ["z"]

    desk.send_back("z").resubmit()

    assert len(desk.state.copies) == 2 * len(set(readers))


def test_p34_readers_never_delay_the_way() -> None:
    desk = Desk(flow(cc("n1", "r"), cc("n2", "gone"), approve("n3", "a"), cc("n4", "r"))).submit()
    assert desk.waiting_for() == ["a"]

    desk.approve("a")

    assert [one.node_id for one in desk.log if isinstance(one, CopySent)] == ["n1", "n2", "n4"]
    assert desk.state.ended_at > 0


def test_participants_and_readers_may_comment_also_after_the_end() -> None:
    desk = Desk(flow(approve("n1", "a"), cc("n2", "r"))).submit().approve("a")

    desk.remark("s", "谢谢").remark("r", "已阅")

    assert [(one.by, one.text) for one in desk.state.comments] == [("s", "谢谢"), ("r", "已阅")]
    with pytest.raises(NotYourTask):
        desk.remark("stranger")
    with pytest.raises(MissingComment):
        desk.remark("s", " ")
