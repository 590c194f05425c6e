"""What a backup says about itself; a restore believes nothing else."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from core.errors import Conflict

NAME = "manifest.json"
FORMAT = 1
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
"""Which part holds the database of a kind."""

CHECKPOINTS = "audit/checkpoints.jsonl"
"""The checkpoints of the trail; they lie under the same name in `data_dir`."""

_PART = re.compile(
    r"audit/checkpoints\.jsonl|database\.(?:sqlite|pgdump)|attachments/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}"
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file in a backup."""

    size: int
    """In bytes."""
    sha256: str
    """Hash of its content."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The table of contents."""

    version: str
    """Of Qingban."""
    made_at: str
    """The moment the copy of the database shows, in ISO 8601."""
    database: str
    """sqlite or postgresql."""
    migrations: dict[str, list[str]]
    """Applied migrations by owner."""
    counts: dict[str, int]
    """Rows by table."""
    audit_rows: int
    """So many rows of the trail are sealed."""
    audit_chain: str
    """The last link of the trail."""
    keys: dict[str, str]
    """A mark of each key, to know them again; it does not tell the key."""
    parts: dict[str, Part]
    """Every file by name."""
    damaged: list[str] = field(default_factory=list)
    """Attachments that were missing or changed on disk when the backup was made."""
    format: int = FORMAT
    """Grows when an older Qingban could not read the backup."""

    @property
    def attachments(self) -> list[str]:
        """Hashes of the attachments in it."""
        return [part.sha256 for name, part in self.parts.items() if name.startswith("attachments/")]

    def dump(self) -> bytes:
        """Write it as JSON."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def read(text: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        Conflict: It is broken, or written by a newer Qingban.
    """
    try:
        values: dict[str, Any] = orjson.loads(text)
        parts = {name: Part(**part) for name, part in values.pop("parts").items()}
        manifest = Manifest(parts=parts, **values)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Conflict("备份的清单读不了，可能不是轻办的备份，或来自更新的版本") from None
    if manifest.format != FORMAT or manifest.database not in DATABASES:
        raise Conflict("备份来自更新的版本，请先升级轻办")
    if DATABASES[manifest.database] not in parts or not all(map(_is_sound, parts.items())):
        raise Conflict("备份的清单不完整或被改过")
    return manifest


def _is_sound(item: tuple[str, Part]) -> bool:
    """Refuse names that lead elsewhere, and attachments whose name is not their hash."""
    name, part = item
    if not _PART.fullmatch(name):
        return False
    return not name.startswith("attachments/") or name.rpartition("/")[2] == part.sha256
