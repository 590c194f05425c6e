"""The WeCom directory as a snapshot: ids with the contacts secret, names with the app's.

The app may see less than there is. Who exists but cannot be read is reported and left as it is.
"""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.config import Config
from core.contributions import DirectorySource
from core.db import database
from core.directory.plan import place
from core.directory.queries import rows
from core.directory.snapshot import DepartmentRow, PersonRow, Refusal, Snapshot, TagRow
from core.messaging.wecom import WeComClient, WeComRefused, client, contacts_client
from core.messaging.wecom_errors import MEMBER_UNKNOWN, OUT_OF_SCOPE

THREADS = 8

_USERID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}")
_STATUS = {1: "active", 2: "disabled", 4: "inactive", 5: "left"}
_ATTRIBUTES = {
    "工号": "staff_no",
    "岗位": "duty",
    "岗位类别": "post",
    "职称": "title",
    "条线": "line",
}
"""Names of member attributes in WeCom's console, and what they fill."""


def fetch(config: Config) -> Snapshot:
    """Read the whole directory.

    Raises:
        WeComRefused, WeComAway: Any page failed; there is no half snapshot.
    """
    app, contacts = client(config), contacts_client(config)
    refused: list[Refusal] = []
    departments = _departments(app, contacts, refused)
    existing = {userid for userid, _ in contacts.user_ids()} if contacts is not app else None
    visible = [row.id for row in departments if row.name is not None]
    people = _people(_members(app, visible, refused), refused)
    departments = _with_flagged_heads(departments, people)
    seen = {person.userid.lower() for person in people}
    unseen = frozenset(userid for userid in existing or () if userid.lower() not in seen)
    refused += [
        Refusal(about=f"user:{userid}", reason="在企业微信里有此人，但不在应用可见范围内")
        for userid in sorted(unseen)
    ]
    return Snapshot(
        source="wecom",
        departments=tuple(departments),
        people=tuple(people),
        tags=tuple(_tags(app, departments, people, refused)),
        refused=tuple(refused),
        unseen=unseen,
    )


def read_person(config: Config, userid: str) -> PersonRow | None:
    """Read one member; None when WeCom no longer has them."""
    try:
        member = client(config).member(userid)
    except WeComRefused as refusal:
        if refusal.code in MEMBER_UNKNOWN:
            return None
        raise
    found = _people([member], [])
    return found[0] if found else None


def _departments(app: WeComClient, contacts: WeComClient, refused: list[Refusal]) -> list[DepartmentRow]:
    """Put the names the app may read onto the tree the contacts secret knows."""
    named = {int(row["id"]): row for row in app.departments()}
    tree = contacts.department_ids() if contacts is not app else []
    everything = {int(row["id"]): row for row in tree} | named
    found = []
    for unit_id, unit in everything.items():
        name = str(unit.get("name") or "").strip() or None
        if name is None:
            reason = "不在应用可见范围内，读不到名称"
            refused.append(Refusal(about=f"department:{unit_id}", reason=reason))
        leaders = unit.get("department_leader")
        found.append(
            DepartmentRow(
                id=unit_id,
                name=name,
                parent_id=int(unit.get("parentid") or 0) or None,
                order=int(unit.get("order") or 0),
                heads=None if leaders is None else tuple(map(str, leaders)),
            )
        )
    return found


def _members(app: WeComClient, departments: list[int], refused: list[Refusal]) -> Iterable[dict[str, Any]]:
    """List the members of every department, eight requests at a time."""

    def read(unit_id: int) -> list[dict[str, Any]]:
        try:
            return app.members(unit_id)
        except WeComRefused as refusal:
            if refusal.code not in OUT_OF_SCOPE:
                raise
            refused.append(Refusal(about=f"department:{unit_id}", reason="没有权限读取科室成员"))
            return []
        finally:
            # A token that ran out is read from the table: give this thread's connection back.
            if not database.is_closed():
                database.close()

    app.access_token  # noqa: B018 - fetched once here, not by eight threads at once
    with ThreadPoolExecutor(THREADS, thread_name_prefix="directory") as pool:
        return [member for found in pool.map(read, departments) for member in found]


def _people(members: Iterable[dict[str, Any]], refused: list[Refusal]) -> list[PersonRow]:
    found: dict[str, PersonRow] = {}
    for member in members:
        userid = str(member.get("userid") or "")
        name = str(member.get("name") or "").strip()
        if userid in found:
            continue
        if not _USERID.fullmatch(userid) or not name:
            refused.append(Refusal(about=f"user:{userid[:64]}", reason="账号或姓名不合规"))
            continue
        found[userid] = _person(userid, name, member)
    return list(found.values())


def _person(userid: str, name: str, member: dict[str, Any]) -> PersonRow:
    departments = tuple(int(unit) for unit in member.get("department") or ())
    flags = member.get("is_leader_in_dept") or ()
    leaders = member.get("direct_leader")
    facts = _attributes(member)
    duty = facts.pop("duty", None)
    facts["position"] = _text(member.get("position")) or duty
    facts.setdefault("post", duty)
    return PersonRow(
        userid=userid,
        name=name,
        departments=departments,
        heads_of=tuple(unit for unit, flag in zip(departments, flags, strict=False) if int(flag)),
        main_department=int(member.get("main_department") or 0) or next(iter(departments), None),
        status="disabled"
        if member.get("enable") == 0
        else _STATUS.get(int(member.get("status") or 1), "active"),
        superior_userid=None if leaders is None else str(next(iter(leaders), "")),
        **facts,
    )


def _status(member: dict[str, Any]) -> str:
    status = _STATUS.get(int(member.get("status") or 1), "active")
    return "disabled" if member.get("enable") == 0 and status != "left" else status


def _attributes(member: dict[str, Any]) -> dict[str, str | None]:
    extended = member.get("extattr") or {}
    found: dict[str, str | None] = {}
    for attribute in extended.get("attrs") or ():
        field = _ATTRIBUTES.get(str(attribute.get("name") or ""))
        value = (attribute.get("text") or {}).get("value", attribute.get("value"))
        if field and value is not None:
            found[field] = _text(value)
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value).strip()


def _with_flagged_heads(departments: list[DepartmentRow], people: list[PersonRow]) -> list[DepartmentRow]:
    """Where WeCom gives no list of leaders, take the members marked as head."""
    if all(row.heads is not None for row in departments if row.name is not None):
        return departments
    flagged: dict[int, list[str]] = {}
    for person in people:
        for unit in person.heads_of:
            flagged.setdefault(unit, []).append(person.userid)
    return [
        row
        if row.heads is not None or row.name is None
        else DepartmentRow(
            id=row.id,
            name=row.name,
            parent_id=row.parent_id,
            order=row.order,
            heads=tuple(flagged.get(row.id, ())),
        )
        for row in departments
    ]


def _tags(
    app: WeComClient, departments: list[DepartmentRow], people: list[PersonRow], refused: list[Refusal]
) -> Iterable[TagRow]:
    """Read the tags that fill a role, with everybody in their departments."""
    wanted = [row[0] for row in rows("SELECT DISTINCT tag_id FROM core_role WHERE tag_id IS NOT NULL")]
    if not wanted:
        return
    paths = {unit.row.id: unit.path for unit in place(departments, [])}
    for tag_id in wanted:
        try:
            users, parties = app.tag_members(tag_id)
        except WeComRefused as refusal:
            reason = f"读不到标签（{refusal.code}），成员保持不变"
            refused.append(Refusal(about=f"tag:{tag_id}", reason=reason))
            continue
        tops = tuple(paths[party] for party in parties if party in paths)
        inside = [
            person.userid
            for person in people
            if tops and any(paths.get(unit, "").startswith(tops) for unit in person.departments)
        ]
        yield TagRow(id=tag_id, userids=tuple(dict.fromkeys([*users, *inside])))


WECOM = DirectorySource(name="wecom", title="企业微信通讯录", fetch=fetch)
