"""The expression language of forms: JSON lists, evaluated without side effects in bounded time.

`["gt", ["f", "amount"], 50000]` reads the field `amount`. A value is empty, true/false, a number, a text or
a list of these; empty text and empty lists are empty. The browser runs the same rules in
`static/js/forms/expressions.js`; `expression_cases.json` proves that both agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from .decimals import number
from .operators import APPLY, Value, literal

MAX_NODES: Final = 500
MAX_DEPTH: Final = 8
SAFE: Final = 2**53 - 1

# operator -> (fewest, most) arguments
OPERATORS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("f", "me", "qr"), (1, 1)),
    **dict.fromkeys(("now", "today"), (0, 0)),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "contains", "starts"), (2, 2)),
    "between": (3, 3),
    **dict.fromkeys(("in", "has_any", "has_all"), (2, MAX_NODES)),
    **dict.fromkeys(("empty", "filled", "not"), (1, 1)),
    **dict.fromkeys(("and", "or", "add", "mul"), (1, MAX_NODES)),
    "if": (2, 3),
    **dict.fromkeys(("sub", "div"), (2, 2)),
    "round": (1, 2),
    "abs": (1, 1),
    **dict.fromkeys(("min", "max", "sum", "avg", "count", "concat"), (1, MAX_NODES)),
    **dict.fromkeys(("len", "upper", "trim", "weekday", "year", "month"), (1, 1)),
    **dict.fromkeys(("days_between", "add_days"), (2, 2)),
    "age": (1, 2),
}
NAMING: Final = frozenset({"f", "me", "qr"})
CHOOSING: Final = frozenset({"in", "has_any", "has_all"})


class BadExpression(ValueError):
    """An expression that cannot be evaluated; the message is a sentence for its author."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an expression may look at."""

    #: Values by field id, as `facts.facts` builds them.
    facts: Mapping[str, object] = field(default_factory=dict)
    #: What the form may know about the person filling it in.
    me: Mapping[str, object] = field(default_factory=dict)
    #: Parameters of a signed QR code.
    qr: Mapping[str, object] = field(default_factory=dict)
    #: Site time as ISO text, `2026-11-23T08:41`.
    now: str = ""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of the limits an expression uses."""

    #: Operators and literals.
    nodes: int
    #: Operators inside each other.
    depth: int


def is_choice_list(op: str, position: int, arg: object) -> bool:
    """Whether an argument is a plain list of options, as in `["in", x, ["论著", "综述"]]`."""
    listed = isinstance(arg, list) and op in CHOOSING and position > 0
    return listed and not (arg and isinstance(arg[0], str) and arg[0] in OPERATORS)  # type: ignore[index]


def measure(expression: object, depth: int = 1) -> Size:
    """Check the shape of an expression and count it, or raise `BadExpression`."""
    if not isinstance(expression, list):
        _check_literal(expression)
        return Size(nodes=1, depth=0)
    if depth > MAX_DEPTH:
        raise BadExpression(f"条件套得太深：最多 {MAX_DEPTH} 层")
    op, args = _head(expression)
    if op in NAMING:
        if not isinstance(args[0], str):
            raise BadExpression(f"{op} 后面要写名称")
        return Size(nodes=1, depth=1)
    nodes, deepest = 1, 0
    for position, arg in enumerate(args):
        if is_choice_list(op, position, arg):
            for item in arg:
                _check_literal(item)
            size = Size(nodes=len(arg), depth=0)
        else:
            size = measure(arg, depth + 1)
        nodes, deepest = nodes + size.nodes, max(deepest, size.depth)
    if nodes > MAX_NODES:
        raise BadExpression(f"条件太长：最多 {MAX_NODES} 个部分")
    return Size(nodes=nodes, depth=deepest + 1)


def _head(expression: list[Any]) -> tuple[str, list[Any]]:
    op = expression[0] if expression else None
    if not isinstance(op, str) or op not in OPERATORS:
        raise BadExpression(f"没有这个运算：{op}")
    fewest, most = OPERATORS[op]
    if not fewest <= len(expression) - 1 <= most:
        raise BadExpression(f"{op} 的参数个数不对")
    return op, expression[1:]


def _check_literal(value: object) -> None:
    # The browser reads JSON numbers as doubles: whole numbers beyond 2^53 would differ there.
    counted = isinstance(value, int | float) and not isinstance(value, bool)
    if counted and (number(value) is None or (value % 1 == 0 and abs(value) > SAFE)):  # type: ignore[operator,arg-type]
        raise BadExpression("数字太大了")
    if value is not None and not isinstance(value, bool | int | float | str | Decimal):
        raise BadExpression("常量只能是文字、数字、是或否")


def evaluate(expression: object, scope: Scope) -> Value:
    """The value of an expression; raises `BadExpression` if it has the wrong shape."""
    measure(expression)
    return _value(expression, scope)


def holds(expression: object, scope: Scope) -> bool:
    """Whether an expression is true; only `true` is, an empty result is not."""
    return evaluate(expression, scope) is True


def _value(expression: object, scope: Scope) -> Value:
    if not isinstance(expression, list):
        return literal(expression)
    op, args = expression[0], expression[1:]
    if op in READERS:
        return literal(READERS[op](scope, args))
    if op == "if":
        if _value(args[0], scope) is True:
            return _value(args[1], scope)
        return _value(args[2], scope) if len(args) == 3 else None
    if op == "and":
        return all(_value(arg, scope) is True for arg in args)
    if op == "or":
        return any(_value(arg, scope) is True for arg in args)
    values = [
        literal(arg) if is_choice_list(op, position, arg) else _value(arg, scope)
        for position, arg in enumerate(args)
    ]
    if op == "age" and len(values) == 1:
        values.append(scope.now[:10])
    return APPLY[op](*values)


READERS: Final[dict[str, Callable[[Scope, list[Any]], object]]] = {
    "f": lambda scope, args: scope.facts.get(args[0]),
    "me": lambda scope, args: scope.me.get(args[0]),
    "qr": lambda scope, args: scope.qr.get(args[0]),
    "now": lambda scope, args: scope.now,
    "today": lambda scope, args: scope.now[:10],
}
