"""Who sees and fills in what (6.2)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.flows.engine import (
    Access,
    Definition,
    Field,
    FieldNotEditable,
    MissingComment,
    MissingField,
    MissingSignature,
    Mode,
    Rule,
    StaleVersion,
    access_for,
    is_filled,
)
from plugins.flows.engine.events import FieldsChanged
from plugins.flows.engine.tree import node
from tests.plugins.flows.engine.building import Desk, approve, cc, flow
from tests.plugins.flows.engine.trees import definitions, forms
from tests.plugins.flows.engine.walker import Walker


@given(definitions(), forms, st.lists(st.tuples(st.integers(0, 99), forms), max_size=12))
@settings(max_examples=40, deadline=None)
def test_p41_changed_fields_are_editable_at_their_node(
    definition: Definition, values: dict[str, Any], steps: list[tuple[int, dict[str, Any]]]
) -> None:
    walker = Walker(definition)
    walker.desk.submit(values)
    for choice, changes in steps:
        walker.act(choice, changes)

    for event in walker.desk.log:
        if isinstance(event, FieldsChanged) and event.node_id != "start":
            assert set(event.changes) <= set(node(definition, event.node_id).edit)


def test_p41_a_foreign_field_is_refused_even_if_it_would_not_change() -> None:
    desk = Desk(flow(approve("n1", "a", edit=("reason",)))).submit({"days": 3})

    with pytest.raises(FieldNotEditable) as refusal:
        desk.approve("a", changes={"days": 3, "reason": "x"})

    assert refusal.value.fields == ("days",)


def test_an_empty_patch_wipes_nothing() -> None:
    desk = Desk(flow(approve("n1", "a", edit=("reason",)))).submit({"reason": "病假", "days": 3})

    assert desk.approve("a").state.values == {"reason": "病假", "days": 3}


def test_a_change_is_logged_with_the_value_before() -> None:
    desk = Desk(flow(approve("n1", "a", edit=("reason", "days")))).submit({"reason": "病假", "days": 3})

    desk.approve("a", changes={"reason": "事假", "days": 3})

    [fact] = [one for one in desk.log if isinstance(one, FieldsChanged)]
    assert (fact.before, fact.changes) == ({"reason": "病假"}, {"reason": "事假"})


def test_a_second_writer_sees_both_values() -> None:
    desk = Desk(flow(approve("n1", "a", "b", mode=Mode.ALL, edit=("reason",)))).submit({"reason": "旧"})
    desk.approve("a", changes={"reason": "甲"}, seen={"reason": 0})

    with pytest.raises(StaleVersion) as refusal:
        desk.approve("b", changes={"reason": "乙"}, seen={"reason": 0})

    assert refusal.value.conflicts == {"reason": {"yours": "乙", "theirs": "甲"}}
    assert desk.approve("b", changes={"reason": "乙"}, seen={"reason": 1}).state.values == {"reason": "乙"}


def test_a_stale_task_is_refused() -> None:
    desk = Desk(flow(approve("n1", "a"))).submit()

    with pytest.raises(StaleVersion):
        desk.approve("a", expected_version=7)


REQUIRED = (
    Field(id="title", name="标题", type="text", required=True),
    Field(id="note", name="备注", type="text"),
)


def test_required_fields_are_demanded_at_submit() -> None:
    with pytest.raises(MissingField) as refusal:
        Desk(flow(approve("n1", "a"), fields=REQUIRED)).submit({"title": ""})

    assert refusal.value.fields == ("title",)


def test_a_field_hidden_at_start_or_unknown_is_refused_at_submit() -> None:
    desk = Desk(flow(approve("n1", "a", edit=("note",)), fields=REQUIRED, hidden_at_start=("note",)))

    with pytest.raises(FieldNotEditable) as refusal:
        desk.submit({"title": "x", "note": "y", "other": 1})

    assert refusal.value.fields == ("note", "other")


def test_required_is_checked_on_approve_but_not_on_refusal() -> None:
    definition = flow(approve("n1", "a", require=("note",)), fields=REQUIRED)
    desk = Desk(definition).submit({"title": "x"})

    with pytest.raises(MissingField):
        desk.approve("a")

    assert desk.reject("a").state.ended_at > 0
    assert Desk(definition).submit({"title": "x"}).approve("a", changes={"note": "好"}).state.ended_at > 0


def test_words_and_signatures_are_demanded() -> None:
    desk = Desk(flow(approve("n1", "a", comment="always", sign=True))).submit()

    with pytest.raises(MissingComment):
        desk.approve("a", signature="picture")
    with pytest.raises(MissingSignature):
        desk.approve("a", comment="同意")

    desk.approve("a", comment="同意", signature="picture")
    assert (desk.state.tasks[0].comment, desk.state.tasks[0].signature) == ("同意", "picture")


def test_a_field_that_named_people_is_fixed_for_the_round() -> None:
    person = approve("n1", by=(Rule(kind="form_person", arg="cover"),), edit=("cover",))
    desk = Desk(flow(person)).submit({"cover": "c"})

    with pytest.raises(FieldNotEditable):
        desk.approve("c", changes={"cover": "d"})

    desk.send_back("c").resubmit(changes={"cover": "d"})
    assert desk.waiting_for() == ["d"]


def test_everybody_sees_what_their_place_allows() -> None:
    first = approve("n1", "a", edit=("note",), require=("note",), hide=("title",))
    desk = Desk(flow(first, cc("n2", "r", hide=("note",)), approve("n3", "b"), fields=REQUIRED))
    desk.submit({"title": "x"})

    def seen(person: str) -> dict[str, str]:
        return {key: str(mode) for key, mode in access_for(desk.definition, desk.state, person).items()}

    assert seen("s") == {"title": "read", "note": "read"}
    assert seen("a") == {"title": "hidden", "note": "required"}
    assert seen("b") == {"title": "hidden", "note": "hidden"}

    desk.approve("a", changes={"note": "好"})

    assert seen("a") == {"title": "hidden", "note": "read"}
    assert seen("b") == {"title": "read", "note": "read"}
    assert seen("r") == {"title": "read", "note": "hidden"}

    desk.send_back("b")

    assert seen("s") == {"title": "required", "note": "edit"}
    assert access_for(desk.definition, desk.state, "stranger")["title"] == Access.HIDDEN


@pytest.mark.parametrize("value", [0, False, "x", [1], {"a": 1}, ["", "x"]])
def test_an_answer_is_filled(value: object) -> None:
    assert is_filled(value)


@pytest.mark.parametrize("value", [None, "", [], {}, ["", None], ()])
def test_no_answer_is_not_filled(value: object) -> None:
    assert not is_filled(value)
