"""The designer's arithmetic: what is typed becomes a document, ids are never used twice."""

import pytest

from miniapps import builder
from miniapps.builder import Draft
from miniapps.documents import Audience, OptionCount, QuotaRule, Wait
from qingban import Invalid
from tests.miniapps.builders import NOTE, SESSIONS, make_document


def make_draft(**shape) -> Draft:
    return Draft(document=make_document(**shape), ids_made=10)


def typed(**changes) -> list[tuple[str, str]]:
    """Give the form of a document with one session field, as the browser sends it."""
    values = {
        "title": "新名字",
        "places": "60",
        "wait": "5",
        "open_at": "2026-11-24T08:00",
        "close_at": "2026-11-30T18:00",
        "until": "close",
        "audience": "site",
        "notify": "1",
        "order": "f1",
        "field.f1.label": "专场",
        "field.f1.required": "1",
        "field.f1.option": ["o1", "o2", "new"],
        "field.f1.option.o1.label": "静脉穿刺",
        "field.f1.option.o1.places": "20",
        "field.f1.option.o2.label": "心肺复苏",
        "field.f1.option.new.label": "",
        **changes,
    }
    return [
        (name, text)
        for name, given in values.items()
        for text in (given if isinstance(given, list) else [given])
    ]


def test_form_becomes_a_document():
    draft, errors = builder.take_in(make_draft(by_option={"o1": 3}), typed())

    document = draft.document
    assert errors == {}
    assert document.title == "新名字"
    assert document.quotas == [
        QuotaRule(id="all", limit=60, wait=Wait(limit=5)),
        QuotaRule(id="f1.o1", counts=OptionCount(field="f1", option="o1"), limit=20, wait=Wait(limit=5)),
    ]
    assert [field["id"] for field in document.fields] == ["f1"]
    assert document.windows.close_at == "2026-11-30T18:00"


def test_new_option_gets_an_id_nobody_had():
    draft, _errors = builder.take_in(
        make_draft(by_option={"o1": 3}), typed(**{"field.f1.option.new.label": "急救"})
    )

    assert draft.document.fields[0]["options"][-1] == {"id": "o11", "label": "急救"}
    assert draft.ids_made == 11


def test_option_without_words_is_gone_with_its_places():
    draft, _errors = builder.take_in(
        make_draft(by_option={"o1": 3}), typed(**{"field.f1.option.o1.label": " "})
    )

    assert [option["id"] for option in draft.document.fields[0]["options"]] == ["o2"]
    assert [quota.id for quota in draft.document.quotas] == ["all"]


def test_fields_the_browser_makes_up_are_ignored():
    draft, _errors = builder.take_in(make_draft(by_option={"o1": 3}), typed(order=["f1", "f99", "f1"]))

    assert [field["id"] for field in draft.document.fields] == ["f1"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("places", "many"),
        ("places", "-1"),
        ("places", "٣"),
        ("wait", "1001"),
        ("field.f1.option.o1.places", "3.5"),
        ("title", "长" * 31),
        ("audience", "world"),
    ],
)
def test_unusable_entry_is_said_and_the_rest_is_kept(name, text):
    draft, errors = builder.take_in(make_draft(by_option={"o1": 3}), typed(**{name: text, "intro": "留着"}))

    assert set(errors) == {name}
    assert draft.document.intro == "留着"


def test_chosen_departments_are_numbers():
    form = typed(audience="departments", **{"f.departments": ["12", "12", "20"]})

    draft, errors = builder.take_in(make_draft(by_option={"o1": 3}), form)
    _same, said = builder.take_in(draft, typed(**{"f.departments": ["12; DROP"]}))

    assert (draft.document.audience, errors) == (Audience(scope="departments", departments=[12, 20]), {})
    assert set(said) == {"departments"}


def test_added_field_stands_at_the_end_with_fresh_ids():
    draft = builder.add(make_draft(), "select")

    assert draft.document.fields[-1] == {
        "id": "f11",
        "type": "select",
        "label": "单选",
        "required": True,
        "options": [{"id": "o12", "label": "选项一"}, {"id": "o13", "label": "选项二"}],
    }
    assert draft.ids_made == 13


def test_unknown_or_too_many_fields_are_refused():
    with pytest.raises(Invalid):
        builder.add(make_draft(), "signature")
    full = make_draft(fields=[{**NOTE, "id": f"g{number}"} for number in range(builder.MAX_FIELDS)])
    with pytest.raises(Invalid):
        builder.add(full, "text")


@pytest.mark.parametrize(
    ("id", "step", "order"),
    [("f2", -1, ["f2", "f1"]), ("f1", 1, ["f2", "f1"]), ("f1", -1, ["f1", "f2"]), ("f9", 1, ["f1", "f2"])],
)
def test_fields_move(id, step, order):
    draft = builder.move(make_draft(by_option={"o1": 3}), id, step)

    assert [field["id"] for field in draft.document.fields] == order


def test_removed_field_takes_its_places_along():
    draft = builder.remove(make_draft(by_option={"o1": 3}), SESSIONS["id"])

    assert [field["id"] for field in draft.document.fields] == ["f2"]
    assert [quota.id for quota in draft.document.quotas] == ["all"]
