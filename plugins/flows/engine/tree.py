"""Find the way in a definition's tree."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .definition import FORM_RULES, Block, Branch, Definition, Expression, Node, Step


class Spot(NamedTuple):
    """Where a step stands: its sequence, its position, and what holds the sequence."""

    steps: tuple[Step, ...]
    position: int
    branch: Branch | None  # None: the sequence is the root

    @property
    def step(self) -> Step:
        """Give the step itself."""
        return self.steps[self.position]


def spots(steps: tuple[Step, ...], branch: Branch | None = None) -> Iterator[Spot]:
    """Walk every step in reading order, blocks before their contents."""
    for index, step in enumerate(steps):
        yield Spot(steps, index, branch)
        if isinstance(step, Block):
            for inner in step.branches:
                yield from spots(inner.steps, inner)


def find(definition: Definition, step_id: str) -> Spot:
    """Give the spot of a step; a state of another definition raises `LookupError`."""
    for spot in spots(definition.root):
        if spot.step.id == step_id:
            return spot
    raise LookupError(f"{definition.id} v{definition.version} has no step {step_id!r}")


def nodes(definition: Definition) -> Iterator[Node]:
    """Walk the person nodes in reading order."""
    return (spot.step for spot in spots(definition.root) if isinstance(spot.step, Node))


def node(definition: Definition, node_id: str) -> Node:
    """Give one person node."""
    step = find(definition, node_id).step
    if not isinstance(step, Node):
        raise LookupError(f"{node_id!r} is a block")
    return step


def blocks(definition: Definition) -> Iterator[Block]:
    """Walk the blocks in reading order."""
    return (spot.step for spot in spots(definition.root) if isinstance(spot.step, Block))


def block(definition: Definition, block_id: str) -> Block:
    """Give one block."""
    step = find(definition, block_id).step
    if not isinstance(step, Block):
        raise LookupError(f"{block_id!r} is a person node")
    return step


def fields_of(*expressions: Expression | None) -> tuple[str, ...]:
    """List the form fields that the expressions read, each once, in order; `period.days` reads `period`."""
    return tuple(dict.fromkeys(name for one in expressions if one for name in _fields(one)))


def _fields(expression: list[object]) -> Iterator[str]:
    if len(expression) == 2 and expression[0] == "f" and isinstance(expression[1], str):
        yield expression[1].split(".")[0]
        return
    for part in expression:
        if isinstance(part, list):
            yield from _fields(part)


def fields_naming_people(found: Iterable[Node]) -> frozenset[str]:
    """List the fields from which these nodes take their people."""
    rules = (rule for each in found for rule in (*each.by, *each.fallback, *each.pick_from))
    return frozenset(rule.arg for rule in rules if rule.kind in FORM_RULES)
