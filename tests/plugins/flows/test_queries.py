"""Reads: what is found, in which order, and that it is found the same way on both databases."""

import pytest

from plugins.flows import engine, queries, service
from plugins.flows.models import Definition, Task
from qingban import NotFound
from tests.plugins.flows.support import node

NEWEST = (2**53, "")


def test_lists_read_the_same_on_both_databases(any_hospital):
    first, second = any_hospital.leave(), any_hospital.leave(days="1")
    task = Task.get(Task.instance == first)
    service.approve(task.id, any_hospital.answer(), actor=any_hospital.actor(any_hospital.head))

    waiting = queries.waiting_for(any_hospital.head.id, 20)
    done = queries.done_by(any_hospital.head.id, NEWEST, 20)
    mine = queries.started_by(any_hospital.nurse.id, NEWEST, 20)
    found = queries.matching(any_hospital.nurse.id, "年假", 20)

    assert [row.instance_id for row in waiting] == [second]
    assert [(row.instance_id, row.status) for row in done] == [(first, "approved")]
    assert [row.instance_id for row in mine] == [second, first]
    assert [row.instance_id for row in found] == [second, first]
    assert waiting[0].facts == ("12-01 上午 至 12-02 下午", "1 天")
    assert queries.counts_for(any_hospital.head.id) == (1, 0, 0)
    assert queries.counts_for(any_hospital.nurse.id) == (0, 0, 1)


def test_paging_loses_nothing_within_one_moment(any_hospital, frozen_clock):
    sent = {any_hospital.leave() for _number in range(5)}
    seen, before = [], NEWEST

    while page := queries.started_by(any_hospital.nurse.id, before, 2):
        seen += [row.instance_id for row in page]
        before = (int(page[-1].at.timestamp() * 1000), page[-1].instance_id)

    assert (len(seen), set(seen)) == (5, sent)


def test_the_oldest_waits_on_top(hospital, frozen_clock):
    first = hospital.leave()
    frozen_clock(minutes=5)
    second = hospital.leave()

    assert [row.instance_id for row in queries.waiting_for(hospital.head.id, 20)] == [first, second]


def test_a_closed_flow_cannot_be_started(hospital):
    Definition.update(is_open=False).where(Definition.slug == "hr-leave").execute()

    with pytest.raises(NotFound):
        hospital.leave()
    assert "hr-leave" not in {row.slug for row in queries.definitions_of(hospital.house.site)}


def test_the_flows_of_another_site_are_not_there(hospital):
    from core.site import Site

    other = Site.create(slug="east", title="东院", name="东院")

    assert queries.definitions_of(other) == []
    with pytest.raises(NotFound):
        queries.definition_of(other, "hr-leave")


def test_what_is_not_there_is_not_found(hospital):
    for look in (queries.instance, queries.instance_of_task):
        with pytest.raises(NotFound):
            look("nothing")


def test_a_request_remembers_what_it_did(hospital):
    instance_id = hospital.leave()

    known = queries.answered(hospital.nurse.id, "r-1")

    assert (known.instance_id, known.command) == (instance_id, "submit")
    assert queries.answered(hospital.nurse.id, "r-2") is None
    assert queries.answered(hospital.head.id, "r-1") is None


def test_the_flows_used_most_come_first(hospital):
    slug = hospital.publish(node("n1", hospital.head))
    hospital.submit(slug, {"topic": "一件事"})
    for _number in range(2):
        hospital.leave()
    by_id = {row.id: row.slug for row in queries.definitions_of(hospital.house.site)}

    assert [by_id[one] for one in queries.often_started_by(hospital.nurse.id, 4)] == ["hr-leave", slug]


def test_a_version_is_read_as_it_was_published(hospital):
    slug = hospital.publish(node("n1", hospital.head))
    hospital.publish(node("n1", hospital.cover))
    row = queries.definition_of(hospital.house.site, slug)

    versions = [queries.version_of(row.id, number) for number in (1, 2)]

    assert [one.root[0].by[0].arg for one in versions] == [hospital.head.id, hospital.cover.id]
    assert all(isinstance(one, engine.Definition) for one in versions)
