"""The expression language: every shared case, on the server and in the browser."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.forms
from core.forms.expressions import OPERATORS, BadExpression, Scope, evaluate, measure
from tests.core.forms import evaluators

CASES = json.loads(Path(core.forms.__file__).with_name("expression_cases.json").read_text("utf-8"))
GIVEN = {name: CASES[name] for name in ("facts", "me", "qr", "now")}


def question(expr):
    return {**GIVEN, "expr": expr}


def answer(case):
    return {name: case[name] for name in ("want", "error") if name in case}


@pytest.mark.parametrize(
    "case", CASES["cases"], ids=lambda case: json.dumps(case["expr"], ensure_ascii=False)[:60]
)
def test_case_holds_on_the_server(case):
    assert evaluators.on_server(question(case["expr"])) == answer(case)


def test_every_case_holds_in_the_browser():
    answers = evaluators.in_browser([question(case["expr"]) for case in CASES["cases"]])

    assert answers == [answer(case) for case in CASES["cases"]]


def test_every_operator_has_a_case():
    used = set()
    for case in CASES["cases"]:
        used |= {op for op in OPERATORS if f'["{op}"' in json.dumps(case["expr"])}

    assert used == set(OPERATORS)
    assert len(CASES["cases"]) >= 150


NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(-1e15, 1e15, allow_nan=False).map(lambda found: round(found, 4)),
    st.sampled_from([0.1, 0.005, 1e-7, 1e200, 3, 7, -0.0]),
)
FIELDS = st.sampled_from([["f", id] for id in GIVEN["facts"]] + [["now"], ["today"], ["me", "roles"]])
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.dates().map(str),
    st.sampled_from(["", "投影", "2026-11-26", "2026-11-26/am", "JH", "　x "]),
)
LEAVES = st.one_of(NUMBERS, TEXTS, FIELDS, st.booleans(), st.none())


def calls(inner):
    return st.sampled_from(sorted(set(OPERATORS) - {"f", "me", "qr", "now", "today"})).flatmap(
        lambda op: st.lists(inner, min_size=OPERATORS[op][0], max_size=min(OPERATORS[op][1], 4)).map(
            lambda args: [op, *args]
        )
    )


EXPRESSIONS = st.recursive(LEAVES, calls, max_leaves=12)
BATCH = st.lists(EXPRESSIONS, min_size=150, max_size=150)


@settings(max_examples=6, deadline=None)
@given(BATCH)
def test_server_and_browser_agree_on_random_expressions(expressions):
    questions = [question(expr) for expr in expressions]

    assert evaluators.in_browser(questions) == [evaluators.on_server(asked) for asked in questions]


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_evaluation_never_fails_on_a_measured_expression(expression):
    try:
        measure(expression)
    except BadExpression:
        return

    evaluators.on_server(question(expression))


def test_too_deep_an_expression_is_refused_before_it_runs():
    deep = True
    for _ in range(2000):
        deep = ["not", deep]

    with pytest.raises(BadExpression):
        evaluate(deep, Scope())
