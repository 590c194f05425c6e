"""Export and erase one person's data: ask core and every plugin, keep what the law or the house must keep."""

import hashlib
import hmac
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from core import audit, log
from core.attachments import files
from core.attachments.models import Attachment
from core.attachments.names import clean
from core.clock import now
from core.config import Config
from core.contributions import PersonalData
from core.db import atomic
from core.directory.models import Person
from core.errors import Conflict, Invalid, NotFound
from core.registry import Registry

logger = log.get(__name__)

GONE = "已删除"
MARK_CHARS = 24


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written."""

    path: Path
    """The folder."""
    rows: int
    """Lines in all files."""
    attachments: int
    """Files copied."""
    missing: list[str]
    """Titles of what could not be read; empty = complete."""


def find(text: str, config: Config) -> Person:
    """Return the one person with this staff number or id, whatever their status.

    Raises:
        NotFound: Nobody, or somebody who was erased.
        Invalid: More than one person has this number.
    """
    found = (
        list(Person.select().where((Person.staff_no == text) | (Person.id == text)).limit(2)) if text else []
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise Invalid({"person": f"有不止一位工号是 {text}，请用人员编号"})
    if Person.select().where(Person.staff_no == staff_mark(text, config)).exists():
        raise NotFound(f"工号 {text} 的个人数据已经删除过了")
    raise NotFound(f"没有工号是 {text} 的人")


def export(person: Person, registry: Registry, target: Path) -> Exported:
    """Write everything about a person into a new folder: JSON lines, their files, an index.

    A part that cannot be read is named in the index and in the answer; the others are still written.

    Raises:
        Conflict: There is something of that name.
        NotFound: There is no folder to put it into.
    """
    target = target.absolute()
    if target.exists():
        raise Conflict(f"{target} 已经存在，请换一个名字")
    if not target.parent.is_dir():
        raise NotFound(f"没有文件夹 {target.parent}")
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / "attachments").mkdir(parents=True, mode=0o700)
        part.chmod(0o700)
        parts = [_export_part(one, person, part) for _, one in registry.personal_data]
        copied = _copy_attachments(person, part)
        _write(part / "index.json", [_index(person, parts, copied)], indent=True)
        with atomic():
            rows = sum(one["rows"] for one in parts)
            audit.record("core.person.exported", about=person.id, site=person.site_id, rows=rows)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    missing = [one["title"] for one in parts if one["error"]]
    return Exported(path=target, rows=rows, attachments=len(copied), missing=missing)


def erase(person: Person, registry: Registry, config: Config) -> dict[str, int]:
    """Blank what is stored about somebody who left; all of it or nothing. Twice does no harm.

    The id stays, so that records and the trail keep pointing to one and the same person. The staff number
    becomes a keyed mark: whoever knows the number can ask whether it was erased, nobody can read it back.

    Returns:
        How many values were blanked, by the name of the part.

    Raises:
        Conflict: The person still works here, or a plugin could not erase its part.
    """
    if person.status != "left":
        raise Conflict("只能删除离职人员的个人数据。人还在通讯录里，请先在企业微信里办离职并同步")
    mark = person.staff_no if _is_erased(person) else staff_mark(person.staff_no, config)
    done: dict[str, int] = {}
    with atomic():
        for _, part in registry.personal_data:
            done[part.name] = _erase_part(part, person.id)
        Person.update(staff_no=mark).where(Person.id == person.id).execute()
        audit.record("core.person.erased", about=person.id, site=person.site_id, values=sum(done.values()))
    return done


def staff_mark(staff_no: str, config: Config) -> str:
    """Return what stands for an erased staff number: the same for the same number, empty for none."""
    if not staff_no:
        return ""
    return hmac.digest(config.key("audit"), b"staff_no:" + staff_no.encode(), hashlib.sha256).hex()[
        :MARK_CHARS
    ]


def _is_erased(person: Person) -> bool:
    return person.name == GONE


def _erase_part(part: PersonalData, person_id: str) -> int:
    try:
        return part.erase(person_id)
    except Exception as error:  # whoever failed must be named; nothing is half erased
        logger.exception("people_data.erase_failed part=%s", part.name)
        raise Conflict(f"“{part.title}”没有删成，什么都没有改动。原因：{type(error).__name__}") from error


def _export_part(part: PersonalData, person: Person, folder: Path) -> dict[str, Any]:
    entry = {"name": part.name, "title": part.title, "file": f"{part.name}.jsonl", "retain": part.retain}
    try:
        count = _write(folder / f"{part.name}.jsonl", part.export(person.id))
    except Exception as error:  # one plugin that fails must not keep the rest from the person
        logger.exception("people_data.export_failed part=%s", part.name)
        (folder / f"{part.name}.jsonl").unlink(missing_ok=True)
        return {**entry, "file": "", "rows": 0, "error": type(error).__name__}
    return {**entry, "rows": count, "error": ""}


def _write(path: Path, rows: Iterable[Mapping[str, Any]], *, indent: bool = False) -> int:
    option = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    count = 0
    with open(path, "xb", opener=_private) as file:
        for row in rows:
            file.write(orjson.dumps(dict(row), default=str, option=option) + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _copy_attachments(person: Person, folder: Path) -> list[dict[str, Any]]:
    copied = []
    for row in Attachment.select().where(Attachment.owner_id == person.id).order_by(Attachment.id):
        stem, extension = clean(row.name)
        name = f"attachments/{row.id}-{stem}" + (f".{extension}" if extension else "")
        source = files.folder() / files.path_of(row.sha256)
        entry = {"id": row.id, "name": row.name, "sha256": row.sha256, "file": name, "error": ""}
        try:
            with source.open("rb") as file, open(folder / name, "xb", opener=_private) as copy:
                shutil.copyfileobj(file, copy)
        except FileNotFoundError:
            entry |= {"file": "", "error": "文件不在了"}
        copied.append(entry)
    return copied


def _index(person: Person, parts: list[dict[str, Any]], copied: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "person": person.id,
        "name": person.name,
        "staff_no": person.staff_no,
        "exported_at": now().isoformat(timespec="seconds"),
        "parts": parts,
        "attachments": copied,
    }


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
