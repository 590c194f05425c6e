"""Fields: what a form asks, as frozen records read from JSON or YAML documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)

#: Names used by mini-app documents for the same types.
ALIASES: Final[dict[str, str]] = {
    "radio": "select",
    "checkbox": "multiselect",
    "date_range": "daterange",
    "staff": "person",
    "dept": "department",
    "upload": "file",
    "image": "photo",
    "repeat": "table",
    "nps": "rating",
}

MAX_FIELDS: Final = 120
MAX_OPTIONS: Final = 300


class BadField(ValueError):
    """A field that cannot be used; the message is a sentence for its author."""


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One choice of a select, a multiselect or a session field."""

    #: Stored value; stays the same when the label is reworded.
    id: str
    #: What people read.
    label: str = ""
    #: Start and end of a session, ISO text in site time.
    start: str = ""
    end: str = ""
    #: Where a session takes place, and who leads it.
    place: str = ""
    teacher: str = ""
    #: Places in a session; none means as many as come.
    capacity: int | None = None
    #: Places on the waiting list.
    wait: int = 0

    @property
    def text(self) -> str:
        """The label, or the id where both are the same."""
        return self.label or self.id


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question of a form; immutable, compared by value."""

    #: `[a-z][a-z0-9_]{0,31}`, stable for ever.
    id: str
    #: A name of `types.TYPES`.
    type: str
    #: What people read above the control.
    label: str
    #: One sentence below the label.
    help: str = ""
    #: Grey example inside an empty text control.
    placeholder: str = ""
    required: bool = False
    #: Value shown before anything is entered.
    default: Any = None
    #: Expressions: show the field, and insist on it, only while they are true.
    visible_if: Any = None
    required_if: Any = None
    #: Masked in lists, kept out of exports unless asked for, never in drafts.
    sensitive: bool = False
    #: `full` or `half` of the line on wide screens.
    width: str = "full"
    #: Bounds: characters of a text, size of a number (money in yuan), choices, people or files.
    min: int | float | str | None = None
    max: int | float | str | None = None
    #: Step of a number control, and how many decimals are allowed.
    step: str = ""
    digits: int | None = None
    #: Word after a number, such as 份 or 小时.
    unit: str = ""
    #: Choices of select, multiselect and session.
    options: tuple[Option, ...] = ()
    #: Option of a multiselect that excludes all others (以上都没有).
    exclusive: str = ""
    #: Bounds of a date: ISO date, or relative to today as `+3d` / `-1d`.
    earliest: str = ""
    latest: str = ""
    #: How fine a date range is: `day`, `half` (上午/下午) or `time`.
    precision: str = "day"
    #: Longest date range in days.
    longest: int | None = None
    #: Columns of a table.
    columns: tuple[Field, ...] = ()
    #: File name endings a file field takes; empty takes what the platform takes.
    kinds: tuple[str, ...] = ()
    #: Words at both ends of a rating.
    low: str = ""
    high: str = ""
    #: Whether a number known from the session (staff_no) may be changed.
    editable: bool = False
    #: Whether people get the field several times in a person or department field.
    many: bool = False
    #: What a computed field computes.
    expression: Any = None
    #: Text of a paragraph or of the consent.
    text: str = ""

    def option(self, id: object) -> Option | None:
        """The option with this id."""
        return next((option for option in self.options if option.id == id), None)


_KNOWN: Final = frozenset(Field.__struct_fields__) | {"name"}


def from_dict(raw: Mapping[str, Any]) -> Field:
    """Read a field; `name` is accepted for `label`, options and columns may be plain names.

    Raises:
        BadField: unknown key, unknown type, unusable id, or a part of the wrong shape.
    """
    data = dict(raw)
    unknown = sorted(set(data) - _KNOWN)
    if unknown:
        raise BadField(f"字段 {data.get('id', '')} 有不认识的设置：{'、'.join(unknown)}")
    if "name" in data:
        if "label" in data:
            raise BadField("label 和 name 只能写一个")
        data["label"] = data.pop("name")
    stars = 10 if data.get("type") == "nps" else 5
    data["type"] = ALIASES.get(str(data.get("type")), data.get("type"))
    if data["type"] == "rating":
        data = {"min": 0 if stars == 10 else 1, "max": stars, **data}
    if "options" in data:
        data["options"] = [_option(option) for option in data["options"]]
    if "columns" in data:
        data["columns"] = [_column(index, column) for index, column in enumerate(data["columns"], 1)]
    try:
        field = msgspec.convert(data, Field)
    except msgspec.ValidationError as wrong:
        raise BadField(f"字段 {data.get('id', '')} 写得不对：{wrong}") from wrong
    return _checked(field)


def _option(raw: Any) -> Any:
    return {"id": raw} if isinstance(raw, str) else raw


def _column(index: int, raw: Any) -> Field:
    if isinstance(raw, Field):
        return raw
    if isinstance(raw, str):
        return Field(id=f"c{index}", type="text", label=raw)
    return from_dict({"type": "text", "id": f"c{index}", **raw})


def _checked(field: Field) -> Field:
    from .types import COLUMN_TYPES, TYPES

    if not ID.fullmatch(field.id):
        raise BadField(f"字段编号 {field.id} 不合规：小写字母开头，只用小写字母、数字和下划线")
    if field.type not in TYPES:
        raise BadField(f"没有这种字段：{field.type}")
    if len(field.options) > MAX_OPTIONS:
        raise BadField(f"{field.label}的选项太多：最多 {MAX_OPTIONS} 个")
    ids = [option.id for option in field.options]
    if len(set(ids)) != len(ids) or "" in ids:
        raise BadField(f"{field.label}有重复或空白的选项")
    if field.type in ("select", "multiselect", "session") and not ids:
        raise BadField(f"{field.label}还没有选项")
    if field.type == "table" and not field.columns:
        raise BadField(f"{field.label}还没有列")
    wrong = [column.label for column in field.columns if column.type not in COLUMN_TYPES]
    if wrong:
        raise BadField(f"明细里不能放这种列：{'、'.join(wrong)}")
    columns = [column.id for column in field.columns]
    if len(set(columns)) != len(columns):
        raise BadField(f"{field.label}有重复的列编号")
    return field


def fields_from(raw: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    """Read all fields of a form; ids may not repeat."""
    fields = tuple(from_dict(item) for item in raw)
    if len(fields) > MAX_FIELDS:
        raise BadField(f"字段太多：最多 {MAX_FIELDS} 个")
    seen: set[str] = set()
    for field in fields:
        if field.id in seen:
            raise BadField(f"字段编号重复：{field.id}")
        seen.add(field.id)
    return fields


def to_dict(field: Field) -> dict[str, Any]:
    """The shortest document `from_dict` reads back to the same field."""
    data: dict[str, Any] = msgspec.to_builtins(field)
    return data
