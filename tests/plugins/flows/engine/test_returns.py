"""Going back: return, correct, send again, withdraw (section 4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import (
    START,
    AlreadyHandled,
    Definition,
    InvalidTarget,
    MissingComment,
    Mode,
    NotInState,
    NotYourTask,
    Rule,
    Status,
    TaskStatus,
)
from tests.plugins.flows.engine.building import Desk, approve, block, flow, handle
from tests.plugins.flows.engine.soundness import assert_sound
from tests.plugins.flows.engine.trees import definitions, forms
from tests.plugins.flows.engine.walker import Walker


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_p28_after_a_return_only_the_starter_has_a_task(
    definition: Definition, values: dict[str, object], choices: list[int], back: bool
) -> None:
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice in choices:
        walker.act(choice, back=back)
    senders = [(person, action.task_id) for person, action in walker.steps() if action.name == "send_back"]
    if senders:
        sender, task_id = senders[0]
        walker.desk.send_back(sender, task_id=task_id, resume="back_to_me" if back else "rerun")
        assert walker.desk.state.returned

    if walker.desk.state.returned:
        assert [(one.person_id, one.node_id) for one in walker.desk.state.pending] == [("s", START)]
        assert not [one for one in walker.desk.state.tasks if one.status is TaskStatus.WAITING]


@given(definitions(), forms, st.lists(st.integers(0, 99), max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_p30_a_return_and_the_same_approvals_reach_the_same_end(
    definition: Definition, values: dict[str, object], choices: list[int], back: bool
) -> None:
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice in choices:
        agree(walker, choice)
    senders = [(person, action.task_id) for person, action in walker.steps() if action.name == "send_back"]
    if not senders:
        return
    straight = Walker(definition, walker.desk.world)
    straight.desk = walker.fork()

    sender, task_id = senders[0]
    walker.desk.send_back(sender, task_id=task_id, resume="back_to_me" if back else "rerun").resubmit()

    assert finish(walker) == finish(straight)


def agree(walker: Walker, choice: int) -> bool:
    """Let one of the holders agree; False when nobody can."""
    names = [action.name for _, action in walker.steps()]
    yes = [index for index, name in enumerate(names) if name in ("approve", "handle")]
    if yes:
        walker.act(yes[choice % len(yes)])
    return bool(yes)


def finish(walker: Walker) -> tuple[str, object, bool]:
    """Let everybody agree until the flow rests."""
    for _ in range(100):
        if not agree(walker, 0):
            break
    return walker.desk.state.status, walker.desk.state.values, bool(walker.desk.state.blocked)


def test_rerun_asks_everybody_again() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b"))).submit()

    desk.approve("a").send_back("b", resume="rerun").resubmit()

    assert (desk.waiting_for(), desk.state.round) == (["a"], 2)


def test_back_to_me_asks_only_who_sent_it_back() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b", "c", mode=Mode.ALL), approve("n3", "z"))).submit()
    desk.approve("a").approve("c").send_back("b", resume="back_to_me")

    desk.resubmit(changes={"reason": "补正"})

    assert desk.waiting_for() == ["b", "c"]
    assert desk.approve("b").approve("c").waiting_for() == ["z"]


def test_back_to_me_restores_the_other_branches() -> None:
    both = block("b1", "parallel", [approve("n1", "a")], [approve("n2", "b")], [approve("n3", "c")])
    desk = Desk(flow(both, approve("n4", "z"))).submit()
    desk.approve("c").send_back("a", resume="back_to_me")
    assert desk.waiting_for() == ["s"]

    desk.resubmit()

    assert_sound(desk.state)
    assert desk.waiting_for() == ["a", "b"]
    assert desk.approve("b").approve("a").waiting_for() == ["z"]


def test_back_to_me_becomes_a_rerun_when_a_condition_may_fall_differently() -> None:
    condition = ["gt", ["f", "days"], 3]
    desk = Desk(flow(approve("n1", "a", when=condition), approve("n2", "b"))).submit({"days": 5})
    desk.approve("a").send_back("b", resume="back_to_me")

    desk.resubmit(changes={"days": 9})

    assert desk.waiting_for() == ["a"]


def test_back_to_me_becomes_a_rerun_when_the_chosen_people_change() -> None:
    desk = Desk(flow(approve("n1", by=(Rule(kind="starter_pick"),)), approve("n2", "b"))).submit(
        picks={"n1": ("a",)}
    )
    desk.approve("a").send_back("b", resume="back_to_me")

    desk.resubmit(picks={"n1": ("c",)})

    assert desk.waiting_for() == ["c"]


def test_the_earlier_choice_is_kept_on_resubmit() -> None:
    desk = Desk(flow(approve("n1", by=(Rule(kind="starter_pick"),)))).submit(picks={"n1": ("a",)})

    assert desk.send_back("a").resubmit().waiting_for() == ["a"]


def test_a_person_who_left_is_not_asked_again() -> None:
    desk = Desk(flow(approve("n1", "a", "b", mode=Mode.ALL))).submit()
    desk.send_back("a", resume="back_to_me")
    desk.world.inactive = {"b"}

    assert desk.resubmit().waiting_for() == ["a"]


def test_a_return_takes_effect_at_once_and_others_learn_who_it_was() -> None:
    desk = Desk(flow(approve("n1", "a", "b", mode=Mode.ALL))).submit()

    desk.send_back("a")

    assert desk.statuses("n1") == {"a": "returned", "b": "closed"}
    with pytest.raises(AlreadyHandled) as refusal:
        desk.approve("b")
    assert (refusal.value.by, refusal.value.what) == ("a", "returned")


def test_in_another_branch_the_late_one_learns_who_it_was_too() -> None:
    desk = Desk(flow(block("b1", "parallel", [approve("n1", "a")], [approve("n2", "b")]))).submit()

    desk.send_back("a")

    with pytest.raises(AlreadyHandled):
        desk.send_back("b")


def test_a_node_may_send_rejected_forms_to_the_starter() -> None:
    desk = Desk(flow(approve("n1", "a", on_reject="starter"))).submit()

    desk.reject("a")

    assert (desk.state.returned, desk.waiting_for()) == (True, ["s"])
    assert desk.resubmit().waiting_for() == ["a"]


def test_only_the_start_can_be_the_target() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b"))).submit().approve("a")

    with pytest.raises(InvalidTarget):
        desk.send_back("b", target="n1")


def test_a_refusal_needs_words() -> None:
    desk = Desk(flow(approve("n1", "a"))).submit()

    with pytest.raises(MissingComment):
        desk.reject("a", comment=" ")
    with pytest.raises(MissingComment):
        desk.send_back("a", comment="")


def test_a_node_may_offer_no_refusal() -> None:
    desk = Desk(flow(approve("n1", "a", can_reject=False, can_send_back=False))).submit()

    with pytest.raises(NotInState):
        desk.reject("a")
    with pytest.raises(NotInState):
        desk.send_back("a")


def test_only_the_starter_sends_it_again() -> None:
    desk = Desk(flow(approve("n1", "a"))).submit().send_back("a")
    task = desk.task("s")

    with pytest.raises(NotYourTask):
        desk.approve("a", task_id=task.id)
    with pytest.raises(NotInState):
        desk.approve("s", task_id=task.id)


def test_p31_withdrawing_ends_everything() -> None:
    desk = Desk(
        flow(block("b1", "parallel", [approve("n1", "a", "b", mode=Mode.SEQ)], [handle("n2", "c")]))
    ).submit()

    desk.withdraw()

    assert (desk.state.status, desk.waiting_for()) == (Status.WITHDRAWN, [])
    with pytest.raises(NotInState) as refusal:
        desk.approve("a")
    assert refusal.value.state == "withdrawn"


def test_withdrawing_needs_words_once_somebody_has_decided() -> None:
    desk = Desk(flow(approve("n1", "a"), approve("n2", "b"))).submit().approve("a")

    with pytest.raises(MissingComment):
        desk.withdraw(comment="")

    assert desk.withdraw().state.status is Status.WITHDRAWN


def test_a_flow_may_allow_withdrawing_only_before_the_first_decision() -> None:
    desk = (
        Desk(flow(approve("n1", "a"), approve("n2", "b"), withdraw="before_decision")).submit().approve("a")
    )

    with pytest.raises(NotInState):
        desk.withdraw()


def test_only_the_starter_withdraws() -> None:
    with pytest.raises(NotYourTask):
        Desk(flow(approve("n1", "a"))).submit().withdraw("a")


@pytest.mark.parametrize("end", ["approve", "reject", "withdraw"])
def test_p32_no_end_state_is_left(end: str) -> None:
    desk = Desk(flow(approve("n1", "a"))).submit()
    desk.withdraw() if end == "withdraw" else getattr(desk, end)("a")

    for act in (desk.withdraw, desk.submit):
        with pytest.raises(NotInState):
            act()
