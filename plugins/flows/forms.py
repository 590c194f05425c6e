"""A definition's fields as forms know them."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from qingban import forms

from .engine import Definition

_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])")
"""Where a Chinese character meets a figure; a space there reads better."""


@lru_cache(maxsize=512)
def _fields(document: bytes) -> tuple[forms.Field, ...]:
    return forms.fields_from(msgspec.json.decode(document))


def fields_of(definition: Definition) -> tuple[forms.Field, ...]:
    """Return the form fields of a definition, in order."""
    return _fields(msgspec.json.encode([field.document() for field in definition.fields]))


def start_fields(definition: Definition) -> tuple[forms.Field, ...]:
    """Return the fields the starter fills in."""
    later = set(definition.hidden_at_start)
    return tuple(field for field in fields_of(definition) if field.id not in later)


def labels(definition: Definition) -> dict[str, str]:
    """Return the names of fields by id."""
    return {field.id: field.name for field in definition.fields}


def facts_of(definition: Definition, values: dict[str, Any], names: forms.Names) -> list[tuple[str, str]]:
    """Return the two facts that lists and cards show, each with its label; empty ones are left out."""
    by_id = {field.id: field for field in fields_of(definition)}
    shown = []
    for key in definition.facts:
        field, value = by_id.get(key), values.get(key)
        if field is not None and value not in (None, "", []):
            text = _short(field, value) or forms.kind(field).show(field, value, names)
            shown.append((field.label, text))
    return [(label, text) for label, text in shown if text][:2]


def _short(field: forms.Field, value: Any) -> str:
    """Return a period as lists have room for it: 12-01 上午 至 12-02 下午."""
    if field.type != "daterange" or not isinstance(value, list | tuple) or len(value) != 2:
        return ""
    halves = {"am": " 上午", "pm": " 下午", "": ""}
    ends = [str(end).partition("/") for end in value]
    return " 至 ".join(day[5:].replace("T", " ") + halves.get(half, "") for day, _slash, half in ends)


def subject_of(definition: Definition, values: dict[str, Any], me: dict[str, Any]) -> str:
    """Return the line that names an application: what it is about, never a number."""
    if definition.subject is None:
        return definition.name
    scope = forms.Scope(facts=forms.facts(fields_of(definition), values), me=me)
    try:
        text = forms.as_text(forms.evaluate(definition.subject, scope))
    except (forms.BadExpression, ValueError):
        text = ""
    return _BETWEEN.sub(" ", " ".join(text.split()))[:100] or definition.name


def people_in(definition: Definition, values: dict[str, Any]) -> tuple[list[str], list[int]]:
    """Return the person ids and department ids that stand in a form; tables hold neither."""
    people: list[str] = []
    departments: list[int] = []
    for field in fields_of(definition):
        held = _listed(values.get(field.id))
        if field.type == "person":
            people += [str(one) for one in held]
        elif field.type == "department":
            departments += [int(one) for one in held]
    return people, departments


def file_ids(definition: Definition, values: dict[str, Any]) -> list[str]:
    """Return the attachment ids that stand in a form."""
    files = (field for field in fields_of(definition) if field.type in forms.FILE_TYPES)
    return [str(one) for field in files for one in _listed(values.get(field.id))]


def _listed(held: Any) -> list[Any]:
    if held in (None, ""):
        return []
    return list(held) if isinstance(held, list | tuple) else [held]
