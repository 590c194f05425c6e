"""A small house of departments and people, written straight into the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.audit.models import AuditRecord
from core.db import atomic, connect, database
from core.directory import listeners
from core.directory.models import (
    Department,
    LineHead,
    Membership,
    Person,
    Role,
    RoleMember,
    SyncDifference,
    SyncRelease,
    SyncRun,
)
from core.directory.pinyin import searchable
from core.messaging.tokens import Token
from core.site import Site, SitePlugin, SiteRoot
from tests.core.jobs.support import install_events

TABLES = [
    *(Site, SitePlugin, SiteRoot, Department, Person, Membership, Role, RoleMember, LineHead, SyncRun),
    *(SyncDifference, SyncRelease, Token, AuditRecord),
]


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[None]:
    """Open a fresh SQLite database with the tables of the directory and of WeCom's tokens."""
    with opened(f"sqlite:///{tmp_path / 'directory.db'}"):
        yield


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Open a fresh database of each kind in turn."""
    url = f"sqlite:///{tmp_path / 'directory.db'}"
    with opened(url if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")):
        yield


@contextmanager
def opened(url: str) -> Iterator[None]:
    """Make the tables in a database and forget what was installed at the end."""
    connect(url, durable=False)
    database.create_tables(TABLES)
    install_events("core.directory.synced", "core.directory.held")
    yield
    listeners.install(listeners.Listeners())
    getattr(database.obj, "close_all", database.close)()


def add_department(number: int, name: str, parent: int | None = None, **facts: object) -> int:
    """Store a department; its path follows from its parent's."""
    above = Department.get_by_id(parent).path if parent else "/"
    with atomic():
        Department.create(id=number, name=name, parent_id=parent, path=f"{above}{number}/", **facts)
    return number


def add_person(name: str, department: int | None = None, **facts: object) -> str:
    """Store a person, by default active; the name is the WeCom id as well. Gives the person's id."""
    with atomic():
        person = Person.create(
            **{"userid": name, "name": name, "department": department, "pinyin": searchable(name), **facts}
        )
        if department:
            Membership.create(person=person.id, department_id=department)
    return person.id


def set_heads(number: int, *userids: str) -> None:
    """Say who heads a department."""
    with atomic():
        Department.update(heads=list(userids)).where(Department.id == number).execute()
