"""Move control through the tree: conditions, splits, joins, the end."""

from collections.abc import Callable

from .definition import Block, BlockKind, Branch, Expression, Kind, Node, Step
from .events import BlockEntered, BlockJoined, BranchFinished, ConditionRead, Ended
from .ledger import Ledger
from .state import SYSTEM, Place, Visit, VisitStatus
from .tree import fields_of, find
from .visits import copy, is_transparent, start

TRUNK = Place()


def begin(ledger: Ledger) -> None:
    """Start at the first step."""
    _advance(ledger, ledger.definition.root, 0, TRUNK, ())


def leave(ledger: Ledger, visit: Visit) -> None:
    """Go on after a visit that was approved."""
    spot = find(ledger.definition, visit.node_id)
    trail = visit.trail if is_transparent(ledger, visit) else (visit.id,)
    _advance(ledger, spot.steps, spot.position + 1, visit.place, trail)


def _advance(
    ledger: Ledger, steps: tuple[Step, ...], index: int, place: Place, trail: tuple[str, ...]
) -> None:
    """Run the steps of one sequence until somebody must act; at its end the token arrives."""
    for step in steps[index:]:
        if isinstance(step, Block):
            _enter_block(ledger, step, place, trail)
            return
        if not _runs(ledger, step):
            continue
        if step.kind is Kind.CC:
            copy(ledger, step)
            continue
        visit = start(ledger, step, place, trail)
        if visit.status is VisitStatus.APPROVED:
            leave(ledger, visit)
        return
    _arrive(ledger, place, trail)


def _runs(ledger: Ledger, node: Node) -> bool:
    """Read a node's condition once, when control reaches it, and write the operands down."""
    if node.when is None:
        return True
    runs = ledger.holds(node.when)
    operands = ledger.operands(fields_of(node.when))
    result = (node.id,) if runs else ()
    ledger.add(ConditionRead(at=ledger.now, by=SYSTEM, about=node.id, result=result, operands=operands))
    return runs


def _enter_block(ledger: Ledger, block: Block, place: Place, trail: tuple[str, ...]) -> None:
    chosen = choose_branches(block, ledger.holds)
    ids = tuple(branch.id for branch in chosen)
    if block.kind is not BlockKind.PARALLEL:
        operands = ledger.operands(fields_of(*(branch.when for branch in block.branches)))
        ledger.add(ConditionRead(at=ledger.now, by=SYSTEM, about=block.id, result=ids, operands=operands))
    split_id = ledger.world.new_id()
    ledger.add(
        BlockEntered(
            at=ledger.now, by=SYSTEM, split_id=split_id, block_id=block.id, place=place, branches=ids
        )
    )
    for branch in chosen:
        _advance(ledger, branch.steps, 0, Place(split_id=split_id, branch_id=branch.id), trail)


def choose_branches(block: Block, holds: Callable[[Expression | None], bool]) -> list[Branch]:
    """Give the branches to start: all, the first true one, or every true one; else the default (P18)."""
    if block.kind is BlockKind.PARALLEL:
        return list(block.branches)
    true = [one for one in block.branches if not one.default and holds(one.when)]
    if not true:
        true = [one for one in block.branches if one.default]
    if not true:
        raise LookupError(f"block {block.id!r} has no default branch and must not have been published")
    return true if block.kind is BlockKind.INCLUSIVE else true[:1]


def _arrive(ledger: Ledger, place: Place, trail: tuple[str, ...]) -> None:
    """End the instance on the trunk; in a block, join when the last started branch is there (P19)."""
    if place == TRUNK:
        ledger.add(Ended(at=ledger.now, by=ledger.act.by, outcome="approved", act=ledger.act))
        return
    ledger.add(
        BranchFinished(
            at=ledger.now, by=SYSTEM, split_id=place.split_id, branch_id=place.branch_id, trail=trail
        )
    )
    split = ledger.state.split(place.split_id)
    if set(split.arrived) != set(split.started):
        return
    ledger.add(BlockJoined(at=ledger.now, by=SYSTEM, split_id=split.id, block_id=split.block_id))
    spot = find(ledger.definition, split.block_id)
    _advance(ledger, spot.steps, spot.position + 1, split.place, split.trail)
