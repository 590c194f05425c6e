"""Comparing, holding back and applying: what a sync does to people and departments."""

from dataclasses import replace

import pytest

from core.config import Config
from core.contributions import DirectorySource
from core.db import atomic
from core.directory import extras, sync
from core.directory.listeners import Listeners, install
from core.directory.lookup import departments, people, roles
from core.directory.models import Department, LineHead, Person, Role, RoleMember, SyncRun
from core.directory.snapshot import DepartmentRow, PersonRow, Refusal, Snapshot, TagRow
from core.errors import Conflict, Unavailable
from core.site import Site, SiteRoot

pytestmark = pytest.mark.usefixtures("any_tables")

TREE = (
    DepartmentRow(id=1, name="医院", parent_id=None),
    DepartmentRow(id=2, name="本部", parent_id=1, heads=("u1",)),
    DepartmentRow(id=3, name="内科", parent_id=2, order=5),
)


def snapshot(count: int = 3, **facts: object) -> Snapshot:
    rows = tuple(
        PersonRow(userid=f"u{number}", name=f"王{number}", departments=(3,), main_department=3)
        for number in range(1, count + 1)
    )
    return Snapshot(**{"source": "test", "departments": TREE, "people": rows, **facts})


def changed(before: Snapshot, userid: str, **facts: object) -> Snapshot:
    rows = tuple(replace(row, **facts) if row.userid == userid else row for row in before.people)
    return replace(before, people=rows)


def without(before: Snapshot, *userids: str) -> Snapshot:
    return replace(before, people=tuple(row for row in before.people if row.userid not in userids))


def load(wanted: Snapshot) -> None:
    sync.apply(sync.plan(wanted))


def heard() -> list[tuple[str, ...]]:
    events: list[tuple[str, ...]] = []
    install(
        Listeners(
            joined=lambda person: events.append(("joined", person.userid)),
            moved=lambda person, before: events.append(("moved", person.userid, str(before))),
            left=lambda person: events.append(("left", person.userid)),
        )
    )
    return events


def test_the_first_load_stores_the_tree_and_the_people() -> None:
    load(snapshot())

    assert departments.path_names(3) == "本部 / 内科"
    assert departments.get(3).path == "/1/2/3/"
    assert departments.heads(2) == [people.by_userid("u1").id]
    assert [person.name for person in people.members(3)] == ["王1", "王2", "王3"]


def test_the_same_snapshot_again_changes_nothing() -> None:
    load(snapshot())

    again = sync.plan(snapshot())

    assert again.is_empty
    assert again.counts["people"] == 3


def test_making_a_plan_changes_nothing() -> None:
    sync.plan(snapshot())

    assert Person.select().count() == 0


def test_what_the_source_does_not_say_is_kept() -> None:
    load(changed(snapshot(), "u1", title="主治医师", staff_no="A1", superior_userid="u2"))
    load(changed(snapshot(), "u1", title=None, position="组长"))

    person = people.by_userid("u1")

    assert (person.title, person.staff_no, person.position, person.superior_userid) == (
        "主治医师",
        "A1",
        "组长",
        "u2",
    )


def test_what_the_source_says_is_empty_is_emptied() -> None:
    load(changed(snapshot(), "u1", title="主治医师"))
    load(changed(snapshot(), "u1", title=""))

    assert people.by_userid("u1").title == ""


def test_people_are_told_of_as_they_come_move_go_and_return() -> None:
    load(snapshot())
    events = heard()

    load(snapshot(4))
    load(changed(snapshot(4), "u4", departments=(2,), main_department=2))
    load(snapshot(3))
    load(snapshot(4))

    assert events == [("joined", "u4"), ("moved", "u4", "3"), ("left", "u4"), ("joined", "u4")]


def test_who_disappears_is_marked_and_keeps_the_name_on_papers() -> None:
    load(snapshot())
    person = people.by_userid("u3").id

    load(without(snapshot(), "u3"))

    assert people.get(person).status == "left"
    assert Person.get_by_id(person).left_at is not None
    assert people.members(3) == [people.by_userid("u1"), people.by_userid("u2")]


def test_who_returns_is_the_same_person() -> None:
    load(snapshot())
    person = people.by_userid("u3").id
    load(without(snapshot(), "u3"))

    load(snapshot())

    assert people.get(person).status == "active"
    assert Person.get_by_id(person).left_at is None


def test_who_the_app_cannot_see_stays() -> None:
    load(snapshot())

    load(replace(without(snapshot(), "u3"), unseen=frozenset({"U3"})))

    assert people.by_userid("u3").status == "active"


def test_ids_that_differ_in_case_only_are_one_person() -> None:
    load(snapshot())
    twice = replace(snapshot(), people=(*snapshot().people, PersonRow(userid="U1", name="别人")))

    plan = sync.plan(twice)

    assert plan.added == ()
    assert plan.refused == (Refusal(about="user:U1", reason="账号重复（不分大小写），只保留第一个"),)


def test_a_department_that_vanished_is_marked_and_comes_back() -> None:
    many = tuple(DepartmentRow(id=number, name=f"科{number}", parent_id=1) for number in range(10, 40))
    load(snapshot(departments=(*TREE, *many)))
    load(snapshot(departments=(*TREE, *many[1:])))

    assert departments.get(10).is_gone
    assert 10 not in departments.below(1)
    load(snapshot(departments=(*TREE, *many)))
    assert not departments.get(10).is_gone


def test_departments_in_a_circle_are_put_below_the_root_and_reported() -> None:
    circle = (
        DepartmentRow(id=7, name="甲", parent_id=8),
        DepartmentRow(id=8, name="乙", parent_id=7),
        DepartmentRow(id=9, name="丙", parent_id=99),
    )
    plan = sync.plan(snapshot(departments=(*TREE, *circle)))
    sync.apply(plan)

    assert {row.about for row in plan.refused} == {"department:8", "department:9"}
    assert {unit.path for unit in departments.by_ids([7, 8, 9]).values()} == {"/1/8/7/", "/1/8/", "/1/9/"}


@pytest.mark.parametrize(
    ("before", "gone", "is_held"), [(100, 20, False), (100, 21, True), (1000, 30, False), (1000, 31, True)]
)
def test_too_many_leavers_are_held(before: int, gone: int, is_held: bool) -> None:
    load(snapshot(before))

    assert bool(sync.plan(snapshot(before - gone)).held) is is_held


def test_disabling_many_counts_like_removing_them() -> None:
    load(snapshot(60))
    rows = tuple(replace(row, status="disabled") for row in snapshot(60).people)

    assert sync.plan(replace(snapshot(), people=rows)).held


def test_a_missing_root_and_many_missing_departments_are_held() -> None:
    load(snapshot())

    assert sync.plan(snapshot(departments=())).held == "根科室不见了"
    assert sync.plan(snapshot(departments=TREE[:2])).held == "一次有 1 个科室消失，超过 10%"


def test_a_held_plan_touches_nobody_until_it_is_released() -> None:
    load(snapshot(60))
    plan = sync.plan(snapshot(10))

    with pytest.raises(sync.Held):
        sync.apply(plan)

    assert Person.select().where(Person.status == "left").count() == 0
    sync.apply(plan, released=True)
    assert Person.select().where(Person.status == "left").count() == 50


def run(wanted: Snapshot | Exception, *others: Snapshot, **more: object) -> SyncRun:
    def source(name: str, answer: Snapshot | Exception) -> DirectorySource:
        def fetch(config: Config) -> Snapshot:
            if isinstance(answer, Exception):
                raise answer
            return answer

        return DirectorySource(name=name, title=name, fetch=fetch)

    return sync.run(None, [source("first", wanted), *[source("more", other) for other in others]], **more)


def test_a_run_leaves_a_record_with_counts_and_refused_rows() -> None:
    record = run(replace(snapshot(), refused=(Refusal(about="user:x", reason="不合规"),)))

    stored = SyncRun.get_by_id(record.id)
    assert (stored.state, stored.counts["added"], stored.source) == ("done", 3, "first")
    assert stored.refused == [{"about": "user:x", "reason": "不合规"}]
    assert stored.ended_at is not None


def test_a_source_that_is_away_changes_nothing_and_is_written_down() -> None:
    load(snapshot())

    with pytest.raises(Unavailable):
        run(Unavailable("企业微信暂时连不上"))

    assert (SyncRun.get().state, SyncRun.get().message) == ("failed", "企业微信暂时连不上")
    assert sync.plan(snapshot()).is_empty


def test_a_released_run_lets_through_what_was_looked_at_and_no_more() -> None:
    load(snapshot(60))
    held = run(snapshot(30))
    assert held.state == "held"

    assert run(snapshot(20), released=held).state == "held"
    assert run(snapshot(31), released=held).state == "done"


def test_only_one_sync_runs_at_a_time() -> None:
    with atomic():
        SyncRun.create(source="first")

    with pytest.raises(Conflict):
        run(snapshot())


def test_a_second_source_completes_people_and_adds_nobody() -> None:
    more = Snapshot(
        source="hr",
        people=(
            PersonRow(userid="u1", name="王1", title="主任医师"),
            PersonRow(userid="x", name="外人", title="护师"),
        ),
    )

    run(snapshot(), more)

    assert people.by_userid("u1").title == "主任医师"
    assert people.by_userid("x") is None


def test_people_belong_to_the_site_of_the_nearest_root() -> None:
    with atomic():
        main, inner = Site.create(slug="main", title="医院"), Site.create(slug="inner", title="内科")
        SiteRoot.create(site=main.id, department_id=1)
        SiteRoot.create(site=inner.id, department_id=3)

    load(changed(snapshot(), "u1", departments=(2,), main_department=2))

    assert people.by_userid("u1").site_id == main.id
    assert people.by_userid("u2").site_id == inner.id
    assert departments.get(3).site_id == inner.id
    assert sync.plan(changed(snapshot(), "u1", departments=(2,), main_department=2)).is_empty


def test_a_tag_fills_the_role_linked_to_it() -> None:
    with atomic():
        Role.create(slug="gate", title="门岗", tag_id=7)
    load(snapshot(tags=(TagRow(id=7, userids=("u1", "u2")),)))
    load(snapshot(tags=(TagRow(id=7, userids=("u2", "u3", "nobody")),)))

    assert {people.get(person).userid for person in roles.members("gate", 3)} == {"u2", "u3"}


EXTRAS = {
    "sites": [{"slug": "main", "title": "示例医院", "roots": [1], "plugins": ["flows"]}],
    "department_codes": {"hr": 3, "gone": 99},
    "roles": [
        {
            "slug": "seal",
            "title": "印章保管员",
            "members": [{"userid": "u1", "scope": 2}, {"userid": "u2", "scope": None}, {"userid": "nobody"}],
        }
    ],
    "lines": {"护理线": [{"department": 3, "userid": "u1"}, {"department": 1, "userid": "u2"}]},
}


def test_extras_set_up_sites_codes_roles_and_lines_and_name_what_is_unknown() -> None:
    load(snapshot())

    missing = extras.load_extras(EXTRAS)

    assert people.by_userid("u1").site_id == Site.get(Site.slug == "main").id
    assert Site.get().has("flows")
    assert departments.with_code("hr", None).id == 3
    assert roles.members("seal", 3) == [people.by_userid("u1").id, people.by_userid("u2").id]
    assert LineHead.select().count() == 2
    assert missing == ["科室代码 gone：没有科室 99", "角色 seal：没有 nobody 或范围 None"]


def test_extras_may_be_loaded_again() -> None:
    load(snapshot())
    extras.load_extras(EXTRAS)
    before = [(row.id, row.person_id) for row in RoleMember.select()]

    extras.load_extras(EXTRAS)

    assert [(row.id, row.person_id) for row in RoleMember.select()] == before
    assert (Site.select().count(), Department.select().where(Department.code == "hr").count()) == (1, 1)
