"""The trail: written beside the deed, chained, and every change to it noticed."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from core import audit, clock
from core.audit import AuditRecord, Filters, phrases, trail
from core.contributions import AuditEvent
from core.db import atomic, database
from core.errors import Misconfigured
from tests.core.jobs.support import install_events

KEY = b"k" * 32
NURSE = "0v9ze7m" + "a" * 26
HEAD = "0v9ze7m" + "b" * 26


@dataclass(frozen=True, kw_only=True)
class Actor:
    """What the trail reads from whoever acts."""

    person_id: str = NURSE
    on_behalf_of: str = ""
    session_prefix: str = "abc123"
    client: str = "mobile"
    ip: str = "10.0.0.1"
    site: int = 1


def write(count: int = 1, event: str = "core.thing.done", **facts) -> None:
    """Write rows, each in its own transaction."""
    for number in range(count):
        with atomic():
            audit.record(event, actor=Actor(), about=f"thing-{number}", **facts)


@pytest.fixture(autouse=True)
def _events() -> None:
    install_events("core.thing.done", "core.thing.shown", "flows.task.approved")


def test_a_row_tells_who_what_where(store):
    with clock.frozen(datetime(2026, 11, 24, 2, 0, tzinfo=UTC)):
        write(count_of_pages=3, before_hash=audit.digest({"a": 1}))

    row = AuditRecord.select().dicts().get()
    row.pop("id")
    assert row == {
        "site_id": 1,
        "at": datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
        "actor": NURSE,
        "on_behalf_of": "",
        "session_prefix": "abc123",
        "client": "mobile",
        "ip": "10.0.0.1",
        "event": "core.thing.done",
        "about": "thing-0",
        "facts": {"count_of_pages": 3},
        "before_hash": audit.digest({"a": 1}),
        "after_hash": "",
        "seq": None,
        "chain": "",
    }


def test_a_row_outside_a_transaction_is_refused(store):
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record("core.thing.done")


def test_an_event_nobody_declared_is_refused(store):
    with atomic(), pytest.raises(Misconfigured):
        audit.record("core.thing.invented")


def test_a_deed_that_is_rolled_back_leaves_no_row(store):
    with suppress(ZeroDivisionError), atomic():
        audit.record("core.thing.done")
        raise ZeroDivisionError

    assert AuditRecord.select().count() == 0


def test_sealing_numbers_rows_without_gaps(any_store):
    write(7)
    with suppress(ZeroDivisionError), atomic():
        audit.record("core.thing.done")
        raise ZeroDivisionError
    write(3)

    assert [audit.seal(KEY, 4) for _ in range(4)] == [4, 4, 2, 0]
    assert [row.seq for row in AuditRecord.select().order_by(AuditRecord.id)] == list(range(1, 11))
    assert audit.head()[0] == 10
    assert audit.verify(KEY) is None


def test_a_late_commit_with_an_early_number_is_sealed_too(store):
    write(3)
    late = AuditRecord.select().order_by(AuditRecord.id).first()
    AuditRecord.delete().where(AuditRecord.id == late.id).execute()
    audit.seal(KEY)
    AuditRecord.insert(**late.__data__).execute()

    assert audit.seal(KEY) == 1
    assert (AuditRecord.get_by_id(late.id).seq, audit.verify(KEY)) == (3, None)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE core_audit_record SET facts = '{\"n\":2}' WHERE seq = 4",
        "UPDATE core_audit_record SET actor = '' WHERE seq = 4",
        "UPDATE core_audit_record SET at = at + 1 WHERE seq = 4",
        "UPDATE core_audit_record SET chain = '' WHERE seq = 4",
        "DELETE FROM core_audit_record WHERE seq = 4",
    ],
)
def test_a_change_is_found_at_its_row(any_store, damage):
    write(6, n=1)
    audit.seal(KEY)
    database.execute_sql(damage)

    assert audit.verify(KEY) == 4


def test_another_key_does_not_verify(store):
    write()
    audit.seal(KEY)

    assert audit.verify(b"x" * 32) == 1


def test_verification_walks_over_many_pieces(store, monkeypatch):
    monkeypatch.setattr(trail, "CHUNK", 3)
    write(10)
    audit.seal(KEY)

    assert audit.verify(KEY) is None


def test_the_page_reads_filters_and_pages_in_one_query(store):
    start = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    with clock.frozen(start):
        for event in ("core.thing.done", "flows.task.approved", "core.thing.shown"):
            write(1, event)
            clock.advance(timedelta(hours=1))
    with atomic():
        audit.record("core.thing.done", site=2)

    def names(filters=None, before=None, limit=50):
        return [entry.event for entry in audit.entries(1, filters, before, limit)]

    newest = audit.entries(1, limit=1)[0]
    assert names() == ["core.thing.shown", "flows.task.approved", "core.thing.done"]
    assert names(before=newest.id, limit=1) == ["flows.task.approved"]
    assert names(Filters(event="core.")) == ["core.thing.shown", "core.thing.done"]
    assert names(Filters(event="core.thing.done", person_id=NURSE)) == ["core.thing.done"]
    assert names(Filters(person_id=HEAD)) == []
    assert names(Filters(since=start + timedelta(minutes=30), until=start + timedelta(minutes=90))) == [
        "flows.task.approved"
    ]
    assert names(Filters(about="thing-0"))[0] == "core.thing.shown"
    assert [len(audit.entries(place)) for place in (None, 1, 2)] == [4, 3, 1]


def test_a_sentence_has_names_instead_of_ids(store):
    audit.install(
        [("flows", AuditEvent(name="flows.task.moved", phrase="{actor} 把 {about} 转给 {to}（{kept}）"))]
    )
    with atomic():
        audit.record("flows.task.moved", actor=Actor(on_behalf_of=HEAD), about="A-1", to=[HEAD], kept=True)
    entry = audit.entries(1)[0]
    names = {NURSE: "护士甲", HEAD: "主任乙"}

    assert phrases.people_in([entry]) == {NURSE, HEAD}
    assert phrases.sentence(entry, names) == "护士甲（代 主任乙） 把 A-1 转给 主任乙（是）"


def test_the_platform_and_forgotten_events_have_words_too(store):
    with atomic():
        audit.record("core.thing.done", site=1, about="B")
    entry = audit.entries(1)[0]

    assert phrases.sentence(entry, {}) == "系统 做了 B"
    audit.install([])
    assert phrases.sentence(entry, {}) == "core.thing.done"
