"""The hospital as a WeCom corporation, ready for the simulator."""

from typing import Any
from urllib.parse import urlsplit

from .records import DISABLED, Hospital, Person
from .roles import catalogue_roles
from .scenes import stories

CORP_ID = "wwd7e1b0c4a9f35268"
AGENT_ID = 1000002

# Fixed values of the demonstration: they open nothing but the simulator.
CONTACTS_SECRET = "demo-contacts-secret-0000000000000000000001"
AGENT_SECRET = "demo-qingban-secret-00000000000000000000002"
CALLBACK_TOKEN = "QingbanDemoToken2900"
CALLBACK_AES_KEY = "QingbanDemoHospitalCallbackKeyForSimulator4"


def as_wecom(hospital: Hospital, *, qingban_url: str, simulator_url: str) -> dict[str, Any]:
    """Describe the corporation; phones find Qingban at `qingban_url`, Qingban finds WeCom at `api_base`."""
    qingban_url = qingban_url.rstrip("/")
    return {
        "corpid": CORP_ID,
        "name": hospital.name,
        "api_base": f"{simulator_url.rstrip('/')}/cgi-bin/",
        "contacts_secret": CONTACTS_SECRET,
        "scenes": stories(hospital),
        "agents": [_agent(qingban_url)],
        "departments": [_department(hospital, department.id) for department in hospital.departments],
        "users": [_user(hospital, person) for person in hospital.people],
        "tags": _tags(hospital),
    }


def _agent(qingban_url: str) -> dict[str, Any]:
    return {
        "agentid": AGENT_ID,
        "secret": AGENT_SECRET,
        "name": "轻办",
        "home_url": f"{qingban_url}/",
        "redirect_domains": [urlsplit(qingban_url).netloc],
        "callback": {
            "url": f"{qingban_url}/wecom/callback",
            "token": CALLBACK_TOKEN,
            "aes_key": CALLBACK_AES_KEY,
        },
        "allow_departments": [1],
    }


def _department(hospital: Hospital, department_id: int) -> dict[str, Any]:
    department = hospital.department_by_id[department_id]
    return {
        "id": department.id,
        "name": department.name,
        "name_en": "",
        "parentid": department.parent_id,
        "order": department.order,
        "department_leader": [leader.userid for leader in hospital.leaders[department_id]],
    }


def _user(hospital: Hospital, person: Person) -> dict[str, Any]:
    return {
        "userid": person.userid,
        "name": person.name,
        "alias": "",
        "department": list(person.departments),
        "order": [100 if department in person.leads else 0 for department in person.departments],
        "is_leader_in_dept": [int(department in person.leads) for department in person.departments],
        "direct_leader": [person.direct_leader] if person.direct_leader else [],
        "main_department": person.main_department,
        "position": _position(hospital, person),
        "mobile": person.mobile,
        "gender": person.gender,
        "email": "",
        "telephone": "",
        "address": "",
        "avatar": "",
        "thumb_avatar": "",
        "status": person.status,
        "enable": int(person.status != DISABLED),
        "extattr": {"attrs": _attributes(person)},
    }


def _position(hospital: Hospital, person: Person) -> str:
    """Call the leader of a group 组长; everybody else goes by the post."""
    department = hospital.department_by_id[person.main_department]
    leads_group = department.kind == "group" and department.id in person.leads
    return "组长" if leads_group and person.post != "主任" else person.post


def _attributes(person: Person) -> list[dict[str, Any]]:
    values = {
        "工号": person.staff_no,
        "岗位": person.post,
        "岗位类别": person.post_class,
        "职称": person.title,
        "条线": person.line,
    }
    return [{"type": 0, "name": name, "text": {"value": value}} for name, value in values.items()]


def _tags(hospital: Hospital) -> list[dict[str, Any]]:
    return [
        {
            "tagid": number,
            "tagname": role.title,
            "userlist": list(dict.fromkeys(member.userid for member in role.members)),
            "partylist": [],
        }
        for number, role in enumerate(catalogue_roles(hospital), start=1)
    ]
