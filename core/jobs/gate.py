"""Around each run: is the plugin on for the site, who is asking, what if it fails."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from core import contributions, log
from core.clock import now
from core.db.database import connection
from core.errors import NotFound, Unavailable
from core.jobs import table
from core.jobs.table import Claimed, Later
from core.site import Site, SitePlugin, by_id

logger = log.get(__name__)

UNKNOWN_AGAIN_SECONDS = 60
UNKNOWN_AT_MOST = timedelta(days=1)

_jobs: dict[str, tuple[str, contributions.Job]] = {}
_deadlines: dict[int, float] = {}
_current: ContextVar[Claimed | None] = ContextVar("job", default=None)


def install(items: Iterable[tuple[str, contributions.Job]]) -> None:
    """Take the (owner, job) pairs of core and plugins; replaces what was installed before."""
    pairs = list(items)
    _jobs.clear()
    _jobs.update((job.name, (owner, job)) for owner, job in pairs)
    table.declare({job.name: (job.timeout, job.retries) for _, job in pairs})


def installed() -> list[tuple[str, contributions.Job]]:
    """Return the (owner, job) pairs."""
    return list(_jobs.values())


def current() -> Claimed | None:
    """Return the job this code runs in, if any."""
    return _current.get()


def overdue() -> set[int]:
    """Return the threads of this process whose job has outlived its lease."""
    moment = time.monotonic()
    return {thread for thread, deadline in list(_deadlines.items()) if deadline < moment}


def run(claimed: Claimed, *, strict: bool = False) -> None:
    """Run one job under lease and settle its row; a failure stays inside.

    Args:
        strict: Raise the handler's error after settling (tests).
    """
    with connection(), _context(claimed):
        if claimed.name not in _jobs:
            _wait_for_code(claimed)
            return
        owner, job = _jobs[claimed.name]
        if not _is_on(owner, claimed.site_id):
            logger.info("job.cancelled name=%s id=%s", claimed.name, claimed.id)
            table.finish(claimed, state="cancelled", note="plugin is off")
            return
        try:
            job.run(claimed.payload)
        except Later as wish:
            table.postpone(claimed, wish.seconds)
        except (Exception, SystemExit) as error:  # a job costs only itself; the row remembers, the log tells
            _note(claimed, error)
            if strict:
                raise
        else:
            table.finish(claimed)


def _note(claimed: Claimed, error: BaseException) -> None:
    delay = error.retry_after if isinstance(error, Unavailable) else 0
    log_it = logger.warning if isinstance(error, Unavailable) else logger.exception
    log_it("job.failed name=%s id=%s tries=%s", claimed.name, claimed.id, claimed.tries)
    # The text of an error may quote what a person typed: the row keeps its kind, the log the rest.
    table.fail(claimed, type(error).__name__, delay=delay)


def _wait_for_code(claimed: Claimed) -> None:
    """A newer release may have put it: leave it to its workers, but not for ever."""
    if now() - claimed.created_at > UNKNOWN_AT_MOST:
        logger.error("job.dead name=%s id=%s reason=unknown", claimed.name, claimed.id)
        table.finish(claimed, state="dead", note="unknown job")
    else:
        table.postpone(claimed, UNKNOWN_AGAIN_SECONDS)


def _is_on(owner: str, site_id: int | None) -> bool:
    if owner == "core":
        return True
    if site_id is None:
        return bool(SitePlugin.select().where(SitePlugin.plugin == owner).exists())
    try:
        site: Site = by_id(site_id)
    except NotFound:
        return False
    return site.has(owner)


@contextmanager
def _context(claimed: Claimed) -> Iterator[None]:
    job_token = _current.set(claimed)
    log_token = log.request_id.set(f"job-{claimed.id}")
    _deadlines[threading.get_ident()] = time.monotonic() + table.lease_seconds(claimed.name)
    try:
        yield
    finally:
        _deadlines.pop(threading.get_ident(), None)
        log.request_id.reset(log_token)
        _current.reset(job_token)
