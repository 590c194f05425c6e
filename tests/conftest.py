"""Shared fixtures, imported from where they are explained."""

from tests.support.browser import browser, desktop, phone
from tests.support.plugins import house_of
from tests.support.postgres import empty_postgres_url, postgres_cluster, postgres_url
from tests.support.statements import statements

__all__ = [
    "browser",
    "desktop",
    "empty_postgres_url",
    "house_of",
    "phone",
    "postgres_cluster",
    "postgres_url",
    "statements",
]
