"""What every field type can do, and small helpers they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from ..decimals import number, plain
from ..fields import Field
from ..names import NOBODY, Names

Cell = str | int | Decimal


class Unreadable(ValueError):
    """Something entered that is no value of the type; the message is a sentence for the person."""


@dataclass(frozen=True)
class Kind:
    """A field type. The base is a plain text and serves as the pattern for the others."""

    #: How to ask for it: the verb of "请填写…".
    ask: ClassVar[str] = "填写"
    #: Whether people enter something at all.
    asks: ClassVar[bool] = True
    #: Longest text.
    longest: ClassVar[int] = 500

    def parse(self, field: Field, raw: Any) -> Any:
        """The value behind what was entered, or empty (`None`); raises `Unreadable`."""
        if raw is None:
            return None
        if not isinstance(raw, str):
            raise Unreadable(f"{field.label}没有看懂，请重新{self.ask}")
        cleaned = "".join(sign for sign in raw.replace("\r\n", "\n") if sign >= " " or sign in "\n\t")
        return cleaned.strip() or None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        """What is wrong with a filled value, as a sentence."""
        least, most = bound(field.min), bound(field.max)
        if least is not None and len(value) < least:
            return f"再写几个字：至少 {plain(least)} 个字"
        limit = min(int(most), self.longest) if most is not None else self.longest
        if len(value) > limit:
            return f"写得太长了：最多 {limit} 个字，现在 {len(value)} 个"
        return None

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        """The value as people read it; empty text when there is none."""
        return str(value) if value is not None else ""

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        """Cells of a spreadsheet row, as many as `headings`."""
        return [self.show(field, value, names)]

    def headings(self, field: Field) -> list[str]:
        """Column headings of an export."""
        return [field.label]

    def fact(self, field: Field, value: Any) -> dict[str, object]:
        """What expressions see, by suffix of the field id (`""`, `".from"` …)."""
        return {"": value}


def bound(raw: object) -> Decimal | None:
    """A bound of a field as a number."""
    return number(raw) if raw not in (None, "") else None


def as_list(raw: Any) -> list[str]:
    """Ids as a list without blanks and repeats."""
    items = [raw] if isinstance(raw, str) else raw
    if items is None:
        return []
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise Unreadable("没有看懂这一项，请重新选择")
    return list(dict.fromkeys(item.strip() for item in items if item.strip()))


def how_many(field: Field, count: int, unit: str, most: int | None = None) -> str | None:
    """Whether as many were chosen as the field wants."""
    least, upper = bound(field.min), bound(field.max)
    limit = int(upper) if upper is not None else most
    if least is not None and count < least:
        return f"至少选 {plain(least)} {unit}"
    if limit is not None and count > limit:
        return f"最多选 {limit} {unit}"
    return None
