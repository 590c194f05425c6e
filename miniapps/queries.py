"""Every statement that matters, by name: plain rows, one statement each, no models on the hot path."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from qingban import clock, forms

from . import documents
from .documents import ALL, Document
from .models import ACCEPTED, CANCELLED, DRAFT, WAITING
from .sql import one, rows, run, text

MOST_ENTRIES = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """An app as visitors meet it: the published document, or the working copy while it is a draft."""

    id: str
    """Id."""
    code: str
    """What the QR code says."""
    site_id: int
    """Site it belongs to."""
    department_id: int
    """Department that offers it."""
    owner_id: str
    """Person who made it."""
    state: str
    """draft, published or closed."""
    version: int
    """Number of the published version."""
    opens_at: datetime | None
    """From when."""
    closes_at: datetime | None
    """Until when."""
    text: str
    """The document as stored."""

    @property
    def document(self) -> Document:
        """The document."""
        return documents.stored(self.text)

    @property
    def fields(self) -> tuple[forms.Field, ...]:
        """The fields of the document; of a draft only when they can be used already."""
        try:
            return documents.stored_fields(self.text)
        except forms.BadField:
            if self.is_draft:
                return ()
            raise

    @property
    def title(self) -> str:
        """Its name."""
        return self.document.title

    @property
    def is_draft(self) -> bool:
        """Whether it was never published."""
        return self.state == DRAFT


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How full one quota is."""

    places: int | None
    """Places; None = as many as come."""
    taken: int = 0
    """Places taken."""
    wait_places: int = 0
    """Places on the waiting list."""
    waiting: int = 0
    """People on the waiting list."""

    @property
    def left(self) -> int | None:
        """Places left; None = no limit."""
        return None if self.places is None else max(self.places - self.taken, 0)

    @property
    def is_full(self) -> bool:
        """Whether no place is left."""
        return self.left == 0

    @property
    def can_wait(self) -> bool:
        """Whether the waiting list has a place."""
        return self.waiting < self.wait_places


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """An entry as its person sees it."""

    id: str
    """Id."""
    app_id: str
    """App."""
    person_id: str
    """Whose it is."""
    state: str
    """accepted, waiting or cancelled."""
    answers: dict[str, Any]
    """Values by field."""
    quotas: tuple[str, ...]
    """Keys of the quotas it needs."""
    waits_on: str
    """On whose waiting list it stands."""
    place: int
    """Which one it is among those of the same state: 已报名第 N 位, 候补第 N 位."""
    changes: int
    """How often it changed."""
    created_at: datetime
    """When it came."""


_LIVE = """
    SELECT a.id, a.code, a.site_id, a.department_id, a.owner_id, a.state, a.version, a.opens_at, a.closes_at,
           COALESCE(v.document, a.document)
    FROM miniapps_app a LEFT JOIN miniapps_version v ON v.app_id = a.id AND v.version = a.version
"""
_HELD = """
    SELECT e.id, e.app_id, e.person_id, e.state, e.answers, e.quotas, e.waits_on,
           (SELECT COUNT(*) FROM miniapps_entry o
             WHERE o.app_id = e.app_id AND o.state = e.state AND o.position <= e.position),
           e.changes, e.created_at
    FROM miniapps_entry e
"""


def live(code: str) -> Live | None:
    """Find an app by the code on its poster."""
    return _live(_LIVE + "WHERE a.code = ?", code)


def live_by_id(app_id: str) -> Live | None:
    """Find an app by id."""
    return _live(_LIVE + "WHERE a.id = ?", app_id)


def _live(statement: str, value: str) -> Live | None:
    row = one(statement, value)
    if row is None:
        return None
    opens_at, closes_at, text = row[7:]
    id, code, site_id, department_id, owner_id, state, version = row[:7]
    return Live(
        id=id,
        code=code,
        site_id=site_id,
        department_id=department_id,
        owner_id=owner_id,
        state=state,
        version=version,
        opens_at=opens_at and clock.from_ms(opens_at),
        closes_at=closes_at and clock.from_ms(closes_at),
        text=text,
    )


def state_of(app_id: str) -> tuple[str, int]:
    """Return state and version of an app as they are now."""
    row = one("SELECT state, version FROM miniapps_app WHERE id = ?", app_id)
    return (row[0], row[1]) if row else ("", 0)


def rooms(app_id: str) -> dict[str, Room]:
    """Return how full each quota of an app is."""
    found = rows(
        "SELECT key, places, taken, wait_places, waiting FROM miniapps_quota WHERE app_id = ?", app_id
    )
    return {
        key: Room(places=places, taken=taken, wait_places=wait_places, waiting=waiting)
        for key, places, taken, wait_places, waiting in found
    }


# --- the transaction of one sign-up, in this order -----------------------------------------------------


def insert_entry(
    *,
    entry_id: str,
    live: Live,
    person_id: str,
    department_id: int | None,
    answers: dict[str, Any],
    quotas: tuple[str, ...],
    key: str,
) -> bool:
    """Store the idempotency key with the entry; False when the key, or the person, is there already."""
    now = clock.now_ms()
    return bool(
        run(
            """
            INSERT INTO miniapps_entry (id, app_id, version, person_id, department_id, answers, state, quotas,
                waits_on, idempotency_key, once_key, changes, created_at, changed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING
            """,
            entry_id,
            live.id,
            live.version,
            person_id,
            department_id,
            text(answers),
            ACCEPTED,
            text(quotas),
            key,
            person_id,
            now,
            now,
        )
    )


def issue(app_id: str) -> int | None:
    """Lock the app and hand out the next position; None when it holds as many entries as it may."""
    row = one(
        "UPDATE miniapps_quota SET issued = issued + 1 "
        "WHERE app_id = ? AND key = ? AND issued < ? RETURNING issued",
        app_id,
        ALL,
        MOST_ENTRIES,
    )
    return row[0] if row else None


def lock(app_id: str) -> bool:
    """Lock the app's places until the commit; False when it has none yet."""
    return bool(run("UPDATE miniapps_quota SET issued = issued WHERE app_id = ? AND key = ?", app_id, ALL))


def lock_app(app_id: str) -> None:
    """Lock the app itself until the commit: one change of its state or document at a time."""
    run("UPDATE miniapps_app SET changed_at = changed_at WHERE id = ?", app_id)


def take(app_id: str, key: str) -> bool:
    """Take one place where there is one."""
    return bool(
        run(
            "UPDATE miniapps_quota SET taken = taken + 1 "
            "WHERE app_id = ? AND key = ? AND (places IS NULL OR taken < places)",
            app_id,
            key,
        )
    )


def free(app_id: str, key: str) -> None:
    """Give one place back."""
    run("UPDATE miniapps_quota SET taken = taken - 1 WHERE app_id = ? AND key = ?", app_id, key)


def join_queue(app_id: str, key: str) -> bool:
    """Take a place on the waiting list where there is one."""
    return bool(
        run(
            "UPDATE miniapps_quota SET waiting = waiting + 1 "
            "WHERE app_id = ? AND key = ? AND waiting < wait_places",
            app_id,
            key,
        )
    )


def leave_queue(app_id: str, key: str) -> None:
    """Give a place on the waiting list back."""
    run("UPDATE miniapps_quota SET waiting = waiting - 1 WHERE app_id = ? AND key = ?", app_id, key)


def settle(entry_id: str, *, state: str, position: int, waits_on: str) -> None:
    """Write down how a new entry came out."""
    run(
        "UPDATE miniapps_entry SET state = ?, position = ?, waits_on = ? WHERE id = ?",
        state,
        position,
        waits_on,
        entry_id,
    )


# --- changes of an entry ---------------------------------------------------------------------------------


def change(entry_id: str, *, answers: dict[str, Any], quotas: tuple[str, ...], version: int) -> None:
    """Store changed answers."""
    run(
        "UPDATE miniapps_entry SET answers = ?, quotas = ?, version = ?, changes = changes + 1, "
        "changed_at = ? WHERE id = ?",
        text(answers),
        text(quotas),
        version,
        clock.now_ms(),
        entry_id,
    )


def accept(entry_id: str) -> None:
    """Move an entry from the waiting list to the list."""
    run(
        "UPDATE miniapps_entry SET state = ?, waits_on = '', changes = changes + 1, "
        "changed_at = ? WHERE id = ?",
        ACCEPTED,
        clock.now_ms(),
        entry_id,
    )


def cancel(entry_id: str) -> None:
    """Mark an entry as cancelled; its person may sign up again."""
    run(
        "UPDATE miniapps_entry SET state = ?, waits_on = '', once_key = NULL, changes = changes + 1, "
        "changed_at = ? WHERE id = ?",
        CANCELLED,
        clock.now_ms(),
        entry_id,
    )


def set_quotas(entry_id: str, quotas: tuple[str, ...]) -> None:
    """Store which quotas an entry needs under a new version of the document."""
    run("UPDATE miniapps_entry SET quotas = ? WHERE id = ?", text(quotas), entry_id)


# --- reading entries -------------------------------------------------------------------------------------


def entry(entry_id: str) -> Held | None:
    """Find one entry."""
    return _held(_HELD + "WHERE e.id = ?", entry_id)


def entry_of(app_id: str, person_id: str) -> Held | None:
    """Find the entry of a person that counts."""
    return _held(_HELD + "WHERE e.app_id = ? AND e.once_key = ?", app_id, person_id)


def entry_by_key(app_id: str, key: str) -> Held | None:
    """Find the entry a request made before."""
    return _held(_HELD + "WHERE e.app_id = ? AND e.idempotency_key = ?", app_id, key)


def _held(statement: str, *values: Any) -> Held | None:
    row = one(statement, *values)
    if row is None:
        return None
    id, app_id, person_id, state, answers, quotas, waits_on, place, changes, created_at = row
    return Held(
        id=id,
        app_id=app_id,
        person_id=person_id,
        state=state,
        answers=orjson.loads(answers),
        quotas=tuple(orjson.loads(quotas)),
        waits_on=waits_on,
        place=place,
        changes=changes,
        created_at=clock.from_ms(created_at),
    )


def waiting(app_id: str) -> list[tuple[str, str, tuple[str, ...], str]]:
    """List (entry, person, quotas, waits on) of the waiting list, first come first."""
    found = rows(
        "SELECT id, person_id, quotas, waits_on FROM miniapps_entry "
        "WHERE app_id = ? AND state = ? ORDER BY position",
        app_id,
        WAITING,
    )
    return [
        (id, person_id, tuple(orjson.loads(quotas)), waits_on) for id, person_id, quotas, waits_on in found
    ]


def holding(app_id: str) -> Iterator[tuple[str, str, dict[str, Any], tuple[str, ...], str]]:
    """Walk (entry, state, answers, quotas, waits on) of everybody who has a place or waits for one."""
    after = 0
    while found := rows(
        "SELECT position, id, state, answers, quotas, waits_on FROM miniapps_entry "
        "WHERE app_id = ? AND position > ? AND state <> ? ORDER BY position LIMIT 1000",
        app_id,
        after,
        CANCELLED,
    ):
        after = found[-1][0]
        for _position, id, state, answers, quotas, waits_on in found:
            yield id, state, orjson.loads(answers), tuple(orjson.loads(quotas)), waits_on


def open_apps_of(person_id: str) -> list[str]:
    """List the apps in which a person holds a place or waits for one, and which are not over yet."""
    found = rows(
        "SELECT e.app_id FROM miniapps_entry e JOIN miniapps_app a ON a.id = e.app_id "
        "WHERE e.person_id = ? AND e.state <> ? AND (a.closes_at IS NULL OR a.closes_at > ?) ORDER BY a.id",
        person_id,
        CANCELLED,
        clock.now_ms(),
    )
    return [app_id for (app_id,) in found]


def apps_with_places() -> list[str]:
    """List the apps whose places are counted."""
    return [id for (id,) in rows("SELECT app_id FROM miniapps_quota WHERE key = 'all' ORDER BY app_id")]
