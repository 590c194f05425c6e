"""Durable jobs: put once by effect key, taken under a lease, tried again ever later, put aside when hopeless.

Leases do not trust the wall clock, which may jump. On SQLite every worker stands on one machine, so the lease
clock counts since that machine's boot and a lease names the boot it belongs to; on PostgreSQL it is the
server's clock.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from core import log
from core.clock import now, now_ms, to_ms
from core.db import after_commit, atomic, database, is_sqlite
from core.errors import Misconfigured
from core.jobs.models import Job

logger = log.get(__name__)

MAX_DELAY_SECONDS = 3_600
MAX_KEY_CHARS = 200
RINGS_PER_COMMIT = 16

_FRESH = {"state": "ready", "tries": 0, "leased_by": "", "last_error": ""}

_rules: dict[str, tuple[int, int]] = {}
_bell: list[Callable[[int], None]] = []


class Later(Exception):
    """A handler asks to be called again in `seconds`; this does not count as a try."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds:.0f} s")


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A job under lease."""

    id: int
    """Number of the row."""
    name: str
    """Which contribution runs it."""
    site_id: int | None
    """For which site."""
    payload: dict[str, Any]
    """What the handler gets."""
    tries: int
    """The how manieth try this is, from 1."""
    worker: str
    """Who holds the lease."""
    created_at: datetime
    """When it was put."""


def declare(rules: dict[str, tuple[int, int]]) -> None:
    """Take (lease seconds, tries) by job name; replaces what was declared before."""
    _rules.clear()
    _rules.update(rules)


def ring_with(bell: Callable[[int], None] | None) -> None:
    """Call `bell` with the id of a job that became due by a commit; None = nobody listens."""
    _bell[:] = [bell] if bell else []


def enqueue(
    name: str, payload: dict[str, Any], *, effect_key: str, site: Any = None, run_at: datetime | None = None
) -> int | None:
    """Put a job into the present transaction; it runs after the commit.

    Args:
        effect_key: Names the effect; the same key is put once, however often it is asked for.
        site: A `Site` or its number.
        run_at: Not before this moment.

    Returns:
        The job's number, or None when the key is there already.

    Raises:
        Misconfigured: Nobody declared the job.
    """
    made = enqueue_many(name, [(payload, effect_key)], site=site, run_at=run_at)
    return made[0] if made else None


def enqueue_many(
    name: str,
    items: Iterable[tuple[dict[str, Any], str]],
    *,
    site: Any = None,
    run_at: datetime | None = None,
) -> list[int]:
    """Put one job per (payload, effect key); return the numbers of those that are new."""
    if name not in _rules:
        raise Misconfigured(f"后台任务 {name} 没有登记")
    moment = run_at or now()
    rows = [
        {
            "name": name,
            "site_id": getattr(site, "id", site),
            "payload": orjson.dumps(payload).decode(),
            "effect_key": _checked(effect_key),
            "run_at": to_ms(moment),
            "created_at": now_ms(),
            **_FRESH,
        }
        for payload, effect_key in items
    ]
    made: list[int] = []
    with joined():
        for start in range(0, len(rows), 100):
            made += insert_new("core_job", "effect_key", rows[start : start + 100])
        if made and moment <= now():
            after_commit(lambda: _ring(made))
    return made


def claim(worker: str, limit: int = 1, *, job_id: int | None = None) -> list[Claimed]:
    """Take up to `limit` due jobs under lease, oldest first; atomic between all workers.

    A lease that ran out counts as a failed try: the job kills its worker or hangs.

    Args:
        job_id: Take this one only, if it is due.
    """
    if not _due_ids(1, job_id=job_id):
        return []
    with atomic():
        ids = _due_ids(limit, job_id=job_id, lock=True)
        rows = Job.select().where(Job.id.in_(ids)).order_by(Job.run_at, Job.id) if ids else []
        moment = lease_now()
        taken = [_take(row, worker, moment) for row in rows]
    return [claimed for claimed in taken if claimed]


def due(limit: int) -> list[int]:
    """Return the numbers of jobs that somebody should take now."""
    return _due_ids(limit)


def finish(job: Claimed, *, state: str = "done", note: str = "") -> bool:
    """Mark a job done; False when the lease went to somebody else meanwhile."""
    return _settle(job, state=state, done_at=now(), last_error=note[:200])


def fail(job: Claimed, error: str, *, delay: float = 0) -> bool:
    """Count a failed try: again after 2ⁿ seconds (at most an hour), or dead after the last one."""
    if job.tries >= _tries(job.name):
        logger.error("job.dead name=%s id=%s tries=%s", job.name, job.id, job.tries)
        return _settle(job, state="dead", done_at=now(), last_error=error[:200])
    wait = timedelta(seconds=max(delay, backoff(job.tries)))
    return _settle(job, state="ready", run_at=now() + wait, last_error=error[:200])


def postpone(job: Claimed, seconds: float) -> bool:
    """Let a job wait without counting the try."""
    return _settle(job, state="ready", run_at=now() + timedelta(seconds=seconds), tries=job.tries - 1)


def backoff(tries: int) -> int:
    """Return the seconds to wait after the how manieth failed try."""
    return int(min(2 ** min(tries, 12), MAX_DELAY_SECONDS))


def revive(job_id: int) -> bool:
    """Give a dead or cancelled job all its tries again (an operator's decision)."""
    with atomic():
        changed = (
            Job.update(state="ready", tries=0, run_at=now(), done_at=None)
            .where(Job.id == job_id, Job.state.in_(("dead", "cancelled")))
            .execute()
        )
        if changed:
            after_commit(lambda: _ring([job_id]))
    return bool(changed)


def tidy(days: int = 30) -> int:
    """Delete jobs that were done or cancelled `days` ago; dead ones stay until somebody looks."""
    old = now() - timedelta(days=days)
    with atomic():
        gone = Job.delete().where(Job.state.in_(("done", "cancelled")), Job.done_at < old).execute()
    return int(gone)


def lease_seconds(name: str) -> int:
    """Return how long a run of this job may take."""
    return _rules.get(name, (60, 8))[0]


def joined() -> AbstractContextManager[None]:
    """Join the caller's transaction as it is, without a savepoint, or open one."""
    return nullcontext() if database.in_transaction() else atomic()


def insert_new(table: str, key: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the stored form of rows whose `key` is new, and return their numbers; it runs at every step.

    One statement, so that the database decides who was first, also between twins in `rows`.
    """
    if not rows:
        return []
    marks = ", ".join([f"({', '.join([database.param] * len(rows[0]))})"] * len(rows))
    statement = (
        f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {marks}"  # noqa: S608 - names of our own columns
        f" ON CONFLICT ({key}) DO NOTHING RETURNING id"
    )
    values = [value for row in rows for value in row.values()]
    return [number for (number,) in database.execute_sql(statement, values).fetchall()]


def _checked(effect_key: str) -> str:
    if not 0 < len(effect_key) <= MAX_KEY_CHARS:
        raise ValueError(f"an effect key has 1 to {MAX_KEY_CHARS} characters")
    return effect_key


def _ring(ids: list[int]) -> None:
    for bell in _bell:
        for job_id in ids[:RINGS_PER_COMMIT]:  # the sweep finds the rest of a burst
            bell(job_id)


def _due_ids(limit: int, *, job_id: int | None = None, lock: bool = False) -> list[int]:
    boot = _boot()
    expired = (Job.leased_until < lease_now()) | ~Job.leased_by.startswith(boot)
    is_due = ((Job.state == "ready") & (Job.run_at <= now_ms())) | ((Job.state == "running") & expired)
    query: Any = Job.select(Job.id).where(is_due)
    if job_id is not None:
        query = query.where(Job.id == job_id)
    query = query.order_by(Job.run_at, Job.id).limit(limit)
    if lock and not is_sqlite():
        query = query.for_update(skip_locked=True)
    return [row_id for (row_id,) in query.tuples()]


def _take(row: Job, worker: str, moment: int) -> Claimed | None:
    if row.state == "running" and row.tries >= _tries(row.name):
        logger.error("job.dead name=%s id=%s tries=%s reason=lease", row.name, row.id, row.tries)
        Job.update(state="dead", done_at=now(), last_error="lease ran out").where(Job.id == row.id).execute()
        return None
    holder = f"{_boot()}{worker}"
    Job.update(
        state="running",
        tries=row.tries + 1,
        leased_by=holder,
        leased_until=moment + lease_seconds(row.name) * 1000,
    ).where(Job.id == row.id).execute()
    return Claimed(
        id=row.id,
        name=row.name,
        site_id=row.site_id,
        payload=row.payload,
        tries=row.tries + 1,
        worker=holder,
        created_at=row.created_at,
    )


def _settle(job: Claimed, **values: Any) -> bool:
    mine = (Job.id == job.id) & (Job.state == "running") & (Job.leased_by == job.worker)
    with atomic():
        changed = (
            Job.update(leased_until=None, leased_by="", **values)
            .where(mine, Job.tries == job.tries)
            .execute()
        )
    if not changed:
        logger.warning("job.lease_lost name=%s id=%s", job.name, job.id)
    return bool(changed)


def _tries(name: str) -> int:
    return _rules.get(name, (60, 8))[1]


def lease_now() -> int:
    """Read the lease clock in milliseconds."""
    if is_sqlite():
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    row = database.execute_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").fetchone()
    return int(row[0])


def _boot() -> str:
    """Name what a lease's time counts from: this boot of the machine, or the database server."""
    return f"{_boot_id()}:" if is_sqlite() else "db:"


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
    except OSError:
        return "boot"
