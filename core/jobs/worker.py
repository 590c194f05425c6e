"""The worker's loop: threads that answer the bell, a sweep every second, a clock every minute.

Killing it at any moment loses nothing: rows that were under lease are taken up again when the lease runs out.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from core import audit, log
from core.clock import now
from core.config import Config
from core.db.database import connection
from core.jobs import gate, queue, schedule, table
from core.jobs.queue import Bell

logger = log.get(__name__)

SWEEP_SECONDS = 1.0
SWEEP_ROWS = 500
POLL_SECONDS = 0.05
STOP_SECONDS = 20.0
SEAL_SECONDS = 10.0
MOST_STUCK = 16


@dataclass(frozen=True, kw_only=True)
class Chore:
    """Something small to do again and again in the worker."""

    name: str
    """For the log."""
    seconds: float
    """Pause between two runs."""
    run: Callable[[], Any]
    """Must be quick, and harmless when several workers do it at once."""


class Hand(threading.Thread):
    """A thread that runs jobs one after another."""

    def __init__(self, bell: Bell, stop: threading.Event) -> None:
        super().__init__(name="hand", daemon=True)
        self.bell = bell
        self.stop = stop
        self.given_up = False

    def run(self) -> None:
        """Answer the bell until told to stop."""
        while not (self.stop.is_set() or self.given_up):
            try:
                answered = self.bell.answer()
            except Exception:  # the queue is away: the sweep still works, wait and look again
                logger.exception("queue.failed")
                self.stop.wait(SWEEP_SECONDS)
                answered = True
            if not (answered or self.bell.blocks):
                self.stop.wait(POLL_SECONDS)
        self.bell.close()


def run_worker(
    config: Config, stop: threading.Event, *, threads: int = 4, chores: Sequence[Chore] = ()
) -> None:
    """Run jobs until `stop` is set; what is running then gets twenty seconds to end.

    Args:
        threads: Jobs at the same time.
        chores: Small things to do again and again, beside sealing the audit trail.
    """
    seal = Chore(
        name="audit.seal",
        seconds=SEAL_SECONDS,
        run=partial(audit.tend, config.data_dir, config.key("audit")),
    )
    bell = queue.open_bell(config)
    crew: list[Hand] = []
    _fill_up(bell, crew, stop, threads)
    logger.info("worker.started threads=%s", threads)
    try:
        _keep_watch(bell, stop, [seal, *chores], partial(_fill_up, bell, crew, stop, threads))
    finally:
        stop.set()
        deadline = time.monotonic() + STOP_SECONDS
        for hand in (hand for hand in crew if not hand.given_up):
            hand.join(max(0.0, deadline - time.monotonic()))
        queue.close_bell()
        logger.info("worker.stopped")


def _keep_watch(
    bell: Bell, stop: threading.Event, chores: Sequence[Chore], fill_up: Callable[[], None]
) -> None:
    last = now() - schedule.MINUTE
    next_run = {chore.name: 0.0 for chore in chores}
    while not stop.is_set():
        present = now()
        for minute in schedule.minutes(last, present):
            _quietly("schedule", partial(schedule.tick, minute))
        last = present
        _quietly("sweep", lambda: sweep(bell))
        for chore in chores:
            if next_run[chore.name] <= time.monotonic():
                next_run[chore.name] = time.monotonic() + chore.seconds
                _quietly(chore.name, chore.run)
        fill_up()
        stop.wait(SWEEP_SECONDS)


def sweep(bell: Bell) -> int:
    """Ring for due rows that nobody rings for: lost messages, retries, dead workers."""
    room = SWEEP_ROWS - bell.waiting()
    ids = table.due(room) if room > 0 else []
    for job_id in ids:
        bell.ring(job_id, priority=queue.SWEPT)
    return len(ids)


def _fill_up(bell: Bell, crew: list[Hand], stop: threading.Event, threads: int) -> None:
    """Put a fresh hand beside one that hangs past its lease: no thread can be killed, but left behind."""
    overdue = gate.overdue()
    for hand in crew:
        if hand.ident in overdue and not hand.given_up:
            hand.given_up = True
            logger.error("worker.stuck")
    crew[:] = [hand for hand in crew if hand.is_alive()]
    stuck = sum(hand.given_up for hand in crew)
    for _ in range(threads + stuck - len(crew)):
        crew.append(Hand(bell, stop))
        crew[-1].start()
    if stuck > MOST_STUCK:
        logger.critical("worker.all_stuck")
        stop.set()


def _quietly(name: str, chore: Callable[[], Any]) -> None:
    try:
        with connection():
            chore()
    except Exception:  # one failing chore must not end the worker; the next round tries again
        logger.exception("worker.chore_failed name=%s", name)
