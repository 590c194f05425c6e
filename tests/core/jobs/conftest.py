"""Fixtures of this folder."""

from tests.core.jobs.support import any_store, store

__all__ = ["any_store", "store"]
