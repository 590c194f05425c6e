"""Writing departments and members, with the events that follow."""

from typing import Any

from .call import Call, api
from .contact_rules import FIELDS, check_department, check_user
from .errors import refuse
from .events import contact_changed


@api("POST", "department/create", who="contacts")
def department_create(call: Call) -> dict[str, Any]:
    """Add a department."""
    state = call.world.state
    check_department(state, call.body, None)
    wanted = int(call.body.get("id") or max(state.departments, default=0) + 1)
    refuse(wanted in state.departments, 60008)
    refuse(wanted <= 1, 60123)
    row = {"id": wanted, "name": call.body["name"], "parentid": int(call.body["parentid"])}
    row |= {"order": int(call.body.get("order") or 0), "department_leader": []}
    if call.body.get("name_en"):
        row["name_en"] = call.body["name_en"]
    state.departments[wanted] = row
    fields = {"Id": wanted, "Name": row["name"], "ParentId": row["parentid"], "Order": row["order"]}
    contact_changed(call.world, "create_party", fields)
    return {"errmsg": "created", "id": wanted}


@api("POST", "department/update", who="contacts")
def department_update(call: Call) -> dict[str, Any]:
    """Change the given fields of a department."""
    state = call.world.state
    wanted = call.number("id", 41019)
    refuse(wanted not in state.departments, 60003)
    check_department(state, call.body, wanted)
    names = {"name": "Name", "parentid": "ParentId", "name_en": "", "order": ""}
    fields: dict[str, Any] = {"Id": wanted}
    for name, tag in names.items():
        if name in call.body:
            state.departments[wanted][name] = call.body[name]
            fields |= {tag: call.body[name]} if tag else {}
    contact_changed(call.world, "update_party", fields)
    return {"errmsg": "updated"}


@api("GET", "department/delete", who="contacts")
def department_delete(call: Call) -> dict[str, Any]:
    """Remove an empty department."""
    state = call.world.state
    wanted = call.number("id", 41019)
    refuse(wanted not in state.departments, 60003)
    refuse(wanted == 1, 60007)
    refuse(any(int(one["parentid"]) == wanted for one in state.departments.values()), 60006)
    refuse(any(wanted in map(int, user.get("department", ())) for user in state.users.values()), 60005)
    del state.departments[wanted]
    contact_changed(call.world, "delete_party", {"Id": wanted})
    return {"errmsg": "deleted"}


@api("POST", "user/create", who="contacts")
def user_create(call: Call) -> dict[str, Any]:
    """Add a member, not yet activated."""
    state = call.world.state
    userid = str(call.need("userid", 41009))
    refuse(state.user(userid), 60102)
    refuse(not call.body.get("department"), 41019)
    check_user(state, call.body, None)
    user = {name: call.body[name] for name in FIELDS if name in call.body}
    departments = user["department"]
    user.setdefault("order", [0] * len(departments))
    user.setdefault("is_leader_in_dept", [0] * len(departments))
    user.setdefault("main_department", departments[0])
    user |= {"status": 1 if call.world.settings.show_sensitive else 4, "enable": int(user.get("enable", 1))}
    state.users[userid.lower()] = user
    contact_changed(call.world, "create_user", user_fields(user))
    return {"errmsg": "created"}


@api("POST", "user/update", who="contacts")
def user_update(call: Call) -> dict[str, Any]:
    """Change the given fields of a member; an active member's mobile stays."""
    state = call.world.state
    user = state.user(call.need("userid", 41009))
    if user is None:
        refuse(True, 60111)
        return {}
    changed = {name: call.body[name] for name in FIELDS if name in call.body and name != "userid"}
    if user.get("status") == 1:
        changed.pop("mobile", None)
    check_user(state, changed, user)
    user.update(changed)
    if "enable" in changed:
        user["status"] = 1 if int(changed["enable"]) else 2
    fields = user_fields({"userid": user["userid"], **changed})
    new = call.body.get("new_userid")
    if new and new.lower() != user["userid"].lower():
        refuse(state.user(new), 60102)
        fields["NewUserID"] = new
        state.users[new.lower()] = state.users.pop(user["userid"].lower()) | {"userid": new}
    contact_changed(call.world, "update_user", fields)
    return {"errmsg": "updated"}


@api("GET", "user/delete", who="contacts")
def user_delete(call: Call) -> dict[str, Any]:
    """Remove a member."""
    userid = str(call.need("userid", 41009))
    refuse(call.world.state.user(userid) is None, 60111)
    _remove(call, userid)
    return {"errmsg": "deleted"}


@api("POST", "user/batchdelete", who="contacts")
def user_batchdelete(call: Call) -> dict[str, Any]:
    """Remove several members, or none when one is unknown."""
    wanted = call.need("useridlist", 40031)
    refuse(not isinstance(wanted, list), 40031)
    refuse(len(wanted) > 200, 40032)
    refuse(any(call.world.state.user(one) is None for one in wanted), 40031)
    for one in wanted:
        _remove(call, one)
    return {"errmsg": "deleted"}


def _remove(call: Call, userid: str) -> None:
    user = call.world.state.users.pop(userid.lower())
    for tag in call.world.state.tags.values():
        tag["userlist"] = [one for one in tag.get("userlist", ()) if one != user["userid"]]
    contact_changed(call.world, "delete_user", {"UserID": user["userid"]})


def user_fields(user: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a member as a change event spells them."""
    join = {
        "department": "Department",
        "is_leader_in_dept": "IsLeaderInDept",
        "direct_leader": "DirectLeader",
    }
    plain = {
        "userid": "UserID",
        "name": "Name",
        "main_department": "MainDepartment",
        "position": "Position",
        "status": "Status",
        "alias": "Alias",
        "telephone": "Telephone",
    }
    fields = {tag: user[name] for name, tag in plain.items() if name in user}
    return fields | {tag: ",".join(map(str, user[name])) for name, tag in join.items() if name in user}
