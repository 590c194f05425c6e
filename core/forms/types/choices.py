"""Choices from options and from the directory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final

from .. import dates
from ..fields import Field
from ..names import NOBODY, Names
from .base import Cell, Kind, Unreadable, as_list, how_many

MAX_MANY: Final = 200


class Choice(Kind):
    """One option, kept as its id."""

    ask = "选择"

    def parse(self, field: Field, raw: Any) -> Any:
        chosen = as_list(raw)
        if len(chosen) > 1:
            raise Unreadable(f"{field.label}只能选一个")
        return chosen[0] if chosen else None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        return None if field.option(value) else f"{field.label}没有这个选项，请重新选择"

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        option = field.option(value)
        return option.text if option else str(value or "")


class Choices(Kind):
    """Several options, kept as ids in the order of the form."""

    ask = "选择"

    def parse(self, field: Field, raw: Any) -> Any:
        chosen = as_list(raw)
        order = {option.id: place for place, option in enumerate(field.options)}
        return sorted(chosen, key=lambda id: order.get(id, len(order))) or None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        if not all(field.option(id) for id in value):
            return f"{field.label}没有这个选项，请重新选择"
        if field.exclusive in value and len(value) > 1:
            option = field.option(field.exclusive)
            return f"选了“{option.text if option else ''}”就不能再选别的"
        return how_many(field, len(value), "项")

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "、".join(option.text if (option := field.option(id)) else id for id in value or ())


class Session(Choice):
    """A place in one of several sessions; whether there is room is for quotas to decide."""

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        option = field.option(value)
        if option is None:
            return str(value or "")
        return " · ".join(
            part for part in (option.text, session_time(option.start, option.end), option.place) if part
        )

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        option = field.option(value)
        return [option.text, session_time(option.start, option.end), option.place] if option else ["", "", ""]

    def headings(self, field: Field) -> list[str]:
        return [field.label, f"{field.label}（时间）", f"{field.label}（地点）"]


def session_time(start: str, end: str) -> str:
    """When a session takes place, without repeating the day."""
    if not end:
        return dates.show(start) if start else ""
    return f"{dates.show(start)}–{end[11:] if end[:10] == start[:10] else dates.show(end)}"


class Chosen(Kind):
    """Ids from a directory: a text, or a list where the field takes many."""

    ask = "选择"
    unit: ClassVar[str] = "人"

    def parse(self, field: Field, raw: Any) -> Any:
        chosen = as_list(raw)
        if field.many:
            return chosen or None
        if len(chosen) > 1:
            raise Unreadable(f"{field.label}只能选一个")
        return chosen[0] if chosen else None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        if any(len(id) > 64 for id in as_list(value)):
            return f"{field.label}没有看懂，请重新选择"
        return how_many(field, len(value), self.unit, MAX_MANY) if field.many else None

    def known(self, names: Names) -> Mapping[str, str]:
        return names.people

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "、".join(self.known(names).get(id, id) for id in as_list(value))


class Department(Chosen):
    """Departments."""

    unit = "个"

    def known(self, names: Names) -> Mapping[str, str]:
        return names.departments
