"""The server's own check of a form: what was entered becomes values, or sentences about what to change."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .. import clock
from .expressions import Scope
from .fields import Field
from .rules import Outcome, Rule, apply
from .types import Kind, Unreadable, kind


@dataclass(frozen=True, kw_only=True)
class Clean:
    """What is left of a submission after the check."""

    #: Values of the shown, editable fields without error; an emptied field is `None`.
    values: dict[str, Any]
    #: Sentences by field id; `detail.2.hours` is a cell of a table, rows counted from 0.
    errors: dict[str, str]
    #: What the rules decided: hidden fields, computed values, next page.
    outcome: Outcome = dataclasses.field(default_factory=Outcome)

    @property
    def ok(self) -> bool:
        """Whether nothing has to be changed."""
        return not self.errors


def validate(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    *,
    editable: Collection[str] | None = None,
    me: Mapping[str, Any] | None = None,
    rules: Sequence[Rule] = (),
    stored: Mapping[str, Any] | None = None,
    qr: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    partial: bool = False,
) -> Clean:
    """Check a submission completely, trusting nothing the browser did.

    Args:
        editable: ids that may be changed (all by default); anything else sent is refused.
        me: what the form may know about the person (`dept`, `title`, `roles`, `staff_no` …).
        stored: values kept from before; conditions see them, the result holds only what may be changed.
        now: the moment of the submission, for relative date bounds and `now`/`today`.
        partial: skip what is still missing, as on 暂存 or when sending back.
    """
    moment = (now or clock.now()).astimezone(clock.LOCAL)
    allowed = {field.id for field in fields} if editable is None else set(editable)
    errors = _refusals(fields, raw, allowed)
    read: dict[str, Any] = {}
    for field in fields:
        if kind(field).asks and field.id in allowed and field.id not in errors:
            read[field.id], wrong = _read(field, raw.get(field.id), me or {})
            errors |= wrong
    scope = Scope(me=me or {}, qr=qr or {}, now=moment.strftime("%Y-%m-%dT%H:%M"))
    outcome = apply(fields, rules, {**(stored or {}), **read}, scope)
    read |= {id: value for id, value in outcome.filled.items() if id in allowed or _computed(fields, id)}
    for field in fields:
        if field.id in outcome.hidden:
            read.pop(field.id, None)
            errors = {id: said for id, said in errors.items() if id.split(".")[0] != field.id}
        elif field.id in read and not _spoken(errors, field.id):
            errors |= _judge(field, read[field.id], moment.date(), outcome, partial=partial)
    values = {id: value for id, value in read.items() if not _spoken(errors, id)}
    return Clean(values=values, errors=errors, outcome=outcome)


def _refusals(fields: Sequence[Field], raw: Mapping[str, Any], allowed: set[str]) -> dict[str, str]:
    asked = {field.id for field in fields if kind(field).asks}
    errors: dict[str, str] = {}
    for id in raw:
        if id not in {field.id for field in fields}:
            errors[id] = "表单已更新，没有这一项了，请刷新后再提交"
        elif id in asked and id not in allowed:
            errors[id] = "这一项现在不能改，请刷新后再看"
    return errors


def _computed(fields: Sequence[Field], id: str) -> bool:
    return any(field.id == id and field.type == "computed" for field in fields)


def _spoken(errors: Mapping[str, str], id: str) -> bool:
    return any(key == id or key.startswith(f"{id}.") for key in errors)


def _read(field: Field, raw: Any, me: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    """The value of a field, or what is unreadable about it."""
    if field.type == "staff_no" and not field.editable and me.get("staff_no"):
        return str(me["staff_no"]), {}
    if field.type == "table" and isinstance(raw, list | tuple):
        return _read_rows(field, raw)
    try:
        return kind(field).parse(field, raw), {}
    except Unreadable as wrong:
        return None, {field.id: str(wrong)}


def _read_rows(field: Field, raw: Sequence[Any]) -> tuple[Any, dict[str, str]]:
    rows: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    columns = {column.id for column in field.columns}
    for place, row in enumerate(raw):
        if not isinstance(row, Mapping) or not set(row) <= columns:
            return None, {field.id: "表单已更新，请刷新后重新填写明细"}
        cells: dict[str, Any] = {}
        for column in field.columns:
            try:
                cells[column.id] = kind(column).parse(column, row.get(column.id))
            except Unreadable as wrong:
                cells[column.id] = None
                errors[f"{field.id}.{place}.{column.id}"] = str(wrong)
        rows.append(cells)
    kept = [row for row in rows if any(value is not None for value in row.values())]
    return (rows if errors else kept) or None, errors


def _judge(field: Field, value: Any, today: date, outcome: Outcome, *, partial: bool) -> dict[str, str]:
    """What is wrong with the value of a shown field."""
    if value is None:
        missing = field.id in outcome.required and kind(field).asks and not partial
        return {field.id: missing_sentence(field, kind(field))} if missing else {}
    said = kind(field).check(field, value, today)
    if said:
        return {field.id: said}
    return _judge_rows(field, value, today, partial=partial) if field.type == "table" else {}


def missing_sentence(field: Field, type_: Kind) -> str:
    """What is said about a required field left empty."""
    if field.type == "consent":
        return "请先阅读并同意"
    return f"请{type_.ask}{field.label}"


def _judge_rows(
    field: Field, rows: Sequence[Mapping[str, Any]], today: date, *, partial: bool
) -> dict[str, str]:
    errors: dict[str, str] = {}
    for place, row in enumerate(rows):
        for column in field.columns:
            value, said = row.get(column.id), None
            if value is not None:
                said = kind(column).check(column, value, today)
            elif column.required and not partial:
                said = missing_sentence(column, kind(column))
            if said:
                errors[f"{field.id}.{place}.{column.id}"] = said
    return errors
