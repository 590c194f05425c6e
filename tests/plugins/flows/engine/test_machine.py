"""Random flows, random people, random commands: the promises hold after every step."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from plugins.flows.engine import START, FlowError, NotYourTask, Status, actions_for, check
from tests.plugins.flows.engine.building import FakeWorld
from tests.plugins.flows.engine.soundness import assert_sound
from tests.plugins.flows.engine.trees import POOL, definitions, forms
from tests.plugins.flows.engine.walker import Walker

PEOPLE = (*POOL, "admin", "boss", "stranger")


class Flow(RuleBasedStateMachine):
    """One application from submit to its end and beyond."""

    @initialize(definition=definitions(), values=forms)
    def submit(self, definition: Any, values: dict[str, Any]) -> None:
        assert_publishable(definition)
        self.walker = Walker(definition, FakeWorld(superior=["boss"]))
        self.walker.desk.submit(values)

    @rule(choice=st.integers(0, 99), values=forms, back=st.booleans())
    def act_legally(self, choice: int, values: dict[str, Any], back: bool) -> None:
        self.walker.act(choice, values, back=back)

    @rule(
        person=st.sampled_from(PEOPLE), choice=st.integers(0, 99), name=st.sampled_from(["approve", "reject"])
    )
    def reach_for_any_task(self, person: str, choice: int, name: str) -> None:
        """Try somebody's hand on a task: only holders of pending tasks succeed (P51)."""
        tasks = self.walker.desk.state.tasks
        if not tasks:
            return
        task = tasks[choice % len(tasks)]
        before, refusal = self.walker.desk.state, None
        try:
            getattr(self.walker.desk, name)(person, task_id=task.id)
        except FlowError as error:
            refusal = error
        if refusal is None:
            assert person == task.person_id
        else:
            assert self.walker.desk.state is before
            assert person == task.person_id or task.node_id == START or isinstance(refusal, NotYourTask)

    @rule(person=st.sampled_from(POOL))
    def leave_or_return(self, person: str) -> None:
        self.walker.desk.world.inactive ^= {person} - {"s"}

    @rule()
    @precondition(lambda self: self.walker.desk.state.status is Status.RUNNING)
    def urge(self) -> None:
        """Urging changes no task (P33)."""
        tasks = self.walker.desk.state.tasks
        if not self.walker.desk.state.returned:
            self.walker.desk.urge()
        assert self.walker.desk.state.tasks == tasks

    @invariant()
    def everything_is_sound(self) -> None:
        assert_sound(self.walker.desk.state)

    @invariant()
    def ends_are_final(self) -> None:
        """No end state is left (P32), and nothing but a remark is offered there."""
        desk = self.walker.desk
        ended = desk.state.ended_at > 0
        assert ended == (desk.state.status is not Status.RUNNING)
        if ended:
            offered = {one.name for who in PEOPLE for one in actions_for(desk.definition, desk.state, who)}
            assert offered <= {"comment"}

    @invariant()
    def withdrawing_leaves_nothing_pending(self) -> None:
        """From every running state (P31)."""
        desk = self.walker.desk
        if desk.state.status is Status.RUNNING:
            other = self.walker.fork()
            other.withdraw()
            assert other.state.status is Status.WITHDRAWN
            assert_sound(other.state)


def assert_publishable(definition: Any) -> None:
    """Make sure that random flows have no fault but these: readers only, or an idle pass rule."""
    errors = {one.code for one in check(definition) if one.level == "error"}
    assert errors <= {"no_person_node", "must_not_pass"}


Flow.TestCase.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
test_p47_to_p50_hold_after_every_command = Flow.TestCase
