"""Short conditions become expressions."""

import pytest

from plugins.flows.catalogue.conditions import BadCondition, parse_condition, parse_subject

TYPES = {"days": "number", "kind": "select", "facility": "multiselect"}


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("days > 3", ["gt", ["f", "days"], 3]),
        ("days >= 3", ["ge", ["f", "days"], 3]),
        ("kind == 年假", ["eq", ["f", "kind"], "年假"]),
        ("kind != 年假", ["and", ["filled", ["f", "kind"]], ["ne", ["f", "kind"], "年假"]]),
        ("kind in [年假, 事假]", ["in", ["f", "kind"], ["年假", "事假"]]),
        ("facility contains 投影", ["has_any", ["f", "facility"], ["投影"]]),
        ("kind not_empty", ["filled", ["f", "kind"]]),
        ("starter_line == 护理线", ["eq", ["me", "line"], "护理线"]),
        ("starter_post == 中层干部", ["eq", ["me", "post"], "中层干部"]),
    ],
)
def test_a_condition_is_translated(text: str, expression: object) -> None:
    assert parse_condition(text, TYPES) == expression


@pytest.mark.parametrize("text", ["days", "days > ", "days ~ 3", "kind in 年假"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCondition):
        parse_condition(text, TYPES)


def test_a_subject_joins_words_and_fields() -> None:
    assert parse_subject("{kind}{days}天") == ["concat", ["f", "kind"], ["f", "days"], "天"]
