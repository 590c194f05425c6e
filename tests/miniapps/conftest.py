"""A house where mini-apps are switched on."""

import pytest

from qingban import database


@pytest.fixture
def ward(house):
    """Give a small hospital with mini-apps on SQLite."""
    house.enable("miniapps")
    return house


@pytest.fixture
def fresh_pool(any_db):
    """Close the connections that the migrations used, before the platform opens its own pool."""
    if hasattr(database.obj, "close_all"):
        database.obj.close_all()


@pytest.fixture
def any_ward(fresh_pool, any_house):
    """Give the same on SQLite and on PostgreSQL in turn."""
    any_house.enable("miniapps")
    return any_house
