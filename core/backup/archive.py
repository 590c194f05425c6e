"""A folder or a plain tar, written beside its final name and moved there when it is whole."""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from core.backup.manifest import Part
from core.errors import Conflict, NotFound

PIECE = 1 << 20


class Writer(Protocol):
    """Takes files in."""

    scratch: Path
    """A folder for what has to lie on disk first; gone afterwards."""

    def add(self, name: str, source: BinaryIO, size: int) -> Part:
        """Write one file and return what was written."""
        ...


class Reader(Protocol):
    """Gives files out."""

    def open(self, name: str) -> BinaryIO:
        """Open one file.

        Raises:
            Conflict: It is not there.
        """
        ...


class Hashing(io.RawIOBase):
    """A stream that counts and hashes what is read from it."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read from the source."""
        piece = self.source.read(size)
        self.digest.update(piece)
        self.size += len(piece)
        return piece

    @property
    def part(self) -> Part:
        """What was read so far."""
        return Part(size=self.size, sha256=self.digest.hexdigest())


class _Folder:
    def __init__(self, place: Path, scratch: Path) -> None:
        self.place, self.scratch = place, scratch
        place.mkdir(mode=0o700)

    def add(self, name: str, source: BinaryIO, size: int) -> Part:
        target = self.place / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        stream = Hashing(source)
        with open(target, "xb", opener=_private) as file:
            shutil.copyfileobj(stream, file, PIECE)
        return stream.part

    def finish(self) -> None:
        os.sync()  # one flush for many small files

    def close(self) -> None:
        pass


class _Tar:
    def __init__(self, place: Path, scratch: Path) -> None:
        self.scratch = scratch
        self._file = open(place, "xb", opener=_private)  # noqa: SIM115 - closed by close()
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def add(self, name: str, source: BinaryIO, size: int) -> Part:
        stream = Hashing(source)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, stream)
        return stream.part

    def finish(self) -> None:
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class _OpenFolder:
    def __init__(self, place: Path) -> None:
        self.place = place

    def open(self, name: str) -> BinaryIO:
        path = self.place / name
        if path.is_symlink() or not path.is_file():
            raise Conflict(f"备份里缺少 {name}")
        return path.open("rb")


class _OpenTar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar if member.isreg()}

    def open(self, name: str) -> BinaryIO:
        if name not in self._members:
            raise Conflict(f"备份里缺少 {name}")
        return self._tar.extractfile(self._members[name])  # type: ignore[return-value]  # a regular file


@contextmanager
def create(target: Path) -> Iterator[Writer]:
    """Write a backup; it gets its name when the block ends well, and leaves nothing otherwise.

    Raises:
        Conflict: There is something of that name.
        NotFound: There is no folder to put it into.
    """
    target = target.absolute()
    if target.exists() or target.is_symlink():
        raise Conflict(f"{target} 已经存在，请换一个名字")
    if not target.parent.is_dir():
        raise NotFound(f"没有文件夹 {target.parent}")
    work = target.with_name(f".{target.name}.part")
    shutil.rmtree(work, ignore_errors=True)  # of a backup that was killed
    (work / "scratch").mkdir(parents=True, mode=0o700)
    work.chmod(0o700)
    kind = _Tar if is_tar(target) else _Folder
    writer = kind(work / "whole", work / "scratch")
    try:
        yield writer
        writer.finish()
        (work / "whole").rename(target)
        sync_folder(target.parent)
    finally:
        writer.close()
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def read(source: Path) -> Iterator[Reader]:
    """Open a backup; nothing is unpacked, files are asked for by name.

    Raises:
        NotFound: There is nothing of that name.
        Conflict: It is neither a folder nor a tar.
    """
    if source.is_dir():
        yield _OpenFolder(source)
    elif not source.is_file():
        raise NotFound(f"没有找到备份 {source}")
    else:
        try:
            tar = tarfile.open(source, "r:")  # noqa: SIM115 - closed below
            members = _OpenTar(tar)
        except tarfile.TarError:
            raise Conflict(f"{source} 不是轻办的备份，或者不完整") from None
        with tar:
            yield members


def is_tar(target: Path) -> bool:
    """Tell by its name whether a backup is one file."""
    return target.suffix == ".tar"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
