"""Two people at the same moment: either order is legal, nothing else is (section 7)."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import Definition, FlowError, Mode, NotYourTask, Status, replay
from tests.plugins.flows.engine.building import Desk, approve, block, flow, handle
from tests.plugins.flows.engine.soundness import assert_sound
from tests.plugins.flows.engine.trees import definitions, forms
from tests.plugins.flows.engine.walker import Walker

Move = tuple[str, str]


def outcomes(definition: Definition, before: list[Move], race: list[Move]) -> dict[str, list[str]]:
    """Play every order of a race; give for each the answers and the end state."""
    found = {}
    for order in permutations(race):
        desk = Desk(definition).submit()
        for name, person in before:
            getattr(desk, name)(person)
        answers = [attempt(desk, move) for move in order]
        assert_sound(desk.state)
        found[" ".join(f"{name}:{person}" for name, person in order)] = [*answers, str(desk.state.status)]
    return found


def attempt(desk: Desk, move: Move) -> str:
    """Try a move; give `ok` or the kind of the refusal."""
    name, person = move
    try:
        getattr(desk, name)(person)
    except FlowError as refusal:
        return refusal.kind
    return "ok"


def test_all_mode_two_last_approvals_both_count() -> None:
    definition = flow(approve("n1", "a", "b", mode=Mode.ALL))

    assert outcomes(definition, [], [("approve", "a"), ("approve", "b")]) == {
        "approve:a approve:b": ["ok", "ok", "approved"],
        "approve:b approve:a": ["ok", "ok", "approved"],
    }


def test_all_mode_approve_and_reject() -> None:
    definition = flow(approve("n1", "a", "b", mode=Mode.ALL))

    assert outcomes(definition, [], [("approve", "a"), ("reject", "b")]) == {
        "approve:a reject:b": ["ok", "ok", "rejected"],
        "reject:b approve:a": ["ok", "already_handled", "rejected"],
    }


def test_deferred_approve_and_reject_both_count() -> None:
    definition = flow(approve("n1", "a", "b", mode=Mode.ALL, reject_timing="deferred"))

    assert outcomes(definition, [], [("approve", "a"), ("reject", "b")]) == {
        "approve:a reject:b": ["ok", "ok", "rejected"],
        "reject:b approve:a": ["ok", "ok", "rejected"],
    }


def test_any_mode_approve_and_reject() -> None:
    assert outcomes(flow(approve("n1", "a", "b")), [], [("approve", "a"), ("reject", "b")]) == {
        "approve:a reject:b": ["ok", "already_handled", "approved"],
        "reject:b approve:a": ["ok", "already_handled", "rejected"],
    }


def test_sequence_the_next_one_early() -> None:
    definition = flow(approve("n1", "a", "b", mode=Mode.SEQ))

    assert outcomes(definition, [], [("approve", "a"), ("approve", "b")]) == {
        "approve:a approve:b": ["ok", "ok", "approved"],
        "approve:b approve:a": ["not_in_state", "ok", "running"],
    }


def test_vote_deciding_and_another() -> None:
    definition = flow(approve("n1", "a", "b", "c", mode=Mode.VOTE, threshold=60))

    assert outcomes(definition, [("approve", "a")], [("approve", "b"), ("reject", "c")]) == {
        "approve:b reject:c": ["ok", "already_handled", "approved"],
        "reject:c approve:b": ["ok", "ok", "approved"],
    }


def test_branches_two_last_ones_of_a_join() -> None:
    definition = flow(block("b1", "parallel", [approve("n1", "a")], [handle("n2", "b")]), approve("n3", "z"))

    assert outcomes(definition, [], [("approve", "a"), ("handle", "b")]) == {
        "approve:a handle:b": ["ok", "ok", "running"],
        "handle:b approve:a": ["ok", "ok", "running"],
    }


def test_return_and_another_countersigner() -> None:
    definition = flow(approve("n1", "a", "b", mode=Mode.ALL))

    assert outcomes(definition, [], [("send_back", "a"), ("approve", "b")]) == {
        "send_back:a approve:b": ["ok", "already_handled", "running"],
        "approve:b send_back:a": ["ok", "ok", "running"],
    }


def test_withdraw_and_last_approval() -> None:
    assert outcomes(flow(approve("n1", "a")), [], [("withdraw", "s"), ("approve", "a")]) == {
        "withdraw:s approve:a": ["ok", "not_in_state", "withdrawn"],
        "approve:a withdraw:s": ["ok", "not_in_state", "approved"],
    }


def test_the_same_person_on_two_devices() -> None:
    assert outcomes(flow(approve("n1", "a")), [], [("approve", "a"), ("reject", "a")]) == {
        "approve:a reject:a": ["ok", "already_handled", "approved"],
        "reject:a approve:a": ["ok", "already_handled", "rejected"],
    }


def test_comment_and_end_are_both_stored() -> None:
    for answers in outcomes(flow(approve("n1", "a")), [], [("approve", "a"), ("remark", "s")]).values():
        assert answers == ["ok", "ok", "approved"]


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=5), st.randoms())
@settings(max_examples=60, deadline=None)
def test_p44_a_crowd_acting_on_one_old_page_leaves_a_sound_state(
    definition: Definition, values: dict[str, Any], choices: list[int], random: Any
) -> None:
    """Everybody decides by what they saw; refusals are typed and change nothing."""
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice in choices:
        walker.act(choice)
    crowd = [
        (person, one) for person, one in walker.steps() if one.name in ("approve", "reject", "send_back")
    ]
    random.shuffle(crowd)

    for person, action in crowd:
        before = walker.desk.state
        try:
            getattr(walker.desk, action.name)(person, task_id=action.task_id, expected_version=action.version)
        except FlowError:
            assert walker.desk.state is before
        assert_sound(walker.desk.state)


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=12))
@settings(max_examples=40, deadline=None)
def test_p50_every_beginning_of_the_log_replays_to_the_state_of_that_time(
    definition: Definition, values: dict[str, Any], choices: list[int]
) -> None:
    walker = Walker(definition)
    walker.desk.submit(values)
    past = [(len(walker.desk.log), walker.desk.state)]
    for choice in choices:
        walker.act(choice)
        past.append((len(walker.desk.log), walker.desk.state))

    assert [replay(walker.desk.log[:length]) for length, _ in past] == [state for _, state in past]


def test_p51_a_guessed_task_id_gives_the_same_answer_as_a_missing_one() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b"))).submit()
    answers = []

    for task_id in (desk.task("a").id, "nothing"):
        with pytest.raises(NotYourTask) as refusal:
            desk.approve("b", task_id=task_id)
        answers.append((refusal.value.kind, refusal.value.facts, str(refusal.value)))

    assert answers[0] == answers[1]
    assert desk.state.status is Status.RUNNING
