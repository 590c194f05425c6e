"""Sparing people who have just approved (2.8)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import Definition, Mode, Status, TaskStatus
from plugins.flows.engine.tree import nodes
from tests.plugins.flows.engine.building import Desk, approve, block, cc, flow, handle
from tests.plugins.flows.engine.soundness import assert_sound
from tests.plugins.flows.engine.trees import definitions, forms
from tests.plugins.flows.engine.walker import Walker


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=20))
@settings(max_examples=60, deadline=None)
def test_p16_p17_a_skip_points_to_its_approval_and_spares_no_demanding_node(
    definition: Definition, values: dict[str, object], choices: list[int]
) -> None:
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice in choices:
        walker.act(choice)

    assert_sound(walker.desk.state)
    rules = {step.id: step for step in nodes(definition)}
    for task in walker.desk.state.tasks:
        if task.status is TaskStatus.SKIPPED:
            assert rules[task.node_id].dedup != "off"
            assert not rules[task.node_id].demands_a_hand


def test_the_same_approver_in_a_row_is_spared_and_the_skip_names_the_approval() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "a"), approve("n3", "a"))).submit()

    desk.approve("a")

    assert desk.state.status is Status.APPROVED
    first = desk.state.tasks[0]
    assert [(one.status, one.because) for one in desk.state.tasks] == [
        (TaskStatus.APPROVED, ""),
        (TaskStatus.SKIPPED, first.id),
        (TaskStatus.SKIPPED, first.id),
    ]


def test_somebody_between_ends_the_consecutive_rule_but_not_the_round_rule() -> None:
    def last(rule: str) -> list[str]:
        desk = Desk(flow(approve("n1", "a"), approve("n2", "b"), approve("n3", "a", dedup=rule))).submit()
        return desk.approve("a").approve("b").waiting_for()

    assert last("consecutive") == ["a"]
    assert last("round") == []


def test_readers_between_do_not_matter_but_work_between_does() -> None:
    copied = Desk(flow(approve("n1", "a"), cc("n2", "c"), approve("n3", "a"))).submit().approve("a")
    worked = (
        Desk(flow(approve("n1", "a"), handle("n2", "b"), approve("n3", "a")))
        .submit()
        .approve("a")
        .handle("b")
    )

    assert copied.state.status is Status.APPROVED
    assert worked.waiting_for() == ["a"]


def test_in_an_all_visit_only_that_persons_task_is_skipped() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "a", "b", mode=Mode.ALL))).submit()

    desk.approve("a")

    assert desk.statuses("n2") == {"a": "skipped", "b": "pending"}


def test_in_a_sequence_the_next_person_is_asked_at_once() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "a", "b", "c", mode=Mode.SEQ))).submit()

    desk.approve("a")

    assert desk.statuses("n2") == {"a": "skipped", "b": "pending", "c": "waiting"}


def test_a_changed_form_is_shown_again() -> None:
    desk = Desk(
        flow(approve("n1", "a"), approve("n2", "b", edit=("reason",)), approve("n3", "a", dedup="round"))
    )

    desk.submit().approve("a").approve("b", changes={"reason": "新"})

    assert desk.waiting_for() == ["a"]


def test_the_own_change_is_covered_by_the_approval() -> None:
    desk = Desk(flow(approve("n1", "a", edit=("reason",)), approve("n2", "a"))).submit()

    assert desk.approve("a", changes={"reason": "新"}).state.status is Status.APPROVED


def test_approvals_before_a_return_do_not_count() -> None:
    third = approve("n3", "a", dedup="round")
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b"), third)).submit()

    desk.approve("a").send_back("b", resume="back_to_me").resubmit()
    desk.approve("b")

    assert desk.waiting_for() == ["a"]


@pytest.mark.parametrize(
    "options", [{"sign": True}, {"comment": "always"}, {"edit": ("reason",)}, {"dedup": "off"}]
)
def test_a_node_that_demands_a_hand_or_switches_it_off_asks_again(options: dict[str, object]) -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "a", **options))).submit()

    assert desk.approve("a").waiting_for() == ["a"]


def test_after_a_join_everybody_who_approved_last_in_a_branch_is_spared() -> None:
    both = block("b", "parallel", [approve("n1", "a")], [approve("n2", "b")])
    desk = Desk(flow(both, approve("n3", "a", "b", mode=Mode.ALL))).submit()

    assert desk.approve("a").approve("b").state.status is Status.APPROVED
