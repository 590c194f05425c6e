"""What WeCom calls back: verified and stored at once, answered at once, worked on by a job.

The handler's changes, the mark on the inbox row and the change of the card stand in one transaction: a press
has one effect, however often WeCom repeats it and wherever the worker dies.
"""

from collections.abc import Mapping
from typing import Any

from core import log, site
from core.clock import now
from core.config import Config
from core.contributions import CardButton, CardPress
from core.crypto import callback
from core.crypto.callback import CallbackRefused, Event, Keys
from core.crypto.xml import as_list
from core.db import atomic, for_update
from core.directory.models import Person
from core.errors import NotAllowed, QingbanError, Unavailable
from core.jobs import table
from core.messaging import installed
from core.messaging.models import Inbox, Outbox
from core.messaging.outbox import ask_refresh
from core.text import _

logger = log.get(__name__)

HANDLE = "core_inbox"
OLD_SECONDS = 600


def echo(query: Mapping[str, Any], config: Config) -> str:
    """Answer WeCom's question when the callback address is saved: this text, exactly, nothing around it.

    Raises:
        CallbackRefused: It was not WeCom who asked.
    """
    return callback.verify_echo(query, Keys.of(config.wecom))


def receive(query: Mapping[str, Any], body: bytes, config: Config) -> None:
    """Store a callback; when this returns, answer 200 with an empty body. Repetitions are accepted quietly.

    Raises:
        CallbackRefused: It is not from WeCom, not for us, or not whole.
    """
    try:
        event = callback.open_message(query, body, Keys.of(config.wecom))
    except CallbackRefused as refused:
        logger.warning("callback.refused reason=%s", refused.reason)
        raise
    age = abs(now().timestamp() - event.signed_at)
    if age > OLD_SECONDS:
        logger.warning("callback.old seconds=%d", age)
    _store(event)


def handle(payload: dict[str, Any]) -> None:
    """Work on one stored callback (job `core_inbox`)."""
    row = Inbox.get_or_none(Inbox.id == payload["inbox_id"])
    if row is None or row.state != "new":
        return
    if str(row.fields.get("Event", "")).lower() == "template_card_event":
        _handle_press(row.id)
        return
    installed.tell(row.fields)
    with atomic():
        _mark(row, "handled")


def _store(event: Event) -> None:
    with atomic():
        made = (
            Inbox.insert(raw_hash=event.raw_hash, body_hash=event.body_hash, fields=event.fields)
            .on_conflict_ignore()
            .returning(Inbox.id)
            .tuples()
            .execute()
        )
        for (number,) in list(made):
            table.enqueue(HANDLE, {"inbox_id": number}, effect_key=f"inbox:{event.body_hash}")


def _handle_press(number: int) -> None:
    with atomic():
        row = for_update(Inbox.select().where(Inbox.id == number)).get()
        if row.state != "new":
            return
        card = Outbox.get_or_none(Outbox.task_id == str(row.fields.get("TaskId", "")))
        person = Person.get_or_none(Person.userid == str(row.fields.get("FromUserName", "")))
        if card is None:
            _ignore(row, "unknown_card")
        elif person is None or not person.is_active:
            _ignore(row, "unknown_person")
        elif card.person_id != person.id:
            _ignore(row, "not_theirs")
        else:
            _press(row, card, person)
            _mark(row, "handled")


def _ignore(row: Inbox, reason: str) -> None:
    logger.warning("callback.ignored id=%s reason=%s", row.id, reason)
    _mark(row, "ignored", reason)


def _press(row: Inbox, card: Outbox, person: Person) -> None:
    """Run the button as the person, then let the card say how the thing stands."""
    if code := str(row.fields.get("ResponseCode", "")):
        Outbox.update(response_code=code[:512]).where(Outbox.id == card.id).execute()
    sentence = ""
    try:
        with atomic():
            place = site.by_id(card.site_id)
            button = _button(card, place, str(row.fields.get("EventKey", "")))
            button.handle(
                CardPress(
                    kind=card.kind,
                    about=card.about,
                    key=button.key,
                    actor=installed.actor_for(person, place),
                    site=place,
                    request_id=f"card-{row.body_hash[:32]}",
                    selected=selected(row.fields),
                )
            )
    except Unavailable:
        raise
    except QingbanError as refused:
        logger.info("callback.refused_by_handler kind=%s error=%s", card.kind, refused.kind)
        sentence = refused.title
    _ask_refresh(card, sentence)


def _ask_refresh(card: Outbox, sentence: str) -> None:
    """Unless the handler has done so already."""
    fresh = Outbox.get(Outbox.id == card.id)
    if fresh.version > card.version and fresh.version > fresh.shown:
        return
    Outbox.update(version=Outbox.version + 1).where(Outbox.id == card.id).execute()
    ask_refresh(card.id, fresh.version + 1, card.site_id, sentence=sentence)


def _button(card: Outbox, place: Any, key: str) -> CardButton:
    found = installed.card_of(card.kind)
    if found is None or not place.has(found[0]):
        raise NotAllowed(_("这项功能已停用，请联系信息科"))
    for button in found[1].buttons:
        if button.key == key:
            return button
    raise NotAllowed(_("这个按钮已经失效，请打开页面处理"))


def selected(fields: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the chosen option ids by question; old documents misspell the names, both are read."""
    items = fields.get("SelectedItems") or {}
    answers = {}
    for item in as_list(items.get("SelectedItem")):
        options = item.get("OptionIds") or item.get("OpitonIds") or {}
        ids = options.get("OptionId") or options.get("OpitonId")
        answers[str(item.get("QuestionKey", ""))] = tuple(str(option) for option in as_list(ids))
    return answers


def _mark(row: Inbox, state: str, reason: str = "") -> None:
    Inbox.update(state=state, last_error=reason, handled_at=now()).where(
        Inbox.id == row.id, Inbox.state == "new"
    ).execute()
