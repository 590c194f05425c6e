"""`qingban sync` on the server: look first, and let a held run through as the operator."""

import pytest
from click.testing import CliRunner

from core.audit import AuditRecord
from core.cli import main
from core.contributions import DirectorySource
from core.directory import jobs as directory_jobs
from core.directory.models import Person, SyncRun
from core.directory.snapshot import DepartmentRow, PersonRow, Snapshot

UNITS = tuple(
    DepartmentRow(id=key, name=name, parent_id=parent)
    for key, name, parent in ((1, "示例医院", None), (10, "内科", 1), (12, "心内科", 10), (20, "人事科", 1))
)


def people(count):
    return tuple(
        PersonRow(userid=f"u{number:02d}", name=f"王{number}", departments=(12,), main_department=12)
        for number in range(count)
    )


@pytest.fixture
def sync(house, monkeypatch):
    """Run the command against a house of so many: `sync(40, "--plan")`."""

    def run(count, *words):
        answer = Snapshot(source="test", departments=UNITS, people=people(count))
        source = DirectorySource(name="test", title="企业微信", fetch=lambda config: answer)
        directory_jobs.install(house.platform.config, first=source)
        return CliRunner().invoke(main, ["sync", *words])

    monkeypatch.setattr("core.platform.start", lambda config: house.platform)
    monkeypatch.setattr("core.cli._config", lambda path: house.platform.config)
    return run


def test_a_plan_prints_numbers_and_rows_and_leaves_everything_alone(sync):
    sync(3)
    runs = SyncRun.select().count()

    result = sync(4, "--plan")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "预演：新增 1 人，变更 0 人，离开 0 人，科室变动 0 个，消失 0 个，拒绝 0 行",
        "新增  王3（u03）  心内科",
        "什么都没有改动",
    ]
    assert (Person.select().count(), SyncRun.select().count()) == (3, runs)


def test_a_plan_stops_at_fifty_rows(sync):
    sync(0)

    lines = sync(60, "--plan").output.splitlines()

    assert sum(line.startswith("新增") for line in lines) == 50
    assert lines[-2].startswith("只列前 50 行")


def test_a_held_run_says_so_and_the_operator_lets_it_through(sync):
    sync(60)

    held = sync(30)
    number = SyncRun.select().order_by(SyncRun.id.desc()).first().id
    released = sync(30, "--release", str(number))

    assert (held.exit_code, f"qingban sync --release {number}" in held.output) == (1, True)
    assert (released.exit_code, "离开 30 人" in released.output) == (0, True)
    row = AuditRecord.get(AuditRecord.event == "core.directory.released")
    assert (row.actor, row.about) == ("", str(number))


def test_a_number_that_is_not_the_held_run_is_refused(sync):
    sync(3)

    result = sync(3, "--release", "1")

    assert (result.exit_code, "放行作废" in result.output) == (1, True)
    assert AuditRecord.select().where(AuditRecord.event == "core.directory.released").count() == 0
