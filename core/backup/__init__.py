"""Backup and restore: one folder or tar that holds everything but the keys, checked on both ways."""

from core.backup.keys import export_keys
from core.backup.make import Made, make
from core.backup.report import report
from core.backup.restore import Restored, release, restore

__all__ = ["Made", "Restored", "export_keys", "make", "release", "report", "restore"]
