"""Cron lines in the hospital's time: one job row per line, site and minute, however many clocks tick."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from huey import crontab

from core import contributions, site
from core.clock import LOCAL, to_ms
from core.db import atomic
from core.errors import Misconfigured
from core.jobs import gate, table
from core.site import Site

MINUTE = timedelta(minutes=1)
CATCH_UP = 10


@cache
def matcher(line: str) -> Callable[[datetime], bool]:
    """Return a test for the minutes a cron line means: minute, hour, day, month, day of the week.

    Every field must hold; Sunday is 0. Steps, ranges and lists are allowed.

    Raises:
        Misconfigured: It is not a cron line.
    """
    parts = line.split()
    if len(parts) != 5:
        raise Misconfigured(f"定时 {line!r} 应有五段：分 时 日 月 周")
    minute, hour, day, month, day_of_week = parts
    try:
        test = crontab(minute, hour, day, month, day_of_week, strict=True)
    except ValueError as error:
        raise Misconfigured(f"定时 {line!r} 写法有误：{error}") from None
    return lambda moment: bool(test(moment))


def tick(moment: datetime) -> list[int]:
    """Put what is due in the minute of `moment`; doing it twice changes nothing."""
    local = moment.astimezone(LOCAL).replace(second=0, microsecond=0)
    called = [
        (owner, job) for owner, job in gate.installed() if job.schedule and matcher(job.schedule)(local)
    ]
    if not called:
        return []
    sites = site.everyone()
    made = []
    with atomic():
        for owner, job in called:
            for place in _places(owner, job, sites):
                made.append(_put(job, place, local))
    return [number for number in made if number is not None]


def minutes(last: datetime, present: datetime) -> list[datetime]:
    """Return the minutes after `last` up to `present`, at most ten: a short sleep loses nothing."""
    start, end = (moment.replace(second=0, microsecond=0) for moment in (last, present))
    count = int((end - start) / MINUTE)
    return [end - MINUTE * back for back in range(min(count, CATCH_UP) - 1, -1, -1)]


def _places(owner: str, job: contributions.Job, sites: list[Site]) -> list[Site | None]:
    enabled = [place for place in sites if place.has(owner)]
    if job.per_site:
        return list(enabled)
    return [None] if enabled or owner == "core" else []


def _put(job: contributions.Job, place: Site | None, local: datetime) -> int | None:
    site_id = place.id if place else None
    return table.enqueue(
        job.name,
        {"site_id": site_id, "minute": local.isoformat()},
        effect_key=f"{job.name}:{site_id or 'all'}:{to_ms(local) // 60_000}",
        site=site_id,
    )
