"""Tags and who carries them."""

from typing import Any

from .call import Call, api
from .errors import refuse
from .events import contact_changed
from .scope import departments_of, sees_user


def _tag(call: Call) -> dict[str, Any]:
    wanted = call.number("tagid", 41017)
    refuse(wanted not in call.world.state.tags, 40068)
    return call.world.state.tags[wanted]


def _check_name(call: Call, own_id: int | None) -> str:
    name = str(call.body.get("tagname") or "")
    refuse(not 1 <= len(name) <= 32, 40072)
    refuse(any(t["tagname"] == name and t["tagid"] != own_id for t in call.world.state.tags.values()), 40071)
    return name


@api("POST", "tag/create", who="any")
def tag_create(call: Call) -> dict[str, Any]:
    """Add a tag."""
    state = call.world.state
    name = _check_name(call, None)
    wanted = int(call.body.get("tagid") or max(state.tags, default=0) + 1)
    refuse(wanted in state.tags, 40068)
    state.tags[wanted] = {"tagid": wanted, "tagname": name, "userlist": [], "partylist": []}
    state.contacts_version += 1
    state.touch()
    return {"errmsg": "created", "tagid": wanted}


@api("POST", "tag/update", who="any")
def tag_update(call: Call) -> dict[str, Any]:
    """Rename a tag."""
    tag = _tag(call)
    tag["tagname"] = _check_name(call, tag["tagid"])
    call.world.state.contacts_version += 1
    return {"errmsg": "updated"}


@api("GET", "tag/delete", who="any")
def tag_delete(call: Call) -> dict[str, Any]:
    """Remove a tag."""
    del call.world.state.tags[_tag(call)["tagid"]]
    call.world.state.contacts_version += 1
    return {"errmsg": "deleted"}


@api("GET", "tag/get", who="any")
def tag_get(call: Call) -> dict[str, Any]:
    """Return who carries a tag, as far as the caller may see."""
    state, tag = call.world.state, _tag(call)
    visible = departments_of(state, call.agent)
    users = [user for one in tag.get("userlist", ()) if (user := state.user(one))]
    seen = [user for user in users if sees_user(state, call.agent, user, visible)]
    rows = [{"userid": user["userid"], "name": user["name"]} for user in seen]
    parties = [one for one in tag.get("partylist", ()) if int(one) in visible]
    return {"tagname": tag["tagname"], "userlist": rows, "partylist": parties}


@api("GET", "tag/list", who="any")
def tag_list(call: Call) -> dict[str, Any]:
    """Return all tags."""
    rows = [{"tagid": one["tagid"], "tagname": one["tagname"]} for one in call.world.state.tags.values()]
    return {"taglist": rows}


@api("POST", "tag/addtagusers", who="any")
def tag_add(call: Call) -> dict[str, Any]:
    """Give a tag to members and departments."""
    return _change(call, adding=True)


@api("POST", "tag/deltagusers", who="any")
def tag_remove(call: Call) -> dict[str, Any]:
    """Take a tag from members and departments."""
    return _change(call, adding=False)


def _change(call: Call, *, adding: bool) -> dict[str, Any]:
    state, tag = call.world.state, _tag(call)
    users, parties = call.body.get("userlist") or [], call.body.get("partylist") or []
    refuse(len(users) > 1000 or len(parties) > 100, 81014)
    refuse(not users and not parties, 40031)
    good = [user["userid"] for one in users if (user := state.user(one))]
    bad = [str(one).lower() for one in users if not state.user(one)]
    good_parties = [int(one) for one in parties if int(one) in state.departments]
    bad_parties = [int(one) for one in parties if int(one) not in state.departments]
    refuse(not good and not good_parties, 40070)
    for name, ids in (("userlist", good), ("partylist", good_parties)):
        kept = [one for one in tag.get(name, ()) if one not in ids]
        tag[name] = kept + ids if adding else kept
    verb = "Add" if adding else "Del"
    fields = {"TagId": tag["tagid"], f"{verb}UserItems": ",".join(good)}
    fields[f"{verb}PartyItems"] = ",".join(map(str, good_parties))
    contact_changed(call.world, "update_tag", fields)
    result: dict[str, Any] = {"errmsg": "ok" if bad or bad_parties else ("ok" if adding else "deleted")}
    if bad:
        result["invalidlist"] = "|".join(bad)
    if bad_parties:
        result["invalidparty"] = bad_parties
    return result
