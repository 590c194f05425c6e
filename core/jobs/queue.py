"""The bell: huey carries the number of a due job to a waiting worker, and nothing else.

A message that gets lost costs a second, because the sweep of the worker looks into the table; so the store of
the queue need not be backed up, and no code ever travels through it.
"""

import contextlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import orjson
from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from psycopg.errors import DuplicateTable, UniqueViolation

from core import log
from core.config import Config
from core.db.database import connection
from core.errors import Misconfigured
from core.jobs import gate, table

logger = log.get(__name__)

TASK = "core_run_job"
WAIT_SECONDS = 1
OPENING_TRIES = 8
FRESH, SWEPT = 1, 0
"""What somebody has just asked for goes before what is left over: a pressed button waits for no backlog."""

_opened: list["Bell"] = []


class NumberOnly(Serializer):
    """Messages are JSON: the name of our one task and one whole number."""

    def _serialize(self, data: Message) -> bytes:
        (number,) = data.args
        return orjson.dumps([data.id, data.name, int(number)])

    def _deserialize(self, data: bytes) -> Message:
        task_id, name, number = orjson.loads(bytes(data))
        if not (isinstance(task_id, str) and isinstance(name, str) and type(number) is int):
            raise ValueError("not a message of ours")
        return Message(task_id, name, None, 0, 0, None, (number,), {})


class Bell:
    """One store of the queue, with our one task registered on it."""

    def __init__(self, huey: Huey, *, blocks: bool) -> None:
        self.huey = huey
        self.blocks = blocks
        self._task = _register(huey)
        self._closing = threading.Lock()

    def ring(self, job_id: int, *, priority: int = FRESH) -> None:
        """Tell whoever listens that a job is due."""
        self.huey.enqueue(self._task.s(job_id, priority=priority))

    def answer(self) -> bool:
        """Run the next job that was rung for; False when nobody rang."""
        task = self.huey.dequeue()
        if task is None:
            return False
        self.huey.execute(task)
        return True

    def close(self) -> None:
        """Close the connections of this thread; the store opens new ones when it is used again."""
        with self._closing:
            self.huey.storage.close()

    def waiting(self) -> int:
        """Return how many messages nobody has taken yet."""
        return int(self.huey.storage.queue_size())


def _register(huey: Huey) -> Any:
    """Register the task by a closure of this module, so that its name survives every move of a handler."""

    def run_job(job_id: int) -> None:
        run_one(job_id)

    return huey.task(name=TASK)(run_job)


def open_bell(config: Config) -> Bell:
    """Open the queue beside the database and ring it after each commit that makes a job due."""
    options: dict[str, Any] = {"name": "qingban", "results": False, "serializer": NumberOnly()}
    if config.database_url.startswith("sqlite"):
        bell = Bell(_sqlite(config.data_dir / "queue.db", options), blocks=False)
    else:
        bell = Bell(_postgresql(config.database_url, options), blocks=True)
    logging.getLogger("huey").setLevel(logging.WARNING)  # its line per task says nothing that ours do not
    close_bell()
    _opened.append(bell)
    table.ring_with(bell.ring)
    return bell


def close_bell() -> None:
    """Stop ringing and close the queue."""
    table.ring_with(None)
    while _opened:
        _opened.pop().close()


def _postgresql(url: str, options: dict[str, Any]) -> Huey:
    """Open the store on PostgreSQL, also when several processes make its tables at the same moment."""
    for attempt in range(OPENING_TRIES):
        with contextlib.suppress(
            UniqueViolation, DuplicateTable
        ):  # CREATE TABLE IF NOT EXISTS may still collide
            return PostgresHuey(
                dsn=url, table_prefix="core_queue", blocking=True, read_timeout=WAIT_SECONDS, **options
            )
        time.sleep(0.1 * (attempt + 1))
    raise Misconfigured("PostgreSQL 里的任务队列表建不起来，请看数据库日志")


def _sqlite(path: Path, options: dict[str, Any]) -> Huey:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return SqliteHuey(filename=str(path), fsync=False, timeout=1, **options)
    except Exception:  # a broken bell is thrown away: the table holds all the work
        logger.exception("queue.replaced")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).unlink()
        return SqliteHuey(filename=str(path), fsync=False, timeout=1, **options)


def run_one(job_id: int) -> bool:
    """Claim and run one job; False when it is not due or somebody else has it."""
    with connection():
        claimed = table.claim(worker_name(), 1, job_id=job_id)
        for job in claimed:
            gate.run(job)
    return bool(claimed)


def run_now(*, limit: int = 1_000, strict: bool = False) -> int:
    """Run everything that is due, and what the jobs put meanwhile; return how many ran (tests).

    Args:
        strict: Let the first error of a handler out after its row is settled.
    """
    done = 0
    while done < limit and (claimed := table.claim(worker_name(), 1)):
        gate.run(claimed[0], strict=strict)
        done += 1
    return done


def worker_name() -> str:
    """Name this thread in leases."""
    return f"{os.getpid()}-{threading.get_ident() % 100_000_000}"
