"""Take files in, hand them out by their kind's rule, bind them to things, sweep what is left over."""

import io
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from core import audit, log
from core.attachments import files
from core.attachments.files import set_folder
from core.attachments.kinds import FileKind, recognise
from core.attachments.models import Attachment, Blob
from core.attachments.names import clean
from core.attachments.pictures import Picture, remake
from core.contributions import AttachmentRule
from core.db import atomic
from core.errors import Conflict, Invalid, NotFound
from core.site import Site, by_id

__all__ = ["bind", "bound_to", "by_ids", "install", "open_for", "rule_of", "set_folder", "store", "sweep"]

logger = log.get(__name__)

DAY_SECONDS = 86_400

_rules: dict[str, tuple[str, AttachmentRule]] = {}


def install(rules: Iterable[tuple[str, AttachmentRule]]) -> None:
    """Set the rules of all kinds: (owner plugin, rule) pairs. A kind without a rule is refused."""
    _rules.clear()
    _rules.update({rule.kind: (owner, rule) for owner, rule in rules})


def rule_of(kind: str, site_id: int) -> AttachmentRule:
    """Return the rule of a kind whose plugin is on for the site.

    Raises:
        NotFound: There is no such kind here.
    """
    owner, rule = _rules.get(kind, ("", None))
    if rule is None or not by_id(site_id).has(owner):
        raise NotFound("这里不能传这类附件", attachment_kind=kind)
    return rule


def store(stream: BinaryIO, *, name: str, kind: str, by: Any, site: Site | int) -> Attachment:
    """Check a file and keep it; it belongs to nothing until `bind`.

    Args:
        by: Who adds it: a person id or an actor.

    Raises:
        Invalid: The type is not accepted, or the content is broken or not harmless.
        TooLarge: It is above the limit of its kind.
    """
    site_id = site.id if isinstance(site, Site) else site
    rule = rule_of(kind, site_id)
    actor = None if isinstance(by, str) else by
    stem, extension = clean(name)
    with files.spool(stream, max_bytes=rule.max_bytes) as spooled:
        file_kind = recognise(spooled.path, extension)
        if rule.types and file_kind.mime not in rule.types:
            raise Invalid({"file": "这里不能传这种文件"}, reason="type_of_kind", mime=file_kind.mime)
        picture = None
        if file_kind.is_picture:
            picture = remake(spooled.path, file_kind.mime, is_photo=kind.rpartition(".")[2] == "photo")
        attachment = Attachment(
            kind=kind,
            name=f"{stem}.{_extension(file_kind, extension, picture)}",
            mime=picture.mime if picture else file_kind.mime,
            owner_id=actor.person_id if actor else by,
            site=site_id,
            width=picture.width if picture else 0,
            height=picture.height if picture else 0,
        )
        if picture:
            _keep_picture(attachment, actor, picture)
        else:
            _keep(attachment, actor, spooled)
    return attachment


def open_for(attachment_id: str, actor: Any, *, thumb: bool = False) -> tuple[Attachment, Path]:
    """Return an attachment and where its content (or its small picture) lies, if this person may read it.

    Until it is bound only who added it may; after that the kind's rule alone decides.

    Raises:
        NotFound: There is none, or it is not this person's to know about.
    """
    attachment: Attachment | None = Attachment.get_or_none(Attachment.id == attachment_id)
    if attachment is None or not _may_read(attachment, actor):
        raise NotFound("没有找到这个附件，可能已被删除")
    blob_id = attachment.thumb_id if thumb else attachment.blob_id
    path = files.folder() / files.path_of(blob_id) if blob_id else None
    if path is None or not path.is_file():
        raise NotFound("没有找到这个附件，可能已被删除", reason="no_file")
    return attachment, path


def bind(attachment_ids: Iterable[str], about: str, *, by: Any) -> list[Attachment]:
    """Tie attachments to what they belong to; call it in the transaction that stores that thing.

    Ids come from a form, so each must be the sender's own; what is tied to the same thing already may stay.

    Args:
        about: Names the thing for the kind's rule, for example `flows:instance:<id>`.
        by: Who sends the form: a person id or an actor.

    Returns:
        The attachments in the order of the ids.

    Raises:
        NotFound: One is unknown or somebody else's.
        Conflict: One is tied to another thing.
    """
    wanted = list(dict.fromkeys(attachment_ids))
    person_id = by if isinstance(by, str) else by.person_id
    found = by_ids(wanted)
    with atomic():
        for attachment_id in wanted:
            attachment = found.get(attachment_id)
            if attachment is None or (attachment.about != about and attachment.owner_id != person_id):
                raise NotFound("有附件找不到了，请重新上传", attachment=attachment_id)
            free = Attachment.about.in_(("", about))
            changed = Attachment.update(about=about).where(Attachment.id == attachment_id, free).execute()
            if not changed:
                raise Conflict("有附件已用在别处，请重新上传", attachment=attachment_id)
            attachment.about = about
    return [found[attachment_id] for attachment_id in wanted]


def by_ids(attachment_ids: Iterable[str]) -> dict[str, Attachment]:
    """Return attachments by id, without asking who may read them; unknown ids are missing."""
    wanted = list(attachment_ids)
    rows = Attachment.select().where(Attachment.id.in_(wanted)) if wanted else ()
    return {attachment.id: attachment for attachment in rows}


def bound_to(about: str) -> list[Attachment]:
    """List what is tied to a thing, oldest first."""
    return list(Attachment.select().where(Attachment.about == about).order_by(Attachment.id)) if about else []


def sweep(*, older_than_seconds: int = DAY_SECONDS) -> int:
    """Remove files nothing points to, as a crash between file and row leaves them; return how many."""
    limit = time.time() - older_than_seconds
    gone = 0
    for path in files.folder().rglob("*"):
        if path.name == ".lock" or not path.is_file() or path.stat().st_mtime > limit:
            continue
        with files.hold(alone=True):
            if path.exists() and path.stat().st_mtime <= limit and not _is_used(path):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _is_used(path: Path) -> bool:
    """Tell whether a row needs this file; a content whose last attachment is gone loses its row here."""
    sha256 = path.name
    if path.parent.name == "tmp" or not Blob.select().where(Blob.sha256 == sha256).exists():
        return False
    if Attachment.select().where((Attachment.blob == sha256) | (Attachment.thumb == sha256)).exists():
        return True
    with atomic():
        Blob.delete().where(Blob.sha256 == sha256).execute()
    return False


def _extension(kind: FileKind, given: str, picture: Picture | None) -> str:
    if picture and picture.mime != kind.mime:  # HEIC becomes JPEG
        return "jpg"
    return given if given in kind.extensions else kind.extensions[0]


def _keep_picture(attachment: Attachment, actor: Any, picture: Picture) -> None:
    with (
        files.spool(io.BytesIO(picture.content), max_bytes=len(picture.content)) as spooled,
        files.spool(io.BytesIO(picture.thumb), max_bytes=len(picture.thumb)) as thumb,
    ):
        _keep(attachment, actor, spooled, thumb)


def _keep(
    attachment: Attachment, actor: Any, spooled: files.Spooled, thumb: files.Spooled | None = None
) -> None:
    """Place the files, then write the rows: a crash leaves files without rows, never rows without files."""
    with files.hold(alone=False):
        kept = [(part, files.keep(part)) for part in (spooled, thumb) if part is not None]
        with atomic():
            for part, path in kept:
                Blob.insert(sha256=part.sha256, size=part.size, path=path).on_conflict_ignore().execute()
            attachment.blob_id = spooled.sha256
            attachment.thumb_id = thumb.sha256 if thumb else None
            attachment.size = spooled.size
            attachment.save(force_insert=True)
            audit.record("core.attachment.stored", actor=actor, about=attachment.id, site=attachment.site_id)


def _may_read(attachment: Attachment, actor: Any) -> bool:
    if actor is None:
        return False
    if not attachment.about:
        return bool(attachment.owner_id == actor.person_id and actor.person_id)
    try:
        rule: Callable[[Any, Any], bool] = rule_of(attachment.kind, attachment.site_id).can_read
        return rule(attachment, actor) is True
    except NotFound:
        return False
    except Exception:  # a rule that breaks says no
        logger.exception("attachments.rule_failed kind=%s", attachment.kind)
        return False
