"""The way shown before sending."""

from typing import Any

from plugins.flows.engine import Definition, Rule, Starter, preview
from tests.plugins.flows.engine.building import FakeWorld, approve, block, cc, flow

MANY_DAYS = ["gt", ["f", "days"], 3]


def way(
    definition: Definition, values: dict[str, Any] | None = None, **options: Any
) -> list[tuple[Any, ...]]:
    """List node, people, outcome and certainty."""
    world = options.pop("world", FakeWorld())
    steps = preview(definition, values or {}, Starter(person_id="s"), world, **options)
    return [(one.node_id, one.people, str(one.outcome), one.certain) for one in steps]


def test_conditions_are_applied_to_the_form_as_it_is() -> None:
    definition = flow(approve("n1", "a", when=MANY_DAYS), approve("n2", "b"), cc("n3", "r"))

    assert way(definition, {"days": 9}) == [
        ("n1", ("a",), "asked", True),
        ("n2", ("b",), "asked", True),
        ("n3", ("r",), "copied", True),
    ]
    assert way(definition, {"days": 1})[0] == ("n2", ("b",), "asked", True)


def test_only_the_chosen_branches_are_shown() -> None:
    choice = block("b1", "exclusive", [approve("n1", "a")], [approve("n2", "b")], when=[MANY_DAYS])
    both = block("b2", "parallel", [approve("n3", "c")], [approve("n4", "d")])

    assert [one[0] for one in way(flow(choice, both), {"days": 1})] == ["n2", "n3", "n4"]


def test_what_depends_on_later_answers_is_uncertain() -> None:
    choice = block("b1", "exclusive", [approve("n2", "b")], [approve("n3", "c")], when=[MANY_DAYS])
    definition = flow(approve("n1", "a", edit=("days",)), approve("n4", "d", when=MANY_DAYS), choice)

    assert [(one[0], one[3]) for one in way(definition)] == [
        ("n1", True),
        ("n4", False),
        ("n2", False),
        ("n3", False),
    ]


def test_an_empty_role_is_warned_about() -> None:
    definition = flow(
        approve("n1", by=(Rule(kind="role"),)),
        approve("n2", by=(Rule(kind="role"),), on_empty="blocked"),
        approve("n3", "s"),
    )
    steps = preview(definition, {}, Starter(person_id="s"), FakeWorld())

    assert [(one.people, one.outcome, one.fallback) for one in steps] == [
        (("admin",), "asked", True),
        ((), "blocked", True),
        ((), "passes", False),
    ]


def test_a_choice_to_be_made_is_shown_as_such() -> None:
    definition = flow(approve("n1", by=(Rule(kind="starter_pick"),)))

    assert way(definition) == [("n1", (), "pick", True)]
    assert way(definition, picks={"n1": ["a"]}) == [("n1", ("a",), "asked", True)]
