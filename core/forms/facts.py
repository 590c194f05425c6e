"""Facts: the values of a form as expressions see them, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .fields import Field
from .operators import Value, text
from .types import Unreadable, kind


def facts(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, object]:
    """Facts by field id. Money is in yuan; `period.from`, `period.to`, `period.days` and the columns of a
    table (`detail.hours`, a list) have names of their own.
    """
    found: dict[str, object] = {}
    for field in fields:
        for suffix, value in kind(field).fact(field, values.get(field.id)).items():
            found[field.id + suffix] = value
    return found


def names_of(field: Field) -> list[str]:
    """Every name under which expressions can read a field."""
    return [field.id + suffix for suffix in kind(field).fact(field, None)]


def from_value(field: Field, value: Value) -> Any:
    """A result of an expression as a value of a field; empty where it does not fit."""
    if value is None:
        return None
    if field.type == "consent":
        return True if value is True else None
    raw = [text(item) for item in value] if isinstance(value, list) else text(value)
    try:
        return kind(field).parse(field, raw)
    except Unreadable:
        return None
