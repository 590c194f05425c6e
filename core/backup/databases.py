"""Copy a database while it is in use, look into the copy, load it again."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import Conflict, Misconfigured

Query = Callable[[str], list[tuple[Any, ...]]]

LIVED_IN = ("core_site", "core_person", "core_audit_record")
"""A database with rows in one of these has been used."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What stands in one consistent copy."""

    counts: dict[str, int]
    """Rows by table."""
    migrations: dict[str, list[str]]
    """Applied migrations by owner."""
    blobs: list[str]
    """Hashes of the attachments that rows name."""
    audit_rows: int
    """Sealed rows of the trail."""
    audit_chain: str
    """The last link."""


def kind_of(url: str) -> str:
    """Name the kind of database at an address."""
    return "sqlite" if urlsplit(url).scheme == "sqlite" else "postgresql"


def sqlite_path(url: str) -> Path:
    """Return the file of an SQLite address."""
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def copy(url: str, target: Path) -> Iterator[Contents]:
    """Write a consistent copy of the database to `target` while others work on; give what is in it.

    Raises:
        Conflict: The database is damaged, or its dump failed.
    """
    copier = _copy_sqlite if kind_of(url) == "sqlite" else _dump_postgresql
    with copier(url, target) as query:
        yield _contents(query, url)


@contextmanager
def _copy_sqlite(url: str, target: Path) -> Iterator[Query]:
    with closing(sqlite3.connect(sqlite_path(url))) as source, closing(sqlite3.connect(target)) as made:
        target.chmod(0o600)
        source.backup(made)  # all pages in one step: one snapshot, writers go on
        made.execute("PRAGMA journal_mode=DELETE")
        if made.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Conflict("数据库文件有损坏，没有做成备份。先运行 qingban doctor")
        yield lambda statement: made.execute(statement).fetchall()


@contextmanager
def _dump_postgresql(url: str, target: Path) -> Iterator[Query]:
    """Dump under an exported snapshot, so that what we count is what is in the dump."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row: Any = connection.execute("SELECT pg_export_snapshot()").fetchone()
        plain = ["--format=custom", "--no-owner", "--no-privileges"]
        run_postgres("pg_dump", url, *plain, f"--snapshot={row[0]}", f"--file={target}")
        yield lambda statement: connection.execute(statement).fetchall()


@contextmanager
def looking_at(url: str) -> Iterator[Query]:
    """Ask a database something without making it the platform's own."""
    if kind_of(url) == "sqlite":
        with closing(sqlite3.connect(sqlite_path(url))) as opened:
            yield lambda statement: opened.execute(statement).fetchall()
        return
    import psycopg

    with psycopg.connect(url) as connection:
        yield lambda statement: connection.execute(statement).fetchall()


def is_unused(url: str) -> bool:
    """Tell whether a database has no tables, or only the empty ones `qingban migrate` made."""
    if kind_of(url) == "sqlite" and not sqlite_path(url).exists():
        return True
    with looking_at(url) as query:
        there = tables(query, url)
        if not there:
            return True
        return "core_site" in there and not any(
            query(f'SELECT 1 FROM "{name}" LIMIT 1')  # noqa: S608 - our own table names
            for name in LIVED_IN
            if name in there
        )


def load(url: str, dump: Path) -> None:
    """Fill an unused PostgreSQL database from a dump; all of it or nothing.

    Raises:
        Conflict: `pg_restore` refused.
    """
    import psycopg

    with psycopg.connect(url) as connection:
        for name in tables(lambda statement: connection.execute(statement).fetchall(), url):
            connection.execute(f'DROP TABLE "{name}" CASCADE')
    plain = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    run_postgres("pg_restore", url, *plain, str(dump))


def tables(query: Query, url: str) -> list[str]:
    """Name the tables."""
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        if kind_of(url) == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    return [name for (name,) in query(statement)]


def find_program(name: str) -> str:
    """Find a PostgreSQL program in PATH or where Debian keeps it, newest version first.

    Raises:
        Misconfigured: It is not installed.
    """
    if found := shutil.which(name):
        return found
    places = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: -float(path.parts[-3])
    )
    if not places:
        raise Misconfigured(f"没有找到 {name}。安装 postgresql-client，版本不低于数据库服务器")
    return str(places[0])


def run_postgres(program: str, url: str, *words: str) -> None:
    """Run a PostgreSQL program; the password travels in the environment, where other users do not see it.

    Raises:
        Conflict: It failed; its own first words come along.
    """
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = {**os.environ, "LC_ALL": "C.UTF-8"} | ({"PGPASSWORD": str(password)} if password else {})
    command = [find_program(program), "--dbname", make_conninfo(**parts), *words]  # type: ignore[arg-type]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Conflict(f"{program} 没有成功：{lines[0] if lines else done.returncode}")


def _contents(query: Query, url: str) -> Contents:
    there = tables(query, url)
    counts = {name: int(query(f'SELECT count(*) FROM "{name}"')[0][0]) for name in there}  # noqa: S608
    if "core_blob" not in there:
        raise Conflict("数据库里还没有轻办的表。先运行 qingban migrate")
    head = query("SELECT seq, chain FROM core_audit_record WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1")
    return Contents(
        counts=counts,
        migrations={
            name.removesuffix("_migration"): sorted(row[0] for row in query(f'SELECT name FROM "{name}"'))  # noqa: S608
            for name in there
            if name.endswith("_migration")
        },
        blobs=[sha256 for (sha256,) in query("SELECT sha256 FROM core_blob ORDER BY sha256")],
        audit_rows=head[0][0] if head else 0,
        audit_chain=head[0][1] if head else "",
    )
