"""The one rule for numbers that the server and the browser share.

Numbers are decimals of at most 28 significant digits, rounded half to even; a result outside
1e-500 … 1e500 is empty, and zero has no sign. `round` alone rounds half away from zero (四舍五入),
because that is what people who check a sum on paper expect.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

DIGITS = 28
REACH = 500
CONTEXT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999, traps=[])
WIDE = Context(prec=4 * REACH, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999, traps=[])
WRITTEN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
ZERO = Decimal(0)


def number(raw: object) -> Decimal | None:
    """Read a number from JSON or text; anything else is empty."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        return None
    if isinstance(raw, Decimal):
        return settle(raw)
    if isinstance(raw, int) and raw.bit_length() > 1300:
        return None
    text = repr(raw) if isinstance(raw, float) else str(raw)
    if len(text) > 400 or not WRITTEN.fullmatch(text):
        return None
    return settle(Decimal(text))


def settle(value: Decimal) -> Decimal | None:
    """Bring a result into the common range and shape."""
    if not value.is_finite():
        return None
    value = CONTEXT.plus(value)
    if value == 0:
        return ZERO
    if abs(value.adjusted()) > REACH:
        return None
    return value.normalize(CONTEXT)


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """Divide; by zero gives empty."""
    return settle(CONTEXT.divide(left, right)) if right != 0 else None


def round_half_up(value: Decimal, digits: Decimal) -> Decimal | None:
    """Round to 0-10 places, half away from zero."""
    if digits != digits.to_integral_value() or not 0 <= digits <= 10:
        return None
    places = int(digits)
    if int(value.as_tuple().exponent) >= -places:
        return value
    return settle(value.quantize(Decimal(1).scaleb(-places), context=WIDE))


def plain(value: Decimal) -> str:
    """Write a number without exponent and without trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
