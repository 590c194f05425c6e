"""The sample hospital keeps its promises: size, shape, people and their superiors."""

import time
from collections import Counter

import pytest

from deploy.demo.hospital import Hospital, Person, generate
from deploy.demo.hospital.tree import EAST, MAIN, NORTH

OFFICES = {
    "office": "院办公室", "hr": "人事科", "edu": "科教科", "equip": "医学装备科", "pharm": "药剂科",
    "it": "信息科", "logistics": "后勤保障科", "security": "保卫科", "finance": "财务科", "audit": "审计科",
    "procure": "采购中心", "discipline": "纪检监察室", "med": "医务科", "nursing": "护理部", "qc": "质控科",
    "infection": "院感科", "insurance": "医保办", "outpatient": "门诊部", "lab": "检验科",
    "publicity": "宣传科", "archive": "档案室",
}  # fmt: skip


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return generate()


def nurses(hospital: Hospital) -> list[Person]:
    return [person for person in hospital.active if person.post == "护士"]


def superiors(hospital: Hospital, person: Person) -> list[Person]:
    """Everybody above a person, nearest first; stops early when the chain is a circle."""
    above: list[Person] = []
    leader = person.direct_leader
    while leader and len(above) < 10:
        above.append(hospital.person_by_id[leader])
        leader = above[-1].direct_leader
    return above


def test_staff_is_counted_exactly(hospital: Hospital) -> None:
    assert Counter(person.status for person in hospital.people) == {1: 2770, 2: 40, 4: 30, 5: 60}


@pytest.mark.parametrize("attribute", ["userid", "staff_no", "mobile"])
def test_nobody_shares_an_identifier(hospital: Hospital, attribute: str) -> None:
    values = {getattr(person, attribute) for person in hospital.people}

    assert len(values) == 2_900


def test_same_seed_gives_the_same_hospital_and_another_seed_another() -> None:
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)


def test_generation_is_quick() -> None:
    started = time.process_time()

    generate()

    # Half a second is the promise; the rest is room for a busy machine.
    assert time.process_time() - started < 1.5


def test_three_campuses_stand_below_the_hospital(hospital: Hospital) -> None:
    assert [campus.name for campus in hospital.campuses] == [MAIN, EAST, NORTH]
    assert {campus.parent_id for campus in hospital.campuses} == {hospital.root.id}


def test_wards_stand_five_levels_deep(hospital: Hospital) -> None:
    deepest = max(hospital.departments, key=lambda department: len(list(hospital.path(department.id))))

    assert len(list(hospital.path(deepest.id))) == 5


def test_parents_are_planted_before_their_children(hospital: Hospital) -> None:
    assert all(department.parent_id < department.id for department in hospital.departments)


def test_siblings_have_different_names_and_orders(hospital: Hospital) -> None:
    names = {(department.parent_id, department.name) for department in hospital.departments}
    orders = {(department.parent_id, department.order) for department in hospital.departments}

    assert len(names) == len(orders) == len(hospital.departments)


def test_every_office_of_the_catalogue_belongs_to_the_main_campus(hospital: Hospital) -> None:
    offices = {d.code: d.name for d in hospital.departments if d.code}
    paths = {tuple(d.name for d in hospital.path(hospital.office(code).id))[1:] for code in OFFICES}

    assert offices == OFFICES
    assert paths == {("行政职能", MAIN, hospital.name)}


def test_every_office_has_an_active_head_and_active_staff(hospital: Hospital) -> None:
    staffed = Counter(person.main_department for person in hospital.active)

    for code in OFFICES:
        office = hospital.office(code)
        assert [head.is_active for head in hospital.leaders[office.id]] == [True]
        assert staffed[office.id] >= 4


def test_every_department_has_one_active_leader(hospital: Hospital) -> None:
    standing = {tuple(leader.is_active for leader in leaders) for leaders in hospital.leaders.values()}

    assert standing == {(True,)}


def test_every_active_nurse_has_another_person_as_active_head_nurse(hospital: Hospital) -> None:
    assert len(nurses(hospital)) > 1_000
    for nurse in nurses(hospital):
        (leader,) = hospital.leaders[nurse.main_department]
        assert (leader.post, leader.is_active, leader.userid != nurse.userid) == ("护士长", True, True)


def test_every_ward_has_several_active_nurses(hospital: Hospital) -> None:
    present = Counter(nurse.main_department for nurse in nurses(hospital))

    assert min(present[d.id] for d in hospital.departments if d.kind == "ward") >= 5


def test_three_percent_belong_to_several_departments(hospital: Hospital) -> None:
    assert sum(len(person.departments) > 1 for person in hospital.people) == 87


def test_some_people_lead_several_departments(hospital: Hospital) -> None:
    posts = {person.post for person in hospital.people if len(person.leads) > 1}

    assert posts == {"院长", "科主任", "护士长", "护理部主任", "主任"}


def test_people_lead_only_departments_they_belong_to(hospital: Hospital) -> None:
    assert all(set(person.leads) <= set(person.departments) for person in hospital.people)
    assert all(len(set(person.departments)) == len(person.departments) for person in hospital.people)


def test_following_superiors_ends_at_the_president(hospital: Hospital) -> None:
    for person in hospital.people:
        above = superiors(hospital, person)
        assert all(superior.is_active for superior in above)
        assert [person, *above][-1].post == "院长"


def test_nurses_answer_to_ward_division_and_nursing_department(hospital: Hospital) -> None:
    chains = {tuple(p.post for p in superiors(hospital, nurse)) for nurse in nurses(hospital)}

    assert chains == {("护士长", "科护士长", "护理部主任", "副院长", "院长")}


def test_staff_number_tells_the_campus(hospital: Hospital) -> None:
    letters = {(campus.name, p.staff_no[0]) for p in hospital.people if (campus := hospital.campus_of(p))}

    assert letters == {(MAIN, "A"), (EAST, "B"), (NORTH, "C")}
