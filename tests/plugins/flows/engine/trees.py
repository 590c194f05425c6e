"""Random definitions: every node kind, mode and rule, blocks within blocks."""

from itertools import count
from random import Random
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from plugins.flows.engine import Block, BlockKind, Branch, Definition, Kind, Mode, Node, Rule, Step
from tests.plugins.flows.engine.building import FIELDS, approve, cc, handle, people

POOL = ("a", "b", "c", "d", "s")  # s starts everything
CONDITIONS: tuple[Any, ...] = (
    ["gt", ["f", "days"], 3],
    ["eq", ["f", "reason"], "x"],
    ["gt", ["f", "amount"], 100],
    ["filled", ["f", "cover"]],
)


def _rules(dice: Random) -> tuple[Rule, ...]:
    """Roll people of a node: named ones, a role with repeats, somebody from the form, nobody."""
    kind = dice.choice(["person", "person", "person", "role", "form", "nobody"])
    chosen = [dice.choice(POOL) for _ in range(dice.randint(1, 4))]
    if kind == "form":
        return (Rule(kind="form_person", arg="cover"),)
    if kind == "nobody":
        return (Rule(kind="vp"),)
    if kind == "role":
        return (Rule(kind="role", arg="+".join(chosen)),)
    return tuple(Rule(kind="person", arg=one, weight=dice.randint(1, 3)) for one in chosen)


def _node(dice: Random) -> Node:
    """Roll one person node of any sort."""
    kind = dice.choice([Kind.APPROVE, Kind.APPROVE, Kind.APPROVE, Kind.HANDLE, Kind.CC])
    if kind is Kind.CC:
        return cc("n", *(dice.choice(POOL) for _ in range(dice.randint(1, 3))))
    return Node(
        id="n",
        name="n",
        kind=kind,
        by=_rules(dice),
        mode=dice.choice(list(Mode)),
        threshold=dice.randint(1, 100),
        when=dice.choice((None, *CONDITIONS)),
        edit=dice.choice([(), (), (), ("reason",), ("amount", "days")]),
        on_reject=dice.choice(["end", "end", "starter"]),
        reject_timing=dice.choice(["immediate", "immediate", "deferred"]),
        reject_needs_all=dice.random() < 0.3,
        on_empty=dice.choice(["admin", "pass", "named", "blocked"]),
        fallback=people("d"),
        on_self=dice.choice(["skip", "superior", "self"]),
        dedup=dice.choice(["off", "consecutive", "round"]),
    )


# One draw picks a whole node: fast, and a failing flow shrinks towards plain nodes.
NODES = (approve("n", "a"), approve("n", "b"), handle("n", "a"), *map(_node, map(Random, range(600))))


def nodes(node_id: str) -> st.SearchStrategy[Node]:
    """Draw one person node."""
    return st.sampled_from(NODES).map(lambda node: replace(node, id=node_id, name=node_id))


@st.composite
def sequences(draw: st.DrawFn, depth: int, ids: Any, fewest: int) -> tuple[Step, ...]:
    """Draw a sequence of nodes and blocks."""
    steps: list[Step] = []
    for _ in range(draw(st.integers(fewest, 3 if depth else 2))):
        if depth and draw(st.integers(0, 2)) == 0:
            steps.append(draw(blocks(depth - 1, ids)))
        else:
            steps.append(draw(nodes(f"n{next(ids)}")))
    return tuple(steps)


@st.composite
def blocks(draw: st.DrawFn, depth: int, ids: Any) -> Block:
    """Draw a block of any kind with two or three branches."""
    kind = draw(st.sampled_from(BlockKind))
    block_id = f"b{next(ids)}"
    size = draw(st.integers(2, 3))
    branches = []
    for index in range(size):
        default = kind is not BlockKind.PARALLEL and index == size - 1
        free = default or kind is BlockKind.PARALLEL
        branches.append(
            Branch(
                id=f"{block_id}-{index}",
                when=None if free else draw(st.sampled_from(CONDITIONS)),
                default=default,
                steps=draw(sequences(depth, ids, 0)),
            )
        )
    return Block(id=block_id, kind=kind, branches=tuple(branches))


@st.composite
def definitions(draw: st.DrawFn, depth: int = 2) -> Definition:
    """Draw a flow with at least one step."""
    steps = draw(sequences(depth, count(1), 1))
    return Definition(id="flow", name="流程", fields=FIELDS, root=steps)


forms = st.fixed_dictionaries(
    {},
    optional={
        "days": st.integers(0, 9),
        "amount": st.integers(0, 300),
        "reason": st.sampled_from(["x", "y"]),
        "cover": st.sampled_from(POOL),
    },
)
