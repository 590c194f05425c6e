"""Rules: every shared case, on the server and in the browser."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import core.forms
from core.forms import BadField, Scope, apply, as_raw, fields_from, kind, lint_form, rules_data, rules_from
from core.forms.types import Unreadable
from tests.core.forms import evaluators

CASES = json.loads(Path(core.forms.__file__).with_name("rule_cases.json").read_text("utf-8"))
FIELDS = fields_from(CASES["fields"])
RULES = rules_from(CASES["rules"])


def answer(case):
    return {"jump": "", "end": "", **case["want"]}


def entered(raw):
    """Values of what was entered; what cannot be read counts as empty."""
    values = {}
    for field in FIELDS:
        try:
            values[field.id] = kind(field).parse(field, raw.get(field.id))
        except Unreadable:
            values[field.id] = None
    return values


def outcome_of(raw):
    found = apply(FIELDS, RULES, entered(raw), Scope(me=CASES["me"], now=CASES["now"]))
    by_id = {field.id: field for field in FIELDS}
    return {
        "hidden": sorted(found.hidden),
        "required": sorted(found.required),
        "filled": {id: as_raw(by_id[id], value) or "" for id, value in found.filled.items()},
        "jump": found.jump,
        "end": found.end,
    }


@pytest.mark.parametrize(
    "case", CASES["cases"], ids=lambda case: json.dumps(case["raw"], ensure_ascii=False)[:60]
)
def test_case_holds_on_the_server(case):
    assert outcome_of(case["raw"]) == answer(case)


def test_every_case_holds_in_the_browser():
    now = datetime.fromisoformat(CASES["now"] + ":00+08:00").astimezone(UTC)
    given = rules_data(FIELDS, RULES, me=CASES["me"], now=now)

    answers = evaluators.in_browser(
        [{**given, "raw": case["raw"]} for case in CASES["cases"]], "rules_in_node.mjs"
    )

    assert answers == [answer(case) for case in CASES["cases"]]


def test_forms_without_conditions_bring_no_rules_to_the_page():
    assert rules_data(FIELDS[3:4]) == {}


def test_rules_with_unknown_keys_are_refused():
    with pytest.raises(BadField):
        rules_from([{"when": True, "alert": "x"}])


def test_lint_names_every_problem_of_a_form():
    fields = fields_from(
        [
            {"id": "kind", "type": "select", "label": "种类", "options": ["公章"]},
            {"id": "amount", "type": "money", "label": "金额", "visible_if": ["eq", ["f", "kind"], "合同章"]},
            {"id": "note", "type": "text", "label": "备注", "required_if": ["gt", ["f", "amount"], "5000"]},
            {
                "id": "wants",
                "type": "multiselect",
                "label": "需要",
                "options": ["a"],
                "visible_if": ["eqq", 1, 2],
            },
        ]
    )
    rules = rules_from(
        [{"when": ["eq", ["f", "wants"], "a"], "show": ["gone"], "set": {"note": ["f", "nope"]}}]
    )

    assert lint_form(fields, rules) == [
        "金额：种类没有选项“合同章”",
        "备注：金额是数字，不能和“5000”比较",
        "需要：没有这个运算：eqq",
        "规则 1：需要可以多选，请用 contains、has_any 或 has_all",
        "规则 1：表单里没有字段 nope",
        "规则 1：表单里没有字段 gone",
    ]


def test_lint_counts_the_nodes_of_the_whole_form():
    long = ["and", *[["eq", ["f", "a"], "x"]] * 60]
    fields = fields_from(
        [
            {"id": f"{id}", "type": "text", "label": id, "visible_if": long if id > "a" else None}
            for id in "abcd"
        ]
    )

    assert lint_form(fields) == ["条件太多：全部加起来最多 500 个部分，现在 543 个"]
