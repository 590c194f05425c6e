"""Fixtures of this folder."""

from tests.core.directory.support import any_tables, tables

__all__ = ["any_tables", "tables"]
