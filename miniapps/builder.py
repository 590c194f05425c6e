"""The designer's arithmetic: a posted form becomes a document; fields are added, moved, removed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from qingban import Invalid

from .documents import (
    ALL,
    FIELD_TYPES,
    MAX_PLACES,
    WITH_OPTIONS,
    Audience,
    Document,
    Edit,
    Notify,
    OptionCount,
    QuotaRule,
    Scope,
    Wait,
    Windows,
)

MAX_FIELDS = 40
MAX_OPTIONS = 40
SCOPES: dict[str, Scope] = {"site": "site", "departments": "departments", "installation": "installation"}

Pairs = Iterable[tuple[str, str]]
Values = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document under work."""

    document: Document
    """As it stands."""
    ids_made: int
    """Highest number handed out for a field or option; none is used twice."""


def take_in(draft: Draft, pairs: Pairs) -> tuple[Draft, dict[str, str]]:
    """Read the whole designer form into the document; what it does not show stays as it was.

    Returns:
        The draft with everything that could be read, and sentences by control about the rest.
    """
    values: Values = {}
    for name, text in pairs:
        values.setdefault(name, []).append(text.strip())
    errors: dict[str, str] = {}
    wait = Wait(limit=_number(values, "wait", errors, most=1000) or 0)
    places = _number(values, "places", errors)
    before = {str(field["id"]): field for field in draft.document.fields}
    fields: list[dict[str, Any]] = []
    quotas = [QuotaRule(id=ALL, limit=places, wait=wait)] if places else []
    made = draft.ids_made
    for id in dict.fromkeys(values.get("order", [])):
        if id in before:
            field, rules, made = _field(before[id], values, wait, made, errors)
            fields.append(field)
            quotas += rules
    document = msgspec.structs.replace(
        draft.document,
        title=_text(values, "title", 30, errors),
        intro=_text(values, "intro", 2000, errors),
        thanks=_text(values, "thanks", 300, errors),
        fields=fields,
        quotas=quotas,
        windows=Windows(open_at=_first(values, "open_at")[:16], close_at=_first(values, "close_at")[:16]),
        edit=Edit(until="never" if _first(values, "until") == "never" else "close"),
        audience=_audience(values, errors),
        notify=Notify(accepted=_first(values, "notify") == "1", waiting=_first(values, "notify") == "1"),
    )
    return Draft(document=document, ids_made=made), errors


def add(draft: Draft, type: str) -> Draft:
    """Put a new field at the end.

    Raises:
        Invalid: There is no such type, or there are too many fields.
    """
    if type not in FIELD_TYPES:
        raise Invalid({"add": "没有这种题目"})
    if len(draft.document.fields) >= MAX_FIELDS:
        raise Invalid({"add": f"题目太多：最多 {MAX_FIELDS} 个"})
    made = draft.ids_made + 1
    field: dict[str, Any] = {"id": f"f{made}", "type": type, "label": FIELD_TYPES[type], "required": True}
    if type in WITH_OPTIONS:
        field["options"] = [
            {"id": f"o{made + 1}", "label": "选项一"},
            {"id": f"o{made + 2}", "label": "选项二"},
        ]
        made += 2
    return Draft(document=_with_fields(draft, [*draft.document.fields, field]), ids_made=made)


def move(draft: Draft, id: str, step: int) -> Draft:
    """Move a field up (-1) or down (1); at the end it stays where it is."""
    fields = list(draft.document.fields)
    place = next((index for index, field in enumerate(fields) if field["id"] == id), None)
    if place is None or not 0 <= place + step < len(fields):
        return draft
    fields.insert(place + step, fields.pop(place))
    return replace(draft, document=_with_fields(draft, fields))


def remove(draft: Draft, id: str) -> Draft:
    """Take a field away, with the places counted by its options."""
    fields = [field for field in draft.document.fields if field["id"] != id]
    return replace(draft, document=_with_fields(draft, fields))


def _with_fields(draft: Draft, fields: list[dict[str, Any]]) -> Document:
    known = {field["id"] for field in fields}
    quotas = [
        quota
        for quota in draft.document.quotas
        if not isinstance(quota.counts, OptionCount) or quota.counts.field in known
    ]
    return msgspec.structs.replace(draft.document, fields=fields, quotas=quotas)


def _field(
    before: Mapping[str, Any], values: Values, wait: Wait, made: int, errors: dict[str, str]
) -> tuple[dict[str, Any], list[QuotaRule], int]:
    name = f"field.{before['id']}"
    field = dict(before)
    field["label"] = _text(values, f"{name}.label", 60, errors)
    field["required"] = _first(values, f"{name}.required") == "1"
    field["help"] = _text(values, f"{name}.help", 120, errors)
    field = {key: value for key, value in field.items() if value not in ("", False)} | {
        "label": field["label"]
    }
    if field["type"] not in WITH_OPTIONS:
        return field, [], made
    options, rules = [], []
    known = {str(option["id"]): option for option in before.get("options", [])}
    for given in dict.fromkeys(values.get(f"{name}.option", [])):
        option, made = _option(f"{name}.option.{given}", known.get(given), values, made, errors)
        if option:
            options.append(option)
            limit = _number(values, f"{name}.option.{given}.places", errors)
            if limit:
                count = OptionCount(field=str(field["id"]), option=option["id"])
                rules.append(
                    QuotaRule(id=f"{field['id']}.{option['id']}", counts=count, limit=limit, wait=wait)
                )
    if len(options) > MAX_OPTIONS:
        errors[f"{name}.options"] = f"选项太多：最多 {MAX_OPTIONS} 个"
    field["options"] = options
    return field, rules, made


def _option(
    name: str, known: Mapping[str, Any] | None, values: Values, made: int, errors: dict[str, str]
) -> tuple[dict[str, Any], int]:
    """Read one line of options; without a label there is none."""
    label = _text(values, f"{name}.label", 60, errors)
    if not label:
        return {}, made
    if known is None:
        made += 1
    option = {"id": known["id"] if known else f"o{made}", "label": label}
    for part, longest in (("start", 16), ("end", 16), ("place", 40), ("teacher", 40)):
        if text := _text(values, f"{name}.{part}", longest, errors):
            option[part] = text
    return option, made


def _audience(values: Values, errors: dict[str, str]) -> Audience:
    scope = SCOPES.get(_first(values, "audience") or "site")
    if scope is None:
        errors["audience"] = "请选择谁可以参加"
    chosen = [text for text in values.get("f.departments", []) if text]
    if not all(text.isdecimal() and len(text) <= 10 for text in chosen):
        errors["departments"] = "没有看懂选的科室，请重新选择"
        chosen = []
    return Audience(scope=scope or "site", departments=[int(text) for text in dict.fromkeys(chosen)])


def _first(values: Values, name: str) -> str:
    return values.get(name, [""])[0]


def _text(values: Values, name: str, longest: int, errors: dict[str, str]) -> str:
    text = _first(values, name).replace("\r\n", "\n")
    if len(text) > longest:
        errors[name] = f"写得太长了：最多 {longest} 个字，现在 {len(text)} 个"
    return text[:longest]


def _number(values: Values, name: str, errors: dict[str, str], *, most: int = MAX_PLACES) -> int | None:
    text = _first(values, name)
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 7 or int(text) > most:
        errors[name] = f"请填 0 到 {most} 的整数，不限就留空"
        return None
    return int(text) or None
