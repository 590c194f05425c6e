"""Put a backup into an empty place: nothing is touched before every part has been checked."""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core import audit, platform
from core.attachments import files
from core.attachments.models import Blob
from core.backup import archive, databases, keys, manifest
from core.backup.archive import Hashing, Reader
from core.backup.manifest import DATABASES, Manifest
from core.backup.settle import release, settle
from core.config import Config
from core.db import connect, database, is_sqlite
from core.db.migrate import CORE, upgrade
from core.errors import Conflict
from core.loader import find

__all__ = ["Restored", "release", "restore"]

SAMPLE = 100


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put back, and what does not hold."""

    manifest: Manifest
    """What the backup said."""
    migrations: list[str]
    """Migrations that brought it up to date."""
    lost_keys: list[str]
    """Keys that are not those of the backup: what they sealed stays sealed."""
    is_proven: bool
    """Whether the trail was walked; it cannot be without its key."""
    bad_row: int | None
    """Number of the first row of the trail that is not as it was written."""
    bad_files: list[str]
    """Attachments of the sample that are not what their name says."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with what could be checked."""
        return self.bad_row is None and not self.bad_files and not self.manifest.damaged


def restore(config: Config, source: Path, *, new_keys: bool = False) -> Restored:
    """Restore a backup, hold its cards, end its sessions.

    Attachments come first and the database last: a restore that is killed may be run again.

    Args:
        new_keys: Go on although the keys of the backup are lost.

    Raises:
        Conflict: The backup is damaged or of another kind of database, or the place is in use.
        Misconfigured: The keys of the backup are not there.
    """
    with archive.read(source) as reader:
        with reader.open(manifest.NAME) as file:
            told = manifest.read(file.read())
        _check_place(config, told)
        _check_version(config, told)
        _check_parts(reader, told)
        lost = keys.settle_keys(config, told.keys, new_keys=new_keys)
        files.set_folder(config.data_dir / "attachments")
        _place_attachments(reader, told)
        _place_checkpoints(config, reader, told)
        with _database(config, reader, told) as address:
            return _bring_up(replace(config, database_url=address), told, lost)


def _bring_up(config: Config, told: Manifest, lost: list[str]) -> Restored:
    _let_go()
    running = platform.start(config)
    done = upgrade(running.migrations)
    bad_row = None
    if "audit" not in lost:
        bad_row = audit.verify(config.key("audit"))
        if bad_row is None and audit.head() != (told.audit_rows, told.audit_chain):
            bad_row = told.audit_rows
    settle(told.made_at)
    return Restored(
        manifest=told,
        migrations=done,
        lost_keys=lost,
        is_proven="audit" not in lost,
        bad_row=bad_row,
        bad_files=_bad_files(),
    )


def _let_go() -> None:
    """Close what this process holds open; a pool keeps connections beyond their use."""
    if database.obj is None:
        return
    if not is_sqlite():
        database.obj.close_all()
    elif not database.is_closed():
        database.close()


def _check_place(config: Config, told: Manifest) -> None:
    kind = databases.kind_of(config.database_url)
    if told.database != kind:
        raise Conflict(f"备份来自 {told.database}，这里配置的是 {kind}。请先用同一种数据库恢复")
    if not databases.is_unused(config.database_url):
        raise Conflict("这里的数据库已经有内容，没有动它。恢复只进空的数据库")
    folder, wanted = config.data_dir / "attachments", set(told.attachments)
    found = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "tmp")
    if any(path.name not in wanted for path in found):
        raise Conflict(f"{folder} 里有别的附件，没有动它。恢复只进空的文件夹")


def _check_version(config: Config, told: Manifest) -> None:
    """Refuse what a newer Qingban made; of a plugin that is not here any more the rows simply stay."""
    for owner, folder in [("core", CORE), *((one.name, one.folder / "migrations") for one in find(config))]:
        ours = {path.stem for path in folder.glob("*.py")}
        if newer := sorted(set(told.migrations.get(owner, ())) - ours):
            raise Conflict(f"备份来自更新的版本（{owner}/{newer[0]}）。请先升级轻办，没有恢复任何内容")


def _check_parts(reader: Reader, told: Manifest) -> None:
    for name, part in told.parts.items():
        with reader.open(name) as file:
            stream = Hashing(file)
            while stream.read(archive.PIECE):
                pass
        if stream.part != part:
            raise Conflict(f"备份损坏或被改过：{name} 和清单不一致。没有恢复任何内容")


def _place_attachments(reader: Reader, told: Manifest) -> None:
    for sha256 in told.attachments:
        relative = files.path_of(sha256)
        with reader.open(f"attachments/{relative}") as file:
            with files.spool(file, max_bytes=told.parts[f"attachments/{relative}"].size) as spooled:
                if spooled.sha256 != sha256:
                    raise Conflict(f"附件 {sha256} 在恢复途中变了")
                files.keep(spooled)


def _place_checkpoints(config: Config, reader: Reader, told: Manifest) -> None:
    if manifest.CHECKPOINTS not in told.parts:
        return
    path = config.data_dir / manifest.CHECKPOINTS
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = path.with_name(f"{path.name}.restoring")
    staged.unlink(missing_ok=True)
    with reader.open(manifest.CHECKPOINTS) as file, open(staged, "xb", opener=_private) as target:
        shutil.copyfileobj(file, target)
        target.flush()
        os.fsync(target.fileno())
    staged.replace(path)


@contextmanager
def _database(config: Config, reader: Reader, told: Manifest) -> Iterator[str]:
    """Give the address to work on; SQLite's file gets its name when the block ends well."""
    name = DATABASES[told.database]
    place = (
        databases.sqlite_path(config.database_url) if told.database == "sqlite" else config.data_dir / name
    )
    staged = place.with_name(f"{place.name}.restoring")
    place.parent.mkdir(parents=True, exist_ok=True)
    _remove_sqlite(staged)
    try:
        with reader.open(name) as file, open(staged, "xb", opener=_private) as target:
            shutil.copyfileobj(file, target, archive.PIECE)
        if told.database == "postgresql":
            databases.load(config.database_url, staged)
            yield config.database_url
            return
        yield f"sqlite:///{staged}"
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        _move_sqlite(staged, place)
        connect(config.database_url)
    finally:
        _let_go()
        _remove_sqlite(staged)


def _move_sqlite(staged: Path, target: Path) -> None:
    _remove_sqlite(target, also_itself=False)  # the journal of the empty file must not meet the new one
    descriptor = os.open(staged, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    staged.replace(target)
    archive.sync_folder(target.parent)


def _remove_sqlite(path: Path, *, also_itself: bool = True) -> None:
    for ending in ("-wal", "-shm", ".lock", *([""] if also_itself else [])):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _bad_files() -> list[str]:
    """Read a hundred attachments by chance and compare them with their names."""
    query: Any = Blob.select(Blob.sha256).tuples()
    rows = [sha256 for (sha256,) in query]
    bad = []
    for sha256 in random.sample(rows, min(SAMPLE, len(rows))):
        path = files.folder() / files.path_of(sha256)
        if not path.is_file():
            bad.append(sha256)
            continue
        with path.open("rb") as file:
            stream = Hashing(file)
            while stream.read(archive.PIECE):
                pass
        if stream.part.sha256 != sha256:
            bad.append(sha256)
    return bad


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
