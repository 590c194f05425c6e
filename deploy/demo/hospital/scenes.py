"""The cast of the demo stories, found by what people are rather than by number."""

from collections.abc import Iterable

from .records import Department, Hospital, Person
from .roles import Role, all_roles
from .tree import EAST, MAIN


def cast(hospital: Hospital) -> dict[str, str]:
    """Name one userid for every part; all of them are active."""
    roles = {role.slug: role for role in all_roles(hospital)}
    ward = _story_ward(hospital, MAIN)
    nurse, colleague = _nurses(hospital, ward)[:2]
    nursing = hospital.office("nursing")
    return {
        "nurse": nurse.userid,
        "colleague": colleague.userid,
        "head_nurse": hospital.leaders[ward.id][0].userid,
        "nursing_director": hospital.leaders[nursing.id][0].userid,
        "clerk": _clerk_of(roles["clerk"], nursing),
        "it_admin": roles["admin"].members[0].userid,
        "east_nurse": _nurses(hospital, _story_ward(hospital, EAST))[0].userid,
        "president": roles["president"].members[0].userid,
    }


def _story_ward(hospital: Hospital, campus: str) -> Department:
    """Find the first ward of a campus with two nurses who belong nowhere else."""
    wards: Iterable[Department] = (d for d in hospital.departments if d.kind == "ward")
    return next(
        ward
        for ward in wards
        if any(d.name == campus for d in hospital.path(ward.id)) and len(_nurses(hospital, ward)) > 1
    )


def _nurses(hospital: Hospital, ward: Department) -> list[Person]:
    return [p for p in hospital.active if p.departments == (ward.id,) and p.post == "护士"]


def _clerk_of(role: Role, office: Department) -> str:
    return next(member.userid for member in role.members if member.scope == office.id)
