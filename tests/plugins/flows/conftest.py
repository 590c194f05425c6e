"""Hospitals for the tests of flows; a PostgreSQL database is copied, not migrated anew, for every test."""

import os
from collections.abc import Iterator
from itertools import count

import pytest

from tests.plugins.flows.support import Hospital

_numbers = count(1)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster, tmp_path_factory) -> str:
    """Give the name of a migrated database to copy from."""
    from core import platform
    from core.db import connect, database
    from core.db.migrate import upgrade
    from core.testing import make_config

    name = f"flows_template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    postgres_cluster.execute(f"CREATE DATABASE {name}")
    url = postgres_cluster.url(name)
    connect(url)
    upgrade(platform.start(make_config(tmp_path_factory.mktemp("template"), url)).migrations)
    database.obj.close_all()
    return name


@pytest.fixture
def empty_postgres_url(postgres_cluster, migrated_postgres) -> Iterator[str]:
    """Give the address of a fresh copy."""
    name = f"{migrated_postgres}_{next(_numbers)}"
    postgres_cluster.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres} STRATEGY FILE_COPY")
    yield postgres_cluster.url(name)
    postgres_cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def hospital(house) -> Hospital:
    """Give a hospital on SQLite."""
    return Hospital(house)


@pytest.fixture
def any_hospital(any_house) -> Hospital:
    """Give a hospital on SQLite and on PostgreSQL in turn."""
    return Hospital(any_house)
