"""A throw-away PostgreSQL cluster on a unix socket, one per test worker, gone when the tests end.

PostgreSQL refuses to run as root, so root (a build server) hands the cluster to an unprivileged user.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

OWNERS = ("postgres", "nobody")
"""Who may own the cluster when the tests run as root; the first that exists."""

FAST = {
    "listen_addresses": "''",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
}
"""Nothing in a test outlives a power cut, so nothing waits for the disk."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster."""

    folder: Path
    """Holds the data, the socket and the log."""
    owner: str | None
    """The user that runs it; None = the user of the tests."""

    def url(self, database: str) -> str:
        """Give the address of one database, as the deployment file would hold it."""
        return f"postgresql://qingban@/{database}?host={self.folder}"

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)


def find_program(name: str) -> str | None:
    """Find a server program in PATH or where Debian keeps it, newest version first."""
    if found := shutil.which(name):
        return found
    places = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return next((str(p) for p in sorted(places, key=lambda p: -float(p.parts[-3]))), None)


def find_owner() -> str | None:
    """Name the unprivileged user to hand the cluster to; None when the tests are unprivileged already."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in OWNERS if name in known)


def run(owner: str | None, *command: str) -> None:
    """Run a server program as the owner; its own words come along when it fails."""
    identity: dict[str, object] = {}
    if owner:
        identity = {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}
    done = subprocess.run(
        command,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **identity,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")


def start(initdb: str, pg_ctl: str) -> Cluster:
    """Create a cluster in a new temporary folder and start it."""
    # A socket path may have 107 bytes, so the folder stays directly under the temporary root.
    folder = Path(tempfile.mkdtemp(prefix="qb-pg-"))
    owner = find_owner()
    if owner:
        shutil.chown(folder, owner)
    cluster = Cluster(folder=folder, owner=owner)
    data = str(folder / "data")
    try:
        run(
            owner, initdb, "-D", data, "-U", "qingban", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        options = " ".join(["-k", str(folder), *(f"-c {key}={value}" for key, value in FAST.items())])
        log = str(folder / "log")
        run(owner, pg_ctl, "-D", data, "-l", log, "-o", options, "-w", "-t", "30", "-s", "start")
    except RuntimeError as failure:
        log = folder / "log"
        words = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(f"{failure}{words}") from None
    return cluster


def stop(cluster: Cluster, pg_ctl: str) -> None:
    """Stop the cluster at once and remove every trace of it."""
    try:
        run(cluster.owner, pg_ctl, "-D", str(cluster.folder / "data"), "-m", "immediate", "-s", "-w", "stop")
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """Run one cluster for this test worker; skip where PostgreSQL is not installed."""
    initdb, pg_ctl = find_program("initdb"), find_program("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    cluster = start(initdb, pg_ctl)
    try:
        yield cluster
    finally:
        stop(cluster, pg_ctl)


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """Give the address of this worker's own database."""
    database = f"qingban_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    postgres_cluster.execute(f"CREATE DATABASE {database}")
    return postgres_cluster.url(database)


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> str:
    """Give the same address with nothing in the database."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres_url
