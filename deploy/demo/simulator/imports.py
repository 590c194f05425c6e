"""Batch import of members and departments from an uploaded CSV."""

import csv
import io
from typing import Any

from .call import Call, api
from .contact_rules import check_department, check_user
from .errors import ApiError, refuse
from .events import emit

USER_COLUMNS = {
    "姓名": "name",
    "帐号": "userid",
    "手机号": "mobile",
    "邮箱": "email",
    "职位": "position",
    "别名": "alias",
}


@api("POST", "batch/syncuser", who="contacts")
def sync_user(call: Call) -> dict[str, Any]:
    """Add or change the members of the file."""
    return _start(call, "sync_user", [_put_user(call, row) for row in _rows(call)])


@api("POST", "batch/replaceuser", who="contacts")
def replace_user(call: Call) -> dict[str, Any]:
    """Make the file the whole list of members, unless too many would go."""
    rows, users = _rows(call), call.world.state.users
    listed = {row.get("帐号", "").lower() for row in rows}
    gone = [one for one in users if one not in listed]
    share = len(gone) / max(1, len(users))
    refuse(len(gone) > 50 and share > 0.2, 45026)
    refuse(len(gone) < 50 and share > 0.8, 45026)
    results = [_put_user(call, row) for row in rows]
    for one in gone:
        del users[one]
    return _start(call, "replace_user", results)


@api("POST", "batch/replaceparty", who="contacts")
def replace_party(call: Call) -> dict[str, Any]:
    """Make the file the whole tree; only empty departments go."""
    state = call.world.state
    results = [_put_party(call, row) for row in _rows(call)]
    listed = {int(row["partyid"]) for row in results}
    used = {int(one) for user in state.users.values() for one in user.get("department", ())}
    used |= {int(one["parentid"]) for one in state.departments.values()}
    for one in set(state.departments) - listed - used - {1}:
        del state.departments[one]
    return _start(call, "replace_party", results)


@api("GET", "batch/getresult", who="contacts")
def get_result(call: Call) -> dict[str, Any]:
    """Return how an import went; the last five are kept."""
    job = call.world.state.jobs.get(call.need("jobid", 40088))
    if job is None:
        raise ApiError(40088)
    return job


@api("POST", "batch/invite", who="any")
def invite(call: Call) -> dict[str, Any]:
    """Invite members; only unknown ones are reported."""
    state = call.world.state
    users, parties, tags = (call.body.get(name) or [] for name in ("user", "party", "tag"))
    refuse(len(users) > 1000 or len(parties) > 100 or len(tags) > 100, 40032)
    refuse(not (users or parties or tags), 81012)
    return {
        "invaliduser": [one for one in users if not state.user(one)],
        "invalidparty": [one for one in parties if int(one) not in state.departments],
        "invalidtag": [one for one in tags if int(one) not in state.tags],
    }


def _rows(call: Call) -> list[dict[str, str]]:
    media = call.world.state.media.get(str(call.need("media_id", 41006)))
    refuse(media is None, 40007)
    raw = call.world.state.blobs[str(call.body["media_id"])]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gbk", "replace")
    rows = list(csv.DictReader(io.StringIO(text)))
    refuse(not rows, 40092)
    return rows


def _put_user(call: Call, row: dict[str, str]) -> dict[str, Any]:
    state = call.world.state
    fields: dict[str, Any] = {name: row[column] for column, name in USER_COLUMNS.items() if row.get(column)}
    if row.get("所在部门"):
        fields["department"] = [int(one) for one in row["所在部门"].split(";") if one.strip().isdigit()]
    result = {"userid": fields.get("userid", ""), "errcode": 0, "errmsg": "ok"}
    try:
        old = state.user(result["userid"])
        check_user(state, fields, old)
        new = {"status": 4, "enable": 1, "department": [1], **(old or {}), **fields}
        new["main_department"] = new["department"][0]
        state.users[result["userid"].lower()] = new
    except ApiError as error:
        result |= {"errcode": error.code, "errmsg": error.text}
    return result


def _put_party(call: Call, row: dict[str, str]) -> dict[str, Any]:
    state = call.world.state
    wanted = int(row.get("部门ID") or 0)
    fields = {"name": row.get("部门名称", ""), "parentid": int(row.get("父部门ID") or 0)}
    fields["order"] = int(row.get("排序") or 0)
    old = state.departments.get(wanted)
    action = (
        1
        if old is None
        else sum(
            bit for bit, name in ((2, "name"), (4, "parentid"), (8, "order")) if old.get(name) != fields[name]
        )
    )
    result = {"action": action, "partyid": wanted, "errcode": 0, "errmsg": "ok"}
    try:
        check_department(state, fields, wanted)
        state.departments[wanted] = {"department_leader": [], **(old or {}), "id": wanted, **fields}
    except ApiError as error:
        result |= {"errcode": error.code, "errmsg": error.text}
    return result


def _start(call: Call, kind: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    state = call.world.state
    jobid = f"job-{state.next_id()}"
    state.jobs[jobid] = {
        "status": 3,
        "type": kind,
        "total": len(results),
        "percentage": 100,
        "result": results,
    }
    state.jobs = dict(list(state.jobs.items())[-5:])
    state.contacts_version += 1
    state.touch()
    job = {"JobId": jobid, "JobType": kind, "ErrCode": 0, "ErrMsg": "ok"}
    for agent in state.corp["agents"]:
        emit(call.world, agent, "sys", {"MsgType": "event", "Event": "batch_job_result", "BatchJob": job})
    return {"jobid": jobid}
