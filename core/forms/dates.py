"""Dates as expressions and fields see them: ISO text, optionally with a time or a half day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

SHAPE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|/(am|pm))?", re.ASCII
)
WEEKDAYS = "一二三四五六日"
HALVES = {"am": "上午", "pm": "下午"}


def day(text: object) -> date | None:
    """The calendar day of an ISO date, moment or half day (`2026-11-26/am`)."""
    match = SHAPE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def days_between(first: object, second: object) -> Decimal | None:
    """Whole calendar days from the first to the second."""
    start, end = day(first), day(second)
    return Decimal((end - start).days) if start and end else None


def add_days(text: object, count: Decimal) -> str | None:
    """The same time of day, some whole days later."""
    start = day(text)
    if start is None or count != count.to_integral_value() or abs(count) > 4_000_000:
        return None
    try:
        return (start + timedelta(days=int(count))).isoformat() + str(text)[10:]
    except OverflowError:
        return None


def age(born: object, on: object) -> Decimal | None:
    """Full years from a birthday to a day."""
    start, end = day(born), day(on)
    if start is None or end is None:
        return None
    return Decimal(end.year - start.year - ((end.month, end.day) < (start.month, start.day)))


def span_days(start: object, end: object) -> Decimal | None:
    """Days of a range counted as people do for leave: both ends included, half days as 0.5."""
    between = days_between(start, end)
    if between is None:
        return None
    late = Decimal("0.5") if str(start).endswith("/pm") else Decimal(0)
    early = Decimal("0.5") if str(end).endswith("/am") else Decimal(0)
    return between + 1 - late - early


def show(text: str) -> str:
    """A date for people: `2026-11-26（周四）09:00`."""
    found = day(text)
    if found is None:
        return text
    rest = text[11:16] if text[10:11] == "T" else HALVES.get(text[11:], "")
    return f"{found.isoformat()}（周{WEEKDAYS[found.weekday()]}）{rest}"
