"""Files to upload, and a house to upload them to."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from core import attachments
from core.attachments.models import Attachment, Blob
from core.audit.models import AuditRecord
from core.contributions import AttachmentRule
from core.db import atomic, connect, database
from core.site import Site, SitePlugin
from tests.core.jobs.support import install_events

PDF_ONLY = ("application/pdf",)
RULES = [
    ("flows", AttachmentRule(kind="flows.photo", can_read=lambda found, actor: actor.person_id == "reader")),
    ("flows", AttachmentRule(kind="flows.file", can_read=lambda found, actor: found.about == actor.sees)),
    ("flows", AttachmentRule(kind="flows.small", can_read=lambda found, actor: True, max_bytes=1000)),
    (
        "flows",
        AttachmentRule(kind="flows.pdf", can_read=lambda found, actor: True, types=("application/pdf",)),
    ),
    ("flows", AttachmentRule(kind="flows.broken", can_read=lambda found, actor: 1 / 0 > 0)),
    ("other", AttachmentRule(kind="other.file", can_read=lambda found, actor: True)),
]


@dataclass(frozen=True)
class Somebody:
    """An actor as far as attachments care."""

    person_id: str
    sees: str = ""
    session_prefix: str = ""
    on_behalf_of: str = ""
    ip: str = ""
    client: str = ""


ME = Somebody("me")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Open a fresh database and folder, with the plugin `flows` on and `other` off."""
    connect(f"sqlite:///{tmp_path / 'files.db'}", durable=False)
    database.create_tables([Site, SitePlugin, Blob, Attachment, AuditRecord])
    attachments.install(RULES)
    attachments.set_folder(tmp_path / "attachments")
    install_events("core.attachment.stored")
    with atomic():
        made = Site.create(slug="main", title="医院")
        SitePlugin.create(site=made.id, plugin="flows")
    yield made
    attachments.install([])
    database.close()


def picture(size: tuple[int, int] = (40, 20), form: str = "JPEG", **more: object) -> bytes:
    """Draw a picture that is black on the left and white on the right."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0] // 2, size[1]))
    target = io.BytesIO()
    image.save(target, form, **more)
    return target.getvalue()


def zipped(*entries: tuple[str, bytes]) -> bytes:
    """Pack files into a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    """Make the shell of a Word document."""
    return zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"), *more)
