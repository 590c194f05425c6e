"""Small worlds, flows and a driver for the engine's tests."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from plugins.flows.engine import (
    AddComment,
    Approve,
    Block,
    BlockKind,
    Branch,
    Definition,
    Event,
    Expression,
    Field,
    Handle,
    Instance,
    Kind,
    Node,
    Reject,
    Resubmit,
    Rule,
    SendBack,
    Starter,
    Step,
    Submit,
    Task,
    TaskStatus,
    Urge,
    Withdraw,
    decide,
    evolve,
    replay,
)

MINUTE = 60_000
FIELDS = (
    Field(id="days", name="天数", type="number"),
    Field(id="amount", name="金额", type="money"),
    Field(id="reason", name="原因", type="textarea"),
    Field(id="cover", name="代理人", type="person"),
)


class FakeWorld:
    """A directory of five lines. `role:a+b` names a and b; other rules look into `directory`."""

    def __init__(self, *, inactive: Sequence[str] = (), **directory: Sequence[str]) -> None:
        self.now = 1_000_000
        self.inactive = set(inactive)
        self.directory = {"flow_admin": ["admin"], **directory}
        self._ids = count(1)

    def resolve(self, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
        """Give the people of a rule, raw."""
        if rule.kind == "role":
            return [one for one in rule.arg.split("+") if one]
        if rule.kind == "form_person":
            return [values[rule.arg]] if values.get(rule.arg) else []
        return self.directory.get(rule.kind, [])

    def is_active(self, person_id: str) -> bool:
        """Tell whether somebody is here."""
        return person_id not in self.inactive

    def evaluate(self, expression: Expression, values: Mapping[str, Any], me: Mapping[str, Any]) -> object:
        """Compute the few operators that the tests use."""
        op, *args = expression
        if op == "f":
            return values.get(args[0])
        if op == "me":
            return me.get(args[0])
        left, *rest = [self.evaluate(arg, values, me) if isinstance(arg, list) else arg for arg in args]
        if op == "filled":
            return left not in (None, "")
        if left is None:
            return False
        return {"eq": left == rest[0], "gt": op == "gt" and left > rest[0]}[op]

    def new_id(self) -> str:
        """Count."""
        return f"id{next(self._ids)}"


def people(*ids: str) -> tuple[Rule, ...]:
    """Name fixed people."""
    return tuple(Rule(kind="person", arg=one) for one in ids)


def approve(node_id: str, *ids: str, **options: Any) -> Node:
    """Make an approving node of fixed people."""
    options.setdefault("by", people(*ids))
    return Node(id=node_id, name=node_id, kind=Kind.APPROVE, **options)


def handle(node_id: str, *ids: str, **options: Any) -> Node:
    """Make a handling node of fixed people."""
    return Node(id=node_id, name=node_id, kind=Kind.HANDLE, by=people(*ids), **options)


def cc(node_id: str, *ids: str, **options: Any) -> Node:
    """Make a node of readers."""
    return Node(id=node_id, name=node_id, kind=Kind.CC, by=people(*ids), **options)


def block(block_id: str, kind: str, *branches: Sequence[Step], when: Sequence[Expression] = ()) -> Block:
    """Make a block; with conditions the branch after the last condition is the default."""
    made = [
        Branch(
            id=f"{block_id}-{index}",
            when=when[index] if index < len(when) else None,
            default=kind != "parallel" and index >= len(when),
            steps=tuple(steps),
        )
        for index, steps in enumerate(branches)
    ]
    return Block(id=block_id, kind=BlockKind(kind), branches=tuple(made))


def flow(*steps: Step, **options: Any) -> Definition:
    """Make a definition of these steps."""
    options.setdefault("fields", FIELDS)
    return Definition(id="flow", name="流程", root=steps, **options)


class Desk:
    """Drives one instance and keeps its log."""

    def __init__(self, definition: Definition, world: FakeWorld | None = None) -> None:
        self.definition = definition
        self.world = world or FakeWorld()
        self.state = Instance()
        self.log: list[Event] = []
        self._requests = count(1)

    def do(self, command: Any) -> list[Event]:
        """Decide, append, fold."""
        events = decide(self.definition, self.state, command, self.world)
        for event in events:
            self.state = evolve(self.state, event)
        self.log.extend(events)
        assert replay(self.log) == self.state
        return events

    def submit(self, values: dict[str, Any] | None = None, starter: str = "s", **options: Any) -> "Desk":
        """Send the application."""
        known = options.pop("known", {})
        self.do(
            Submit(
                actor=starter,
                request_id=self.request(),
                instance_id="i",
                starter=Starter(person_id=starter, facts=known),
                values=values or {},
                **options,
            )
        )
        return self

    def approve(self, person: str, **options: Any) -> "Desk":
        """Let somebody agree."""
        return self._decide(Approve, person, options)

    def handle(self, person: str, **options: Any) -> "Desk":
        """Let somebody finish."""
        return self._decide(Handle, person, options)

    def reject(self, person: str, **options: Any) -> "Desk":
        """Let somebody refuse."""
        return self._decide(Reject, person, {"comment": "不行", **options})

    def send_back(self, person: str, **options: Any) -> "Desk":
        """Let somebody send it back."""
        return self._decide(SendBack, person, {"comment": "请补正", **options})

    def resubmit(self, **options: Any) -> "Desk":
        """Let the starter send it again."""
        actor = self.state.starter.person_id
        self.do(Resubmit(actor=actor, request_id=self.request(), task_id=self.task(actor).id, **options))
        return self

    def withdraw(self, person: str = "s", comment: str = "不用了") -> "Desk":
        """Let the starter take it out."""
        self.do(Withdraw(actor=person, request_id=self.request(), comment=comment))
        return self

    def remark(self, person: str, text: str = "看过") -> "Desk":
        """Let somebody comment."""
        self.do(AddComment(actor=person, request_id=self.request(), text=text))
        return self

    def urge(self, person: str = "s") -> list[Event]:
        """Let somebody urge."""
        return self.do(Urge(actor=person, request_id=self.request()))

    def task(self, person: str, node_id: str = "") -> Task:
        """Give the latest task of a person, a pending one first."""
        own = [one for one in self.state.tasks if one.person_id == person and node_id in ("", one.node_id)]
        return max(own, key=lambda one: (one.status is TaskStatus.PENDING, self.state.tasks.index(one)))

    def waiting_for(self) -> list[str]:
        """Name whom the flow waits for, in order."""
        return [one.person_id for one in self.state.pending]

    def statuses(self, node_id: str) -> dict[str, str]:
        """Give person → status of the tasks at a node, of the latest visit."""
        visit = next(one for one in reversed(self.state.visits) if one.node_id == node_id)
        return {one.person_id: str(one.status) for one in self.state.tasks_of(visit.id)}

    def visited(self) -> list[str]:
        """Name the nodes entered so far."""
        return [one.node_id for one in self.state.visits]

    def request(self) -> str:
        """Give a fresh request id."""
        return f"r{next(self._requests)}"

    def _decide(self, kind: Any, person: str, options: dict[str, Any]) -> "Desk":
        task_id = options.pop("task_id", None) or self.task(person, options.pop("node_id", "")).id
        self.do(kind(actor=person, request_id=self.request(), task_id=task_id, **options))
        return self
