"""From posted pairs to raw values.

Control names: `f.<id>`, repeated for several values; `f.<id>.from`, `f.<id>.to` (and `.from_half`,
`.to_half`) for a date range; `f.<id>.<row>.<column>` for a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .fields import Field
from .types import FILE_TYPES

PREFIX: Final = "f."
SEVERAL: Final = FILE_TYPES | {"multiselect"}


def raw_from_pairs(fields: Iterable[Field], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Raw values by field id, as `validate` takes them; unknown ids are kept so that they are refused."""
    posted: dict[str, list[str]] = {}
    for name, value in pairs:
        if name.startswith(PREFIX) and isinstance(value, str):
            posted.setdefault(name[len(PREFIX) :], []).append(value)
    raw: dict[str, Any] = {}
    known = {field.id: field for field in fields}
    for name in posted:
        id = name.split(".")[0]
        field = known.get(id)
        if field is None:
            raw[id] = posted[name][-1]
        elif id not in raw:
            raw[id] = _raw(field, posted)
    return raw


def _raw(field: Field, posted: Mapping[str, list[str]]) -> Any:
    if field.type == "table":
        return _rows(field, posted)
    if field.type == "daterange":
        return [_end(field, posted, "from", "am"), _end(field, posted, "to", "pm")]
    values = posted.get(field.id, [])
    if field.type in SEVERAL or field.many:
        return [value for value in values if value]
    return values[-1] if values else ""


def _end(field: Field, posted: Mapping[str, list[str]], end: str, half: str) -> str:
    day = posted.get(f"{field.id}.{end}", [""])[-1].strip()
    if field.precision != "half" or not day:
        return day
    return f"{day}/{posted.get(f'{field.id}.{end}_half', [half])[-1]}"


def _rows(field: Field, posted: Mapping[str, list[str]]) -> list[dict[str, str]]:
    cells: dict[int, dict[str, str]] = {}
    for name, values in posted.items():
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == field.id and parts[1].isdecimal() and len(parts[1]) <= 4:
            cells.setdefault(int(parts[1]), {})[parts[2]] = values[-1]
    filled = (cells[place] for place in sorted(cells))
    return [row for row in filled if any(value.strip() for value in row.values())]
