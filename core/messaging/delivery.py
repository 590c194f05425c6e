"""The jobs that speak to WeCom: deliver a card, bring a card to its present content.

Both may run twice. A card is built once and sent byte for byte the same, so that WeCom's duplicate check
holds; an update code works once, and one that is spent ends the matter quietly.
"""

import logging
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core import log, site
from core.clock import now
from core.contributions import Card
from core.db import atomic, for_update
from core.directory.models import Person
from core.errors import NotFound, QingbanError, Unavailable
from core.jobs.table import Later
from core.messaging import cards, hold, installed
from core.messaging.models import Outbox
from core.messaging.outbox import OPEN, SHOWN, ask_refresh
from core.text import _

logger = log.get(__name__)

PER_MINUTE = 20
MINUTE = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=24)
CODE_SPENT = 60140
RECIPIENT = "recipient"
NOT_REACHED = frozenset({40003, 46004, 60111, 81013})
NEEDS_OPERATOR = frozenset({40001, 40013, 40056, 40091, 43012, 48002, 48006, 50003, 60020, 301002})
AGAIN_SECONDS = 600


def deliver(payload: dict[str, Any]) -> None:
    """Send one card of the outbox (job `core_deliver`)."""
    row = _row(payload)
    if row is None or row.state not in OPEN:
        return
    person = _reader(row)
    if person is None:
        _close(row, "superseded", "nobody to tell")
        return
    if now() - row.created_at > GIVE_UP_AFTER:
        _close(row, "failed", "too late")
        return
    if hold.is_on(row.site_id):
        raise Later(hold.AGAIN_SECONDS)
    card = _reserve(row, person)
    if card is None:
        return
    try:
        receipt = installed.client().send_template_card(person.userid, card)
    except Unavailable as away:
        raise _later(away) from None
    except QingbanError as refused:
        _refused(row, refused)
        return
    msgid, response_code, invalid = _read(receipt)
    if person.userid.lower() in invalid:
        _close(row, "failed", RECIPIENT)
    else:
        _sent(row, msgid, response_code)


def refresh(payload: dict[str, Any]) -> None:
    """Bring one card to its present content (job `core_refresh_card`)."""
    row = _row(payload)
    if row is None or row.state not in SHOWN or not row.response_code:
        return
    if row.shown >= row.version or payload["version"] < row.version:
        return
    person = _reader(row)
    if person is None:
        return
    if hold.is_on(row.site_id):
        raise Later(hold.AGAIN_SECONDS)
    change = _change(row, person, payload)
    try:
        if change:
            installed.client().update_template_card([person.userid], row.response_code, **change)
    except Unavailable as away:
        raise _later(away) from None
    except QingbanError as refused:
        _not_updated(row, refused)
        return
    _updated(row, payload["version"], change)


def _row(payload: dict[str, Any]) -> Outbox | None:
    row: Outbox | None = Outbox.get_or_none(Outbox.id == payload["outbox_id"])
    return row


def _reader(row: Outbox) -> Person | None:
    """Return who gets the card, if they are still here and the plugin is still on."""
    kind = installed.card_of(row.kind)
    person: Person | None = Person.get_or_none(Person.id == row.person_id)
    if kind is None or person is None or not person.is_active:
        return None
    try:
        return person if site.by_id(row.site_id).has(kind[0]) else None
    except NotFound:
        return None


def _card_kind(row: Outbox) -> Card:
    found = installed.card_of(row.kind)
    if found is None:
        raise NotFound
    return found[1]


def _reserve(row: Outbox, person: Person) -> dict[str, Any] | None:
    """Take a place in the person's pace and fix the content; None when there is nothing left to say."""
    card = row.card or _built(row, person)
    if card is None:
        _close(row, "superseded", "")
        return None
    with atomic():
        wait = _pace(row.person_id)
        if wait:
            raise Later(wait)
        Outbox.update(
            state="sending",
            card=card,
            shown=row.shown if row.card else row.version,
            tries=row.tries + 1,
            tried_at=now(),
        ).where(Outbox.id == row.id).execute()
    return card


def _pace(person_id: str) -> float:
    """Return the seconds to wait: beyond thirty a minute WeCom drops cards without a word."""
    query: Any = (
        Outbox.select(Outbox.tried_at)
        .where(Outbox.person_id == person_id, Outbox.tried_at > now() - MINUTE)
        .order_by(Outbox.tried_at.desc())
        .limit(PER_MINUTE)
        .tuples()
    )
    times = [tried_at for (tried_at,) in query]
    if len(times) < PER_MINUTE:
        return 0.0
    wait: timedelta = times[-1] + MINUTE - now()
    return wait.total_seconds() + _jitter()


def _built(row: Outbox, person: Person) -> dict[str, Any] | None:
    card = _card_kind(row).build(row.about, person)
    return _named(card, row) if card else None


def _named(card: dict[str, Any], row: Outbox) -> dict[str, Any]:
    needs_name = cards.is_interactive(card) or "action_menu" in card
    return {**card, "task_id": row.task_id} if needs_name else card


def _change(row: Outbox, person: Person, payload: dict[str, Any]) -> dict[str, Any]:
    """Say what to send to WeCom; empty when the person already sees it."""
    sentence = payload["sentence"]
    if payload["replace_text"]:
        return {"replace_name": cards.clip(payload["replace_text"], cards.BUTTON)}
    card = _card_kind(row).build(row.about, person)
    if card is None and not sentence:
        return {"replace_name": _("已处理")}
    if card is None:
        return {"card": cards.settled(row.card, sentence)}
    if sentence:
        card = cards.with_sentence(card, sentence)
    card = _named(card, row)
    return {} if card == row.card else {"card": card}


def _read(receipt: Any) -> tuple[str, str, list[str]]:
    """Read the client's record, or WeCom's own words where a client hands them on as they are."""
    if not isinstance(receipt, Mapping):
        return receipt.msgid, receipt.response_code, list(receipt.invalid)
    missed = str(receipt.get("invaliduser", "")).lower().split("|")
    return str(receipt.get("msgid", "")), str(receipt.get("response_code", "")), missed


def _sent(row: Outbox, msgid: str, response_code: str) -> None:
    with atomic():
        fresh = for_update(Outbox.select().where(Outbox.id == row.id)).get()
        Outbox.update(state="sent", msgid=msgid, response_code=response_code, last_error="").where(
            Outbox.id == row.id
        ).execute()
        if fresh.version > fresh.shown and response_code:
            ask_refresh(row.id, fresh.version, row.site_id)
    logger.info("outbox.sent kind=%s id=%s tries=%s", row.kind, row.id, row.tries + 1)


def _updated(row: Outbox, version: int, change: dict[str, Any]) -> None:
    values: dict[str, Any] = {"shown": version}
    with atomic():
        if change:
            values["state"] = "updated"
            values["card"] = change.get("card", row.card)
            _spend(row)
        Outbox.update(**values).where(Outbox.id == row.id).execute()


def _not_updated(row: Outbox, refused: QingbanError) -> None:
    code = _code(refused)
    if code in NEEDS_OPERATOR:
        raise Later(AGAIN_SECONDS)
    with atomic():
        _spend(row)
        Outbox.update(last_error=f"update {code}").where(Outbox.id == row.id).execute()
    logger.log(
        logging.INFO if code == CODE_SPENT else logging.ERROR,
        "outbox.not_updated kind=%s id=%s code=%s",
        row.kind,
        row.id,
        code,
    )


def _spend(row: Outbox) -> None:
    """Forget the code that was used, not one that a press brought meanwhile."""
    Outbox.update(response_code="").where(
        Outbox.id == row.id, Outbox.response_code == row.response_code
    ).execute()


def _refused(row: Outbox, refused: QingbanError) -> None:
    """A wrong setting is mended by people, so the card waits; nothing else gets better by itself."""
    code = _code(refused)
    if code in NEEDS_OPERATOR:
        logger.error("outbox.waits kind=%s id=%s code=%s", row.kind, row.id, code)
        raise Later(AGAIN_SECONDS)
    _close(row, "failed", RECIPIENT if code in NOT_REACHED else f"wecom {code}")


def _close(row: Outbox, state: str, reason: str) -> None:
    with atomic():
        Outbox.update(state=state, last_error=reason).where(Outbox.id == row.id).execute()
    level = logging.ERROR if state == "failed" else logging.INFO
    logger.log(level, "outbox.%s kind=%s id=%s reason=%s", state, row.kind, row.id, reason)


def _later(away: Unavailable) -> Later:
    return Later(away.retry_after + _jitter())


def _jitter() -> float:
    return random.uniform(0.1, 3)  # noqa: S311 - spreads a crowd, guards nothing


def _code(refused: QingbanError) -> int:
    return int(refused.facts.get("code", 0))
