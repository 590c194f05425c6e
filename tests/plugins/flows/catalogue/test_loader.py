"""A hundred flows that can be published as they are."""

from collections import Counter
from typing import Any

import pytest

from core.forms.expressions import measure
from core.forms.fields import fields_from
from plugins.flows.catalogue import load_all, load_vocabulary
from plugins.flows.catalogue.loader import parse_rule
from plugins.flows.engine import Definition, Kind, Mode, Node, Rule, check, from_json, to_json
from plugins.flows.engine.tree import nodes

DEFINITIONS = load_all()
by_id = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.id)


def test_there_are_ten_flows_in_each_of_ten_categories() -> None:
    counted = Counter(one.category for one in DEFINITIONS)

    assert counted == dict.fromkeys(load_vocabulary().categories, 10)
    assert len({one.id for one in DEFINITIONS}) == len({one.name for one in DEFINITIONS}) == 100


def test_every_flow_can_be_published_without_a_warning() -> None:
    assert [(one.id, problem) for one in DEFINITIONS for problem in check(one)] == []


def test_every_flow_survives_json() -> None:
    assert [from_json(to_json(one)) for one in DEFINITIONS] == DEFINITIONS


def test_forms_understands_every_field_and_expression() -> None:
    for definition in DEFINITIONS:
        fields = fields_from([field.document() for field in definition.fields])
        assert [field.id for field in fields] == [field.id for field in definition.fields]
        for expression in (definition.subject, *(node.when for node in nodes(definition) if node.when)):
            measure(expression)


def test_every_flow_has_what_the_gallery_shows() -> None:
    for one in DEFINITIONS:
        assert one.icon, one.id
        assert one.summary, one.id
        assert one.subject, one.id
        assert 1 <= len(one.facts) <= 2, one.id


def test_every_slug_is_in_the_vocabulary() -> None:
    words = load_vocabulary()
    for definition in DEFINITIONS:
        assert definition.owner in words.departments
        assert set(definition.tags) <= set(words.tags)
        for rule in (rule for node in nodes(definition) for rule in node.by):
            known: dict[str, Any] = {"dept": words.departments, "role": words.roles, "line_head": words.lines}
            assert rule.kind not in known or rule.arg in known[rule.kind]


def test_patient_numbers_are_sensitive_and_stay_out_of_lists_and_subjects() -> None:
    fields = [(one, field) for one in DEFINITIONS for field in one.fields if field.id == "patient_no"]

    assert fields
    for definition, field in fields:
        assert field.settings == {"sensitive": True}
        assert "patient_no" not in definition.facts
        assert ["f", "patient_no"] not in (definition.subject or [])


def flow(flow_id: str) -> Definition:
    """Give one flow."""
    return next(one for one in DEFINITIONS if one.id == flow_id)


def test_leave_reads_as_written() -> None:
    leave = flow("hr-leave")
    first, nursing, *_, told = leave.root

    assert first == Node(
        id="n1", name="科室负责人审批", kind=Kind.APPROVE, by=(Rule(kind="dept_head"),), due_hours=8
    )
    assert isinstance(nursing, Node)
    assert nursing.when == ["eq", ["me", "line"], "护理线"]
    assert isinstance(told, Node)
    assert (told.kind, told.due_hours, told.pick_min) == (Kind.CC, 0, 0)


def test_committees_vote_with_their_threshold() -> None:
    votes = [(one.id, node.threshold) for one in DEFINITIONS for node in nodes(one) if node.mode is Mode.VOTE]

    assert len(votes) == 10
    assert ("hr-title", 67) in votes


def test_nobody_approves_own_spending() -> None:
    for definition in DEFINITIONS:
        if "money" in definition.tags:
            assert {node.on_self for node in nodes(definition) if node.by != (Rule(kind="starter"),)} == {
                "superior"
            }


def test_fields_of_later_steps_are_not_on_the_starters_form() -> None:
    assert flow("equip-repair").hidden_at_start == ("result",)
    assert flow("logi-project").hidden_at_start == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("vp", Rule(kind="vp")),
        ("dept:hr", Rule(kind="dept", arg="hr")),
        ("line_head:护理线:2", Rule(kind="line_head", arg="护理线", level=2)),
    ],
)
def test_a_rule_is_parsed(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule
