"""Find who acts at a node: candidates, unique, active, starter rule, empty rule. Each step is written down.

Deduplication comes after this (`dedup`), because it looks at the tasks of the instance.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .definition import Kind, Node, Record, Rule
from .state import Why
from .world import Starter, World


class Panel(Record, frozen=True, kw_only=True):
    """The people of a visit, or the rule's answer when there are none."""

    seats: tuple[tuple[str, int], ...] = ()  # person id and weight, in order
    result: Literal["ask", "pass", "blocked"] = "ask"
    why: tuple[Why, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Give the person ids in order."""
        return tuple(person for person, _ in self.seats)


class Case(Record, frozen=True, kw_only=True):
    """What the pipeline needs to know of an application."""

    starter: Starter
    values: Mapping[str, Any]
    picks: Mapping[str, Sequence[str]]


def choose(node: Node, case: Case, world: World) -> Panel:
    """Run the pipeline for a visit that starts now (P12)."""
    raw = _candidates(node, node.by, case, world)
    why = [Why(step="candidates", note=_names(node.by), people=tuple(person for person, _ in raw))]
    seats = _unique(raw)
    why.append(Why(step="unique", people=tuple(seats)))
    seats = _active(seats, world)
    why.append(Why(step="active", people=tuple(seats)))
    if node.kind is Kind.CC:
        return Panel(seats=tuple(seats.items()), why=tuple(why))
    if not seats:
        return empty(node, case, world, why)
    return _without_starter(node, seats, case, world, why)


def empty(node: Node, case: Case, world: World, why: Sequence[Why] = ()) -> Panel:
    """Ask the empty rule (2.6); its people pass the same filters, a disabled fallback is a dead end."""
    rule = node.on_empty
    if rule == "pass" and node.demands_a_hand:
        rule = "admin"
    if rule == "pass":
        return Panel(result="pass", why=(*why, Why(step="empty", note="pass")))
    rules = {"admin": (Rule(kind="flow_admin"),), "named": node.fallback}.get(rule, ())
    seats = _active(_unique(_candidates(node, rules, case, world)), world)
    if node.on_self != "self":
        seats = {person: weight for person, weight in seats.items() if person not in case.starter.people}
    done = Why(step="empty", note=rule, people=tuple(seats))
    return Panel(seats=tuple(seats.items()), result="ask" if seats else "blocked", why=(*why, done))


def named_by(node: Node, rules: Sequence[Rule], case: Case, world: World) -> tuple[str, ...]:
    """Give the active people whom some rules name, for example the scope of a choice."""
    return tuple(_active(_unique(_candidates(node, rules, case, world)), world))


def _without_starter(node: Node, seats: dict[str, int], case: Case, world: World, why: list[Why]) -> Panel:
    """Apply the starter rule (2.7): nobody approves their own application unless the node says so."""
    own = [person for person in seats if person in case.starter.people]
    if not own or node.on_self == "self":
        return Panel(seats=tuple(seats.items()), why=tuple(why))
    kept: list[tuple[str, int]] = []
    substitutes = [] if node.on_self == "skip" else _substitutes(node, case, world)
    for person, weight in seats.items():
        if person not in own:
            kept.append((person, weight))
        elif person == own[0]:
            kept.extend((one, weight) for one in substitutes)
    left = _first_seat(kept)
    why.append(Why(step="starter", note=node.on_self, people=tuple(left)))
    if left:
        return Panel(seats=tuple(left.items()), why=tuple(why))
    if node.on_self == "skip" and not node.demands_a_hand:
        return Panel(result="pass", why=tuple(why))
    return empty(node, case, world, why)


def _substitutes(node: Node, case: Case, world: World) -> list[str]:
    found = world.resolve(Rule(kind=node.on_self), case.starter, case.values)
    return [one for one in dict.fromkeys(found) if world.is_active(one) and one not in case.starter.people]


def _candidates(node: Node, rules: Sequence[Rule], case: Case, world: World) -> list[tuple[str, int]]:
    """Ask each rule once; a person named twice by one rule counts once in it."""
    return [
        (person, rule.weight)
        for rule in rules
        for person in dict.fromkeys(_people(node, rule, case, world))
        if person
    ]


def _people(node: Node, rule: Rule, case: Case, world: World) -> Sequence[str]:
    match rule.kind:
        case "starter":
            return (case.starter.person_id,)
        case "starter_pick":
            return case.picks.get(node.id, ())
        case "person":
            return (rule.arg,)
    return world.resolve(rule, case.starter, case.values)


def _unique(seats: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Keep the first position of each person; somebody named by several rules votes with the sum (1.4)."""
    weights: dict[str, int] = {}
    for person, weight in seats:
        weights[person] = weights.get(person, 0) + weight
    return weights


def _first_seat(seats: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Keep the first seat of each person; a substitute gains no second vote."""
    first: dict[str, int] = {}
    for person, weight in seats:
        first.setdefault(person, weight)
    return first


def _active(seats: Mapping[str, int], world: World) -> dict[str, int]:
    return {person: weight for person, weight in seats.items() if world.is_active(person)}


def _names(rules: Sequence[Rule]) -> str:
    return " ".join(":".join(filter(None, (rule.kind, rule.arg, str(rule.level or "")))) for rule in rules)
