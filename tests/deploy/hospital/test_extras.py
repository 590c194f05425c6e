"""What IT sets up after the first sync is complete, and the cast can play its parts."""

from typing import Any

import pytest

from deploy.demo.hospital import Hospital, generate
from deploy.demo.hospital.extras import as_extras
from deploy.demo.hospital.scenes import cast

CATALOGUE_ROLES = [
    "seal_keeper", "archivist", "fleet_manager", "mentor", "title_committee", "project_leader",
    "academic_committee", "ethics_office", "ethics_committee", "ethics_chair", "equip_committee",
    "equip_dispatcher", "equip_engineer", "consumable_committee", "drug_committee", "pharmacist",
    "data_security", "it_architect", "it_engineer", "it_dispatcher", "logi_dispatcher",
    "logi_worker", "storekeeper", "canteen", "gate_guard", "fin_reviewer", "cashier",
    "anesthesia_head", "tech_committee", "records_keeper", "blood_bank", "privilege_committee",
    "wound_nurse", "specialist_nurse", "cssd_head",
]  # fmt: skip
PLATFORM_ROLES = ["president", "vp", "admin", "security_admin", "audit_admin", "clerk"]


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return generate()


@pytest.fixture(scope="module")
def extras(hospital: Hospital) -> dict[str, Any]:
    return as_extras(hospital)


def members(extras: dict[str, Any], slug: str) -> list[str]:
    role = next(role for role in extras["roles"] if role["slug"] == slug)
    return [member["userid"] for member in role["members"]]


def levels(hospital: Hospital, rows: list[dict[str, Any]], department_id: int) -> list[str]:
    """Climb a line from a department upward."""
    heads = {row["department"]: row["userid"] for row in rows}
    return [heads[department.id] for department in hospital.path(department_id) if department.id in heads]


def test_main_site_covers_the_hospital_and_east_its_campus(
    hospital: Hospital, extras: dict[str, Any]
) -> None:
    east = hospital.campuses[1]

    assert extras["sites"] == [
        {"slug": "main", "title": hospital.name, "roots": [1], "plugins": ["flows", "miniapps"]},
        {"slug": "east", "title": "东院区", "roots": [east.id], "plugins": ["miniapps"]},
    ]


def test_codes_lead_to_departments(hospital: Hospital, extras: dict[str, Any]) -> None:
    codes = extras["department_codes"]

    assert len(codes) == 21
    assert hospital.department_by_id[codes["hr"]].name == "人事科"


def test_every_role_is_there_once(extras: dict[str, Any]) -> None:
    assert [role["slug"] for role in extras["roles"]] == CATALOGUE_ROLES + PLATFORM_ROLES


def test_every_role_has_active_members_and_no_holding_twice(
    hospital: Hospital, extras: dict[str, Any]
) -> None:
    active = {person.userid for person in hospital.active}

    for role in extras["roles"]:
        holdings = [(member["userid"], member["scope"]) for member in role["members"]]
        assert holdings
        assert len(set(holdings)) == len(holdings)
        assert {userid for userid, _ in holdings} <= active


def test_committees_have_several_members(extras: dict[str, Any]) -> None:
    sizes = {r["slug"]: len(r["members"]) for r in extras["roles"] if r["slug"].endswith("_committee")}

    assert len(sizes) == 8
    assert min(sizes.values()) >= 7


def test_ethics_chair_sits_on_the_ethics_committee(extras: dict[str, Any]) -> None:
    (chair,) = members(extras, "ethics_chair")

    assert chair in members(extras, "ethics_committee")


def test_roles_of_campuses_reach_every_campus(hospital: Hospital, extras: dict[str, Any]) -> None:
    campuses = {campus.id for campus in hospital.campuses}
    duties = [role for role in extras["roles"] if role["slug"] in CATALOGUE_ROLES]
    reach = {role["slug"]: {member["scope"] for member in role["members"]} for role in duties}

    assert reach["gate_guard"] == campuses
    assert [slug for slug, scopes in reach.items() if scopes not in ({None}, campuses)] == []


def test_exactly_one_vice_president_is_in_charge_of_everybody(
    hospital: Hospital, extras: dict[str, Any]
) -> None:
    (vp,) = [role for role in extras["roles"] if role["slug"] == "vp"]
    scopes = {member["scope"] for member in vp["members"]}

    for person in hospital.people:
        path = [department.id for department in hospital.path(person.main_department)]
        assert len(scopes & set(path)) == 1
    assert len(members(extras, "vp")) == len(scopes)


def test_administrators_work_in_it_and_hold_separate_duties(
    hospital: Hospital, extras: dict[str, Any]
) -> None:
    admins = members(extras, "admin")
    duties = [set(members(extras, slug)) for slug in ("admin", "security_admin", "audit_admin")]

    assert len(set(admins)) == 3
    assert {hospital.person_by_id[one].main_department for one in admins} == {hospital.office("it").id}
    assert sum(map(len, duties)) == len(set().union(*duties))


def test_clerks_are_ordinary_members_of_their_department(hospital: Hospital, extras: dict[str, Any]) -> None:
    clerks = [hospital.person_by_id[userid] for userid in members(extras, "clerk")]

    assert len(clerks) == 23
    assert not any(clerk.leads or clerk.post_class == "中层干部" for clerk in clerks)


def test_nursing_line_has_three_levels_for_every_ward(hospital: Hospital, extras: dict[str, Any]) -> None:
    rows = extras["lines"]["护理线"]
    person = hospital.person_by_id
    wards = [department for department in hospital.departments if department.kind == "ward"]

    posts = {tuple(person[one].post for one in levels(hospital, rows, ward.id)) for ward in wards}

    assert posts == {("护士长", "科护士长", "护理部主任")}


def test_other_lines_end_at_their_office(hospital: Hospital, extras: dict[str, Any]) -> None:
    clinic = next(d for d in hospital.departments if d.kind == "clinical")
    hr = hospital.office("hr")
    med_head = hospital.leaders[hospital.office("med").id][0].userid
    president = members(extras, "president")[0]

    clinical = levels(hospital, extras["lines"]["医疗线"], clinic.id)
    office = levels(hospital, extras["lines"]["行政线"], hr.id)

    assert clinical == [hospital.leaders[clinic.id][0].userid, med_head]
    assert (office[0], office[-1]) == (hospital.leaders[hr.id][0].userid, president)


@pytest.mark.parametrize("seed", [1, 2900])
def test_cast_is_active_and_fits_the_story_of_a_leave(seed: int) -> None:
    hospital = generate(seed)
    part = {name: hospital.person_by_id[userid] for name, userid in cast(hospital).items()}
    nursing = hospital.office("nursing")

    assert all(person.is_active for person in part.values())
    assert len({person.userid for person in part.values()}) == 8
    assert (part["nurse"].post, part["nurse"].line) == ("护士", "护理线")
    assert part["nurse"].departments == part["colleague"].departments
    assert hospital.leaders[part["nurse"].main_department] == (part["head_nurse"],)
    assert hospital.leaders[nursing.id] == (part["nursing_director"],)
    assert (part["clerk"].main_department, part["clerk"].post) == (nursing.id, "职员")
    assert part["it_admin"].main_department == hospital.office("it").id
    assert hospital.campus_of(part["east_nurse"]) == hospital.campuses[1]
    assert part["president"].post == "院长"
