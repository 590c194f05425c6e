"""What the worker does every ten seconds: seal the rows that wait, put down a checkpoint when one is due."""

from functools import cache
from pathlib import Path

from core import log
from core.audit import checkpoints, proof, trail
from core.audit.checkpoints import Checkpoint
from core.db import atomic

STEP = 5_000
"""A checkpoint covers at most so many new rows: a long trail without one does not hold the worker up."""

logger = log.get(__name__)


def tend(data_dir: Path, audit_key: bytes) -> None:
    """Seal what waits and remember how far the trail has come."""
    trail.seal(audit_key)
    put_down(checkpoints.file_in(data_dir), audit_key)


def put_down(path: Path, audit_key: bytes) -> Checkpoint | None:
    """Add a checkpoint when one is due and every row since the last one is sound."""
    count, _ = trail.head()
    if not checkpoints.is_due(checkpoints.last(path), count):
        return None
    with checkpoints.writing(path) as book:
        before = book.newest
        if not checkpoints.is_due(before, count):
            return None  # another worker was faster
        found = proof.since(audit_key, before, most=STEP)
        if not found.is_whole:
            alarm(found.first_bad)
            return None
        made = book.add(audit_key, found.count, found.head)
    logger.info("audit.checkpoint count=%s head=%s key=%s", made.count, made.head, made.key)
    if before is None:
        with atomic():  # a file that was removed begins again, and the trail says so
            trail.record("core.audit.begun", about=str(made.count))
    return made


@cache
def alarm(row: int | None) -> None:
    """Say once that the trail was tampered with; the last checkpoint stays as evidence."""
    logger.critical("audit.broken row=%s", row)
