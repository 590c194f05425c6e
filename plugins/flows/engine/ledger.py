"""Collect the facts of one command and keep the state in step with them."""

from .approvers import Case
from .definition import Definition
from .events import Event
from .history import evolve
from .state import SYSTEM, Act, Instance
from .world import World


class Ledger:
    """The only mutable thing of the engine; lives as long as one call of `decide`."""

    def __init__(self, definition: Definition, state: Instance, world: World) -> None:
        self.definition = definition
        self.state = state
        self.world = world
        self.now = world.now
        self.act = Act(what="approved", by=SYSTEM, at=self.now)  # what moves the flow; a decision replaces it
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """Write a fact down."""
        self.events.append(event)
        self.state = evolve(self.state, event)

    @property
    def case(self) -> Case:
        """Give what the approver pipeline needs, as of now."""
        return Case(starter=self.state.starter, values=self.state.values, picks=self.state.picks)

    def holds(self, expression: list[object] | None) -> bool:
        """Tell whether a condition is true now; anything but `True` is not."""
        state = self.state
        return (
            expression is None or self.world.evaluate(expression, state.values, state.starter.facts) is True
        )

    def operands(self, fields: tuple[str, ...]) -> dict[str, object]:
        """Give the values that a condition reads, for the log."""
        return {field: self.state.values.get(field) for field in fields}
