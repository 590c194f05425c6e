"""The sync console: rehearse, look, take along, and let a held run through with two people."""

import io
from dataclasses import replace

import pytest
import python_calamine

from core.audit import AuditRecord
from core.contributions import DirectorySource
from core.db import atomic
from core.directory import jobs as directory_jobs
from core.directory.models import Person, SyncDifference, SyncRelease, SyncRun
from core.directory.snapshot import DepartmentRow, PersonRow, Snapshot
from core.jobs.models import Job
from core.testing import DESK

UNITS = tuple(
    DepartmentRow(id=key, name=name, parent_id=parent)
    for key, name, parent in ((1, "示例医院", None), (10, "内科", 1), (12, "心内科", 10), (20, "人事科", 1))
)


class Source:
    """A directory whose answer a test can change."""

    def __init__(self, people):
        self.people = people

    def fetch(self, config):
        """Give the whole house."""
        return Snapshot(source="test", departments=UNITS, people=tuple(self.people))


@pytest.fixture
def admins(house):
    """Give the browsers of two administrators."""
    people = [house.person(name, roles=["admin"]) for name in ("管理员甲", "管理员乙")]
    return [house.browser(person, user_agent=DESK) for person in people]


@pytest.fixture
def source(house, admins):
    """Give the directory, which knows 40 nurses and both administrators, all in place."""
    for number in range(40):
        house.person(f"护士{number}", userid=f"n{number:02d}")
    known = [
        PersonRow(userid=one.userid, name=one.name, departments=(12,), main_department=12)
        for one in Person.select().order_by(Person.userid)
    ]
    made = Source(known)
    first = DirectorySource(name="test", title="企业微信", fetch=made.fetch)
    directory_jobs.install(house.platform.config, first=first)
    directory_jobs.sync_all()
    return made


def lose(source, count):
    source.people = [row for row in source.people if row.userid not in {f"n{n:02d}" for n in range(count)}]


def held(house, source, admin):
    """Rehearse a change that is too big; give the number of the run."""
    lose(source, 30)
    admin.post("/admin/sync/plan")
    house.run_jobs()
    return SyncRun.select().order_by(SyncRun.id.desc()).first().id


def gone():
    return Person.select().where(Person.status == "left").count()


def trail():
    query = (
        AuditRecord.select().where(AuditRecord.event.startswith("core.directory.")).order_by(AuditRecord.id)
    )
    return [(row.event.removeprefix("core.directory."), row.about, bool(row.actor)) for row in query][1:]


def test_a_rehearsal_lists_what_would_change_and_changes_nothing(house, admins, source):
    lose(source, 2)
    source.people[-1] = replace(source.people[-1], title="主管护师")
    source.people.append(PersonRow(userid="new1", name="新人", departments=(20,), main_department=20))

    admins[0].post("/admin/sync/plan")
    waiting = admins[0].get("/admin/sync").text
    house.run_jobs()
    page = admins[0].get("/admin/sync").text

    assert ['hx-trigger="every 2s"' in one for one in (waiting, page)] == [True, False]
    for words in ("护士0（n00）", "职称 空 → 主管护师", "新人（new1）", "人事科", "预演", "导出 xlsx"):
        assert words in page
    assert (gone(), Person.select().where(Person.userid == "new1").exists()) == (0, False)


def test_a_sync_that_is_carried_out_leaves_no_rows_behind(house, admins, source):
    lose(source, 2)
    admins[0].post("/admin/sync/plan")
    house.run_jobs()
    assert SyncDifference.select().count() == 2

    admins[0].post("/admin/sync")
    house.run_jobs()

    assert (SyncDifference.select().count(), gone()) == (0, 2)
    assert admins[0].get("/admin/sync/export").status_code == 404


def test_the_differences_are_taken_along_as_texts_and_the_trail_says_so(house, admins, source):
    name = '=HYPERLINK("http://x")'
    source.people.append(PersonRow(userid="new1", name=name, departments=(20,), main_department=20))
    admins[0].post("/admin/sync/plan")
    house.run_jobs()
    run = SyncRun.select().order_by(SyncRun.id.desc()).first()

    answer = admins[0].get("/admin/sync/export")

    sheet = python_calamine.load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0)
    assert sheet.to_python() == [
        ["类别", "账号或科室编号", "姓名或科室", "变化"],
        ["新增", "new1", name, "人事科"],
    ]
    row = AuditRecord.get(AuditRecord.event == "core.directory.exported")
    assert (row.about, row.facts) == (str(run.id), {"count": 1})


def test_a_held_run_waits_for_two_different_people(house, admins, source):
    first, second = admins
    run = held(house, source, first)
    assert "还没有人核对" in first.get("/admin/sync").text

    assert first.post("/admin/sync/release", {"run": run}).status_code == 303
    again = first.post("/admin/sync/release", {"run": run})
    house.run_jobs()

    assert (again.status_code, "还要另一位管理员确认" in again.text, gone()) == (409, True, 0)
    pages = [browser.get("/admin/sync").text for browser in admins]
    assert ["还缺另一位管理员的确认" in pages[0], "还缺你或另一位管理员的确认" in pages[1]] == [True, True]
    assert ["/admin/sync/release" in page for page in pages] == [False, True]

    assert second.post("/admin/sync/release", {"run": run}).status_code == 303
    assert "管理员乙" in first.get("/admin/sync").text
    assert second.post("/admin/sync/release", {"run": run}).status_code == 409
    house.run_jobs()

    assert gone() == 30
    assert trail() == [
        ("held", "", False),
        ("release_asked", str(run), True),
        ("released", str(run), True),
        ("synced", "", False),
    ]


def test_a_newer_run_makes_the_request_lapse(house, admins, source):
    run = held(house, source, admins[0])
    admins[0].post("/admin/sync/release", {"run": run})
    admins[1].post("/admin/sync")
    house.run_jobs()

    late = admins[1].post("/admin/sync/release", {"run": run})

    assert (late.status_code, "放行作废" in late.text, gone()) == (409, True, 0)
    assert "还没有人核对" in admins[0].get("/admin/sync").text
    assert SyncRelease.get().confirmed_by_id is None
    assert Job.select().where(Job.effect_key.startswith("sync-released")).count() == 0


def test_a_run_that_failed_saw_nothing_and_leaves_the_request_alone(house, admins, source):
    run = held(house, source, admins[0])
    with atomic():
        SyncRun.create(source="test", state="failed")

    assert admins[0].post("/admin/sync/release", {"run": run}).status_code == 303


def test_what_grew_since_it_was_looked_at_is_held_again(house, admins, source):
    run = held(house, source, admins[0])
    lose(source, 35)
    for admin in admins:
        admin.post("/admin/sync/release", {"run": run})
    house.run_jobs()

    assert gone() == 0
    assert SyncRun.select().order_by(SyncRun.id.desc()).first().state == "held"


@pytest.mark.parametrize("number", ["", "x", "0", "999999999999"])
def test_a_number_that_means_nothing_is_refused(house, admins, source, number):
    held(house, source, admins[0])

    assert admins[0].post("/admin/sync/release", {"run": number}).status_code in (404, 409)
    assert SyncRelease.select().count() == 0


def test_others_neither_rehearse_nor_release_nor_export(house, admins, source):
    run = held(house, source, admins[0])
    nurse = house.browser(house.person("护士甲"), user_agent=DESK)

    answers = [
        nurse.post("/admin/sync/plan"),
        nurse.post("/admin/sync/release", {"run": run}),
        nurse.get("/admin/sync/export"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert SyncRelease.select().count() == 0
