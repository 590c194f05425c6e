"""Shared fixtures, imported from where they are explained."""

from tests.support.browser import browser, desktop, phone
from tests.support.postgres import empty_postgres_url, postgres_cluster, postgres_url

__all__ = ["browser", "desktop", "empty_postgres_url", "phone", "postgres_cluster", "postgres_url"]
