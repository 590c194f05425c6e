"""Who holds which role: duties of small groups, committees, administrators, clerks."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .records import Hospital, Person


@dataclass(frozen=True, kw_only=True)
class Member:
    """One holding of a role; `scope` limits it to a department and what is below."""

    userid: str
    scope: int | None = None


@dataclass(frozen=True, kw_only=True)
class Role:
    """A named duty and those who carry it."""

    slug: str
    title: str
    members: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A role carried by the people of some departments."""

    title: str
    units: str
    """Names of departments; on every campus where they exist."""
    count: int
    post: str = ""
    leaders: bool = False
    """Take the leaders instead of those they lead."""
    skip: int = 0
    """Leave the first people to another duty of the same department."""
    by_campus: bool = False
    """Pick `count` people on each campus and limit them to it."""


@dataclass(frozen=True, kw_only=True)
class Committee:
    """A role carried by heads of functional departments and clinical departments."""

    title: str
    offices: str
    clinicians: int


DUTIES: dict[str, Duty | Committee] = {
    "seal_keeper": Duty(title="印章保管员", units="院办公室", count=2),
    "archivist": Duty(title="档案管理员", units="档案室", count=2),
    "fleet_manager": Duty(title="车队调度", units="车队", count=1, leaders=True, by_campus=True),
    "mentor": Duty(
        title="带教老师", units="心血管内科 普通外科 老年医学科", count=4, post="医师", by_campus=True
    ),
    "title_committee": Committee(
        title="职称聘任委员会", offices="hr edu med nursing discipline", clinicians=4
    ),
    "project_leader": Duty(title="课题负责人", units="肿瘤科 神经内科 骨科", count=6, post="医师"),
    "academic_committee": Committee(title="学术委员会", offices="edu med nursing", clinicians=6),
    "ethics_office": Duty(title="伦理办公室", units="伦理办公室", count=2),
    "ethics_committee": Committee(title="伦理委员会", offices="med nursing pharm discipline", clinicians=5),
    "ethics_chair": Duty(title="伦理委员会主任委员", units="消化内科", count=1, leaders=True),
    "equip_committee": Committee(
        title="医学装备委员会", offices="equip finance procure audit med", clinicians=4
    ),
    "equip_dispatcher": Duty(
        title="设备维修派工员", units="设备维修组", count=1, leaders=True, by_campus=True
    ),
    "equip_engineer": Duty(title="设备工程师", units="设备维修组", count=3, by_campus=True),
    "consumable_committee": Committee(
        title="耗材管理委员会", offices="equip procure finance nursing infection insurance", clinicians=3
    ),
    "drug_committee": Committee(
        title="药事管理委员会", offices="pharm med nursing infection insurance", clinicians=4
    ),
    "pharmacist": Duty(title="药师", units="住院药房 药剂科", count=5, post="药师", by_campus=True),
    "data_security": Duty(title="数据安全专员", units="信息科", count=1, skip=4),
    "it_architect": Duty(title="系统架构评审员", units="信息科", count=2, skip=5),
    "it_engineer": Duty(title="信息工程师", units="信息运维组", count=2, by_campus=True),
    "it_dispatcher": Duty(title="信息派单员", units="信息运维组", count=1, leaders=True, by_campus=True),
    "logi_dispatcher": Duty(title="后勤派工员", units="总务维修组", count=1, leaders=True, by_campus=True),
    "logi_worker": Duty(title="后勤维修工", units="总务维修组", count=6, by_campus=True),
    "storekeeper": Duty(title="仓库保管员", units="物资仓库", count=2, by_campus=True),
    "canteen": Duty(title="食堂", units="膳食组", count=2, by_campus=True),
    "gate_guard": Duty(title="门岗", units="门岗组", count=6, by_campus=True),
    "fin_reviewer": Duty(title="审核会计", units="财务科", count=3),
    "cashier": Duty(title="出纳", units="财务科", count=2, skip=3),
    "anesthesia_head": Duty(title="麻醉科主任", units="麻醉科", count=1, leaders=True, by_campus=True),
    "tech_committee": Committee(title="医疗技术管理委员会", offices="med qc edu nursing", clinicians=5),
    "records_keeper": Duty(title="病案管理员", units="病案统计室", count=3),
    "blood_bank": Duty(title="输血科", units="输血科", count=4, post="技师"),
    "privilege_committee": Committee(title="授权管理委员会", offices="med qc nursing pharm", clinicians=5),
    "wound_nurse": Duty(title="伤口专科护士", units="专科护理组", count=3),
    "specialist_nurse": Duty(title="专科护士", units="专科护理组", count=5, skip=3),
    "cssd_head": Duty(title="消毒供应室负责人", units="消毒供应室", count=1, leaders=True),
}

# Three separate hands: those who run the system, those who grant, those who look afterwards.
ADMINISTRATORS = {
    "admin": Duty(title="系统管理员", units="信息科", count=3),
    "security_admin": Duty(title="安全管理员", units="信息科", count=1, skip=3),
    "audit_admin": Duty(title="审计管理员", units="审计科", count=1),
}


def catalogue_roles(hospital: Hospital) -> tuple[Role, ...]:
    """Fill the roles named by the flow catalogue."""
    return tuple(_fill(hospital, slug, duty) for slug, duty in DUTIES.items())


def all_roles(hospital: Hospital) -> tuple[Role, ...]:
    """Add leaders of the hospital, administrators and clerks to the catalogue's roles."""
    president = [Member(userid=p.userid) for p in hospital.active if p.post == "院长"]
    charges = [Member(userid=p.userid, scope=scope) for p in hospital.active for scope in p.in_charge]
    return (
        *catalogue_roles(hospital),
        Role(slug="president", title="院长", members=tuple(president)),
        Role(slug="vp", title="分管院领导", members=tuple(charges)),
        *(_fill(hospital, slug, duty) for slug, duty in ADMINISTRATORS.items()),
        Role(slug="clerk", title="科室文员", members=_clerks(hospital)),
    )


def _fill(hospital: Hospital, slug: str, duty: Duty | Committee) -> Role:
    members = _sit(hospital, slug, duty) if isinstance(duty, Committee) else _pick(hospital, duty)
    return Role(slug=slug, title=duty.title, members=members)


def _pick(hospital: Hospital, duty: Duty) -> tuple[Member, ...]:
    wanted = _wanted(hospital, duty)
    people = [person for person in hospital.active if wanted(person)]
    if not duty.by_campus:
        return tuple(Member(userid=p.userid) for p in people[duty.skip :][: duty.count])
    return tuple(
        Member(userid=person.userid, scope=campus.id)
        for campus in hospital.campuses
        for person in [p for p in people if hospital.campus_of(p) == campus][duty.skip :][: duty.count]
    )


def _wanted(hospital: Hospital, duty: Duty) -> Callable[[Person], bool]:
    units = {department.id for department in hospital.departments if department.name in duty.units.split()}

    def wanted(person: Person) -> bool:
        leads = person.main_department in person.leads
        return person.main_department in units and leads == duty.leaders and duty.post in ("", person.post)

    return wanted


def _sit(hospital: Hospital, slug: str, committee: Committee) -> tuple[Member, ...]:
    heads = [hospital.leaders[hospital.office(code).id][0].userid for code in committee.offices.split()]
    chiefs = [p.userid for p in hospital.active if p.post == "科主任" and p.line == "医疗线"]
    clinicians = Random(f"{hospital.seed} {slug}").sample(chiefs, committee.clinicians)
    if slug == "ethics_committee":
        chair = _pick(hospital, DUTIES["ethics_chair"])[0].userid  # type: ignore[arg-type]
        clinicians = [chair, *(userid for userid in clinicians if userid != chair)]
    return tuple(Member(userid=userid) for userid in dict.fromkeys(heads + clinicians))


def _clerks(hospital: Hospital) -> tuple[Member, ...]:
    """Name the last ordinary member of every functional department and campus office."""
    clerks = []
    for place in hospital.departments:
        if place.kind == "office" or place.name == "综合办公室":
            present = [p for p in hospital.active if p.main_department == place.id and not p.leads]
            staff = [p for p in present if p.post_class != "中层干部"]
            scope = place.parent_id if place.name == "综合办公室" else place.id
            clerks.append(Member(userid=staff[-1].userid, scope=scope))
    return tuple(clerks)
