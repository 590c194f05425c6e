"""Show the way before it is gone: who would be asked if the form were sent now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from .approvers import Case, choose
from .definition import Block, BlockKind, Definition, Expression, Kind, Mode, Node, Record, Step
from .routing import choose_branches
from .state import Why
from .tree import fields_of
from .world import Starter, World


class PreviewStep(Record, frozen=True, kw_only=True):
    """One person node on the way."""

    node_id: str
    name: str
    kind: Kind
    mode: Mode
    people: tuple[str, ...]
    outcome: Literal["asked", "copied", "passes", "blocked", "pick"]  # pick: the starter has yet to choose
    fallback: bool  # the rule found nobody and the empty rule answered: warn
    certain: bool  # False: a condition reads a field that is filled in on the way
    branches: tuple[str, ...]  # names of the branches around it, outermost first
    why: tuple[Why, ...]


def preview(
    definition: Definition,
    values: Mapping[str, Any],
    starter: Starter,
    world: World,
    picks: Mapping[str, Sequence[str]] | None = None,
) -> list[PreviewStep]:
    """List the steps in order. Deduplication is not foretold: it depends on what people will do."""
    return list(
        _Walk(Case(starter=starter, values=values, picks=picks or {}), world).steps(definition.root, (), True)
    )


class _Walk:
    """Remembers which fields may still change on the way."""

    def __init__(self, case: Case, world: World) -> None:
        self.case = case
        self.world = world
        self.open_fields: set[str] = set()

    def steps(self, steps: tuple[Step, ...], around: tuple[str, ...], certain: bool) -> Iterator[PreviewStep]:
        for step in steps:
            if isinstance(step, Block):
                yield from self._block(step, around, certain)
                continue
            sure = self._is_sure(step.when)
            if sure and not self._holds(step.when):
                continue
            yield self._node(step, around, certain and sure)
            self.open_fields.update(step.edit, step.require)

    def _block(self, block: Block, around: tuple[str, ...], certain: bool) -> Iterator[PreviewStep]:
        sure = block.kind is BlockKind.PARALLEL or self._is_sure(*(branch.when for branch in block.branches))
        branches = choose_branches(block, self._holds) if sure else block.branches
        for branch in branches:
            yield from self.steps(branch.steps, (*around, branch.name or branch.id), certain and sure)

    def _node(self, node: Node, around: tuple[str, ...], certain: bool) -> PreviewStep:
        panel = choose(node, self.case, self.world)
        if node.is_picked and not self.case.picks.get(node.id):
            outcome: Literal["asked", "copied", "passes", "blocked", "pick"] = "pick"
        elif node.kind is Kind.CC:
            outcome = "copied"
        elif panel.result == "ask":
            outcome = "asked"
        else:
            outcome = "passes" if panel.result == "pass" else "blocked"
        return PreviewStep(
            node_id=node.id,
            name=node.name,
            kind=node.kind,
            mode=node.mode,
            people=() if outcome == "pick" else panel.people,
            outcome=outcome,
            fallback=outcome != "pick" and any(one.step == "empty" for one in panel.why),
            certain=certain,
            branches=around,
            why=panel.why,
        )

    def _is_sure(self, *conditions: Expression | None) -> bool:
        return not self.open_fields & set(fields_of(*conditions))

    def _holds(self, condition: Expression | None) -> bool:
        case = self.case
        return condition is None or self.world.evaluate(condition, case.values, case.starter.facts) is True
