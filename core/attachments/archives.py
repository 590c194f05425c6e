"""Zip-based files looked at without unpacking: nothing in them may blow up or escape."""

import stat
import zipfile
from pathlib import Path

from core.errors import Invalid

MOST_ENTRIES = 10_000
MOST_BYTES = 512 * 1024 * 1024
MOST_RATIO = 100
SMALL_BYTES = 10 * 1024 * 1024
"""Below this the ratio does not matter."""

_PIECE = 1 << 20
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".jar")


def entries(path: Path) -> list[str]:
    """List the names in a zip; empty when it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist() if len(archive.filelist) <= MOST_ENTRIES else []
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return []


def check_archive(path: Path) -> None:
    """Refuse bombs, escapes and nesting.

    Raises:
        Invalid: The archive is broken or not harmless.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive.infolist(), path.stat().st_size)
            _count(archive, path.stat().st_size)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _refusal(type(error).__name__) from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]  # a broken stream inside
        raise _refusal("zlib") from None


def _check_entries(infos: list[zipfile.ZipInfo], size: int) -> None:
    if len(infos) > MOST_ENTRIES:
        raise _refusal("entries")
    end = 0
    for info in sorted(infos, key=lambda entry: entry.header_offset):
        parts = info.filename.replace("\\", "/").split("/")
        if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise _refusal("name")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _refusal("link")
        if info.flag_bits & 0x1:
            raise _refusal("encrypted")
        if info.header_offset < end:
            raise _refusal("overlap")
        end = info.header_offset + 30 + info.compress_size
        if info.filename.lower().endswith(_ARCHIVES):
            raise _refusal("nested")
    declared = sum(info.file_size for info in infos)
    if declared > MOST_BYTES or _is_bomb(declared, size):
        raise _refusal("size")


def _count(archive: zipfile.ZipFile, size: int) -> None:
    """Unpack into nothing: what is declared may be a lie."""
    counted = 0
    for info in archive.infolist():
        with archive.open(info) as file:
            while piece := file.read(_PIECE):
                counted += len(piece)
                if counted > MOST_BYTES or _is_bomb(counted, size):
                    raise _refusal("size")


def _is_bomb(unpacked: int, size: int) -> bool:
    return unpacked > SMALL_BYTES and unpacked > size * MOST_RATIO


def _refusal(reason: str) -> Invalid:
    return Invalid({"file": "这个文档打不开或不安全，请用原来的软件另存后再传"}, reason=f"archive_{reason}")
