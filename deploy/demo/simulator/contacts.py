"""Reading departments and members."""

from typing import Any

from .call import Call, api
from .errors import refuse
from .scope import children, departments_of, sees_user

SENSITIVE = ("avatar", "thumb_avatar", "gender", "mobile", "email", "biz_mail", "qr_code", "address")
LIST_LIMIT = 20_000


def _chosen(call: Call) -> list[dict[str, Any]]:
    state = call.world.state
    visible = departments_of(state, call.agent)
    if call.params.get("id"):
        wanted = call.number("id", 60003)
        refuse(wanted not in state.departments, 60003)
        refuse(wanted not in visible, 60011)
        visible &= children(state, {wanted})
    return [state.departments[one] for one in sorted(visible)]


@api("GET", "department/list")
def department_list(call: Call) -> dict[str, Any]:
    """Return a department and everything below it."""
    return {"department": _chosen(call)}


@api("GET", "department/simplelist", who="any")
def department_simplelist(call: Call) -> dict[str, Any]:
    """Return ids of a department and everything below it."""
    rows = [
        {"id": one["id"], "parentid": one["parentid"], "order": one.get("order", 0)} for one in _chosen(call)
    ]
    return {"department_id": rows}


@api("GET", "department/get")
def department_get(call: Call) -> dict[str, Any]:
    """Return one department."""
    wanted = call.number("id", 41019)
    refuse(wanted not in call.world.state.departments, 60003)
    refuse(wanted not in departments_of(call.world.state, call.agent), 60011)
    return {"department": call.world.state.departments[wanted]}


def shown(call: Call, user: dict[str, Any]) -> dict[str, Any]:
    """Return a member as this corp's apps see it."""
    if call.world.settings.show_sensitive:
        return dict(user)
    return {name: value for name, value in user.items() if name not in SENSITIVE}


@api("GET", "user/get", who="any")
def user_get(call: Call) -> dict[str, Any]:
    """Return one member."""
    refuse(call.agent is None, 48009)
    user = call.world.state.user(call.need("userid", 41009))
    if user is None:
        refuse(True, 60111)
        return {}
    refuse(not sees_user(call.world.state, call.agent, user), 60011)
    return shown(call, user)


def _members(call: Call) -> list[dict[str, Any]]:
    state = call.world.state
    wanted = call.number("department_id", 41019)
    visible = departments_of(state, call.agent)
    refuse(wanted not in state.departments, 60003)
    refuse(wanted not in visible, 60011)
    inside = children(state, {wanted}) & visible if call.params.get("fetch_child") == "1" else {wanted}
    return [
        user for user in state.users.values() if inside.intersection(map(int, user.get("department", ())))
    ]


@api("GET", "user/simplelist")
def user_simplelist(call: Call) -> dict[str, Any]:
    """Return names of the members of a department."""
    rows = [{name: user[name] for name in ("userid", "name", "department")} for user in _members(call)]
    return {"userlist": rows}


@api("GET", "user/list", who="any")
def user_list(call: Call) -> dict[str, Any]:
    """Return the members of a department."""
    refuse(call.agent is None, 48009)
    members = _members(call)
    refuse(len(members) > LIST_LIMIT, 45029)
    return {"userlist": [shown(call, user) for user in members]}


@api("POST", "user/list_id", who="contacts")
def user_list_id(call: Call) -> dict[str, Any]:
    """Return ids page by page, one row per member and department."""
    limit = int(call.body.get("limit") or 10_000)
    refuse(not 1 <= limit <= 10_000, 40058, "limit must be 1 to 10000")
    cursor = str(call.body.get("cursor") or "0")
    refuse(not cursor.isdigit(), 40058, "invalid cursor")
    start = int(cursor)
    rows = [
        {"userid": user["userid"], "department": one}
        for user in call.world.state.users.values()
        for one in user.get("department", ())
    ]
    end = start + limit
    return {"next_cursor": str(end) if end < len(rows) else "", "dept_user": rows[start:end]}


@api("POST", "user/getuserid")
def user_getuserid(call: Call) -> dict[str, Any]:
    """Find a member by mobile number."""
    return _find(call, "mobile", call.need("mobile", 60103))


@api("POST", "user/get_userid_by_email")
def user_get_userid_by_email(call: Call) -> dict[str, Any]:
    """Find a member by mail address."""
    field = "email" if int(call.body.get("email_type") or 1) == 2 else "biz_mail"
    return _find(call, field, call.need("email", 60105))


def _find(call: Call, field: str, value: object) -> dict[str, Any]:
    state = call.world.state
    for user in state.users.values():
        if user.get(field) == value and sees_user(state, call.agent, user):
            return {"userid": user["userid"]}
    refuse(True, 46004)
    return {}
