"""Write the trail beside the deed, seal it into a chain, prove it whole, page through it.

A row is written in the transaction of the change it tells of. The sealer gives committed rows gapless
numbers and `chain = HMAC(key, previous chain ‖ row)`: a row that is changed, removed or put in between breaks
every later link. A cut tail leaves the chain whole: `checkpoints` remembers how long it was and how it ended.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from core.audit.models import AuditRecord
from core.clock import now_ms, to_ms
from core.contributions import AuditEvent
from core.db import atomic, database, is_sqlite
from core.errors import Misconfigured

SEAL_LOCK = 0x5142_0001
CHUNK = 5_000
MAX_FACTS_BYTES = 4_096
LOWEST = -(2**63)
"""Below every number: a row that was given a false one is walked over too."""

_ACTOR = {"person_id": "", "on_behalf_of": "", "session_prefix": "", "client": "system", "ip": ""}
_WRITTEN = (
    *("site_id", "at", "actor", "on_behalf_of", "session_prefix", "client", "ip"),
    *("event", "about", "facts", "before_hash", "after_hash"),
)
_SEALED = ", ".join(("id", *_WRITTEN))
_events: dict[str, AuditEvent] = {}
_owners: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the reader of the trail is looking for; empty values do not narrow."""

    event: str = ""
    """An event name, or the start of one that ends with a dot: `flows.`."""
    person_id: str = ""
    """Who acted, or on whose behalf."""
    person_ids: tuple[str, ...] = ()
    """The same for namesakes: any of these."""
    about: str = ""
    """The thing."""
    since: datetime | None = None
    """Not before this moment."""
    until: datetime | None = None
    """Before this moment."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the trail for a page."""

    id: int
    """Give the last one as `before` for the next page."""
    at: datetime
    """When."""
    event: str
    """What."""
    actor: str
    """Person id; empty is the platform."""
    on_behalf_of: str
    """Person id of the principal, if any."""
    about: str
    """The thing."""
    client: str
    """mobile, desktop, system."""
    ip: str
    """From where."""
    seq: int | None
    """Its number in the chain; None until the sealer has passed."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else the sentence says."""

    @property
    def is_sealed(self) -> bool:
        """Whether the sealer has passed."""
        return self.seq is not None


class Link(NamedTuple):
    """One row of the chain, computed again."""

    number: int
    """Which row, counted from 1."""
    at_ms: int
    """When it happened."""
    head: str
    """What its link should be."""
    is_sound: bool
    """Whether it is that, and in its place."""


def install(items: Iterable[tuple[str, AuditEvent]]) -> None:
    """Take the declared events; replaces what was installed before."""
    pairs = list(items)
    _events.clear()
    _events.update((event.name, event) for _, event in pairs)
    _owners.clear()
    _owners.update((event.name, owner) for owner, event in pairs)


def declared() -> dict[str, AuditEvent]:
    """Return the declared events by name."""
    return dict(_events)


def record(
    event: str,
    *,
    actor: Any = None,
    about: str = "",
    site: Any = None,
    before_hash: str = "",
    after_hash: str = "",
    **facts: Any,
) -> None:
    """Write one row in the present transaction; when it cannot be written, the deed does not happen either.

    Args:
        actor: An `Actor`, or None for the platform.
        site: A `Site` or its number; the actor's own when left out.
        facts: Plain values for the sentence: ids and counts, never names, texts or secrets.

    Raises:
        Misconfigured: Nobody declared `event`.
        RuntimeError: There is no transaction.
    """
    if event not in _events:
        raise Misconfigured(f"审计事件 {event} 没有登记")
    if not database.in_transaction():
        raise RuntimeError("an audit row belongs into the transaction of the change it tells of")
    text = orjson.dumps(facts).decode()
    if len(text) > MAX_FACTS_BYTES:
        raise ValueError(f"the facts of {event} are too long; put ids and counts there")
    place = site if site is not None else getattr(actor, "site", None)
    who = [getattr(actor, name, default) for name, default in _ACTOR.items()]
    row = (getattr(place, "id", place), now_ms(), *who, event, str(about), text, before_hash, after_hash)
    database.execute_sql(_insert(), row)


def digest(value: Any) -> str:
    """Return a hash of a plain value for `before_hash` and `after_hash`."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def seal(audit_key: bytes, limit: int = 1_000) -> int:
    """Number and chain up to `limit` committed rows; return how many.

    Rows are taken by "not sealed yet", not by "after the last id": a late commit may carry an early id.
    """
    if not AuditRecord.select().where(AuditRecord.seq.is_null()).exists():
        return 0
    with atomic():
        if not is_sqlite():
            database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (SEAL_LOCK,))
        seq, chain = head()
        waiting = _waiting(limit)
        for row in waiting:
            seq += 1
            chain = _link(audit_key, chain, (seq, *row))
            AuditRecord.update(seq=seq, chain=chain).where(AuditRecord.id == row[0]).execute()
    return len(waiting)


def head() -> tuple[int, str]:
    """Return the number of sealed rows and the last link: the checkpoint that leaves the host."""
    newest: Any = (
        AuditRecord.select(AuditRecord.seq, AuditRecord.chain)
        .where(AuditRecord.seq.is_null(False))
        .order_by(AuditRecord.seq.desc())
        .limit(1)
        .tuples()
        .first()
    )
    return (newest[0], newest[1]) if newest else (0, "")


def verify(audit_key: bytes) -> int | None:
    """Walk the whole chain; return the number of the first bad row, or None when all is well."""
    return next((link.number for link in walk(audit_key) if not link.is_sound), None)


def walk(audit_key: bytes, *, after: int = 0, chain: str = "") -> Iterator[Link]:
    """Compute the chain again, row by row; stop behind the first row that is not as it was sealed.

    Args:
        after: Begin behind this row, whose link is `chain`; 0 begins with the first row there is.
    """
    number = after
    for *row, stored in _chained(after or LOWEST):
        number += 1
        chain = _link(audit_key, chain, tuple(row))
        is_sound = row[0] == number and hmac.compare_digest(chain, stored)
        yield Link(number, row[3], chain, is_sound)
        if not is_sound:
            return


def waiting() -> int:
    """Return how many rows the sealer has not passed yet."""
    return AuditRecord.select().where(AuditRecord.seq.is_null()).count()


def link_of(number: int) -> str:
    """Return the stored link of a sealed row; empty when there is no such row."""
    found: Any = AuditRecord.select(AuditRecord.chain).where(AuditRecord.seq == number).tuples().first()
    return found[0] if found else ""


def entries(
    site: Any, filters: Filters | None = None, before: int | None = None, limit: int = 50
) -> list[Entry]:
    """List the newest rows, one query.

    Args:
        site: A `Site` or its number; None reads over all sites and what belongs to none.
        before: Only rows older than this id.
    """
    site_id = getattr(site, "id", site)
    query = AuditRecord.select(
        AuditRecord.id,
        AuditRecord.at,
        AuditRecord.event,
        AuditRecord.actor,
        AuditRecord.on_behalf_of,
        AuditRecord.about,
        AuditRecord.client,
        AuditRecord.ip,
        AuditRecord.seq,
        AuditRecord.facts,
    )
    if site_id is not None:
        query = query.where(AuditRecord.site_id == site_id)
    for condition in _conditions(filters or Filters()):
        query = query.where(condition)
    if before is not None:
        query = query.where(AuditRecord.id < before)
    rows: Any = query.order_by(AuditRecord.id.desc()).limit(limit).dicts()
    return [Entry(**row) for row in rows]


def count(filters: Filters, *, most: int) -> int:
    """Return how many rows of all sites are meant, counting no further than one above `most`."""
    query = AuditRecord.select(AuditRecord.id)
    for condition in _conditions(filters):
        query = query.where(condition)
    return query.limit(most + 1).count()


def _conditions(filters: Filters) -> Iterator[Any]:
    if filters.event.endswith("."):
        yield AuditRecord.event.startswith(filters.event)
    elif filters.event:
        yield AuditRecord.event == filters.event
    people = [one for one in (filters.person_id, *filters.person_ids) if one]
    if people:
        yield AuditRecord.actor.in_(people) | AuditRecord.on_behalf_of.in_(people)
    if filters.about:
        yield AuditRecord.about == filters.about
    if filters.since:
        yield AuditRecord.at >= to_ms(filters.since)
    if filters.until:
        yield AuditRecord.at < to_ms(filters.until)


def _insert() -> str:
    marks = ", ".join([_mark()] * len(_WRITTEN))
    return f"INSERT INTO core_audit_record ({', '.join(_WRITTEN)}, chain) VALUES ({marks}, '')"  # noqa: S608 - constants


def _link(key: bytes, chain: str, row: tuple[Any, ...]) -> str:
    return hmac.digest(key, chain.encode() + orjson.dumps(row), hashlib.sha256).hex()


# What is sealed is the stored text, not our reading of it; so these two read rows as the database holds them.


def _waiting(limit: int) -> list[tuple[Any, ...]]:
    statement = (
        f"SELECT {_SEALED} FROM core_audit_record "  # noqa: S608 - constants of this module
        f"WHERE seq IS NULL ORDER BY id LIMIT {_mark()}"
    )
    return list(database.execute_sql(statement, (limit,)).fetchall())


def _chained(after: int) -> Iterator[tuple[Any, ...]]:
    statement = (
        f"SELECT seq, {_SEALED}, chain FROM core_audit_record "  # noqa: S608 - constants of this module
        f"WHERE seq > {_mark()} ORDER BY seq LIMIT {CHUNK}"
    )
    while rows := list(database.execute_sql(statement, (after,)).fetchall()):
        yield from rows
        after = rows[-1][0]


def _mark() -> str:
    return "?" if is_sqlite() else "%s"
