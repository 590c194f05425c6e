"""The cast of the demo stories, found by what people are rather than by number."""

from collections.abc import Iterable
from typing import Any

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


def stories(hospital: Hospital) -> list[dict[str, Any]]:
    """Describe what a newcomer can play, with the people whose phones it needs."""
    parts = cast(hospital)
    return [
        {
            "title": title,
            "text": text,
            "people": [{"userid": parts[part], "part": word} for part, word in people],
        }
        for title, text, people in STORIES
    ]


STORIES = (
    (
        "请假审批",
        "护士在工作台点“请假”，拍一张证明提交；护士长在消息卡片上点同意，护理部接着审。",
        (("nurse", "护士"), ("head_nurse", "护士长"), ("nursing_director", "护理部")),
    ),
    (
        "扫码报名",
        "干事用模板做一个报名，打开海报；同事用“扫一扫”选屏幕上的码报名，名额满了会排候补。",
        (("clerk", "干事"), ("colleague", "同事"), ("nurse", "护士")),
    ),
    (
        "两个院区，两套插件",
        "东院区只开了报名，没有流程审批。管理员在管理台启停插件，手机上马上变。",
        (("nurse", "本部护士"), ("east_nurse", "东院护士"), ("it_admin", "系统管理员")),
    ),
)


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
