"""Ask for cards inside the change they tell of; nothing leaves the house before the commit."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.db import atomic
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
            "site": site_id,
            "person_id": person_id,
            "about": about,
            "task_id": new_id(),
        }
        for person_id in to
    }
    with atomic():
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
    concerned = (Outbox.kind == kind) & (Outbox.about == about)
    with atomic():
        Outbox.update(version=Outbox.version + 1).where(concerned, Outbox.state.in_(OPEN + SHOWN)).execute()
        query: Any = Outbox.select(Outbox.id, Outbox.version, Outbox.site)
        rows = list(query.where(concerned, Outbox.state.in_(SHOWN), Outbox.response_code != "").tuples())
        for number, version, site_id in rows:
            ask_refresh(number, version, site_id, replace_text=replace_text)
    return len(rows)


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
        part = rows[start : start + _ROWS_AT_ONCE]
        keys = [row["key"] for row in part]
        known: Any = Outbox.select(Outbox.key).where(Outbox.key.in_(keys)).tuples()
        before = {found for (found,) in known}
        if fresh := [row for row in part if row["key"] not in before]:
            query: Any = Outbox.insert_many(fresh).on_conflict_ignore().returning(Outbox.id)
            made += [number for (number,) in query.tuples().execute()]
    return made


def _key(key: str, person_id: str) -> str:
    whole = f"{key}:{person_id}"
    return whole if len(whole) <= _MAX_KEY else hashlib.sha256(whole.encode()).hexdigest()


def _known(kind: str) -> None:
    if card_of(kind) is None:
        raise Misconfigured(f"卡片 {kind} 没有登记")
