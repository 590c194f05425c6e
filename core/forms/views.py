"""View models: what a template needs to draw a field or show a value, and nothing more."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .names import FileRef


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """One choice as a button or a line of a select."""

    value: str
    label: str
    #: Second line: time and place of a session.
    note: str = ""
    is_chosen: bool = False
    is_disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class EndView:
    """One end of a date range."""

    name: str
    control_id: str
    label: str
    value: str = ""
    #: `am` or `pm` where half days are chosen.
    half: str = ""
    #: Type of the input.
    type: str = "date"


@dataclass(frozen=True, kw_only=True)
class ValueView:
    """One value to read."""

    id: str
    type: str
    label: str
    text: str
    files: Sequence[FileRef] = ()
    #: Headings and rows of a table.
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    is_changed: bool = False


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One field, ready to draw."""

    id: str
    type: str
    #: `input`, `textarea`, `select`, `choice`, `range`, `pick`, `files`, `table`, `consent`, `computed`,
    #: `shown`, `section` or `paragraph`.
    control: str
    #: Form name and element id of the control.
    name: str
    control_id: str
    label: str
    help: str = ""
    text: str = ""
    error: str = ""
    #: Ids of hint and error for `aria-describedby`.
    described_by: str = ""
    value: str = ""
    #: Further attributes of an input or textarea.
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    options: Sequence[OptionView] = ()
    ends: Sequence[EndView] = ()
    files: Sequence[FileRef] = ()
    #: Views of the cells of a table, row by row, and of an empty row.
    rows: Sequence[Sequence[FieldView]] = ()
    blank: Sequence[FieldView] = ()
    unit: str = ""
    low: str = ""
    high: str = ""
    #: Most files, people or rows.
    most: int = 1
    required: bool = False
    many: bool = False
    #: Not shown because of the rules; the script may show it.
    is_away: bool = False
    #: A staff number taken from the session.
    is_readonly: bool = False
    #: What a field that may not be changed shows instead of a control.
    shown: ValueView | None = None
    is_sensitive: bool = False
    width: str = "full"
