"""A small database for tests of the core, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core import audit, jobs, messaging
from core.audit.models import AuditRecord
from core.contributions import AuditEvent, Job
from core.db import connect, database
from core.directory.models import Department, Person
from core.jobs.models import Job as Row
from core.messaging.models import Inbox, Outbox
from core.settings import SettingValue
from core.site import Site, SitePlugin

TABLES = [Site, SitePlugin, SettingValue, Department, Person, AuditRecord, Row, Outbox, Inbox]


@contextmanager
def opened(url: str) -> Iterator[str]:
    """Open a database with the core's tables and forget what was installed at the end."""
    connect(url, durable=False)
    database.create_tables(TABLES)
    try:
        yield url
    finally:
        install_jobs()
        audit.install([])
        messaging.install([])
        close_all = getattr(database.obj, "close_all", database.obj.close)
        close_all()


@pytest.fixture
def store(tmp_path) -> Iterator[str]:
    """Give a fresh SQLite database."""
    with opened(f"sqlite:///{tmp_path / 'core.db'}") as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_store(request, tmp_path) -> Iterator[str]:
    """Give a fresh database of each kind in turn."""
    url = f"sqlite:///{tmp_path / 'core.db'}"
    with opened(url if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")) as found:
        yield found


def install_jobs(*made: tuple[str, Job]) -> None:
    """Install these jobs beside the core's own."""
    own = [("core", job) for job in [*jobs.JOBS, *messaging.JOBS]]
    jobs.install([*own, *made])


def install_events(*names: str) -> None:
    """Install audit events with a plain phrase."""
    audit.install([("core", AuditEvent(name=name, phrase="{actor} 做了 {about}")) for name in names])


def make_site(slug: str = "main", *plugins: str) -> Site:
    """Make a site with some plugins on."""
    site = Site.create(slug=slug, title="示例医院")
    for plugin in plugins:
        SitePlugin.create(site=site, plugin=plugin)
    return site


def states() -> list[str]:
    """Return the states of all jobs in the order they were put."""
    return [row.state for row in Row.select().order_by(Row.id)]
