"""What the operators of expressions do with values, and what a value is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from . import dates
from .decimals import CONTEXT, divide, number, plain, round_half_up, settle

Value = None | bool | Decimal | str | list[Any]

BLANKS: Final = " \t\r\n\u00a0\u3000"


def literal(raw: object) -> Value:
    """Turn JSON or a stored value into a value of the language."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, list | tuple):
        return [literal(item) for item in raw] or None
    if isinstance(raw, str):
        return raw or None
    return number(raw)


def text(value: Value) -> str:
    """A value as text: numbers plain, lists joined by 、."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(text(item) for item in value)
    return value if isinstance(value, str) else plain(value)


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal; empty equals nothing, numbers never equal text."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if left is None or right is None or type(left) is not type(right):
        return False
    return left == right


def _order(left: Value, right: Value) -> int | None:
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    return None


def _at_least(left: Value, right: Value) -> bool:
    return _order(left, right) in (0, 1)


def _items(values: tuple[Value, ...]) -> list[Value]:
    flat: list[Value] = []
    for value in values:
        flat.extend(value if isinstance(value, list) else [value])
    return [item for item in flat if item is not None]


def _among(value: Value, options: list[Value]) -> bool:
    return any(same(value, option) for option in options)


def _has_all(value: Value, *wanted: Value) -> bool:
    owned, needed = _items((value,)), _items(wanted)
    return bool(owned and needed) and all(_among(item, owned) for item in needed)


def _contains(whole: Value, part: Value) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    return isinstance(whole, list) and _among(part, whole)


def _numbers(values: tuple[Value, ...]) -> list[Decimal]:
    return [item for item in _items(values) if isinstance(item, Decimal)]


def _fold(step: Callable[[Decimal, Decimal], Decimal], values: list[Decimal]) -> Value:
    total: Decimal | None = values[0]
    for item in values[1:]:
        if total is None:
            return None
        total = settle(step(total, item))
    return total


def _strict(work: Callable[..., Value]) -> Callable[..., Value]:
    """Let a calculation see numbers only; anything else makes it empty."""

    def guarded(*values: Value) -> Value:
        return work(*values) if all(isinstance(value, Decimal) for value in values) else None

    return guarded


def _sum(*values: Value) -> Value:
    return _fold(CONTEXT.add, [Decimal(0), *_numbers(values)])


def _avg(*values: Value) -> Value:
    found, total = _numbers(values), _sum(*values)
    return divide(total, Decimal(len(found))) if found and isinstance(total, Decimal) else None


def _len(value: Value) -> Value:
    if value is None:
        return Decimal(0)
    return Decimal(len(value)) if isinstance(value, str | list) else None


def _add_days(start: Value, count: Value) -> Value:
    return dates.add_days(start, count) if isinstance(count, Decimal) else None


def _part(work: Callable[[Any], int]) -> Callable[[Value], Value]:
    def part(value: Value) -> Value:
        found = dates.day(value)
        return Decimal(work(found)) if found else None

    return part


def _upper(value: Value) -> Value:
    if not isinstance(value, str):
        return None
    return "".join(letter.upper() if "a" <= letter <= "z" else letter for letter in value)


APPLY: Final[dict[str, Callable[..., Value]]] = {
    "eq": same,
    "ne": lambda a, b: not same(a, b),
    "lt": lambda a, b: _order(a, b) == -1,
    "le": lambda a, b: _at_least(b, a),
    "gt": lambda a, b: _order(a, b) == 1,
    "ge": _at_least,
    "between": lambda value, low, high: _at_least(value, low) and _at_least(high, value),
    "in": lambda value, *options: _among(value, _items(options)),
    "has_any": lambda value, *options: any(_among(item, _items(options)) for item in _items((value,))),
    "has_all": _has_all,
    "empty": lambda value: value is None,
    "filled": lambda value: value is not None,
    "contains": _contains,
    "starts": lambda whole, part: isinstance(whole, str) and isinstance(part, str) and whole.startswith(part),
    "not": lambda value: value is not True,
    "add": _strict(lambda *values: _fold(CONTEXT.add, list(values))),
    "sub": _strict(lambda left, right: settle(CONTEXT.subtract(left, right))),
    "mul": _strict(lambda *values: _fold(CONTEXT.multiply, list(values))),
    "div": _strict(divide),
    "round": _strict(lambda value, digits=Decimal(0): round_half_up(value, digits)),
    "abs": _strict(lambda value: value.copy_abs()),
    "min": lambda *values: min(_numbers(values), default=None),
    "max": lambda *values: max(_numbers(values), default=None),
    "sum": _sum,
    "avg": _avg,
    "count": lambda *values: Decimal(len(_items(values))),
    "len": _len,
    "concat": lambda *values: "".join(map(text, values)) or None,
    "upper": _upper,
    "trim": lambda value: (value.strip(BLANKS) or None) if isinstance(value, str) else None,
    "days_between": dates.days_between,
    "add_days": _add_days,
    "weekday": _part(lambda found: found.isoweekday()),
    "age": dates.age,
    "year": _part(lambda found: found.year),
    "month": _part(lambda found: found.month),
}
