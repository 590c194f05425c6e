"""Tampering with rows, tail, order, key or checkpoints: all of it is found, the first bad row named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import audit, clock
from core.audit import check, checkpoints, proof, sealer
from core.contributions import AuditEvent
from core.db import atomic, database
from core.testing import make_config

KEY = b"k" * 32
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def path(store, tmp_path):
    """Give a trail of thirty rows with a checkpoint behind 10, 20 and 30."""
    yield from laid_out(tmp_path)


@pytest.fixture
def any_path(any_store, tmp_path):
    """Give the same on each kind of database."""
    yield from laid_out(tmp_path)


def laid_out(tmp_path):
    """Write the rows and the checkpoints."""
    audit.install(
        [
            ("core", AuditEvent(name="core.thing.done", phrase="{actor} 做了 {about}")),
            ("core", AuditEvent(name="core.audit.begun", phrase="从第 {about} 条起")),
        ]
    )
    path = checkpoints.file_in(tmp_path)
    with clock.frozen(START):
        for number in range(3):
            write(10 if number == 0 else 9 if number == 1 else 10)  # the first checkpoint leaves a row too
            audit.tend(tmp_path, KEY)
            clock.advance(timedelta(minutes=10))
    assert [line.count for line in checkpoints.read(path)] == [10, 20, 30]
    yield path
    sealer.alarm.cache_clear()


def write(count):
    """Write rows."""
    with atomic():
        for number in range(count):
            audit.record("core.thing.done", about=f"thing-{number}", n=number)


def proved(path, key=KEY, elsewhere=()):
    """Return the first bad row and how many faults there are."""
    found = proof.whole(key, checkpoints.read(path), elsewhere)
    return found.first_bad, len(found.faults)


def run(*statements):
    """Tamper with the table."""
    for statement in statements:
        database.execute_sql(statement)


def test_an_untouched_trail_is_whole(any_path):
    write(5)
    audit.seal(KEY)

    found = proof.whole(KEY, checkpoints.read(any_path))

    assert (found.count, found.matched, found.faults, found.head) == (35, 3, (), audit.head()[1])
    assert found.until.year >= 2026


SWAP = (
    "UPDATE core_audit_record SET seq = -1 WHERE seq = 12",
    "UPDATE core_audit_record SET seq = 12 WHERE seq = 13",
    "UPDATE core_audit_record SET seq = 13 WHERE seq = -1",
)


@pytest.mark.parametrize(
    ("first_bad", "statements"),
    [
        *[
            (17, [f"UPDATE core_audit_record SET {change} WHERE seq = 17"])
            for change in (
                "site_id = 9",
                "at = at + 1",
                "actor = 'x'",
                "on_behalf_of = 'x'",
                "session_prefix = 'x'",
                "client = 'x'",
                "ip = '1'",
                "event = 'x'",
                "about = 'x'",
                "facts = '{}'",
                "before_hash = 'x'",
                "after_hash = 'x'",
                "chain = 'x'",
                "seq = 117",
                "seq = NULL",
            )
        ],
        (1, ["UPDATE core_audit_record SET seq = 0 WHERE seq = 1"]),
        (1, ["DELETE FROM core_audit_record WHERE seq = 1"]),
        (17, ["DELETE FROM core_audit_record WHERE seq = 17"]),
        (12, ["DELETE FROM core_audit_record WHERE seq BETWEEN 12 AND 22"]),
        (12, SWAP),
        (30, ["DELETE FROM core_audit_record WHERE seq = 30"]),
        (19, ["DELETE FROM core_audit_record WHERE seq >= 19"]),
        (1, ["DELETE FROM core_audit_record"]),
        (25, ["UPDATE core_audit_record SET seq = NULL, chain = '' WHERE seq >= 25"]),
    ],
)
def test_a_row_that_was_tampered_with_is_found(path, first_bad, statements):
    run(*statements)

    assert proved(path) == (first_bad, 1)


def test_a_cut_tail_that_grew_again_is_found(any_path):
    run("DELETE FROM core_audit_record WHERE seq >= 25")
    write(20)
    audit.seal(KEY)

    assert audit.verify(KEY) is None  # the chain alone does not see it
    assert proved(any_path) == (21, 1)


def test_an_edited_tail_that_is_sealed_again_is_found(path):
    run("UPDATE core_audit_record SET about = 'x', seq = NULL, chain = '' WHERE seq >= 25")
    audit.seal(KEY)

    assert proved(path) == (21, 1)


def test_another_key_is_found(path):
    first_bad, faults = proved(path, b"x" * 32)

    assert (first_bad, faults) == (1, 2)
    assert "不是写校验点的那一个" in proof.whole(b"x" * 32, checkpoints.read(path)).faults[1]


@pytest.mark.parametrize("line", [0, 1, 2])
@pytest.mark.parametrize(
    "change",
    [
        {"count": 5},
        {"head": "0" * 64},
        {"key": "00000000"},
        {"at": START - timedelta(days=1)},
        {"mark": "0" * 64},
    ],
)
def test_a_checkpoint_that_was_edited_is_found(path, line, change):
    lines = checkpoints.read(path)
    lines[line] = replace(lines[line], **change)

    found = proof.whole(KEY, lines)

    assert (found.first_bad, found.faults) == (None, (f"校验点文件第 {line + 1} 行被改过，或它前面少了一行",))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"\xff\n",
        b"null\n",
        b'{"count":1,"head":[],"key":"","at":"2026-11-24T02:00:00+00:00","mark":""}\n',
        b'{"count":1,"head":"","key":"","at":5,"mark":""}\n',
        b'{"count":1,"head":"","key":"","at":"2026-11-24T02:00:00","mark":"\xc3\xa9"}\n',
        b'{"count":99999999999999999999,"head":"","key":"","at":"2026-11-24T02:00:00+00:00","mark":""}\n',
    ],
)
def test_a_line_that_is_gone_or_unreadable_is_found(path, text):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + text + lines[2])

    assert proved(path) == (None, 1)


def test_a_file_that_is_gone_is_found(path):
    path.unlink()

    assert proved(path) == (None, 1)


def test_a_copy_finds_whoever_cuts_table_and_file_alike(path):
    copy = checkpoints.read(path)
    run("DELETE FROM core_audit_record WHERE seq > 20")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))

    assert proved(path) == (None, 0)
    assert proved(path, elsewhere=copy) == (21, 1)


def test_a_broken_trail_gets_no_checkpoint_and_one_alarm(path, caplog):
    run("DELETE FROM core_audit_record WHERE seq >= 25")
    write(2_000)

    for _ in range(3):
        audit.tend(path.parent.parent, KEY)

    assert len(checkpoints.read(path)) == 3
    assert [one.getMessage() for one in caplog.records if one.levelname == "CRITICAL"] == [
        "audit.broken row=30"
    ]


def test_the_doctor_reads_the_newest_part(path, store, tmp_path):
    config = make_config(tmp_path, store)

    def said():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(config), "key", lambda self, purpose: KEY)
            finding = check.newest_part(config)
        return finding.level, bool(finding.cure)

    levels = [said()]
    write(1)
    audit.seal(KEY)
    levels.append(said())  # a row of today, checkpoints of November
    path.chmod(0o644)
    run("DELETE FROM core_audit_record WHERE seq = 31")
    levels.append(said())
    run("DELETE FROM core_audit_record WHERE seq = 30")
    levels.append(said())
    path.unlink()
    levels.append(said())
    run("DELETE FROM core_audit_record")
    levels.append(said())

    assert levels == [
        ("ok", False),
        ("warn", True),
        ("warn", True),
        ("bad", True),
        ("bad", True),
        ("ok", False),
    ]
