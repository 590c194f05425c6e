"""Files on disk, named by their content: whole or absent, never half, readable by us alone."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import Misconfigured, TooLarge, Unavailable

PIECE = 1 << 18
KEEP_FREE_BYTES = 64 * 1024 * 1024

_place: dict[str, Path] = {}


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """A file that arrived and is not kept yet."""

    path: Path
    """Where it lies."""
    size: int
    """In bytes."""
    sha256: str
    """Hash of its content."""


def set_folder(folder: Path) -> None:
    """Set where files are kept."""
    for path in (folder, folder / "tmp"):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _place["folder"] = folder


def folder() -> Path:
    """Return where files are kept."""
    if "folder" not in _place:
        raise Misconfigured("附件目录还没有配置")
    return _place["folder"]


def path_of(sha256: str) -> str:
    """Return the path of a content below the folder: two levels, so that no directory grows huge."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def spool(stream: BinaryIO, *, max_bytes: int) -> Iterator[Spooled]:
    """Write a stream to a temporary file, which is gone after the block unless it was kept.

    Raises:
        TooLarge: There is more than `max_bytes`.
        Unavailable: The disk is full.
    """
    if shutil.disk_usage(folder()).free < KEEP_FREE_BYTES:
        raise Unavailable("服务器空间不足，暂时不能上传，请联系信息科", reason="disk_full")
    descriptor, name = tempfile.mkstemp(dir=folder() / "tmp")  # mode 0600
    path = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(descriptor, "wb") as file:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > max_bytes:
                    raise TooLarge(f"文件太大，最大 {_words(max_bytes)}", max_bytes=max_bytes)
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        yield Spooled(path=path, size=size, sha256=digest.hexdigest())
    finally:
        path.unlink(missing_ok=True)


def keep(spooled: Spooled) -> str:
    """Move a spooled file to its place in one step; return its path below the folder.

    Call it inside `hold(alone=False)` and write the row in the same block: `sweep` then cannot come between.
    """
    relative = path_of(spooled.sha256)
    target = folder() / relative
    target.parent.parent.mkdir(exist_ok=True, mode=0o700)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    spooled.path.replace(target)
    _sync_folder(target.parent)
    return relative


@contextmanager
def hold(*, alone: bool) -> Iterator[None]:
    """Keep files from being swept (`alone=False`, many at once) or be the one who sweeps."""
    descriptor = os.open(folder() / "tmp" / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _words(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"
