"""The way through the tree (2.9)."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from plugins.flows.engine import BlockKind, Definition, Status, TaskStatus
from plugins.flows.engine.events import BlockEntered, BlockJoined, BranchFinished, ConditionRead, Ended
from plugins.flows.engine.tree import block as find_block
from tests.plugins.flows.engine.building import Desk, approve, block, cc, flow
from tests.plugins.flows.engine.trees import definitions, forms
from tests.plugins.flows.engine.walker import Walker

MANY_DAYS = ["gt", ["f", "days"], 3]
WEEKS = ["gt", ["f", "days"], 7]


def walk(definition: Definition, values: dict[str, object], choices: list[int]) -> Desk:
    """Submit and take legal steps."""
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice in choices:
        walker.act(choice)
    return walker.desk


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=25))
@settings(max_examples=50, deadline=None)
def test_p18_the_right_number_of_branches_is_entered(
    definition: Definition, values: dict[str, object], choices: list[int]
) -> None:
    for event in walk(definition, values, choices).log:
        if isinstance(event, BlockEntered):
            block = find_block(definition, event.block_id)
            all_branches = tuple(branch.id for branch in block.branches)
            if block.kind is BlockKind.EXCLUSIVE:
                assert len(event.branches) == 1
            elif block.kind is BlockKind.INCLUSIVE:
                assert len(event.branches) >= 1
            else:
                assert event.branches == all_branches
            assert set(event.branches) <= set(all_branches)


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=25))
@settings(max_examples=50, deadline=None)
def test_p19_every_split_joins_at_most_once_and_every_branch_arrives_once(
    definition: Definition, values: dict[str, object], choices: list[int]
) -> None:
    desk = walk(definition, values, choices)
    joins = Counter(one.split_id for one in desk.log if isinstance(one, BlockJoined))
    arrivals = Counter((one.split_id, one.branch_id) for one in desk.log if isinstance(one, BranchFinished))

    assert set(joins.values()) <= {1}
    assert set(arrivals.values()) <= {1}
    for split in desk.state.splits:
        assert (set(split.arrived) == set(split.started)) == (joins[split.id] == 1)
    assert sum(isinstance(one, Ended) for one in desk.log) <= 1
    if desk.state.status is Status.APPROVED and desk.state.round == 1:
        assert all(split.status == "joined" for split in desk.state.splits)


@given(st.permutations(["a", "b", "c"]))
@settings(max_examples=6, deadline=None)
def test_p19_the_node_after_a_join_is_entered_once_for_any_interleaving(order: list[str]) -> None:
    inner = block("b2", "parallel", [approve("n2", "b")], [approve("n3", "c")])
    desk = Desk(flow(block("b1", "parallel", [approve("n1", "a")], [inner]), approve("n4", "z"))).submit()

    for person in order:
        assert "n4" not in desk.visited()
        desk.approve(person)

    assert desk.visited().count("n4") == 1


@pytest.mark.parametrize(("days", "asked"), [(9, "a"), (5, "b"), (1, "c"), (None, "c")])
def test_an_exclusive_block_takes_the_first_true_branch_or_the_default(days: int | None, asked: str) -> None:
    choice = block(
        "b1",
        "exclusive",
        [approve("n1", "a")],
        [approve("n2", "b")],
        [approve("n3", "c")],
        when=[WEEKS, MANY_DAYS],
    )

    desk = Desk(flow(choice, approve("n4", "z"))).submit({"days": days} if days else {})

    assert desk.waiting_for() == [asked]
    assert desk.approve(asked).waiting_for() == ["z"]


@pytest.mark.parametrize(("days", "asked"), [(9, ["a", "b"]), (5, ["b"]), (1, ["c"])])
def test_an_inclusive_block_waits_for_exactly_the_branches_that_started(days: int, asked: list[str]) -> None:
    choice = block(
        "b1",
        "inclusive",
        [approve("n1", "a")],
        [approve("n2", "b")],
        [approve("n3", "c")],
        when=[WEEKS, MANY_DAYS],
    )
    desk = Desk(flow(choice, approve("n4", "z"))).submit({"days": days})
    assert desk.waiting_for() == asked

    for person in asked:
        desk.approve(person)

    assert desk.waiting_for() == ["z"]


def test_empty_branches_and_blocks_without_people_are_walked_through() -> None:
    nested = block("b1", "parallel", [], [block("b2", "parallel", [cc("n1", "r")], [])])

    desk = Desk(flow(nested, nested_again(), approve("n9", "a"))).submit()

    assert desk.waiting_for() == ["a"]
    assert [one.person_id for one in desk.state.copies] == ["r"]


def nested_again() -> object:
    """Make a second block of empty branches."""
    return block("b3", "parallel", [], [])


@pytest.mark.parametrize(("days", "asked"), [(9, "a"), (1, "z"), (None, "z")])
def test_a_node_with_a_condition_runs_only_when_it_is_true(days: int | None, asked: str) -> None:
    desk = Desk(flow(approve("n1", "a", when=MANY_DAYS), approve("n2", "z")))

    assert desk.submit({"days": days} if days else {}).waiting_for() == [asked]


def test_a_condition_may_ask_about_the_starter() -> None:
    desk = Desk(flow(approve("n1", "a", when=["eq", ["me", "line"], "护理线"]), approve("n2", "z")))

    assert desk.submit(known={"line": "护理线"}).waiting_for() == ["a"]


def test_the_operands_of_a_choice_are_written_down() -> None:
    desk = Desk(flow(approve("n1", "a", when=MANY_DAYS), approve("n2", "z"))).submit({"days": 9})

    [read] = [one for one in desk.log if isinstance(one, ConditionRead)]
    assert (read.about, read.result, read.operands) == ("n1", ("n1",), {"days": 9})


def test_a_later_edit_does_not_move_a_running_branch() -> None:
    choice = block(
        "b1", "exclusive", [approve("n1", "a"), approve("n2", "b")], [approve("n3", "c")], when=[MANY_DAYS]
    )
    both = block("b0", "parallel", [choice], [approve("n0", "e", edit=("days",))])
    desk = Desk(flow(both)).submit({"days": 9})

    desk.approve("e", changes={"days": 1}).approve("a")

    assert desk.waiting_for() == ["b"]


def test_p04_a_rejection_in_one_branch_cancels_the_others_and_leaves_their_answers() -> None:
    both = block("b1", "parallel", [approve("n1", "a")], [approve("n2", "b"), approve("n3", "c")])
    desk = Desk(flow(both)).submit()

    desk.approve("b").reject("a")

    assert desk.state.status is Status.REJECTED
    assert {one.node_id: one.status for one in desk.state.tasks} == {
        "n1": TaskStatus.REJECTED,
        "n2": TaskStatus.APPROVED,
        "n3": TaskStatus.CANCELLED,
    }


def test_p39_an_instance_is_never_judged_by_another_version() -> None:
    definition = flow(approve("n1", "a"))
    desk = Desk(definition).submit()
    desk.definition = replace(definition, version=2)

    with pytest.raises(LookupError):
        desk.approve("a")


def test_a_long_flow_that_asks_nobody_is_walked_in_one_go() -> None:
    desk = Desk(flow(*(approve(f"n{index}", "s") for index in range(150)))).submit()

    assert desk.state.status is Status.APPROVED


def test_a_flow_that_asks_nobody_ends_at_once() -> None:
    desk = Desk(flow(approve("n1", "s"), cc("n2", "r"))).submit()

    assert desk.state.status is Status.APPROVED
    assert [one.person_id for one in desk.state.copies] == ["r"]
