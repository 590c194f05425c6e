"""What lists say of an application, and what stands in a form."""

import pytest

from plugins.flows import engine
from plugins.flows.catalogue import load_all
from plugins.flows.forms import (
    facts_of,
    fields_of,
    file_ids,
    labels,
    people_in,
    start_fields,
    subject_of,
)
from qingban import forms
from tests.plugins.flows.support import LEAVE

GALLERY = {one.id: one for one in load_all()}
LEAVE_FLOW = GALLERY["hr-leave"]


def test_the_starter_does_not_see_the_fields_of_later_steps():
    repair = GALLERY["equip-repair"]

    assert [one.id for one in fields_of(repair) if one not in start_fields(repair)] == ["result"]


def test_a_subject_says_what_it_is_about():
    assert subject_of(LEAVE_FLOW, LEAVE, {}) == "年假 2 天"


def test_a_subject_without_its_fields_falls_back_to_the_name():
    flow = engine.Definition(id="x", name="某流程", fields=(), subject=["f", "nothing"], root=())

    assert subject_of(flow, {}, {}) == "某流程"


def test_a_long_subject_is_cut():
    flow = engine.Definition(
        id="x",
        name="某流程",
        fields=(engine.Field(id="topic", name="事由", type="text"),),
        subject=["f", "topic"],
        root=(),
    )

    assert subject_of(flow, {"topic": "长" * 500}, {}) == "长" * 100


def test_facts_carry_their_labels():
    assert facts_of(LEAVE_FLOW, LEAVE, forms.Names()) == [
        ("请假时段", "12-01 上午 至 12-02 下午"),
        ("天数", "2 天"),
    ]


def test_an_empty_fact_is_left_out_with_its_label():
    assert facts_of(LEAVE_FLOW, {"days": "2"}, forms.Names()) == [("天数", "2 天")]


@pytest.mark.parametrize("flow", GALLERY.values(), ids=GALLERY.keys())
def test_every_flow_names_fields_that_exist(flow):
    names = labels(flow)

    assert set(flow.facts) <= set(names)
    assert set(flow.hidden_at_start) <= set(names)
    assert subject_of(flow, {}, {})


def test_people_and_departments_are_found():
    fields = (
        engine.Field(id="one", name="一人", type="person"),
        engine.Field(id="many", name="多人", type="person", settings={"many": True}),
        engine.Field(id="where", name="部门", type="department"),
        engine.Field(id="none", name="无", type="person"),
    )
    flow = engine.Definition(id="x", name="某流程", fields=fields, root=())
    values = {"one": "p1", "many": ["p2", "p3"], "where": "7", "none": None}

    assert people_in(flow, values) == (["p1", "p2", "p3"], [7])


def test_files_are_found():
    assert file_ids(LEAVE_FLOW, {**LEAVE, "proof": ["a1", "a2"], "voice": ["a3"]}) == ["a1", "a2", "a3"]
    assert file_ids(LEAVE_FLOW, {**LEAVE, "proof": None}) == []
