"""Read the catalogue's YAML into definitions; every file of a category lists its flows."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ..engine.definition import Definition, Field, Kind, Mode, Node, Record, Rule
from .conditions import parse_condition, parse_subject

FOLDER = Path(__file__).parent
FIELD_KEYS = frozenset({"id", "name", "type", "required", "options", "columns"})
CAREFUL_CATEGORIES = frozenset({"fin", "pharm"})
"""Categories in which nobody may approve or skip the own application, as in every flow about money (2.7)."""


class Vocabulary(Record, frozen=True, kw_only=True):
    """Slugs of the catalogue and their Chinese names; a hospital maps them to its own directory."""

    categories: dict[str, str]
    departments: dict[str, str]
    roles: dict[str, str]
    tags: dict[str, str]
    lines: dict[str, list[str]]  # line → names of its levels from below


class Flow(Record, frozen=True, kw_only=True):
    """One flow as the YAML writes it; an unknown key is an error."""

    id: str
    name: str
    icon: str
    summary: str
    subject: str
    facts: tuple[str, ...]
    owner: str
    tags: tuple[str, ...] = ()
    due_hours: int
    note: str = ""
    fields: list[dict[str, Any]]
    nodes: list["Step"]


class Step(Record, frozen=True, kw_only=True):
    """One node as the YAML writes it."""

    id: str
    name: str
    kind: Kind
    by: str | list[str]
    mode: Mode = Mode.ANY
    threshold: int = 100
    when: str = ""
    sign: bool = False
    edit: tuple[str, ...] = ()


@cache
def load_vocabulary() -> Vocabulary:
    """Read the names of categories, departments, roles, tags and lines."""
    return msgspec.convert(_yaml("vocabulary"), Vocabulary)


def load_all() -> list[Definition]:
    """Read every definition, by category in the order of the vocabulary."""
    return [one for category in load_vocabulary().categories for one in load_category(category)]


def load_category(category: str) -> list[Definition]:
    """Read the definitions of one category; each is version 1."""
    return [_definition(flow, category) for flow in msgspec.convert(_yaml(category), list[Flow])]


def _definition(flow: Flow, category: str) -> Definition:
    fields = tuple(map(_field, flow.fields))
    types = {field.id: field.type for field in fields}
    filled_later = {name for step in flow.nodes for name in step.edit}
    careful = "money" in flow.tags or category in CAREFUL_CATEGORIES
    return Definition(
        id=flow.id,
        name=flow.name,
        category=category,
        owner=flow.owner,
        tags=flow.tags,
        icon=flow.icon,
        summary=flow.summary,
        note=flow.note,
        fields=fields,
        hidden_at_start=tuple(one.id for one in fields if one.id in filled_later and not one.required),
        facts=flow.facts,
        subject=parse_subject(flow.subject),
        root=tuple(_node(step, types, flow.due_hours, careful=careful) for step in flow.nodes),
    )


def _node(step: Step, types: dict[str, str], due_hours: int, *, careful: bool) -> Node:
    rules = tuple(map(parse_rule, [step.by] if isinstance(step.by, str) else step.by))
    return Node(
        id=step.id,
        name=step.name,
        kind=step.kind,
        by=rules,
        mode=step.mode,
        threshold=step.threshold,
        when=parse_condition(step.when, types) if step.when else None,
        sign=step.sign,
        edit=step.edit,
        due_hours=0 if step.kind is Kind.CC else due_hours,
        on_self=_on_self(rules, careful=careful),
        pick_min=0 if step.kind is Kind.CC else 1,
    )


def _on_self(rules: tuple[Rule, ...], *, careful: bool) -> Any:
    if rules == (Rule(kind="starter"),):
        return "self"
    return "superior" if careful else "skip"


def parse_rule(text: str) -> Rule:
    """Read `kind`, `kind:argument` or `kind:argument:level`."""
    kind, arg, level = [*text.split(":"), "", ""][:3]
    return Rule(kind=kind, arg=arg, level=int(level or 0))


def _field(raw: dict[str, Any]) -> Field:
    columns = tuple(_column(index, name) for index, name in enumerate(raw.get("columns", ()), 1))
    return Field(
        id=raw["id"],
        name=raw["name"],
        type=raw["type"],
        required=raw.get("required", False),
        options=tuple(raw.get("options", ())),
        columns=columns,
        settings={key: value for key, value in raw.items() if key not in FIELD_KEYS},
    )


def _column(index: int, name: str) -> Field:
    """Give a column the type that its name tells."""
    for kind, endings in (("money", ("金额", "收费", "收入", "价格")), ("number", ("数", "数量", "基数"))):
        if name.endswith(endings):
            return Field(id=f"c{index}", name=name, type=kind)
    return Field(id=f"c{index}", name=name, type="date" if name in ("日期", "效期") else "text")


def _yaml(name: str) -> Any:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are safe)
