"""Problems of expressions and rules, found before a form is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .expressions import CHOOSING, MAX_NODES, NAMING, BadExpression, is_choice_list, measure
from .facts import names_of
from .fields import Field
from .rules import Rule

ME = frozenset({"dept", "title", "roles", "tags", "site", "staff_no", "phone", "post", "line"})
COMPARING = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "between"})
NUMERIC = frozenset({"number", "money", "rating"})
CHOSEN = frozenset({"select", "multiselect", "session"})
DATED = frozenset({"date", "datetime"})


def lint(expression: object, fields: Iterable[Field]) -> list[str]:
    """Everything wrong with an expression, as sentences; empty when it can be used."""
    try:
        measure(expression)
    except BadExpression as wrong:
        return [str(wrong)]
    known = {name: field for field in fields for name in names_of(field)}
    return list(dict.fromkeys(_problems(expression, known)))


def _problems(expression: object, known: dict[str, Field]) -> Iterator[str]:
    if not isinstance(expression, list):
        return
    op, args = expression[0], expression[1:]
    if op == "f" and args[0] not in known:
        yield f"表单里没有字段 {args[0]}"
    if op == "me" and args[0] not in ME:
        yield f"不能使用本人的 {args[0]}"
    if op in NAMING:
        return
    if op in COMPARING | CHOOSING:
        yield from _comparison(op, args, known)
    for position, arg in enumerate(args):
        if not is_choice_list(op, position, arg):
            yield from _problems(arg, known)


def _comparison(op: str, args: list[object], known: dict[str, Field]) -> Iterator[str]:
    first = args[0]
    name = first[1] if isinstance(first, list) and first[0] == "f" else None
    field = known.get(name) if isinstance(name, str) else None
    if field is None or name != field.id:
        return
    others: list[object] = []
    for position, arg in enumerate(args[1:], 1):
        others.extend(arg if isinstance(arg, list) and is_choice_list(op, position, arg) else [arg])
    literals = [item for item in others if not isinstance(item, list) and item is not None]
    for item in literals:
        numeric = isinstance(item, int | float) and not isinstance(item, bool)
        if field.type in NUMERIC and not numeric:
            yield f"{field.label}是数字，不能和“{item}”比较"
        if field.type in DATED | {"text", "select", "multiselect"} and not isinstance(item, str):
            yield f"{field.label}不是数字，不能和 {item} 比较"
        if field.type in CHOSEN and isinstance(item, str) and field.option(item) is None:
            yield f"{field.label}没有选项“{item}”"
    if field.type == "multiselect" and op in ("eq", "ne", "in"):
        yield f"{field.label}可以多选，请用 contains、has_any 或 has_all"


def lint_form(fields: Sequence[Field], rules: Sequence[Rule] = ()) -> list[str]:
    """Everything wrong with the conditions of a form, and with their total size."""
    found: list[str] = []
    total = 0
    for where, expression in _expressions(fields, rules):
        problems = lint(expression, fields)
        found += [f"{where}：{problem}" for problem in problems]
        total += 0 if problems else measure(expression).nodes
    ids = {field.id for field in fields}
    for place, rule in enumerate(rules, 1):
        for id in (*rule.show, *rule.hide, *rule.require, *rule.set):
            if id not in ids:
                found.append(f"规则 {place}：表单里没有字段 {id}")
    if total > MAX_NODES:
        found.append(f"条件太多：全部加起来最多 {MAX_NODES} 个部分，现在 {total} 个")
    return found


def _expressions(fields: Sequence[Field], rules: Sequence[Rule]) -> Iterator[tuple[str, object]]:
    for field in fields:
        for expression in (field.visible_if, field.required_if):
            if expression is not None:
                yield field.label, expression
        if field.type == "computed":
            yield field.label, field.expression
    for place, rule in enumerate(rules, 1):
        yield f"规则 {place}", rule.when
        for expression in rule.set.values():
            yield f"规则 {place}", expression
