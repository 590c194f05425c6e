"""Numbers, money and ratings."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ..decimals import number, plain
from ..fields import Field
from ..names import NOBODY, Names
from .base import Cell, Kind, Unreadable, bound

PLAIN: Final = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,10})?|\.[0-9]{1,10})", re.ASCII)
WIDE_SIGNS: Final = str.maketrans("０１２３４５６７８９．，－¥￥", "0123456789.,-  ")


class Number(Kind):
    """A decimal, kept as text so that nothing is lost."""

    def parse(self, field: Field, raw: Any) -> Any:
        if isinstance(raw, str):
            raw = raw.translate(WIDE_SIGNS).replace(",", "").strip()
            if not raw:
                return None
        elif raw is None:
            return None
        found = number(raw)
        if found is None or not PLAIN.fullmatch(raw if isinstance(raw, str) else plain(found)):
            raise Unreadable(f"{field.label}要填数字，比如 12 或 12.5")
        return plain(found)

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        found = number(value) or Decimal(0)
        digits = field.digits
        if digits is not None and -int(found.as_tuple().exponent) > digits:
            return f"{field.label}最多 {digits} 位小数" if digits else f"{field.label}要填整数"
        return within(field, found)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return f"{value} {field.unit}".strip() if value is not None else ""

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        found = number(value)
        return ["" if found is None else found]

    def fact(self, field: Field, value: Any) -> dict[str, object]:
        return {"": number(value)}


def within(field: Field, found: Decimal) -> str | None:
    """Whether a number keeps its bounds."""
    least, most = bound(field.min), bound(field.max)
    if least is not None and found < least:
        return f"{field.label}不能小于 {plain(least)}"
    if most is not None and found > most:
        return f"{field.label}不能大于 {plain(most)}"
    return None


class Money(Number):
    """An amount: typed in yuan, kept in integer cents. A whole number given as such is cents already."""

    def parse(self, field: Field, raw: Any) -> Any:
        if raw is None or (isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**17):
            return raw
        if not isinstance(raw, str):
            raise Unreadable(f"{field.label}要填金额，比如 286000.00")
        text = super().parse(field, raw)
        if text is None:
            return None
        cents = Decimal(text) * 100
        if cents != cents.to_integral_value():
            raise Unreadable("金额最多两位小数，比如 286000.00")
        return int(cents)

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        if abs(value) > 10**15:
            return "金额太大了，请核对"
        if value < 0 and field.min is None:
            return f"{field.label}不能小于 0"
        return within(field, Decimal(value) / 100)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return f"¥ {Decimal(value) / 100:,.2f}" if value is not None else ""

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        return ["" if value is None else Decimal(value) / 100]

    def fact(self, field: Field, value: Any) -> dict[str, object]:
        return {"": None if value is None else number(Decimal(value) / 100)}


class Rating(Kind):
    """A whole number between the two ends of a scale."""

    ask = "选择"

    def parse(self, field: Field, raw: Any) -> Any:
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool) or not re.fullmatch(r"[0-9]{1,2}", str(raw), re.ASCII):
            raise Unreadable(f"请给{field.label}打分")
        return int(raw)

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        return within(field, Decimal(value))

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return f"{value} / {plain(bound(field.max) or Decimal(5))}" if value is not None else ""

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        return ["" if value is None else value]
