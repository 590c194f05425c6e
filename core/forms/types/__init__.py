"""The types a field can have: how each reads, checks, shows and exports its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..fields import Field
from .amounts import Money, Number, Rating
from .base import Kind, Unreadable
from .choices import Choice, Choices, Chosen, Department, Session
from .lists import Files, Photo, Signature, Table, Voice
from .times import Clock, Day, Moment, Range
from .words import Area, Computed, Consent, Email, Line, Phone, StaffNo, Words

COLUMN_TYPES: Final = frozenset(
    {"text", "textarea", "number", "money", "date", "time", "datetime", "select", "phone", "staff_no"}
)
FILE_TYPES: Final = frozenset({"photo", "voice", "file", "signature"})

_SIMPLE: Final[dict[str, Kind]] = {
    "text": Line(),
    "textarea": Area(),
    "number": Number(),
    "money": Money(),
    "date": Day(),
    "time": Clock(),
    "datetime": Moment(),
    "daterange": Range(),
    "select": Choice(),
    "multiselect": Choices(),
    "person": Chosen(),
    "department": Department(),
    "photo": Photo(),
    "voice": Voice(),
    "file": Files(),
    "signature": Signature(),
    "phone": Phone(),
    "email": Email(),
    "staff_no": StaffNo(),
    "session": Session(),
    "rating": Rating(),
    "consent": Consent(),
    "computed": Computed(),
    "section": Words(),
    "paragraph": Words(),
}
TYPES: Final[dict[str, Kind]] = {
    **_SIMPLE,
    "table": Table(columns={name: _SIMPLE[name] for name in COLUMN_TYPES}),
}


def kind(field: Field) -> Kind:
    """The type of a field."""
    return TYPES[field.type]


def heading_row(fields: Sequence[Field]) -> list[str]:
    """Headings of an export of these fields."""
    return [heading for field in fields for heading in kind(field).headings(field)]


__all__ = ["COLUMN_TYPES", "FILE_TYPES", "TYPES", "Kind", "Unreadable", "heading_row", "kind"]
