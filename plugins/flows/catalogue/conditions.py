"""Translate the catalogue's short conditions and subject lines into expressions."""

import re
from typing import Any

from ..engine.definition import Expression

NUMERIC = frozenset({"number", "money"})
STARTER_FACTS = {"starter_line": ["me", "line"], "starter_post": ["me", "post"]}
COMPARISONS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}

_GRAMMAR = re.compile(
    r"(?P<name>\w+) (?:(?P<filled>not_empty)|(?P<op>==|!=|>=|<=|>|<|in|contains) (?P<literal>.+))"
)
_LIST = re.compile(r"\[(?P<items>[^\[\]]+)\]")
_PIECES = re.compile(r"\{(\w+)\}")


class BadCondition(ValueError):
    """A condition that does not follow `<field> <operator> <literal>`."""


def parse_condition(text: str, types: dict[str, str]) -> Expression:
    """Translate one comparison; an empty field makes it false, also for `!=`."""
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        raise BadCondition(text)
    name, op, literal = match["name"], match["op"], match["literal"]
    value: list[Any] = STARTER_FACTS.get(name, ["f", name])
    if match["filled"]:
        return ["filled", value]
    if op == "in":
        return ["in", value, _items(literal)]
    if op == "contains":
        return ["has_any", value, [literal]]
    number = types.get(name) in NUMERIC
    comparison = [COMPARISONS[op], value, int(literal) if number else literal]
    return ["and", ["filled", value], comparison] if op == "!=" else comparison


def parse_subject(text: str) -> Expression:
    """Translate `{field} words` into a text expression."""
    parts = _PIECES.split(text)
    pieces = [["f", part] if index % 2 else part for index, part in enumerate(parts)]
    return ["concat", *(piece for piece in pieces if piece)]


def _items(literal: str) -> list[str]:
    match = _LIST.fullmatch(literal)
    if match is None:
        raise BadCondition(literal)
    return [item.strip() for item in match["items"].split(",")]
