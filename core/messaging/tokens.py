"""Tokens and tickets of WeCom, one row each, shared by all processes and fetched by one at a time."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import peewee

from core import log
from core.clock import now
from core.db import BaseModel, TimeField, atomic
from core.messaging.wecom_errors import WeComAway, WeComRefused

logger = log.get(__name__)

GAP = timedelta(seconds=5)
"""Two fetches of one token are at least this far apart."""
LEASE = timedelta(seconds=15)
"""Longer than one fetch can take; a fetcher that died is replaced after it."""
MARGIN = timedelta(seconds=60)
"""A token this close to its end counts as expired."""
REFUSED_FOR = timedelta(minutes=10)
"""After a wrong secret nobody asks again for this long: repeated ones ban our address for an hour."""
PATIENCE_SECONDS = 12.0

_EPOCH = 0


class Token(BaseModel):
    """One token or ticket. `version` counts fetches; `failed`: 0 fine, above 0 refused, below away."""

    key = peewee.CharField(max_length=120, primary_key=True)
    value = peewee.CharField(max_length=600, default="")
    version = peewee.IntegerField(default=0)
    expires_at = TimeField(default=_EPOCH)
    tried_at = TimeField(default=_EPOCH)
    claimed_until = TimeField(default=_EPOCH)
    failed = peewee.IntegerField(default=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What the far end handed out."""

    value: str
    """The token or ticket."""
    seconds: int
    """How long it lives."""


def obtain(key: str, fetch: Callable[[], Fetched], *, stale: str = "") -> tuple[str, float]:
    """Return a usable value for `key` and the seconds it is good for.

    One caller over all processes fetches, the others wait for what it brings.

    Args:
        fetch: Asks the far end; raises `WeComRefused` when asking again soon would do harm.
        stale: A value the far end just refused: anything else that is stored is taken, this one is replaced.

    Raises:
        WeComRefused: The last fetch was refused a short while ago.
        WeComAway: The far end is away, or nobody brought a token in time.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        row = _row(key)
        _check_refusal(row)
        if row.value and row.value != stale and row.expires_at > now() + MARGIN:
            return row.value, (row.expires_at - now() - MARGIN).total_seconds()
        _check_absence(row)
        if _claim(row):
            return _fetch(row, fetch)
        if time.monotonic() > deadline:
            raise WeComAway(reason="token_wait")
        time.sleep(random.uniform(0.03, 0.09))  # noqa: S311 - spreading load, not a secret


def _row(key: str) -> Token:
    row: Token | None = Token.get_or_none(Token.key == key)
    if row is None:
        with atomic():
            Token.insert(key=key).on_conflict_ignore().execute()
        row = Token.get(Token.key == key)
    return row


def block(key: str, code: int) -> None:
    """Stop everybody from using `key` for a while: its secret is refused although the token is new."""
    with atomic():
        Token.update(failed=code, tried_at=now()).where(Token.key == key).execute()


def _check_refusal(row: Token) -> None:
    if row.failed > 0 and timedelta(0) <= now() - row.tried_at < REFUSED_FOR:
        raise WeComRefused(row.failed, "asked a short while ago")


def _check_absence(row: Token) -> None:
    if row.failed < 0 and timedelta(0) <= now() - row.tried_at < GAP:
        raise WeComAway(reason="token_away")


def _claim(row: Token) -> bool:
    """Take the right to fetch; the conditional update is the lock, no transaction is held while we ask."""
    moment = now()
    # Times that lie too far ahead come from a clock that was set back; they hold nobody up.
    is_free = (Token.claimed_until <= moment) | (Token.claimed_until > moment + LEASE)
    is_rested = (Token.tried_at <= moment - GAP) | (Token.tried_at > moment)
    with atomic():
        changed = (
            Token.update(tried_at=moment, claimed_until=moment + LEASE)
            .where(Token.key == row.key, Token.version == row.version, is_free, is_rested)
            .execute()
        )
    return bool(changed)


def _fetch(row: Token, fetch: Callable[[], Fetched]) -> tuple[str, float]:
    try:
        fetched = fetch()
    except WeComRefused as refusal:
        logger.error("wecom.token.refused code=%s", refusal.code)
        _settle(row, failed=refusal.code or 1)
        raise
    except BaseException:
        _settle(row, failed=-1)
        raise
    _settle(
        row,
        failed=0,
        value=fetched.value,
        version=row.version + 1,
        expires_at=now() + timedelta(seconds=fetched.seconds),
    )
    return fetched.value, fetched.seconds - MARGIN.total_seconds()


def _settle(row: Token, **changes: object) -> None:
    with atomic():
        Token.update(claimed_until=_EPOCH, **changes).where(
            Token.key == row.key, Token.version == row.version
        ).execute()
