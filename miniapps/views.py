"""What templates need: states in words, places in words, fields with what is left of each option."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qingban import _, clock, forms

from .documents import ALL, Document
from .lists import Listed
from .models import ACCEPTED, CLOSED, DRAFT, PUBLISHED, WAITING
from .queries import Live, Room


@dataclass(frozen=True, kw_only=True)
class Places:
    """How full an app or one option of it is."""

    label: str
    """What is counted; empty for the whole app."""
    left: int | None
    """Places left; None = no limit."""
    places: int | None
    """All places."""
    taken: int
    """Places taken."""
    waiting: int
    """People waiting."""
    words: str
    """剩 12 / 60 名额."""
    is_full: bool
    """Nothing left."""
    can_wait: bool
    """Whether the waiting list has room."""

    @property
    def percent(self) -> int:
        """How full, for the bar."""
        return min(100, round(100 * self.taken / self.places)) if self.places else 0


def places(label: str, room: Room) -> Places:
    """Say how full one quota is."""
    if room.places is None:
        words = _("已有 %(taken)s 人报名", taken=room.taken)
    elif not room.is_full:
        words = _("剩 %(left)s / %(places)s 名额", left=room.left, places=room.places)
    elif room.can_wait:
        words = _("名额已满，可候补")
    else:
        words = _("名额已满")
    return Places(
        label=label,
        left=room.left,
        places=room.places,
        taken=room.taken,
        waiting=room.waiting,
        words=words,
        is_full=room.is_full,
        can_wait=room.can_wait,
    )


def total(document: Document, rooms: Mapping[str, Room]) -> Places:
    """Say how full the whole app is."""
    room = rooms.get(ALL) or Room(places=document.total.limit, wait_places=document.total.wait.limit)
    return places("", room)


def by_option(document: Document, fields: Sequence[forms.Field], rooms: Mapping[str, Room]) -> list[Places]:
    """Say how full each counted option is, in the order of the form."""
    found = []
    for field in fields:
        for option in field.options:
            rule = document.by_option.get((field.id, option.id))
            if rule:
                room = rooms.get(rule.id) or Room(places=rule.limit, wait_places=rule.wait.limit)
                found.append(places(option.text, room))
    return found


def form_views(
    live: Live,
    rooms: Mapping[str, Room],
    *,
    answers: Mapping[str, Any] | None = None,
    raw: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[forms.FieldView]:
    """Return the fields with what is left of each option; options without any way in cannot be chosen."""
    full: dict[str, list[str]] = {}
    notes: dict[tuple[str, str], str] = {}
    for (field_id, option_id), rule in live.document.by_option.items():
        room = rooms.get(rule.id) or Room(places=rule.limit, wait_places=rule.wait.limit)
        if room.is_full and not room.can_wait:
            full.setdefault(field_id, []).append(option_id)
        notes[field_id, option_id] = _short(room)
    views = forms.form_views(live.fields, answers, raw=raw, errors=errors, full=full)
    return [_noted(view, notes) for view in views]


def _short(room: Room) -> str:
    if room.left is None:
        return ""
    if room.left:
        return _("剩 %(left)s", left=room.left)
    return _("满，可候补") if room.can_wait else _("已满")


def _noted(view: forms.FieldView, notes: Mapping[tuple[str, str], str]) -> forms.FieldView:
    options = []
    for option in view.options:
        note = notes.get((view.id, option.value), "")
        if not note:
            options.append(option)
        elif view.control == "select":
            options.append(replace(option, label=f"{option.label}（{note}）"))
        else:
            options.append(replace(option, note=" · ".join(part for part in (option.note, note) if part)))
    return replace(view, options=options)


def window(opens_at: datetime | None, closes_at: datetime | None) -> str:
    """Say from when until when: 11-24 08:00 至 11-30 18:00."""
    return " 至 ".join(f"{one.astimezone(clock.LOCAL):%m-%d %H:%M}" for one in (opens_at, closes_at) if one)


def deadline(closes_at: datetime | None) -> str:
    """Say until when, with the weekday: 11-30 周一 18:00 截止."""
    if closes_at is None:
        return ""
    local = closes_at.astimezone(clock.LOCAL)
    if local.date() == clock.today():
        return _("今天 %(time)s 截止", time=f"{local:%H:%M}")
    return _(
        "%(day)s 周%(weekday)s %(time)s 截止",
        day=f"{local:%m-%d}",
        weekday="一二三四五六日"[local.weekday()],
        time=f"{local:%H:%M}",
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One app in a list, ready to draw."""

    title: str
    """Name."""
    path: str
    """Where it leads."""
    meta: tuple[str, ...]
    """Department, deadline, places."""
    chip: str = ""
    """State in a word."""
    tone: str = ""
    """Colour of the word."""


def joinable(app: Listed, names: Mapping[int, str]) -> Line:
    """Draw an app for someone who might join."""
    now = clock.now()
    chip, tone = "", ""
    room = Room(places=app.places, taken=app.taken)
    if app.mine == ACCEPTED:
        chip, tone = _("已报名"), "ok"
    elif app.mine == WAITING:
        chip, tone = _("候补中"), "warn"
    elif app.opens_at and app.opens_at > now:
        chip, tone = _("未开始"), ""
    elif app.state != PUBLISHED or (app.closes_at and app.closes_at <= now):
        chip, tone = _("已结束"), ""
    elif room.is_full:
        chip, tone = _("已满"), "warn"
    elif room.left is not None:
        chip, tone = _("剩 %(left)s", left=room.left), "brand"
    meta = (names.get(app.department_id, ""), deadline(app.closes_at))
    return Line(
        title=app.title,
        path=f"/miniapps/q/{app.code}",
        meta=tuple(part for part in meta if part),
        chip=chip,
        tone=tone,
    )


def made(app: Listed) -> Line:
    """Draw an app for those who make it."""
    chip, tone = state_chip(app.state, app.opens_at, app.closes_at)
    said = _("%(taken)s 人已报名", taken=app.taken)
    if app.places:
        said = _("%(taken)s / %(places)s 人", taken=app.taken, places=app.places)
    waiting = _("候补 %(count)s 人", count=app.waiting) if app.waiting else ""
    meta = () if app.state == DRAFT else (said, waiting, deadline(app.closes_at))
    path = f"/miniapps/apps/{app.id}" + ("/edit" if app.state == DRAFT else "")
    return Line(title=app.title, path=path, meta=tuple(part for part in meta if part), chip=chip, tone=tone)


def state_chip(state: str, opens_at: datetime | None, closes_at: datetime | None) -> tuple[str, str]:
    """Say how an app stands, in a word and its colour."""
    now = clock.now()
    if state == DRAFT:
        return _("草稿"), "warn"
    if state == CLOSED:
        return _("已结束"), ""
    if closes_at and closes_at <= now:
        return _("已截止"), ""
    if opens_at and opens_at > now:
        return _("未开始"), ""
    return _("报名中"), "ok"
