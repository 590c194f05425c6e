"""Dates, times and ranges."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, ClassVar

from .. import dates
from ..decimals import plain
from ..fields import Field
from ..names import NOBODY, Names
from .base import Cell, Kind, Unreadable


class Day(Kind):
    """A date, ISO text."""

    ask = "选择"
    shape: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

    def parse(self, field: Field, raw: Any) -> Any:
        value = super().parse(field, raw)
        if value is not None and not (self.shape.fullmatch(value) and self.valid(value)):
            raise Unreadable(f"{field.label}的日期没有看懂，请重新选择")
        return value

    def valid(self, value: str) -> bool:
        return dates.day(value) is not None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        return in_time(field, value, today)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return dates.show(value) if value else ""


def in_time(field: Field, value: str, today: date | None) -> str | None:
    """Whether a date keeps `earliest` and `latest`; relative bounds count from today."""
    least, most = limit_day(field.earliest, today), limit_day(field.latest, today)
    if least and value[:10] < least:
        return f"最早只能选 {dates.show(least)}"
    if most and value[:10] > most:
        return f"最晚只能选 {dates.show(most)}"
    return None


def limit_day(written: str, today: date | None) -> str:
    """A bound such as `2026-12-31` or `+3d` as an ISO date; empty when there is none."""
    match = re.fullmatch(r"([+-]?[0-9]{1,5})d", written, re.ASCII)
    if not match:
        return written
    return (today + timedelta(days=int(match[1]))).isoformat() if today else ""


class Moment(Day):
    """A date with a time, minutes."""

    shape = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)


class Clock(Day):
    """A time of day."""

    shape = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)

    def valid(self, value: str) -> bool:
        return True

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        return None

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return value or ""


class Range(Kind):
    """From one date to another: days, half days (`2026-11-26/am`) or moments."""

    ask = "选择"
    shapes: ClassVar[dict[str, str]] = {"day": "", "half": "/(am|pm)", "time": "T[0-9]{2}:[0-9]{2}"}

    def parse(self, field: Field, raw: Any) -> Any:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            raise Unreadable(f"{field.label}没有看懂，请重新选择")
        ends = [Kind.parse(self, field, end) for end in raw]
        if ends == [None, None]:
            return None
        if None in ends:
            raise Unreadable("开始和结束都要选")
        pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}" + self.shapes.get(field.precision, "")
        if not all(re.fullmatch(pattern, end, re.ASCII) and dates.day(end) for end in ends):
            raise Unreadable(f"{field.label}的日期没有看懂，请重新选择")
        return ends

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        start, end = value
        if end < start or (field.precision == "time" and end == start):
            word = "时间" if field.precision == "time" else "日期"
            return f"结束{word}要晚于开始{word}（{dates.show(start)}）"
        days = dates.span_days(start, end)
        if field.longest is not None and days is not None and days > field.longest:
            return f"最长 {field.longest} 天，现在 {plain(days)} 天"
        return in_time(field, start, today) or in_time(field, end, today)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        if not value:
            return ""
        text = " 至 ".join(map(dates.show, value))
        days = dates.span_days(*value)
        return text if field.precision == "time" or days is None else f"{text} · {plain(days)} 天"

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        return list(value) if value else ["", ""]

    def headings(self, field: Field) -> list[str]:
        return [f"{field.label}（开始）", f"{field.label}（结束）"]

    def fact(self, field: Field, value: Any) -> dict[str, object]:
        start, end = value or (None, None)
        return {"": value, ".from": start, ".to": end, ".days": dates.span_days(start, end)}
