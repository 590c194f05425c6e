"""The one clock: aware UTC times, freezable in tests, shown in the hospital's time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_frozen: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def now_ms() -> int:
    """Return the present moment as whole milliseconds since 1970, the form stored in the database."""
    return to_ms(now())


def today() -> date:
    """Return today's date where the hospital stands."""
    return now().astimezone(LOCAL).date()


def to_ms(moment: datetime) -> int:
    """Turn an aware moment into whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Turn milliseconds since 1970 into an aware moment in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` inside the block (tests)."""
    global _frozen  # noqa: PLW0603 - the clock is the one thing that is global by nature
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before


def advance(step: timedelta) -> None:
    """Move a frozen clock forward (tests)."""
    global _frozen  # noqa: PLW0603 - see frozen
    if _frozen is None:
        raise RuntimeError("freeze the clock before you advance it")
    _frozen += step
