"""Sessions: 32 random bytes in the cookie, only their hash in the table, ended by time, count or leaving."""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from core.auth import permissions
from core.auth.actor import Actor
from core.auth.models import Session
from core.clock import from_ms, now, now_ms
from core.db import atomic, database
from core.directory.models import Person

IDLE = {"mobile": timedelta(hours=2), "desktop": timedelta(hours=2), "unknown": timedelta(minutes=30)}
ABSOLUTE = timedelta(hours=12)
MOST_PER_CLIENT = {"mobile": 3, "desktop": 2, "unknown": 1}
SEEN_EVERY = timedelta(minutes=1)

CONSOLE = "core.admin"
"""Who has this action has only one session at a desk."""
CONSOLE_IDLE = timedelta(minutes=15)
CONSOLE_ABSOLUTE = timedelta(hours=8)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

# One statement for session, person, department and site with its version: it runs on every request.
_FIND = """
SELECT s.client, s.created_at, s.seen_at, s.has_dozed,
       p.id, p.userid, p.name, p.staff_no, p.status, p.post, p.line, p.display,
       d.id, d.name, t.id, t.slug, t.title, t.name, t.version
  FROM core_session s JOIN core_person p ON p.id = s.person_id
  LEFT JOIN core_department d ON d.id = p.department_id
  JOIN core_site t ON t.id = p.site_id
 WHERE s.token_hash = {mark}
"""


def cookie_name(*, secure: bool) -> str:
    """Name the cookie; the `__Host-` promise is only possible over TLS."""
    return "__Host-qb" if secure else "qb"


def token_hash(token: str) -> str:
    """Hash a cookie for storage and comparison."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(person: Person, *, client: str, device: str) -> str:
    """Open a session and return its cookie; the oldest ones of the same client class make room.

    Who may open the console has one session at a desk: the new one ends the others.
    """
    token = secrets.token_urlsafe(32)
    most = 1 if client == "desktop" and _may_open_console(person) else MOST_PER_CLIENT[client]
    with atomic():
        mine: Any = (
            Session.select(Session.token_hash)
            .where(Session.person == person.id, Session.client == client)
            .order_by(Session.created_at.desc())
            .offset(most - 1)
            .tuples()
        )
        if surplus := [row[0] for row in mine]:
            Session.delete().where(Session.token_hash.in_(surplus)).execute()
        Session.create(token_hash=token_hash(token), person=person.id, client=client, device=device[:40])
    return token


def _may_open_console(person: Person) -> bool:
    if person.site is None:
        return False
    return CONSOLE in permissions.grants_of(person.site, permissions.groups_of(person.id))


def end(hashed: str) -> None:
    """Close one session."""
    Session.delete().where(Session.token_hash == hashed).execute()


def end_all(person_id: str) -> None:
    """Close every session of a person, in the caller's transaction where there is one."""
    Session.delete().where(Session.person == person_id).execute()


def actor_for(token: str, *, client: str, ip: str) -> Actor | None:
    """Return who holds this cookie, with rights of this moment; None when the session is no more."""
    if not _TOKEN.fullmatch(token):
        return None
    hashed = token_hash(token)
    row = database.execute_sql(_FIND.format(mark=database.param), (hashed,)).fetchone()
    if row is None:
        return None
    (session_client, created, seen, has_dozed) = row[:4]
    (person_id, userid, name, staff_no, status, post, line, display) = row[4:12]
    (department_id, department_name, site_id, slug, title, site_name, version) = row[12:]
    moment = now()
    age, rest = moment - from_ms(created), moment - from_ms(seen)
    if age > ABSOLUTE or rest > IDLE.get(session_client, IDLE["unknown"]):
        end(hashed)
        return None
    if status not in ("active", "inactive") or client != session_client:
        return None
    has_dozed = bool(has_dozed) or rest > CONSOLE_IDLE
    if rest > SEEN_EVERY:
        changes = {"seen_at": now_ms(), "has_dozed": has_dozed}
        Session.update(changes).where(Session.token_hash == hashed).execute()
    site = permissions.known_site(site_id, slug, title, site_name, version)
    groups = permissions.groups_of(person_id)
    return Actor(
        person_id=person_id,
        userid=userid,
        name=name,
        site=site,
        staff_no=staff_no,
        department_id=department_id,
        department_name=department_name or "",
        post=post,
        line=line,
        groups=groups,
        grants=permissions.grants_of(site, groups),
        display=Person.display.python_value(display) or {},
        session_hash=hashed,
        is_fresh=not has_dozed and age <= CONSOLE_ABSOLUTE,
        client=client,
        ip=ip,
    )
