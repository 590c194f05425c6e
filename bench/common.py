"""What benchmarks share: measure two sides in turn, open a house on a real database, say it in one line."""

import argparse
import gc
import json
import platform as python
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

from core import messaging, platform
from core.auth import permissions
from core.db import connect, database, is_sqlite
from core.db.migrate import upgrade
from core.loader import find
from core.testing import House, Wecom, make_config
from tests.support import postgres

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
"""A benchmark waits for the disk as a hospital does."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one side did in one round."""

    seconds: float
    """How long all of it took."""
    waits: list[float]
    """How long each call took, in seconds."""
    errors: int = 0
    """Calls that did not answer as they should."""

    @property
    def rate(self) -> float:
        """Calls per second."""
        return len(self.waits) / self.seconds


Side = Callable[[int], Batch]
"""Does so many calls and tells how it went."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How much to measure."""

    rounds: int
    """How often each side has its turn."""
    scale: float
    """Share of the usual amounts; tests use a hundredth."""
    databases: list[str]
    """Which databases to measure on."""

    def amount(self, usual: int) -> int:
        """Scale an amount, never below one."""
        return max(round(usual * self.scale), 1)


@dataclass(kw_only=True)
class Result:
    """The figures of one benchmark, case by case."""

    name: str
    """The claim."""
    target: float
    """The ratio to reach."""
    rounds: int
    """How often each side had its turn."""
    versions: dict[str, str] = field(default_factory=dict)
    """What was measured with."""
    cases: list[dict[str, Any]] = field(default_factory=list)
    """One entry per case."""

    def add(self, case: str, figures: dict[str, Any], **facts: Any) -> None:
        """Note a case."""
        self.cases.append({"case": case, **figures, **facts})

    def line(self) -> str:
        """Return everything as one line of JSON."""
        errors = sum(case["errors"] for case in self.cases)
        return json.dumps({**self.__dict__, "errors": errors}, ensure_ascii=False)


def options(arguments: list[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    given = parser.parse_args(arguments)
    return Options(
        rounds=given.rounds,
        scale=given.scale,
        databases=[given.only] if given.only else ["sqlite", "postgresql"],
    )


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def one_by_one(call: Callable[[], bool]) -> Side:
    """Make a side of a call that tells whether it went well."""

    def side(count: int) -> Batch:
        waits, errors = [], 0
        begin = before = time.perf_counter()
        for _ in range(count):
            errors += not call()
            after = time.perf_counter()
            waits.append(after - before)
            before = after
        return Batch(seconds=before - begin, waits=waits, errors=errors)

    return side


def alternate(
    product: Side, floor: Side, *, rounds: int, product_calls: int, floor_calls: int
) -> dict[str, Any]:
    """Measure two sides in turn, A B A B, after a short turn that does not count.

    The ratio is the median over the rounds, so that a noisy moment spoils one round and not the result.
    """
    product(max(product_calls // 10, 1))
    floor(max(floor_calls // 10, 1))
    pairs = []
    for _ in range(rounds):
        gc.collect()
        pairs.append((product(product_calls), floor(floor_calls)))
    ratios = [ours.rate / least.rate for ours, least in pairs]
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3),
        "product": _figures([ours for ours, _ in pairs]),
        "floor": _figures([least for _, least in pairs]),
        "errors": sum(one.errors for pair in pairs for one in pair),
    }


def _figures(batches: list[Batch]) -> dict[str, float]:
    rates = [one.rate for one in batches]
    waits = [wait * 1000 for one in batches for wait in one.waits]
    return {
        "median_per_s": round(statistics.median(rates)),
        "min_per_s": round(min(rates)),
        "max_per_s": round(max(rates)),
        "p50_ms": round(percentile(waits, 0.50), 3),
        "p99_ms": round(percentile(waits, 0.99), 3),
    }


def versions() -> dict[str, str]:
    """Name what is measured with; the database server is added where it is open."""
    found = {name: version(name) for name in ("falcon", "peewee", "Jinja2", "gunicorn")}
    return {"python": python.python_version(), "sqlite": sqlite3.sqlite_version, **found}


def server_version() -> dict[str, str]:
    """Name the open PostgreSQL server; nothing on SQLite."""
    if is_sqlite():
        return {}
    return {"postgresql": str(database.execute_sql("SHOW server_version").fetchone()[0]).split()[0]}


@contextmanager
def house(kind: str) -> Iterator[House]:
    """Open a small hospital with flows switched on, on a fresh durable database of this kind."""
    folder = Path(tempfile.mkdtemp(prefix="qb-bench-"))
    try:
        if kind == "sqlite":
            yield _open(folder, f"sqlite:///{folder / 'qingban.db'}")
        else:
            with _cluster() as url:
                yield _open(folder, url)
                database.obj.close_all()
    finally:
        database.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _cluster() -> Iterator[str]:
    initdb, pg_ctl = postgres.find_program("initdb"), postgres.find_program("pg_ctl")
    if not initdb or not pg_ctl:
        raise SystemExit("PostgreSQL is not installed; use --only sqlite")
    with patch.dict(postgres.FAST, DURABLE):
        cluster = postgres.start(initdb, pg_ctl)
    try:
        cluster.execute("CREATE DATABASE bench")
        yield cluster.url("bench")
    finally:
        postgres.stop(cluster, pg_ctl)


def _open(folder: Path, url: str) -> House:
    config = make_config(folder, url)
    connect(url)
    running = platform.assemble(config, find(config))
    upgrade(running.migrations)
    permissions.forget()
    wecom = Wecom()
    messaging.install_client(lambda: wecom)
    opened = House(running, wecom)
    opened.enable("flows")
    return opened


def analyze() -> None:
    """Let the database look at its tables, as it does by itself after a while."""
    database.execute_sql("ANALYZE")
