"""Reads about people, departments, roles and lines."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import atomic, database
from core.directory.lookup import departments, lines, people, roles
from core.directory.models import Department, LineHead, Person, Role, RoleMember
from core.errors import NotFound
from core.site import Site
from tests.core.directory.support import add_department, add_person, set_heads

pytestmark = pytest.mark.usefixtures("any_tables")


def build_house() -> None:
    add_department(1, "医院")
    add_department(2, "本部院区", 1)
    add_department(3, "内科系统", 2)
    add_department(4, "心内科", 3)
    for name, number in (("院长", 1), ("院区长", 2), ("系统主任", 3), ("科主任", 4)):
        add_person(name, number)
        set_heads(number, name)


def ids(*names: str) -> list[str]:
    return [people.by_userid(name).id for name in names]


def names(levels: list[list[str]]) -> list[list[str]]:
    return [[people.get(person).name for person in level] for level in levels]


def test_unknown_people_are_not_found_and_strangers_are_none() -> None:
    with pytest.raises(NotFound):
        people.get("nobody")

    assert people.by_userid("nobody") is None
    assert people.by_ids(["nobody"]) == {}


def test_a_person_is_found_by_wecom_id_whatever_its_case() -> None:
    person = add_person("ZhangSan")

    assert people.by_userid("zhangsan").id == person


def test_people_come_back_in_the_order_asked_for() -> None:
    first, second = add_person("甲"), add_person("乙")

    assert list(people.by_ids([second, first, second])) == [second, first]


def test_many_people_cost_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [add_person(f"u{number}") for number in range(30)]
    statements = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(database.obj, "execute_sql", lambda *a, **k: statements.append(a) or execute(*a, **k))

    people.by_ids(asked)

    assert len(statements) == 1


@pytest.mark.parametrize("text", ["欧阳", "ouyang", "ouyangxue", "oyx", "OYX", "a1024", "Ａ１０２４", "阳雪"])
def test_search_takes_names_pinyin_initials_and_staff_numbers(text: str) -> None:
    add_person("欧阳雪", staff_no="A1024")
    add_person("张三", staff_no="B2048")

    assert [person.name for person in people.search(text)] == ["欧阳雪"]


def test_search_shows_neither_leavers_nor_other_sites() -> None:
    with atomic():
        here, there = Site.create(slug="a", title="甲"), Site.create(slug="b", title="乙")
    add_person("王一", site=here.id)
    add_person("王二", site=there.id)
    add_person("王三", site=here.id, status="left")
    add_person("王四", site=here.id, status="disabled")

    assert {person.name for person in people.search("王")} == {"王一", "王二"}
    assert [person.name for person in people.search("王", site=here)] == ["王一"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "\\", "'"])
def test_search_takes_signs_for_what_they_are(text: str) -> None:
    add_person("王一")

    assert people.search(text) == []


def test_search_puts_the_best_match_first_and_keeps_the_limit() -> None:
    for name in ("小李", "李小", "李"):
        add_person(name)

    assert [person.name for person in people.search("李", limit=2)] == ["李", "李小"]


def test_members_may_be_taken_with_everything_below() -> None:
    build_house()

    assert {person.name for person in people.members(3)} == {"系统主任", "科主任"}
    assert {person.name for person in people.members(3, below=False)} == {"系统主任"}


def test_path_names_leave_out_the_root() -> None:
    build_house()

    assert departments.path_names(4) == "本部院区 / 内科系统 / 心内科"
    assert departments.path_names(1) == "医院"


def test_the_tree_is_asked_upward_and_downward() -> None:
    build_house()

    assert departments.ancestors(4) == [4, 3, 2, 1]
    assert departments.below(3) == [3, 4]
    assert [unit.name for unit in departments.children(2)] == ["内科系统"]
    assert departments.in_subtree(4, 2)
    assert not departments.in_subtree(2, 4)


def test_heads_who_left_are_no_heads() -> None:
    build_house()
    add_person("副主任", 4, status="left")
    set_heads(4, "副主任", "科主任", "查无此人")

    assert departments.heads(4) == ids("科主任")


def test_a_chain_goes_upward_level_by_level() -> None:
    build_house()
    nurse = add_person("护士", 4)

    assert names(departments.chain(4, starter=nurse)) == [["科主任"], ["系统主任"], ["院区长"], ["院长"]]


def test_the_chain_of_a_head_begins_above() -> None:
    build_house()

    assert names(departments.chain(4, starter=ids("系统主任")[0])) == [["院区长"], ["院长"]]


def test_who_heads_several_levels_is_asked_once_at_the_highest() -> None:
    build_house()
    set_heads(4, "院区长")

    assert names(departments.chain(4, starter="x")) == [["系统主任"], ["院区长"], ["院长"]]


def test_vacant_levels_are_skipped_unless_wanted() -> None:
    build_house()
    set_heads(3)

    assert names(departments.chain(4, starter="x")) == [["科主任"], ["院区长"], ["院长"]]
    assert names(departments.chain(4, starter="x", keep_vacant=True)) == [
        ["科主任"],
        [],
        ["院区长"],
        ["院长"],
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parents=st.lists(st.integers(1, 6), min_size=6, max_size=6),
    heads=st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=6, max_size=6),
    starter=st.integers(0, 4),
)
def test_chains_are_finite_without_repeats_and_always_the_same(
    parents: list[int], heads: list[list[int]], starter: int
) -> None:
    with atomic():
        Department.delete().where(Department.id > 0).execute()
        Person.delete().where(Person.id != "").execute()
    with atomic():
        for number, parent in enumerate(parents, start=1):
            Department.create(
                id=number, name="x", parent_id=parent, heads=[f"u{h}" for h in heads[number - 1]]
            )
        for number in range(5):
            Person.create(id=f"p{number}", userid=f"u{number}", name="x")

    chain = departments.chain(1, starter=f"p{starter}")

    flat = [person for level in chain for person in level]
    assert len(flat) == len(set(flat))
    assert f"p{starter}" not in flat
    assert all(chain)
    assert chain == departments.chain(1, starter=f"p{starter}")


def test_a_code_finds_the_sites_own_department_before_the_houses() -> None:
    with atomic():
        main, east = Site.create(slug="main", title="本部"), Site.create(slug="east", title="东院")
    add_department(1, "医院", site=main.id)
    add_department(2, "人事科", 1, code="hr", site=main.id)

    assert departments.with_code("hr", east).id == 2
    add_department(3, "东院人事科", 1, code="hr", site=east.id)
    assert departments.with_code("hr", east).id == 3
    assert departments.with_code("nothing", east) is None
    assert departments.with_code("", east) is None


def test_a_role_reaches_only_as_far_as_its_scope() -> None:
    build_house()
    add_department(5, "东院区", 1)
    add_person("总管"), add_person("本部印章员"), add_person("东院印章员")
    with atomic():
        role = Role.create(slug="seal", title="印章保管员")
        RoleMember.create(role=role.id, person=ids("本部印章员")[0], scope_id=2)
        RoleMember.create(role=role.id, person=ids("东院印章员")[0], scope_id=5)

    assert roles.members("seal", 4) == ids("本部印章员")
    assert roles.members("seal", 1) == []
    assert roles.members("seal") == []
    assert roles.everyone("seal") == ids("本部印章员", "东院印章员")
    with atomic():
        RoleMember.create(role=role.id, person=ids("总管")[0])
    assert roles.members("seal") == ids("总管")
    assert roles.members("seal", 4) == ids("本部印章员", "总管")
    assert roles.of(ids("总管")[0]) == {"seal"}
    assert roles.members("unknown", 4) == []


def test_a_line_has_its_own_heads_over_the_same_tree() -> None:
    build_house()
    for name, number in (("护士长", 4), ("科护士长", 3), ("护理部主任", 1)):
        person = add_person(name, number)
        with atomic():
            LineHead.create(line="护理线", department_id=number, person=person)

    assert names(lines.heads("护理线", 4)) == [["护士长"], ["科护士长"], ["护理部主任"]]
    assert names(lines.heads("护理线", 4, starter=ids("护士长")[0])) == [["科护士长"], ["护理部主任"]]
    assert lines.heads("医疗线", 4) == []
