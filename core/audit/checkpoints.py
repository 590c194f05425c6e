"""Checkpoints beside the database: how long the trail was and how it ended, so that a cut tail is found.

Each is a JSON line, only ever appended; `mark = HMAC(key, previous mark ‖ line)` chains them like the rows.
The same facts go to the log, and from there off the host: a copy finds whoever cuts table and file alike.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from core import clock

EVERY_ROWS = 1_000
EVERY = timedelta(minutes=10)
TAIL_BYTES = 4_096


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of the trail at one moment."""

    count: int
    """How many rows were sealed."""
    head: str
    """The link of the last of them."""
    key: str
    """Which key: the beginning of its hash."""
    at: datetime
    """When."""
    mark: str
    """Keyed hash over this line and the mark before."""


def file_in(data_dir: Path) -> Path:
    """Return where the checkpoints of a deployment lie."""
    return data_dir / "audit" / "checkpoints.jsonl"


def key_id(audit_key: bytes) -> str:
    """Return what tells keys apart and gives nothing away."""
    return hashlib.sha256(audit_key).hexdigest()[:8]


def read(path: Path) -> list[Checkpoint | None]:
    """Return every line, None for one that is not as we write them; nothing when there is no file."""
    return _parsed(path.read_bytes()) if path.exists() else []


def last(path: Path) -> Checkpoint | None:
    """Return the newest checkpoint; reads only the end of the file."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return _newest(file.fileno())


def trusted(lines: Sequence[Checkpoint | None], audit_key: bytes) -> list[Checkpoint | None]:
    """Put None in the place of every line that was changed, or before which one was removed."""
    kept: list[Checkpoint | None] = []
    mark = ""
    for line in lines:
        is_ours = line is not None and hmac.compare_digest(line.mark, _mark(audit_key, mark, line))
        kept.append(line if is_ours else None)
        mark = line.mark if line else mark
    return kept


def is_due(before: Checkpoint | None, count: int) -> bool:
    """Tell whether so many rows deserve a checkpoint now."""
    if before is None:
        return count > 0
    fresh = count - before.count
    return fresh >= EVERY_ROWS or (fresh != 0 and clock.now() - before.at >= EVERY)


@contextmanager
def writing(path: Path) -> Iterator["Book"]:
    """Hold the file for ourselves: several workers may want to add a line at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield Book(descriptor)
    finally:
        os.close(descriptor)  # gives the lock back too


class Book:
    """The open file: what stands in it last, and one more line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.newest = _newest(descriptor)

    def add(self, audit_key: bytes, count: int, head: str) -> Checkpoint:
        """Append a line and wait until the disk has it."""
        now = clock.from_ms(clock.now_ms())
        bare = Checkpoint(count=count, head=head, key=key_id(audit_key), at=now, mark="")
        before = self.newest.mark if self.newest else ""
        made = replace(bare, mark=_mark(audit_key, before, bare))
        os.write(self._descriptor, (b"\n" if self._is_torn() else b"") + _line(made))
        os.fsync(self._descriptor)
        self.newest = made
        return made

    def _is_torn(self) -> bool:
        """Tell whether the last line stops in the middle, as after a power cut."""
        size = os.fstat(self._descriptor).st_size
        return size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"


def _newest(descriptor: int) -> Checkpoint | None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES))
    return next((line for line in reversed(_parsed(tail)) if line), None)


def _parsed(data: bytes) -> list[Checkpoint | None]:
    return [_checkpoint(line) for line in data.splitlines(keepends=True)]


def _checkpoint(line: bytes) -> Checkpoint | None:
    try:
        values = orjson.loads(line)
        values["at"] = datetime.fromisoformat(values["at"])
        found = Checkpoint(**values)
    except (ValueError, TypeError, KeyError):
        return None
    return found if _is_plausible(found) and _line(found) == line else None


def _is_plausible(found: Checkpoint) -> bool:
    texts = (found.head, found.key, found.mark)
    return (
        isinstance(found.count, int)
        and 0 < found.count < 2**63
        and all(isinstance(text, str) and text.isascii() for text in texts)
        and found.at.tzinfo is not None
    )


def _line(checkpoint: Checkpoint) -> bytes:
    return orjson.dumps(asdict(checkpoint), option=orjson.OPT_APPEND_NEWLINE)


def _mark(key: bytes, before: str, checkpoint: Checkpoint) -> str:
    told = [checkpoint.count, checkpoint.head, checkpoint.key, checkpoint.at]
    return hmac.digest(key, before.encode() + orjson.dumps(told), hashlib.sha256).hex()
