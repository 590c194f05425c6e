"""What IT sets up inside Qingban after the first directory sync."""

from collections.abc import Iterator
from typing import Any

from .records import Department, Hospital, Person
from .roles import Role, all_roles
from .tree import EAST

Head = tuple[Department, Person]


def as_extras(hospital: Hospital) -> dict[str, Any]:
    """Describe sites, functional departments, roles and lines."""
    codes = {department.code: department.id for department in hospital.departments if department.code}
    return {
        "sites": _sites(hospital),
        "department_codes": codes,
        "roles": [_role(role) for role in all_roles(hospital)],
        "lines": {
            "护理线": _rows(_nursing_line(hospital)),
            "医疗线": _rows(_clinical_line(hospital, "clinical", "med")),
            "医技线": _rows(_clinical_line(hospital, "medtech", "med")),
            "行政线": _rows(_office_line(hospital)),
        },
    }


def _sites(hospital: Hospital) -> list[dict[str, Any]]:
    """Make the east campus a site of its own: the nearest root above a department decides."""
    east = next(campus for campus in hospital.campuses if campus.name == EAST)
    return [
        {
            "slug": "main",
            "title": hospital.name,
            "roots": [hospital.root.id],
            "plugins": ["flows", "miniapps"],
        },
        {"slug": "east", "title": east.name, "roots": [east.id], "plugins": ["miniapps"]},
    ]


def _role(role: Role) -> dict[str, Any]:
    members = [{"userid": member.userid, "scope": member.scope} for member in role.members]
    return {"slug": role.slug, "title": role.title, "members": members}


def _rows(heads: Iterator[Head]) -> list[dict[str, Any]]:
    return [{"department": department.id, "userid": person.userid} for department, person in heads]


def _nursing_line(hospital: Hospital) -> Iterator[Head]:
    """Go from wards over divisions to the nursing department, which stands for the hospital."""
    for department in hospital.departments:
        if department.kind == "ward":
            yield from _leaders(hospital, department)
    for person in hospital.active:
        for system_id in person.heads_nursing_of:
            yield hospital.department_by_id[system_id], person
    yield from _office_and_hospital(hospital, "nursing")


def _clinical_line(hospital: Hospital, kind: str, office: str) -> Iterator[Head]:
    """Go from heads of departments to the office that oversees them."""
    for department in hospital.departments:
        if department.kind == kind:
            yield from _leaders(hospital, department)
    yield from _office_and_hospital(hospital, office)


def _office_line(hospital: Hospital) -> Iterator[Head]:
    """Go from groups over offices and campuses to the president."""
    for department in hospital.departments:
        if department.kind in ("hospital", "campus", "board", "office", "group"):
            yield from _leaders(hospital, department)


def _office_and_hospital(hospital: Hospital, code: str) -> Iterator[Head]:
    office = hospital.office(code)
    for leader in hospital.leaders[office.id]:
        yield office, leader
        yield hospital.root, leader


def _leaders(hospital: Hospital, department: Department) -> Iterator[Head]:
    for leader in hospital.leaders[department.id]:
        yield department, leader
