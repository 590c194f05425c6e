"""Ask for cards inside the change they tell of; nothing leaves the house before the commit."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import now_ms
from core.db import database
from core.errors import Misconfigured
from core.ids import new_id
from core.jobs import table
from core.messaging.installed import card_of
from core.messaging.models import Outbox

DELIVER = "core_deliver"
REFRESH = "core_refresh_card"

OPEN = ("ready", "sending")
SHOWN = ("sent", "updated")
_ROWS_AT_ONCE = 80
_MAX_KEY = 200
_FRESH: dict[str, Any] = {"state": "ready", "version": 0, "shown": 0, "tries": 0}
_FRESH |= dict.fromkeys(("response_code", "msgid", "last_error"), "")

# Runs at every step of every flow: one statement changes the cards of a thing and says which people hold.
_CHANGED = """
UPDATE core_outbox SET version = version + 1
 WHERE about = {mark} AND kind = {mark} AND state IN ('ready', 'sending', 'sent', 'updated')
RETURNING id, version, site_id, state, response_code
"""


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """A card as a person sees it, in short."""

    title: str
    """Its heading."""
    text: str
    """What it says below."""
    url: str
    """Where it leads."""
    at: datetime
    """When it was sent."""


def send_card(kind: str, *, to: Iterable[str], about: str, key: str, site: Any) -> int:
    """Send one card per person after the commit; the same key never sends twice to one person.

    Args:
        to: Person ids.
        about: What the card is about; handed to the builder and to the buttons.
        key: Natural name of this message, for example `flows:task:<id>`.
        site: A `Site` or its number.

    Returns:
        How many cards are new.

    Raises:
        Misconfigured: Nobody declared the kind.
    """
    _known(kind)
    site_id = getattr(site, "id", site)
    rows = {
        _key(key, person_id): {
            "key": _key(key, person_id),
            "kind": kind,
            "site_id": site_id,
            "person_id": person_id,
            "about": about,
            "task_id": new_id(),
            "created_at": now_ms(),
            **_FRESH,
        }
        for person_id in to
    }
    with table.joined():
        ids = _insert(list(rows.values()))
        table.enqueue_many(
            DELIVER, [({"outbox_id": number}, f"deliver:{number}") for number in ids], site=site_id
        )
    return len(ids)


def update_card(kind: str, *, about: str, replace_text: str | None = None) -> int:
    """Bring every card about a thing to its present content after the commit.

    Args:
        replace_text: Do not build again, only make the buttons dead with these words (ten characters).

    Returns:
        How many cards that people have will change; cards still on their way are built with the new content.
    """
    _known(kind)
    with table.joined():
        changed = database.execute_sql(_CHANGED.format(mark=database.param), (about, kind)).fetchall()
        held = [row[:3] for row in changed if row[3] in SHOWN and row[4]]
        for number, version, site_id in held:
            ask_refresh(number, version, site_id, replace_text=replace_text)
    return len(held)


def ask_refresh(
    number: int, version: int, site_id: int, *, replace_text: str | None = None, sentence: str = ""
) -> None:
    """Put the job that brings one card to `version`; once per version."""
    table.enqueue(
        REFRESH,
        {"outbox_id": number, "version": version, "replace_text": replace_text or "", "sentence": sentence},
        effect_key=f"refresh:{number}:{version}",
        site=site_id,
    )


def cards_for(person_id: str, limit: int = 50) -> list[ShownCard]:
    """List the cards a person was sent, newest first, as they look now."""
    query: Any = (
        Outbox.select(Outbox.card, Outbox.created_at)
        .where(Outbox.person_id == person_id, Outbox.state.in_(SHOWN))
        .order_by(Outbox.created_at.desc())
        .limit(limit)
        .tuples()
    )
    return [_shown(card, created_at) for card, created_at in query]


def unreachable(site: Any, limit: int = 100) -> list[tuple[str, str]]:
    """List (person id, reason) of the newest cards that could not be delivered."""
    query: Any = (
        Outbox.select(Outbox.person_id, Outbox.last_error)
        .where(Outbox.site == getattr(site, "id", site), Outbox.state == "failed")
        .order_by(Outbox.created_at.desc())
        .limit(limit)
    )
    return list(query.tuples())


def _shown(card: dict[str, Any], at: datetime) -> ShownCard:
    heading = card.get("main_title") or {}
    facts = (f"{fact['keyname']}：{fact['value']}" for fact in card.get("horizontal_content_list") or [])
    return ShownCard(
        title=heading.get("title", ""),
        text=card.get("sub_title_text") or heading.get("desc") or "　".join(facts),
        url=(card.get("card_action") or {}).get("url", ""),
        at=at,
    )


def _insert(rows: list[dict[str, Any]]) -> list[int]:
    made: list[int] = []
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        made += table.insert_new("core_outbox", "key", rows[start : start + _ROWS_AT_ONCE])
    return made


def _key(key: str, person_id: str) -> str:
    whole = f"{key}:{person_id}"
    return whole if len(whole) <= _MAX_KEY else hashlib.sha256(whole.encode()).hexdigest()


def _known(kind: str) -> None:
    if card_of(kind) is None:
        raise Misconfigured(f"卡片 {kind} 没有登记")
