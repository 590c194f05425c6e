"""Identifiers: hard to guess, sorted by time, safe in addresses."""

import secrets

from core import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_CHARS = 7
_RANDOM_CHARS = 26


def new_id() -> str:
    """Return a new 33-character id: seconds (7 characters) and 130 random bits (26 characters)."""
    return _encode(int(clock.now().timestamp()), _TIME_CHARS) + _encode(
        secrets.randbits(5 * _RANDOM_CHARS), _RANDOM_CHARS
    )


def _encode(value: int, length: int) -> str:
    chars = []
    for _ in range(length):
        value, index = divmod(value, 32)
        chars.append(_ALPHABET[index])
    return "".join(reversed(chars))
