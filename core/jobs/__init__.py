"""Background work that survives: a table with leases, a bell that wakes, a clock that asks."""

from typing import Any

from core.contributions import Job
from core.jobs import table
from core.jobs.gate import current, install
from core.jobs.queue import open_bell, run_now
from core.jobs.table import Later, enqueue, enqueue_many
from core.jobs.worker import Chore, run_worker

__all__ = [
    "JOBS",
    "Chore",
    "Later",
    "current",
    "enqueue",
    "enqueue_many",
    "install",
    "open_bell",
    "run_now",
    "run_worker",
]


def _tidy(_payload: dict[str, Any]) -> None:
    table.tidy()


JOBS = [Job(name="core_tidy_jobs", run=_tidy, schedule="13 3 * * *", per_site=False)]
"""Core's own work on this table, for `install`."""
