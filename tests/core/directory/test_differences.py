"""A plan in words, row by row."""

from dataclasses import replace

import pytest

from core.directory import differences, sync
from core.directory.differences import Difference
from core.directory.models import SyncDifference, SyncRun
from core.directory.snapshot import DepartmentRow, PersonRow, Snapshot

pytestmark = pytest.mark.usefixtures("any_tables")

UNITS = (
    DepartmentRow(id=1, name="医院", parent_id=None),
    *(DepartmentRow(id=number, name=f"科{number}", parent_id=1) for number in range(2, 14)),
)
PEOPLE = tuple(
    PersonRow(userid=f"u{number}", name=f"王{number}", departments=(2,), main_department=2, title="护师")
    for number in range(1, 4)
)
BEFORE = Snapshot(source="test", departments=UNITS, people=PEOPLE)


def found(wanted):
    return list(differences.of(sync.plan(wanted)))


def test_rows_say_who_goes_what_changes_and_who_comes():
    sync.apply(sync.plan(BEFORE))
    after = replace(
        BEFORE,
        departments=(*UNITS[:1], replace(UNITS[1], name="内科", heads=("u2",)), *UNITS[2:-1]),
        people=(
            PersonRow(userid="u2", name="王2", departments=(3,), main_department=3, title="主管护师"),
            replace(PEOPLE[2], status="disabled", heads_of=(2,), title=None),
            PersonRow(userid="u4", name="李4", departments=(2,), main_department=2, staff_no="A4"),
        ),
    )

    assert found(after) == [
        Difference(kind="left", about="u1", name="王1", text="内科"),
        Difference(kind="unit", about="13", name="科13", text="撤销"),
        Difference(kind="unit", about="2", name="内科", text="名称 科2 → 内科；负责人 空 → u2"),
        Difference(
            kind="changed",
            about="u2",
            name="王2",
            text="科室 内科 → 科3；所在科室 内科 → 科3；职称 护师 → 主管护师",
        ),
        Difference(kind="changed", about="u3", name="王3", text="状态 在岗 → 停用；任负责人 空 → 内科"),
        Difference(kind="added", about="u4", name="李4", text="内科 · A4"),
    ]


def test_who_signed_off_in_wecom_is_listed_among_the_leavers():
    sync.apply(sync.plan(BEFORE))

    rows = found(replace(BEFORE, people=(replace(PEOPLE[0], status="left"), *PEOPLE[1:])))

    assert rows == [Difference(kind="left", about="u1", name="王1", text="已退出企业微信")]


def test_only_the_newest_run_keeps_its_rows_and_not_more_than_a_bound(monkeypatch):
    monkeypatch.setattr(differences, "MOST", 2)
    first, second = SyncRun.create(source="test"), SyncRun.create(source="test")

    differences.store(first, sync.plan(BEFORE))
    differences.store(second, sync.plan(BEFORE))

    kept = SyncDifference.select(SyncDifference.run, SyncDifference.kind, SyncDifference.about)
    assert sorted(kept.tuples()) == [
        (second.id, "added", "u1"),
        (second.id, "added", "u2"),
        (second.id, "unit", "1"),
        (second.id, "unit", "2"),
    ]
