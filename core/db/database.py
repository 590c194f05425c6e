"""Connect, write in one transaction, act after the commit."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import peewee
from playhouse.pool import PooledPostgresqlDatabase

from core import log
from core.errors import Misconfigured, Unavailable

logger = log.get(__name__)
database = peewee.DatabaseProxy()

LOCK_WAIT_SECONDS = 5.0

_local = threading.local()


def connect(url: str, *, durable: bool = True) -> peewee.Database:
    """Open the database at `url` and make it the one every model uses.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        durable: False trades safety against power loss for speed (tests only).

    Raises:
        Misconfigured: The address is of another kind.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        opened = _sqlite(url.removeprefix("sqlite:///"), durable=durable)
    elif scheme in ("postgres", "postgresql"):
        opened = _postgresql(url)
    else:
        raise Misconfigured(f"database_url 只支持 sqlite:/// 和 postgresql://，现在是 {scheme}://")
    database.initialize(opened)
    return opened


def _sqlite(path: str, *, durable: bool) -> peewee.SqliteDatabase:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    opened = peewee.SqliteDatabase(
        path,
        pragmas={
            "journal_mode": "wal",
            "synchronous": "full" if durable else "off",
            "busy_timeout": int(LOCK_WAIT_SECONDS * 1000),
            "foreign_keys": 1,
            "trusted_schema": 0,
            "cache_size": -16_000,
        },
        lock_type="IMMEDIATE",
    )
    opened.writer = _WriterLock(path + ".lock")  # type: ignore[attr-defined]  # travels with its database
    return opened


def _postgresql(url: str) -> PooledPostgresqlDatabase:
    return PooledPostgresqlDatabase(
        url,
        max_connections=32,
        stale_timeout=300,
        timeout=LOCK_WAIT_SECONDS,
        options="-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000",
    )


class _WriterLock:
    """One writer at a time over all processes: waiting in line beats SQLite's busy polling."""

    def __init__(self, path: str) -> None:
        self._threads = threading.Lock()
        self._path = path
        self._file: int | None = None
        self._pid = 0

    def acquire(self) -> None:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        if not self._threads.acquire(timeout=LOCK_WAIT_SECONDS):
            raise Unavailable(reason="writer_busy")
        pause = 0.0002
        try:
            while not self._try():
                if time.monotonic() > deadline:
                    raise Unavailable(reason="writer_busy")
                time.sleep(pause)
                pause = min(pause * 1.5, 0.005)
        except BaseException:
            self._threads.release()
            raise

    def _try(self) -> bool:
        if (
            self._file is None or self._pid != os.getpid()
        ):  # a fork shares the lock of its parent's descriptor
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


@contextmanager
def atomic() -> Iterator[None]:
    """Run the block as one write transaction; nested blocks join the outermost as savepoints.

    Callbacks given to `after_commit` run once the outermost block has committed, never before.

    Raises:
        Unavailable: The database could not be written in time.
    """
    if database.in_transaction():
        with database.atomic():
            yield
        return
    callbacks: list[Callable[[], Any]] = []
    _local.callbacks = callbacks
    writer = getattr(database.obj, "writer", None)
    if writer:
        writer.acquire()
    try:
        with database.atomic():
            yield
    except peewee.OperationalError as error:
        if "lock" in str(error).lower():
            raise Unavailable(reason="database_busy") from error
        raise
    finally:
        _local.callbacks = []
        if writer:
            writer.release()
    for callback in callbacks:
        _run_quietly(callback)


def after_commit(callback: Callable[[], Any]) -> None:
    """Call `callback` when the present transaction has committed; at once when there is none.

    A failing callback is logged: what must not get lost belongs into a table, not here.
    """
    if database.in_transaction():
        _local.callbacks.append(callback)
    else:
        _run_quietly(callback)


def _run_quietly(callback: Callable[[], Any]) -> None:
    try:
        callback()
    except Exception:  # the change is committed; a wake-up that fails must not tell the person otherwise
        logger.exception("after_commit.failed")


def is_sqlite() -> bool:
    """Tell whether the embedded database is in use."""
    return isinstance(database.obj, peewee.SqliteDatabase)


def for_update(query: Any) -> Any:
    """Lock the rows of a select until the commit; SQLite's single writer needs no row locks."""
    return query if is_sqlite() else query.for_update()


@contextmanager
def connection() -> Iterator[None]:
    """Hold a connection for a request or a job and give it back to the pool.

    SQLite connections stay with their thread: opening one costs more than most requests.
    """
    database.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if not is_sqlite() and not database.is_closed():
            database.close()
