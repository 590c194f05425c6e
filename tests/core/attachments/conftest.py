"""Fixtures of this folder."""

from tests.core.attachments.support import site

__all__ = ["site"]
