"""From fields and values to view models, for forms and for reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from .. import clock
from .fields import Field
from .names import NOBODY, Names
from .rules import Outcome, Rule
from .types import FILE_TYPES, kind
from .types.base import as_list, bound
from .types.choices import session_time
from .types.times import limit_day
from .views import EndView, FieldView, OptionView, ValueView

BUTTONS: Final = 5
ROWS_WITHOUT_SCRIPT: Final = 3

#: How each type is drawn; everything else is an `input`.
CONTROLS: Final[dict[str, str]] = {
    "textarea": "textarea",
    "daterange": "range",
    "multiselect": "choice",
    "session": "choice",
    "rating": "choice",
    "person": "pick",
    "department": "pick",
    "consent": "consent",
    "table": "table",
    "computed": "computed",
    "section": "section",
    "paragraph": "paragraph",
    **dict.fromkeys(FILE_TYPES, "files"),
}
INPUTS: Final[dict[str, dict[str, str]]] = {
    "number": {"inputmode": "decimal"},
    "money": {"inputmode": "decimal"},
    "date": {"type": "date"},
    "time": {"type": "time"},
    "datetime": {"type": "datetime-local"},
    "phone": {"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
    "email": {"type": "email", "inputmode": "email", "autocomplete": "email"},
}
ACCEPT: Final[dict[str, str]] = {"photo": "image/*", "voice": "audio/*", "signature": "image/png,image/*"}


def as_raw(field: Field, value: Any) -> Any:
    """A stored value as the browser would have sent it."""
    if value is None:
        return None
    if field.type == "money":
        return f"{Decimal(value) / 100:.2f}"
    if field.type == "consent":
        return "1"
    if field.type == "table":
        return [{column.id: as_raw(column, row.get(column.id)) for column in field.columns} for row in value]
    return [str(item) for item in value] if isinstance(value, list | tuple) else str(value)


def form_views(
    fields: Sequence[Field],
    values: Mapping[str, Any] | None = None,
    *,
    raw: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    names: Names = NOBODY,
    outcome: Outcome | None = None,
    readonly: Collection[str] = (),
    full: Mapping[str, Collection[str]] | None = None,
    now: datetime | None = None,
) -> list[FieldView]:
    """Views of all fields of a form.

    Args:
        values: stored values; a field without one shows its default.
        raw: what was entered before, from `raw_from_pairs` (a refused form, a draft); replaces `values`.
        errors: sentences by field id, from `validate`.
        outcome: what the rules say about these values; without it every field is shown.
        readonly: ids of fields that are shown without a control; nothing is sent for them.
        full: option ids that can no longer be chosen, by field id.
    """
    today = (now or clock.now()).astimezone(clock.LOCAL).date()
    views: list[FieldView] = []
    for field in fields:
        stored = (values or {}).get(field.id, field.default)
        entered = as_raw(field, stored) if raw is None else raw.get(field.id)
        view = field_view(
            field, entered, errors=errors or {}, names=names, full=(full or {}).get(field.id, ())
        )
        attributes = dict(view.attributes)
        for name, limit in (("min", field.earliest), ("max", field.latest)):
            if limit and field.type in ("date", "daterange"):
                attributes[name] = limit_day(limit, today)
        filled = outcome.filled.get(field.id) if outcome and field.type == "computed" else None
        view = dataclasses.replace(
            view,
            attributes=attributes,
            value=str(filled) if filled is not None else view.value,
            required=field.id in outcome.required if outcome else field.required,
            is_away=bool(outcome and field.id in outcome.hidden),
        )
        views.append(_shown(view, field, stored, names) if field.id in readonly else view)
    return views


def _shown(view: FieldView, field: Field, value: Any, names: Names) -> FieldView:
    """A view without a control, for a field that may not be changed."""
    if view.control in ("computed", "section", "paragraph"):
        return view
    shown = value_view(field, value, names=names) if value is not None else None
    return dataclasses.replace(view, control="shown", shown=shown, help="", required=False)


def field_view(
    field: Field,
    raw: Any,
    *,
    errors: Mapping[str, str],
    names: Names = NOBODY,
    prefix: str = "",
    full: Collection[str] = (),
) -> FieldView:
    """The view of one field; `prefix` is `<table>.<row>.` for a cell."""
    key = f"{prefix}{field.id}"
    control_id = f"f-{key.replace('.', '-')}"
    error = errors.get(key, "")
    told = [f"{control_id}-hint"] * bool(field.help) + [f"{control_id}-error"] * bool(error)
    control = _control(field, in_table=bool(prefix))
    view = FieldView(
        id=field.id,
        type=field.type,
        control=control,
        name=f"f.{key}",
        control_id=control_id,
        label=field.label,
        help=field.help,
        text=field.text,
        error=error,
        described_by=" ".join(told),
        value=raw if isinstance(raw, str) else "",
        attributes=_attributes(field),
        unit=field.unit or ("元" if field.type == "money" else ""),
        low=field.low,
        high=field.high,
        required=field.required,
        many=field.many,
        is_readonly=field.type == "staff_no" and not field.editable,
        is_sensitive=field.sensitive,
        width=field.width,
    )
    return _filled(view, field, raw, errors, names, full)


def _control(field: Field, *, in_table: bool) -> str:
    if field.type == "select":
        return "choice" if len(field.options) <= BUTTONS and not in_table else "select"
    return CONTROLS.get(field.type, "input")


def _attributes(field: Field) -> dict[str, str]:
    attributes = dict(INPUTS.get(field.type, {}))
    most = bound(field.max)
    if field.type in ("text", "textarea", "staff_no", "phone", "email"):
        limit = int(most) if most is not None else kind(field).longest
        attributes["maxlength"] = str(min(limit, kind(field).longest))
    if field.placeholder:
        attributes["placeholder"] = field.placeholder
    return attributes


def _filled(
    view: FieldView,
    field: Field,
    raw: Any,
    errors: Mapping[str, str],
    names: Names,
    full: Collection[str],
) -> FieldView:
    """A view with the parts its control needs."""
    if view.control in ("choice", "select"):
        return dataclasses.replace(
            view, options=_options(field, raw, full), many=field.many or field.type == "multiselect"
        )
    if view.control == "range":
        return dataclasses.replace(view, ends=_ends(view, field, raw))
    if view.control == "pick":
        known = names.people if field.type == "person" else names.departments
        chosen = [OptionView(value=id, label=known.get(id, id), is_chosen=True) for id in _ids(raw)]
        return dataclasses.replace(view, options=chosen)
    if view.control == "files":
        most = bound(field.max)
        limit = int(most) if most is not None else getattr(kind(field), "most", 1)
        accept = ACCEPT.get(field.type, ",".join(field.kinds))
        attributes = {**view.attributes, **({"accept": accept} if accept else {})}
        files = [names.file(id) for id in _ids(raw)]
        return dataclasses.replace(view, files=files, most=limit, many=limit > 1, attributes=attributes)
    if view.control == "table":
        return _table(view, field, raw, errors)
    return view


def _ids(raw: Any) -> list[str]:
    return [item for item in as_list(raw) if item] if isinstance(raw, str | list | tuple) else []


def _options(field: Field, raw: Any, full: Collection[str]) -> list[OptionView]:
    chosen = _ids(raw)
    if field.type == "rating":
        least, most = bound(field.min) or Decimal(0), bound(field.max) or Decimal(5)
        scale = [str(step) for step in range(int(least), int(most) + 1)]
        return [OptionView(value=step, label=step, is_chosen=step in chosen) for step in scale]
    return [
        OptionView(
            value=option.id,
            label=option.text,
            note=" · ".join(
                filter(None, (session_time(option.start, option.end), option.place, option.teacher))
            ),
            is_chosen=option.id in chosen,
            is_disabled=option.id in full and option.id not in chosen,
        )
        for option in field.options
    ]


def _ends(view: FieldView, field: Field, raw: Any) -> list[EndView]:
    entered = raw if isinstance(raw, list | tuple) and len(raw) == 2 else ("", "")
    ends: list[EndView] = []
    for end, label, written, half in zip(
        ("from", "to"), ("开始", "结束"), entered, ("am", "pm"), strict=True
    ):
        date, _, chosen = str(written or "").partition("/")
        ends.append(
            EndView(
                name=f"{view.name}.{end}",
                control_id=f"{view.control_id}-{end}",
                label=label,
                value=date,
                half=(chosen or half) if field.precision == "half" else "",
                type="datetime-local" if field.precision == "time" else "date",
            )
        )
    return ends


def _table(view: FieldView, field: Field, raw: Any, errors: Mapping[str, str]) -> FieldView:
    filled = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list | tuple) else []

    def row(place: str | int, cells: Mapping[str, Any]) -> list[FieldView]:
        prefix = f"{field.id}.{place}."
        return [
            field_view(column, cells.get(column.id), errors=errors, prefix=prefix) for column in field.columns
        ]

    shown = max(len(filled), ROWS_WITHOUT_SCRIPT)
    rows = [row(place, filled[place] if place < len(filled) else {}) for place in range(shown)]
    most = bound(field.max)
    return dataclasses.replace(
        view, rows=rows, blank=row("__row__", {}), value=str(max(len(filled), 1)), most=int(most or 50)
    )


def value_views(
    fields: Sequence[Field],
    values: Mapping[str, Any],
    *,
    names: Names = NOBODY,
    changed: Collection[str] = (),
    masked: bool = False,
) -> list[ValueView]:
    """Views of the filled values, in the order of the form; `masked` hides sensitive ones."""
    views: list[ValueView] = []
    for field in fields:
        value = values.get(field.id)
        if value is None or field.type in ("section", "paragraph"):
            continue
        view = value_view(field, value, names=names, masked=masked)
        views.append(dataclasses.replace(view, is_changed=field.id in changed))
    return views


def value_view(field: Field, value: Any, *, names: Names = NOBODY, masked: bool = False) -> ValueView:
    """The view of one filled value; `masked` hides a sensitive one."""
    if masked and field.sensitive:
        return ValueView(id=field.id, type=field.type, label=field.label, text="已填写，不在此显示")
    return ValueView(
        id=field.id,
        type=field.type,
        label=field.label,
        text=kind(field).show(field, value, names),
        files=[names.file(id) for id in _ids(value)] if field.type in FILE_TYPES else (),
        headings=[column.label for column in field.columns],
        rows=_read_rows(field, value, names) if field.type == "table" else (),
    )


def _read_rows(field: Field, value: Any, names: Names) -> list[list[str]]:
    return [
        [kind(column).show(column, row.get(column.id), names) for column in field.columns] for row in value
    ]


def has_rules(fields: Sequence[Field], rules: Sequence[Rule] = ()) -> bool:
    """Whether the page has to react while people type."""
    return bool(rules) or any(
        field.visible_if is not None or field.required_if is not None or field.type == "computed"
        for field in fields
    )


def rules_data(
    fields: Sequence[Field],
    rules: Sequence[Rule] = (),
    *,
    me: Mapping[str, Any] | None = None,
    qr: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    kept: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page needs to follow the rules while people type; empty when there are none.

    `kept` are stored values of fields without a control (`readonly` of `form_views`); conditions see them.
    """
    if not has_rules(fields, rules):
        return {}
    moment = (now or clock.now()).astimezone(clock.LOCAL)
    return {
        "fields": [_ruled(field) for field in fields],
        "rules": [msgspec.to_builtins(rule) for rule in rules],
        "me": dict(me or {}),
        "qr": dict(qr or {}),
        "now": moment.strftime("%Y-%m-%dT%H:%M"),
        "kept": {field.id: as_raw(field, kept[field.id]) for field in fields if kept and field.id in kept},
    }


def _ruled(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"id": field.id, "type": field.type}
    for name in ("visible_if", "required_if", "expression"):
        if getattr(field, name) is not None:
            told[name] = getattr(field, name)
    if field.required:
        told["required"] = True
    if field.many:
        told["many"] = True
    if field.columns:
        told["columns"] = [_ruled(column) for column in field.columns]
    return told


def summary(errors: Mapping[str, str]) -> str:
    """What the bar says after a check: how many places have to be changed."""
    return f"还有 {len(errors)} 处要改" if errors else ""
