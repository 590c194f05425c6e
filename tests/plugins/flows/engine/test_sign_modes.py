"""Several people at one node: 会签、或签、依次、票签 (section 1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import AlreadyHandled, Mode, NotInState, Rule, Status
from tests.plugins.flows.engine.building import Desk, approve, flow, handle, people

orders = st.permutations(["a", "b", "c", "d"])


@given(orders)
@settings(max_examples=24, deadline=None)
def test_p01_all_modes_next_node_is_entered_once_after_the_last_approval(order: list[str]) -> None:
    desk = Desk(flow(approve("n1", "a", "b", "c", "d", mode=Mode.ALL), approve("n2", "z"))).submit()

    for index, person in enumerate(order):
        assert desk.visited().count("n2") == 0
        desk.approve(person)
        assert desk.visited().count("n2") == (index == 3)


@given(orders, st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_p02_the_first_rejection_of_an_all_visit_ends_it(order: list[str], at: int) -> None:
    desk = Desk(flow(approve("n1", "a", "b", "c", "d", mode=Mode.ALL), approve("n2", "z"))).submit()
    for person in order[:at]:
        desk.approve(person)

    desk.reject(order[at])

    late = order[at + 1 :]
    assert desk.state.status is Status.REJECTED
    assert desk.statuses("n1") == {
        **dict.fromkeys(order[:at], "approved"),
        order[at]: "rejected",
        **dict.fromkeys(late, "closed"),
    }
    for person in late:
        with pytest.raises(AlreadyHandled) as refusal:
            desk.approve(person)
        assert (refusal.value.by, refusal.value.what) == (order[at], "rejected")


@given(orders, st.lists(st.booleans(), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_p03_a_deferred_rejection_lets_everybody_answer(order: list[str], says: list[bool]) -> None:
    node = approve("n1", "a", "b", "c", "d", mode=Mode.ALL, reject_timing="deferred")
    desk = Desk(flow(node)).submit()

    for index, (person, yes) in enumerate(zip(order, says, strict=True)):
        assert sorted(desk.waiting_for()) == sorted(order[index:])
        desk.approve(person) if yes else desk.reject(person)

    assert desk.state.status is (Status.APPROVED if all(says) else Status.REJECTED)


def test_p04_an_earlier_visit_does_not_count_in_a_later_one() -> None:
    desk = Desk(flow(approve("n1", "a", "b", mode=Mode.ALL))).submit()
    desk.approve("a").send_back("b").resubmit()

    desk.approve("b")

    assert desk.statuses("n1") == {"a": "pending", "b": "approved"}


@given(orders, st.lists(st.booleans(), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_p05_only_one_decision_on_any_mode_is_effective(order: list[str], says: list[bool]) -> None:
    desk = Desk(flow(approve("n1", "a", "b", "c", "d"), approve("n2", "z"))).submit()
    winners, losers = [], []

    for person, yes in zip(order, says, strict=True):
        try:
            desk.approve(person) if yes else desk.reject(person)
            winners.append(person)
        except AlreadyHandled as refusal:
            losers.append((person, refusal.by, refusal.what))

    what = "approved" if says[0] else "rejected"
    assert winners == [order[0]]
    assert losers == [(person, order[0], what) for person in order[1:]]


def test_p06_tasks_of_others_are_closed_by_the_winning_act() -> None:
    desk = Desk(flow(approve("n1", "a", "b", "c"))).submit()

    desk.approve("b")

    acts = {one.person_id: one.ended_by and one.ended_by.by for one in desk.state.tasks}
    assert desk.statuses("n1") == {"a": "closed", "b": "approved", "c": "closed"}
    assert acts == {"a": "b", "b": None, "c": "b"}


def test_any_mode_may_ask_for_everybodys_refusal() -> None:
    desk = Desk(flow(approve("n1", "a", "b", reject_needs_all=True))).submit()

    desk.reject("a")
    assert desk.waiting_for() == ["b"]
    desk.reject("b")

    assert desk.state.status is Status.REJECTED


@given(st.permutations(["a", "b", "c", "d", "e"]))
@settings(max_examples=30, deadline=None)
def test_p07_a_sequence_asks_in_list_order_one_at_a_time(order: list[str]) -> None:
    desk = Desk(flow(approve("n1", *order, mode=Mode.SEQ))).submit()
    asked = []

    while desk.state.status is Status.RUNNING:
        [person] = desk.waiting_for()
        asked.append(person)
        desk.approve(person)

    assert asked == order


def test_the_next_in_line_may_not_act_early() -> None:
    desk = Desk(flow(approve("n1", "a", "b", mode=Mode.SEQ))).submit()

    with pytest.raises(NotInState) as refusal:
        desk.approve("b")

    assert refusal.value.state == "waiting"


def test_p08_a_replaced_person_does_not_move_the_others() -> None:
    node = approve("n1", "a", "b", "c", mode=Mode.SEQ, on_empty="named", fallback=people("z"))
    desk = Desk(flow(node)).submit()
    desk.world.inactive = {"b"}

    desk.approve("a")
    assert desk.statuses("n1") == {"a": "approved", "b": "transferred", "z": "pending", "c": "waiting"}
    desk.approve("z")

    assert desk.waiting_for() == ["c"]


def test_a_waiting_person_who_cannot_be_replaced_blocks_the_visit() -> None:
    desk = Desk(flow(approve("n1", "a", "b", mode=Mode.SEQ, on_empty="blocked"))).submit()
    desk.world.inactive = {"b"}

    desk.approve("a")

    assert [one.node_id for one in desk.state.blocked] == ["n1"]
    assert desk.withdraw().state.status is Status.WITHDRAWN


def test_a_person_named_by_two_rules_votes_once_with_the_sum_of_weights() -> None:
    rules = (Rule(kind="person", arg="a", weight=2), *people("b", "c"), Rule(kind="role", arg="a", weight=1))
    desk = Desk(flow(approve("n1", by=rules, mode=Mode.VOTE, threshold=60))).submit()

    assert [(one.person_id, one.weight) for one in desk.state.tasks] == [("a", 3), ("b", 1), ("c", 1)]
    assert desk.approve("a").state.status is Status.APPROVED


def test_a_vote_is_lost_when_the_threshold_is_out_of_reach() -> None:
    desk = Desk(flow(approve("n1", "a", "b", "c", mode=Mode.VOTE, threshold=67))).submit()

    desk.reject("a")

    assert desk.state.status is Status.REJECTED
    assert desk.statuses("n1") == {"a": "rejected", "b": "closed", "c": "closed"}


def test_work_of_several_people_is_done_when_all_report() -> None:
    desk = Desk(flow(handle("n1", "a", "b", mode=Mode.ALL))).submit()

    desk.handle("a")
    assert desk.waiting_for() == ["b"]

    assert desk.handle("b").state.status is Status.APPROVED


def test_a_worker_may_not_reject() -> None:
    desk = Desk(flow(handle("n1", "a"))).submit()

    with pytest.raises(NotInState):
        desk.reject("a")
    with pytest.raises(NotInState):
        desk.send_back("a")
