"""What may be published (P20)."""

from typing import Any

import pytest

from plugins.flows.engine import Branch, Definition, Field, Kind, Mode, Node, Rule, check
from tests.plugins.flows.engine.building import FIELDS, approve, block, cc, flow, handle

ODD: list[Any] = ["gt", ["f", "nothing"], 3]
GOOD: list[Any] = ["gt", ["f", "days"], 3]


def codes(definition: Definition, level: str = "error") -> list[tuple[str, str]]:
    """List what is found, as code and place."""
    return [(one.code, one.where) for one in check(definition) if one.level == level]


def test_a_plain_flow_has_no_problems() -> None:
    choice = block("b1", "exclusive", [approve("n2", "b")], [handle("n3", "c")], when=[GOOD])

    assert check(flow(approve("n1", "a"), choice, cc("n4", "r"))) == []


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        (flow(cc("n1", "a")), ("no_person_node", "")),
        (flow(approve("n1", "a"), approve("n1", "b")), ("duplicate_id", "n1")),
        (flow(approve("start", "a")), ("duplicate_id", "start")),
        (
            flow(block("b1", "exclusive", [approve("n1", "a")], [], when=[GOOD, GOOD])),
            ("missing_default", "b1"),
        ),
        (
            flow(block("b1", "inclusive", [approve("n1", "a")], [], when=[GOOD, GOOD])),
            ("missing_default", "b1"),
        ),
        (flow(approve("n1", "a", when=ODD)), ("unknown_field", "n1")),
        (flow(approve("n1", "a", edit=("nothing",))), ("unknown_field", "n1")),
        (flow(approve("n1", by=(Rule(kind="form_person", arg="nothing"),))), ("unknown_field", "n1")),
        (flow(block("b1", "exclusive", [approve("n1", "a")], [], when=[ODD])), ("unknown_field", "b1-0")),
        (flow(approve("n1", "a"), facts=("nothing",)), ("unknown_field", "nothing")),
        (flow(approve("n1", "a"), subject=["concat", ["f", "nothing"]]), ("unknown_field", "nothing")),
        (flow(approve("n1", "a", on_reject="n7")), ("bad_target", "n1")),
    ],
)
def test_p20_publishing_fails(definition: Definition, problem: tuple[str, str]) -> None:
    assert problem in codes(definition)


def test_p20_a_required_field_must_not_be_hidden_in_the_start_node() -> None:
    field = Field(id="x", name="x", type="text", required=True)

    assert codes(flow(approve("n1", "a"), fields=(field,), hidden_at_start=("x",))) == [
        ("required_hidden", "x")
    ]


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (approve("n1", by=()), "no_people"),
        (approve("n1", by=(Rule(kind="wizard"),)), "bad_rule"),
        (approve("n1", by=(Rule(kind="dept"),)), "bad_rule"),
        (approve("n1", "a", mode=Mode.VOTE, threshold=0), "bad_threshold"),
        (approve("n1", "a", on_empty="named"), "no_fallback"),
        (approve("n1", "a", on_empty="pass", sign=True), "must_not_pass"),
        (approve("n1", "a", pick_min=3, pick_max=2, by=(Rule(kind="starter_pick"),)), "bad_pick"),
        (approve("n1", "a", edit=("days",), hide=("days",)), "hidden_edit"),
        (approve("n1", by=(Rule(kind="starter"),)), "starter_skipped"),
        (approve("n1", "a", when=[]), "bad_condition"),
        (Node(id="n1", name="n1", kind=Kind.START, by=(Rule(kind="vp"),)), "bad_kind"),
    ],
)
def test_a_node_that_cannot_work_is_refused(node: Node, code: str) -> None:
    assert codes(flow(node)) == [(code, "n1")]


def test_a_block_that_cannot_work_is_refused() -> None:
    lonely = block("b1", "parallel", [approve("n1", "a")])
    aimless = block("b2", "exclusive", [approve("n2", "a")], [], when=[GOOD])
    broken = aimless.branches[0]
    aimless = type(aimless)(
        id="b2", kind=aimless.kind, branches=(Branch(id="x"), broken, aimless.branches[1])
    )

    assert codes(flow(lonely)) == [("lonely_branch", "b1")]
    assert codes(flow(aimless)) == [("missing_condition", "x")]


def test_fields_are_looked_at() -> None:
    twice = (*FIELDS, FIELDS[0], Field(id="pick", name="x", type="select"))

    assert codes(flow(approve("n1", "a"), fields=twice)) == [
        ("duplicate_field", "days"),
        ("no_options", "pick"),
    ]


def test_money_with_self_approval_is_a_warning() -> None:
    assert codes(flow(approve("n1", "a", on_self="self")), "warning") == [("money_self", "n1")]


def test_a_protected_flow_that_passes_by_itself_is_a_warning() -> None:
    node = approve("n1", "a", on_empty="pass")

    assert codes(flow(node, tags=("patient_safety",)), "warning") == [("protected_pass", "n1")]


def test_errors_come_first() -> None:
    levels = [one.level for one in check(flow(approve("n1", "a", on_self="self"), approve("n1", "a")))]

    assert levels == sorted(levels)
    assert levels == ["error", "warning"]
