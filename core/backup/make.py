"""Make a backup while the service runs."""

import hashlib
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core import __version__, audit
from core.attachments import files
from core.backup import archive, databases, keys
from core.backup.archive import Writer
from core.backup.manifest import CHECKPOINTS, DATABASES, NAME, Manifest, Part
from core.clock import now
from core.config import Config
from core.db import atomic


@dataclass(frozen=True, kw_only=True)
class Made:
    """A finished backup."""

    path: Path
    """Where it lies."""
    manifest: Manifest
    """What is in it."""
    fingerprint: str
    """SHA-256 of the manifest; written down elsewhere, it proves the backup unchanged."""


def make(config: Config, target: Path) -> Made:
    """Copy database and attachments into a new folder, or into a tar when the name ends like one.

    The database comes first and attachments are only ever added, so every file its rows name is there to
    copy; the nightly sweep waits meanwhile.

    Raises:
        Conflict: The name is taken, or the database is damaged.
    """
    kind = databases.kind_of(config.database_url)
    with archive.create(target) as writer, files.hold(alone=False):
        copy = writer.scratch / DATABASES[kind]
        moment = now()
        checkpoints = _checkpoints(config)
        with databases.copy(config.database_url, copy) as contents:
            parts = {copy.name: _add(writer, copy.name, copy)}
        copy.unlink()
        if checkpoints:
            parts[CHECKPOINTS] = writer.add(CHECKPOINTS, io.BytesIO(checkpoints), len(checkpoints))
        damaged = _add_attachments(writer, contents.blobs, parts)
        manifest = Manifest(
            version=__version__,
            made_at=moment.isoformat(timespec="seconds"),
            database=kind,
            migrations=contents.migrations,
            counts=contents.counts,
            audit_rows=contents.audit_rows,
            audit_chain=contents.audit_chain,
            keys=keys.marks(config),
            parts=parts,
            damaged=damaged,
        )
        text = manifest.dump()
        writer.add(NAME, io.BytesIO(text), len(text))
    with atomic():
        audit.record("core.backup.made", rows=sum(contents.counts.values()), files=len(manifest.attachments))
    return Made(path=target, manifest=manifest, fingerprint=hashlib.sha256(text).hexdigest())


def _checkpoints(config: Config) -> bytes:
    """Read them before the database: later ones would speak of rows that are not in the copy."""
    path = config.data_dir / CHECKPOINTS
    return path.read_bytes() if path.exists() else b""


def _add_attachments(writer: Writer, blobs: Iterable[str], parts: dict[str, Part]) -> list[str]:
    """Copy what rows name; a file that is gone or changed does not stop the rest."""
    damaged = []
    for sha256 in blobs:
        relative = files.path_of(sha256)
        try:
            part = _add(writer, f"attachments/{relative}", files.folder() / relative)
        except FileNotFoundError:
            damaged.append(sha256)
            continue
        if part.sha256 == sha256:
            parts[f"attachments/{relative}"] = part
        else:
            damaged.append(sha256)
    return damaged


def _add(writer: Writer, name: str, path: Path) -> Part:
    with path.open("rb") as file:
        return writer.add(name, file, os.fstat(file.fileno()).st_size)
