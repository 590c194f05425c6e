"""Documents are strict: an unknown word, a wrong shape or a missing piece is said, with its place."""

import json

import pytest

from miniapps import documents, service
from qingban import Invalid, clock, forms
from tests.miniapps.builders import NOTE, SESSIONS, Audience, Edit, Windows, local, make_document

GOOD = {"schema": "qingban.miniapp/1", "title": "报名"}


@pytest.mark.parametrize(
    "raw",
    [
        {"title": "没有版本"},
        {**GOOD, "schema": "qingban.miniapp/2"},
        {**GOOD, "titel": "写错的键"},
        {**GOOD, "kind": "lottery"},
        {**GOOD, "title": "长" * 31},
        {**GOOD, "windows": {"open": "2026-11-24T08:00"}},
        {**GOOD, "quotas": [{"id": "ALL", "limit": 3}]},
        {**GOOD, "quotas": [{"id": "all", "limit": 0}]},
        {**GOOD, "quotas": [{"id": "all", "limit": "10"}]},
        {**GOOD, "quotas": [{"id": "all", "limit": 3, "wait": {"limit": 1, "mode": "manual"}}]},
        {**GOOD, "quotas": [{"id": "x", "counts": {"field": "f1"}, "limit": 3}]},
        {**GOOD, "once": "unlimited"},
        {**GOOD, "audience": {"scope": "everybody"}},
        {**GOOD, "logic": "logic.js"},
    ],
    ids=lambda raw: str(sorted(set(raw) - set(GOOD)))[:30],
)
def test_document_of_the_wrong_shape_is_refused(raw):
    with pytest.raises(Invalid, match="应用文档写得不对"):
        documents.convert(raw)


@pytest.mark.parametrize(
    "text",
    ["", "[", '{"schema": 1, "schema": 2}', "[" * 40 + "]" * 40, "9" * (documents.MAX_BYTES + 1)],
    ids=["empty", "broken", "key twice", "too deep", "too large"],
)
def test_text_that_is_no_document_is_refused(text):
    with pytest.raises(Invalid):
        documents.read(text)


def test_document_survives_storing(frozen_clock):
    document = make_document(
        by_option={"o1": 2}, wait=3, audience=Audience(scope="departments", departments=[12])
    )

    stored = json.dumps(documents.plain(document))

    assert documents.read(stored) == document == documents.stored(stored)


def test_every_template_can_be_published_as_it_is(ward, frozen_clock):
    from tests.miniapps.builders import clerk

    maker = clerk(ward)

    states = [service.publish(service.create(maker, one.key).id, maker).state for one in service.templates()]

    assert [one.key for one in service.templates()] == ["signup", "training", "volunteers"]
    assert states == ["published"] * 3


CASES = {
    "no title": ({"title": " 一 "}, {"title"}),
    "no start": ({"windows": Windows(close_at="2026-11-30T18:00")}, {"open_at"}),
    "no end": ({"windows": Windows(open_at="2026-11-30T18:00")}, {"close_at"}),
    "end before start": (
        {"windows": Windows(open_at="2026-11-30T18:00", close_at="2026-11-30T18:00")},
        {"close_at"},
    ),
    "over already": (
        {"windows": Windows(open_at="2026-11-01T08:00", close_at="2026-11-24T10:00")},
        {"close_at"},
    ),
    "no department": ({"audience": Audience(scope="departments")}, {"departments"}),
    "odd deadline": ({"edit": Edit(until="some day")}, {"until"}),
    "field without label": ({"fields": [{**NOTE, "label": ""}]}, {"field.f2.label"}),
    "field of another kind": ({"fields": [{**NOTE, "type": "signature"}]}, {"field.f2.label"}),
    "field with an unknown key": ({"fields": [{**NOTE, "colour": "red"}]}, {"field.f2.label"}),
    "no options": ({"fields": [{**SESSIONS, "options": []}]}, {"field.f1.options"}),
    "field twice": ({"fields": [NOTE, NOTE]}, {"fields"}),
    "places of an option that is gone": (
        {"fields": [NOTE], "quotas": make_document(by_option={"o1": 2}).quotas},
        {"places"},
    ),
}


@pytest.mark.parametrize(("changes", "where"), CASES.values(), ids=CASES)
def test_problem_is_named_at_the_control_that_mends_it(frozen_clock, changes, where):
    document = make_document(**changes)

    assert set(documents.problems(document)) == where


def test_good_document_has_no_problems(frozen_clock):
    assert documents.problems(make_document(by_option={"o1": 5, "o2": 5})) == {}


def test_record_touches_all_first_then_its_options_in_order():
    fields = [{**SESSIONS, "type": "multiselect"}]
    document = make_document(by_option={"o1": 5, "o2": 5}, fields=fields)

    assert documents.touched(document, {"f1": ["o2", "o1"]}) == ("all", "f1.o1", "f1.o2")
    assert documents.touched(document, {"f1": "o2"}) == ("all", "f1.o2")
    assert documents.touched(document, {}) == ("all",)


def test_times_of_documents_are_those_of_the_hospital(frozen_clock):
    assert documents.moment(local()) == clock.now()
    assert documents.moment("tomorrow") is None


def test_fields_of_a_stored_document_are_read_once():
    text = json.dumps(documents.plain(make_document()))

    assert documents.stored_fields(text) is documents.stored_fields(text)
    assert isinstance(documents.stored_fields(text)[0], forms.Field)
