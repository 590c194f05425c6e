"""Checkpoints: when one is due, how it lies on the disk, how a fresh file begins."""

import os
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from core import audit, clock
from core.audit import AuditRecord, checkpoints, sealer
from core.db import atomic
from tests.core.jobs.support import install_events

KEY = b"k" * 32


@pytest.fixture(autouse=True)
def _events():
    install_events("core.thing.done", "core.audit.begun")


@pytest.fixture
def path(store, tmp_path):
    """Where they lie, with the clock held."""
    with clock.frozen(datetime(2026, 11, 24, 2, 0, tzinfo=UTC)):
        yield checkpoints.file_in(tmp_path)


def write(count):
    with atomic():
        for _ in range(count):
            audit.record("core.thing.done")


def tend(path):
    """Do what the worker does; return how far each checkpoint counts."""
    audit.tend(path.parent.parent, KEY)
    return [line.count for line in checkpoints.read(path) if line]


def test_an_empty_trail_needs_no_file(path):
    assert (tend(path), path.exists()) == ([], False)


def test_a_thousand_rows_or_ten_minutes_make_one_due(path):
    write(3)
    told = [tend(path)]
    write(998)  # with the row that tells of the beginning: 999
    told.append(tend(path))
    write(1)
    told.append(tend(path))
    write(1)
    clock.advance(timedelta(minutes=9))
    told.append(tend(path))
    clock.advance(timedelta(minutes=1))
    told.append(tend(path))
    clock.advance(timedelta(hours=3))
    told.append(tend(path))  # nothing new to remember

    assert told == [[3], [3], [3, 1003], [3, 1003], [3, 1003, 1004], [3, 1003, 1004]]


def test_a_line_holds_count_head_key_and_time(path):
    write(2)
    tend(path)

    line = orjson.loads(path.read_bytes())
    mark = line.pop("mark")
    assert line == {
        "count": 2,
        "head": AuditRecord.get(AuditRecord.seq == 2).chain,
        "key": checkpoints.key_id(KEY),
        "at": "2026-11-24T02:00:00+00:00",
    }
    assert (len(mark), len(line["key"])) == (64, 8)
    assert KEY not in path.read_bytes()


def test_only_the_service_reads_the_file_and_its_folder(path):
    write(1)
    tend(path)

    assert [one.stat().st_mode & 0o777 for one in (path, path.parent)] == [0o600, 0o700]


def test_a_line_is_on_the_disk_before_it_counts(path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write(1)
    tend(path)

    assert len(synced) == 1


def test_the_trail_says_where_a_file_begins(path):
    write(4)
    tend(path)
    path.unlink()
    tend(path)

    begun = AuditRecord.select().where(AuditRecord.event == "core.audit.begun").order_by(AuditRecord.id)
    assert [row.about for row in begun] == ["4", "5"]


def test_a_long_trail_without_checkpoints_is_covered_step_by_step(path, monkeypatch):
    monkeypatch.setattr(sealer, "STEP", 1_000)
    write(1_500)
    audit.seal(KEY, 5_000)

    assert [tend(path), tend(path)] == [[1000], [1000]]
    clock.advance(timedelta(minutes=10))
    assert tend(path) == [1000, 1501]


def test_the_newest_is_read_past_a_torn_line(path):
    write(1)
    tend(path)
    with path.open("ab") as file:
        file.write(b'{"count":')

    assert checkpoints.last(path).count == 1
    clock.advance(timedelta(minutes=10))
    tend(path)
    assert checkpoints.last(path).count == 2
