"""Rules of names, numbers and trees that contact writes obey."""

import re
from typing import Any

from .errors import refuse
from .state import State

USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}")
BAD_NAME = re.compile(r'[\\:*?"<>｜|]')
MOBILE = re.compile(r"\+?[0-9\-]{5,32}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
FIELDS = (
    "userid",
    "name",
    "alias",
    "mobile",
    "email",
    "biz_mail",
    "department",
    "order",
    "is_leader_in_dept",
    "direct_leader",
    "position",
    "gender",
    "telephone",
    "address",
    "main_department",
    "enable",
    "extattr",
    "external_position",
    "external_profile",
)


def check_department(state: State, body: dict[str, Any], own_id: int | None) -> None:
    """Raise when a department's name, place or depth is not allowed."""
    current = state.departments.get(own_id or -1, {})
    name = body.get("name", current.get("name", ""))
    parent = int(body.get("parentid", current.get("parentid", 0)) or 0)
    refuse(not 1 <= len(name) <= 32, 60001)
    refuse(BAD_NAME.search(name), 60009)
    refuse(own_id != 1 and parent not in state.departments, 60004)
    siblings = (one for one in state.departments.values() if int(one["parentid"]) == parent)
    refuse(any(one["name"] == name and one["id"] != own_id for one in siblings), 60008)
    depth, step = 1, parent
    while step:
        refuse(step == own_id, 60010)
        depth, step = depth + 1, int(state.departments[step]["parentid"])
    refuse(depth > 15, 81002)


def check_user(state: State, body: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Raise when a member's fields are not allowed."""
    whole = {**(old or {}), **body}
    refuse(not USERID.fullmatch(str(whole.get("userid", ""))), 40003)
    refuse(not 1 <= len(str(whole.get("name", ""))) <= 64, 60112)
    _check_reachable(state, whole)
    departments = whole.get("department") or []
    refuse(not isinstance(departments, list) or len(departments) > 100, 60123)
    refuse(any(int(one) not in state.departments for one in departments), 60003)
    flags = body.get("is_leader_in_dept")
    refuse(flags is not None and len(flags) != len(departments), 60132)
    refuse(len(whole.get("direct_leader") or ()) > 5, 60257)


def _check_reachable(state: State, whole: dict[str, Any]) -> None:
    mobile, email = whole.get("mobile"), whole.get("email")
    refuse(not mobile and not email and not whole.get("biz_mail"), 60129)
    refuse(mobile and not MOBILE.fullmatch(str(mobile)), 60103)
    refuse(email and not (EMAIL.fullmatch(str(email)) and 6 <= len(str(email)) <= 64), 60105)
    for other in state.users.values():
        if other["userid"].lower() == str(whole["userid"]).lower():
            continue
        refuse(mobile and other.get("mobile") == mobile, 60104)
        refuse(email and other.get("email") == email, 60106)
