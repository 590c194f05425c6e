"""Texts of every sort, statements, and what stands between the fields."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ..decimals import number
from ..fields import Field
from ..names import NOBODY, Names
from .amounts import PLAIN
from .base import Cell, Kind, as_list


class Line(Kind):
    """Text on one line."""

    def parse(self, field: Field, raw: Any) -> Any:
        value = super().parse(field, raw)
        return " ".join(value.split()) if value else None


class Area(Kind):
    """Text on several lines."""

    longest = 5000


class Phone(Line):
    """A mobile or extension number."""

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        digits = re.sub(r"[ -]", "", value)
        mobile = re.fullmatch(r"(\+86)?1[3-9][0-9]{9}", digits, re.ASCII)
        landline = re.fullmatch(r"(0[0-9]{2,3})?[0-9]{3,8}", digits, re.ASCII)
        return None if mobile or landline else "电话号码不对，请核对（手机号是 11 位数字）"


class Email(Line):
    """An e-mail address."""

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        right = len(value) <= 254 and re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}", value)
        return None if right else "邮箱不对，请核对（比如 name@example.cn）"


class StaffNo(Line):
    """A staff number."""

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        right = re.fullmatch(r"[0-9A-Za-z_-]{1,32}", value, re.ASCII)
        return None if right else "工号只有字母和数字，请核对"


class Consent(Kind):
    """A statement people agree to; only yes is an answer."""

    ask = "同意"

    def parse(self, field: Field, raw: Any) -> Any:
        return True if raw is True or as_list(raw or None)[:1] in (["1"], ["on"], ["true"]) else None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        return None

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "同意" if value else ""


class Computed(Kind):
    """A value worked out from others; what the browser sends is ignored."""

    asks = False

    def parse(self, field: Field, raw: Any) -> Any:
        return raw

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        return None

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return f"{value} {field.unit}".strip() if value is not None else ""

    def fact(self, field: Field, value: Any) -> dict[str, object]:
        found = number(value) if isinstance(value, str) and PLAIN.fullmatch(value) else None
        return {"": value if found is None else found}


class Words(Kind):
    """Text between the fields: a heading or a paragraph."""

    asks = False

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        return []

    def headings(self, field: Field) -> list[str]:
        return []
