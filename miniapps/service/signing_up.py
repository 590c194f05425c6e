"""Sign up, change, cancel: each one transaction that takes every place it needs or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from qingban import (
    Actor,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    _,
    atomic,
    clock,
    forms,
    new_id,
    people,
    record,
    send_card,
    site_by_id,
    system,
)

from .. import documents, queries
from ..documents import ALL, Document
from ..models import ACCEPTED, CANCELLED, PUBLISHED, WAITING
from ..queries import Held, Live
from .access import fits, scope_words

MAX_RECORD = 64 * 1024

Standing = Literal["draft", "not_open", "open", "closed"]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """How a request came out; the same request gets the same answer again."""

    entry_id: str
    """The entry."""
    state: str
    """accepted, waiting or cancelled."""
    place: int
    """Which one: 已报名第 N 位, 候补第 N 位."""


class _Full(Exception):
    """A quota without a place; rolls back to the savepoint."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def standing(live: Live) -> Standing:
    """Say whether people can sign up now, by the server's clock."""
    now = clock.now()
    if live.is_draft:
        return "draft"
    if live.state != PUBLISHED or (live.closes_at and now >= live.closes_at):
        return "closed"
    if live.opens_at and now < live.opens_at:
        return "not_open"
    return "open"


def may_change_until(live: Live) -> datetime | None:
    """Return until when people may change or cancel; None = not at all."""
    until = live.document.edit.until
    if until == "never" or live.state != PUBLISHED:
        return None
    return live.closes_at if until == "close" else documents.moment(until)


def register(live: Live, actor: Actor, raw: Mapping[str, Any], key: str) -> Receipt:
    """Sign a person up: accepted, or on the waiting list.

    Args:
        raw: What was entered, from `forms.raw_from_pairs`.
        key: The request's idempotency key; a repeat gets the stored answer and changes nothing.

    Raises:
        NotAllowed: The app is not for this person.
        Conflict: Not open, already signed up, full, or a new version came out meanwhile.
        Invalid: An answer needs another look, or its option has just filled up.
    """
    if not 8 <= len(key) <= 64:
        raise Invalid(title=_("页面不完整，请刷新后重试"))
    if known := queries.entry_by_key(live.id, key):
        return _repeated(known, actor)
    _require_welcome(live, actor)
    answers = _checked(live, raw)
    quotas = documents.touched(live.document, answers)
    entry_id = new_id()
    with atomic():
        new = queries.insert_entry(
            entry_id=entry_id,
            live=live,
            person_id=actor.person_id,
            department_id=actor.department_id,
            answers=answers,
            quotas=quotas,
            key=key,
        )
        if not new:
            return _already(live, actor, key)
        position = queries.issue(live.id)
        if position is None:
            raise Conflict(_("报名人数已到平台上限，请联系主办科室"))
        _require_same_version(live)
        waits_on = _take_all(live.id, quotas)
        if waits_on and not queries.join_queue(live.id, waits_on):
            raise _no_place(live.document, waits_on)
        state = WAITING if waits_on else ACCEPTED
        queries.settle(entry_id, state=state, position=position, waits_on=waits_on)
        event = "miniapps.entry.queued" if waits_on else "miniapps.entry.accepted"
        record(event, actor=actor, about=entry_id, site=live.site_id, app=live.id, position=position)
        _tell(live, entry_id, actor.person_id, state)
    return _receipt(queries.entry(entry_id))


def edit(live: Live, actor: Actor, raw: Mapping[str, Any]) -> Receipt:
    """Change the answers of one's own entry; the places move with them, all or none.

    Raises:
        NotFound: There is no entry.
        Conflict: The time for changes is over, or a new version came out meanwhile.
        Invalid: An answer needs another look, or its option is full.
    """
    answers = _checked(live, raw)
    quotas = documents.touched(live.document, answers)
    with atomic():
        held = _own_locked(live, actor)
        if held.state == ACCEPTED:
            _move(live, held, quotas)
        queries.change(held.id, answers=answers, quotas=quotas, version=live.version)
        record("miniapps.entry.changed", actor=actor, about=held.id, site=live.site_id, app=live.id)
        promote(live, actor)
    return _receipt(queries.entry(held.id))


def cancel(live: Live, actor: Actor) -> None:
    """Cancel one's own entry; its place goes to the first who waits for it, in the same transaction.

    Raises:
        NotFound: There is no entry.
        Conflict: The time for changes is over.
    """
    with atomic():
        _give_up(live, _own_locked(live, actor), actor)


def release(person_id: str) -> int:
    """Free the places of somebody who left the house, in apps that are still open; return how many."""
    freed = 0
    for app_id in queries.open_apps_of(person_id):
        with atomic():
            queries.lock(app_id)
            live, held = queries.live_by_id(app_id), queries.entry_of(app_id, person_id)
            if live is not None and held is not None and held.state != CANCELLED:
                _give_up(live, held, system(site_by_id(live.site_id)))
                freed += 1
    return freed


def _give_up(live: Live, held: Held, actor: Actor) -> None:
    """Cancel an entry and let the next ones move up; the caller locked the app."""
    if held.state == ACCEPTED:
        for quota in held.quotas:
            queries.free(live.id, quota)
    else:
        queries.leave_queue(live.id, held.waits_on)
    queries.cancel(held.id)
    record("miniapps.entry.cancelled", actor=actor, about=held.id, site=live.site_id, app=live.id)
    promote(live, actor)


def promote(live: Live, actor: Actor) -> int:
    """Move up everybody on the waiting list who fits now, first come first; the caller locked the app."""
    room = {key: one.left for key, one in queries.rooms(live.id).items()}
    moved = 0
    for entry_id, person_id, quotas, waits_on in queries.waiting(live.id):
        if any(room.get(key) == 0 for key in quotas):
            continue
        if _take_all(live.id, quotas):
            continue
        for key in quotas:
            left = room.get(key)
            room[key] = None if left is None else left - 1
        queries.leave_queue(live.id, waits_on)
        queries.accept(entry_id)
        record("miniapps.entry.promoted", actor=actor, about=entry_id, site=live.site_id, app=live.id)
        _tell(live, entry_id, person_id, "promoted")
        moved += 1
    return moved


def _checked(live: Live, raw: Mapping[str, Any]) -> dict[str, Any]:
    clean = forms.validate(live.fields, raw)
    if not clean.ok:
        raise Invalid(clean.errors)
    answers = {id: value for id, value in clean.values.items() if value is not None}
    if len(orjson.dumps(answers)) > MAX_RECORD:
        raise Invalid(title=_("填写的内容太长，请精简后再提交"))
    return answers


def _require_welcome(live: Live, actor: Actor) -> None:
    if not fits(live.document.audience, live.site_id, actor):
        raise NotAllowed(not_for_you(live))
    said = closed_words(live)
    if said:
        raise Conflict(said)


def not_for_you(live: Live) -> str:
    """Say that an app is for others, and whom to ask."""
    owner = people.by_ids([live.owner_id]).get(live.owner_id)
    whom = f"{owner.department_name} {owner.name}" if owner else _("主办科室")
    return _("这个报名仅对%(scope)s开放，如有疑问请联系%(owner)s", scope=scope_words(live), owner=whom)


def closed_words(live: Live) -> str:
    """Say why nobody can sign up now; empty while the window is open."""
    now = standing(live)
    if now == "draft":
        return _("这是预览，发布后才能报名")
    if now == "not_open":
        return _("还未开始，%(time)s 开放", time=_clock(live.opens_at))
    if now == "closed" and live.state == PUBLISHED:
        return _("已于 %(time)s 截止", time=_clock(live.closes_at))
    return _("报名已结束，如有疑问请联系主办科室") if now == "closed" else ""


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(clock.LOCAL):%m-%d %H:%M}" if moment else ""


def _require_same_version(live: Live) -> None:
    """Refuse when the app was closed or published anew since the page was read; the app is locked."""
    state, version = queries.state_of(live.id)
    if state != PUBLISHED:
        raise Conflict(_("报名已结束，如有疑问请联系主办科室"))
    if version != live.version:
        raise Conflict(_("表单已更新，请核对后再提交，已填内容会保留"))


def _repeated(known: Held, actor: Actor) -> Receipt:
    if known.person_id != actor.person_id:
        raise Conflict(_("页面已过期，请刷新后重试"))
    return _receipt(known)


def _already(live: Live, actor: Actor, key: str) -> Receipt:
    """Answer when the entry could not be stored: the same request again, or a second sign-up."""
    if known := queries.entry_by_key(live.id, key):
        return _repeated(known, actor)
    raise Conflict(_("你已经报过名了，可以在这里查看或修改"))


def _take_all(app_id: str, quotas: Iterable[str]) -> str:
    """Take a place of every quota, or none; return the first that is full."""
    try:
        with atomic():
            for key in quotas:
                if not queries.take(app_id, key):
                    raise _Full(key)
    except _Full as full:
        return full.key
    return ""


def _move(live: Live, held: Held, quotas: tuple[str, ...]) -> None:
    for key in sorted(set(held.quotas) | set(quotas), key=lambda key: (key != ALL, key)):
        if key not in quotas:
            queries.free(live.id, key)
        elif key not in held.quotas and not queries.take(live.id, key):
            raise _no_place(live.document, key)


def _no_place(document: Document, key: str) -> Conflict | Invalid:
    for (field_id, option_id), quota in document.by_option.items():
        if quota.id == key:
            field = next(field for field in forms.fields_from(document.fields) if field.id == field_id)
            option = field.option(option_id)
            words = _(
                "“%(option)s”刚刚满额，请选择其他选项，其余内容已保留", option=option.text if option else ""
            )
            return Invalid({field_id: words})
    return Conflict(_("名额已满。有人取消时会空出名额，可以稍后再来看看"))


def _own_locked(live: Live, actor: Actor) -> Held:
    """Return the actor's entry with the app locked.

    Raises:
        NotFound: There is none.
        Conflict: Changes are over.
    """
    queries.lock(live.id)
    _require_same_version(live)
    held = queries.entry_of(live.id, actor.person_id)
    if held is None or held.state == CANCELLED:
        raise NotFound(_("你还没有报名，或已经取消"))
    until = may_change_until(live)
    if until is None or clock.now() >= until:
        raise Conflict(_("现在不能修改或取消了，如来不了请告诉主办科室"))
    return held


def _tell(live: Live, entry_id: str, person_id: str, event: str) -> None:
    """Ask for a card; who moves up is always told."""
    notify = live.document.notify
    if (event == ACCEPTED and not notify.accepted) or (event == WAITING and not notify.waiting):
        return
    key = f"miniapps:{entry_id}:{event}"
    send_card("miniapps.signup", to=[person_id], about=entry_id, key=key, site=live.site_id)


def _receipt(held: Held | None) -> Receipt:
    if held is None:
        raise NotFound
    return Receipt(entry_id=held.id, state=held.state, place=held.place)
