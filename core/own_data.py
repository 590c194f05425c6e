"""What core itself stores about a person, to hand out and to blank."""

from collections.abc import Iterator
from typing import Any

from core import audit, clock
from core.attachments.models import Attachment
from core.audit.phrases import people_in, sentence
from core.auth import session
from core.auth.models import Session
from core.contributions import PersonalData
from core.db import atomic
from core.directory import departments, people
from core.directory.models import LineHead, Membership, Person, Role, RoleMember
from core.messaging.models import Outbox
from core.messaging.outbox import OPEN, SHOWN
from core.people_data import GONE

PAGE = 500
BLANKED = ("position", "post", "title", "line", "superior_userid", "pinyin", "digest")
KEEP_TRAIL = "留痕不能改，里面只有人员编号；姓名删除后，句子里显示的是“已删除”"
KEEP_FILES = "已随单据提交的附件按单据的规定保存；没有提交的会删除，文件在夜里清扫时离开磁盘"


def profile(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield what the directory says about a person, and their roles."""
    person = people.get(person_id)
    row = Person.get_by_id(person_id)
    yield {
        "kind": "资料",
        "person": person.id,
        "userid": person.userid,
        "name": person.name,
        "staff_no": person.staff_no,
        "department": person.department_name,
        "position": person.position,
        "post": person.post,
        "title": person.title,
        "line": person.line,
        "status": person.status,
        "left_at": _time(row.left_at),
        "display": person.display,
    }
    places = list(
        Membership.select().where(Membership.person == person_id).order_by(Membership.department_id)
    )
    units = departments.by_ids([place.department_id for place in places])
    for place in places:
        unit = units.get(place.department_id)
        yield {"kind": "科室", "department": unit.name if unit else "", "is_head": place.is_head}
    duties: Any = (
        RoleMember.select(Role.title, RoleMember.scope_id).join(Role).where(RoleMember.person == person_id)
    )
    for title, scope_id in duties.tuples():
        yield {"kind": "角色", "role": title, "department_id": scope_id}
    for head in LineHead.select().where(LineHead.person == person_id):
        yield {"kind": "条线负责人", "line": head.line, "department_id": head.department_id}


def blank_profile(person_id: str) -> int:
    """Take name, WeCom account and duties away; id, site, department and the day of leaving stay."""
    with atomic():
        row: Person = Person.get_by_id(person_id)
        values: dict[str, Any] = dict.fromkeys(BLANKED, "")
        values |= {"name": GONE, "userid": f"erased-{person_id}", "staff_no": "", "display": {}}
        count: int = sum(getattr(row, name) != value for name, value in values.items() if name != "staff_no")
        count += Person.update(superior_userid="").where(Person.superior_userid == row.userid).execute()
        Person.update(**values).where(Person.id == person_id).execute()
        for table in (Membership, RoleMember, LineHead):
            count += table.delete().where(table.person == person_id).execute()
    return count


def sessions(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield the devices a person is signed in on."""
    for row in Session.select().where(Session.person == person_id).order_by(Session.created_at):
        yield {
            "client": row.client,
            "device": row.device,
            "created_at": _time(row.created_at),
            "seen_at": _time(row.seen_at),
        }


def end_sessions(person_id: str) -> int:
    """Sign a person out everywhere."""
    with atomic():
        count: int = Session.select().where(Session.person == person_id).count()
        session.end_all(person_id)
    return count


def cards(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield the cards sent to a person, as they look now."""
    for row in Outbox.select().where(Outbox.person_id == person_id).order_by(Outbox.id).iterator():
        yield {"kind": row.kind, "state": row.state, "created_at": _time(row.created_at), "card": row.card}


def blank_cards(person_id: str) -> int:
    """Empty the cards; what was sent cannot be fetched back from WeCom."""
    mine = Outbox.person_id == person_id
    with atomic():
        Outbox.update(state="superseded", last_error="erased").where(mine, Outbox.state.in_(OPEN)).execute()
        Outbox.update(state="superseded", response_code="", msgid="").where(
            mine, Outbox.state.in_(SHOWN)
        ).execute()
        count: int = Outbox.update(card=None).where(mine, Outbox.card.is_null(False)).execute()
    return count


def attachments(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield the files a person added; the files themselves lie beside the list."""
    for row in Attachment.select().where(Attachment.owner_id == person_id).order_by(Attachment.id):
        yield {
            "id": row.id,
            "kind": row.kind,
            "name": row.name,
            "size": row.size,
            "about": row.about,
            "created_at": _time(row.created_at),
        }


def drop_attachments(person_id: str) -> int:
    """Delete files that were never sent off; the nightly sweep removes them from the disk."""
    with atomic():
        loose = (Attachment.owner_id == person_id) & (Attachment.about == "")
        count: int = Attachment.delete().where(loose).execute()
    return count


def trail(person_id: str) -> Iterator[dict[str, Any]]:
    """Yield what the audit trail tells of a person's deeds, and what was done to them, as sentences."""
    for filters in (audit.Filters(person_id=person_id), audit.Filters(about=person_id)):
        before: int | None = None
        while page := audit.entries(None, filters, before, PAGE):
            found = people.by_ids(people_in(page) | {person_id})
            names = {key: one.name for key, one in found.items()}
            for entry in page:
                yield {
                    "at": _time(entry.at),
                    "event": entry.event,
                    "sentence": sentence(entry, names),
                    "client": entry.client,
                    "ip": entry.ip,
                }
            before = page[-1].id


def keep_trail(person_id: str) -> int:
    """Change nothing: the trail is a chain, and holds ids where people would look for names."""
    return 0


def _time(moment: Any) -> str:
    return moment.astimezone(clock.LOCAL).isoformat(timespec="seconds") if moment else ""


PERSONAL_DATA = [
    PersonalData(
        name="core.profile",
        title="通讯录资料与角色",
        export=profile,
        erase=blank_profile,
        retain="人员编号、站点、科室和离职日期保留，单据才对得上；工号换成不能还原的标记",
    ),
    PersonalData(name="core.sessions", title="登录的设备", export=sessions, erase=end_sessions),
    PersonalData(name="core.cards", title="收到的企业微信卡片", export=cards, erase=blank_cards),
    PersonalData(
        name="core.attachments",
        title="上传的附件",
        export=attachments,
        erase=drop_attachments,
        retain=KEEP_FILES,
    ),
    PersonalData(name="core.audit", title="操作留痕", export=trail, erase=keep_trail, retain=KEEP_TRAIL),
]
"""In the order they are handed out."""
