"""Files are checked, kept once, shown by rule and swept when nothing points to them."""

import io
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core import attachments
from core.attachments import files
from core.attachments.models import Attachment, Blob
from core.audit.models import AuditRecord
from core.errors import Conflict, Invalid, NotFound, TooLarge
from core.site import Site
from tests.core.attachments.support import ME, Somebody, docx, picture


def put(
    site: Site, content: bytes = b"%PDF-1.7", name: str = "a.pdf", kind: str = "flows.file"
) -> Attachment:
    return attachments.store(io.BytesIO(content), name=name, kind=kind, by=ME, site=site)


def content_of(found: Attachment, **more: bool) -> bytes:
    return attachments.open_for(found.id, ME, **more)[1].read_bytes()


def on_disk() -> list[Path]:
    return sorted(path for path in files.folder().rglob("*") if path.is_file() and path.name != ".lock")


def test_a_file_is_kept_as_it_came(site: Site) -> None:
    stored = put(site, b"%PDF-1.7 words", "../报告.PDF")

    assert (stored.name, stored.mime, stored.size, stored.owner_id) == (
        "报告.pdf",
        "application/pdf",
        14,
        "me",
    )
    assert content_of(stored) == b"%PDF-1.7 words"
    assert AuditRecord.select().count() == 1


def test_the_same_content_is_kept_once(site: Site) -> None:
    first, second = put(site, name="a.pdf"), put(site, name="b.pdf")

    assert first.id != second.id
    assert (Blob.select().count(), len(on_disk())) == (1, 1)


def test_files_and_folders_are_closed_to_others(site: Site) -> None:
    path = attachments.open_for(put(site).id, ME)[1]

    assert path.stat().st_mode & 0o777 == 0o600
    assert {
        folder.stat().st_mode & 0o077 for folder in (path.parent, path.parent.parent, files.folder())
    } == {0}
    assert path.relative_to(files.folder()).parts == (path.name[:2], path.name[2:4], path.name)


def test_the_limit_of_the_kind_counts_what_arrives(site: Site) -> None:
    with pytest.raises(TooLarge):
        put(site, b"%PDF-" + b"x" * 1000, kind="flows.small")

    assert on_disk() == []


@pytest.mark.parametrize("kind", ["unknown.kind", "other.file", ""])
def test_kinds_without_a_rule_here_are_refused(kind: str, site: Site) -> None:
    with pytest.raises(NotFound):
        put(site, kind=kind)


def test_a_kind_may_take_fewer_types(site: Site) -> None:
    assert put(site, kind="flows.pdf").mime == "application/pdf"
    with pytest.raises(Invalid):
        put(site, docx(), "a.docx", kind="flows.pdf")


def test_a_refused_file_leaves_nothing_behind(site: Site) -> None:
    with pytest.raises(Invalid):
        put(site, b"<html>", "a.txt")

    assert on_disk() == []
    assert Attachment.select().count() == 0


def test_a_picture_loses_place_and_camera_and_stands_upright(site: Site) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to stand upright
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    stored = put(site, picture((400, 200), exif=exif, comment=b"SecretPlace"), "a.jpg", "flows.photo")

    content = content_of(stored)
    shown = Image.open(io.BytesIO(content))
    assert (shown.size, (stored.width, stored.height)) == ((200, 400), (200, 400))
    assert shown.getexif() == {}
    assert b"Secret" not in content
    assert shown.getpixel((100, 50))[0] < 40
    assert shown.getpixel((100, 350))[0] > 215


def test_a_photo_is_cut_to_1600_and_other_pictures_are_not(site: Site) -> None:
    large = picture((2000, 1000))

    photo, scan = put(site, large, "a.jpg", "flows.photo"), put(site, large, "a.jpg")

    assert (photo.width, photo.height) == (1600, 800)
    assert (scan.width, scan.height) == (2000, 1000)


def test_a_picture_has_a_small_one(site: Site) -> None:
    stored = put(site, picture((1000, 500), "PNG"), "a.png")

    assert Image.open(io.BytesIO(content_of(stored, thumb=True))).size == (240, 120)


def test_a_mislabelled_picture_gets_its_right_name(site: Site) -> None:
    stored = put(site, picture(form="PNG"), "a.jpg")

    assert (stored.name, stored.mime) == ("a.png", "image/png")


def test_a_moving_picture_keeps_moving(site: Site) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=50)

    stored = put(site, target.getvalue(), "a.gif")

    assert Image.open(io.BytesIO(content_of(stored))).n_frames == 3


@pytest.mark.parametrize("content", [picture()[:-30], b"\xff\xd8\xff broken", b"\x89PNG\r\n\x1a\n broken"])
def test_broken_pictures_are_refused_in_words(content: bytes, site: Site) -> None:
    name = "a.png" if content.startswith(b"\x89PNG") else "a.jpg"

    with pytest.raises(Invalid) as caught:
        put(site, content, name)

    assert "图片" in caught.value.title


def test_a_picture_above_forty_megapixels_is_refused_without_decoding(site: Site) -> None:
    content = bytearray(picture(form="PNG"))
    content[16:24] = struct.pack(">II", 8000, 5001)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))

    with pytest.raises(Invalid) as caught:
        put(site, bytes(content), "a.png")

    assert caught.value.facts == {"reason": "pixels"}


def test_amr_is_kept_as_it_is(site: Site) -> None:
    stored = put(site, b"#!AMR\nvoice", "voice.amr")

    assert (stored.mime, content_of(stored)) == ("audio/amr", b"#!AMR\nvoice")


def test_before_it_is_bound_only_the_owner_may_read(site: Site) -> None:
    stored = put(site, kind="flows.pdf")

    assert attachments.open_for(stored.id, ME)
    for stranger in (Somebody("reader"), Somebody(""), None):
        with pytest.raises(NotFound):
            attachments.open_for(stored.id, stranger)


def test_once_bound_the_rule_alone_decides(site: Site) -> None:
    stored = put(site)
    attachments.bind([stored.id], "flows:1", by=ME)

    assert attachments.open_for(stored.id, Somebody("x", sees="flows:1"))
    for stranger in (Somebody("x", sees="flows:2"), ME):
        with pytest.raises(NotFound):
            attachments.open_for(stored.id, stranger)


def test_a_rule_that_breaks_says_no(site: Site) -> None:
    stored = put(site, kind="flows.broken")
    attachments.bind([stored.id], "flows:1", by=ME)

    with pytest.raises(NotFound):
        attachments.open_for(stored.id, ME)


def test_a_plugin_switched_off_shows_nothing(site: Site) -> None:
    stored = put(site, kind="flows.pdf")
    attachments.bind([stored.id], "flows:1", by=ME)
    assert attachments.open_for(stored.id, ME)
    attachments.install([])

    with pytest.raises(NotFound):
        attachments.open_for(stored.id, ME)


def test_nobody_binds_the_file_of_another(site: Site) -> None:
    stored = put(site)

    with pytest.raises(NotFound):
        attachments.bind([stored.id], "flows:1", by="thief")

    assert attachments.by_ids([stored.id])[stored.id].about == ""


def test_binding_again_to_the_same_thing_is_fine_and_to_another_is_not(site: Site) -> None:
    first, second = put(site), put(site)

    bound = attachments.bind([second.id, first.id], "flows:1", by=ME)
    attachments.bind([first.id], "flows:1", by="colleague")

    assert [found.id for found in bound] == [second.id, first.id]
    assert {found.id for found in attachments.bound_to("flows:1")} == {first.id, second.id}
    with pytest.raises(Conflict):
        attachments.bind([first.id], "flows:2", by=ME)


def test_binding_some_unknown_binds_none(site: Site) -> None:
    stored = put(site)

    with pytest.raises(NotFound):
        attachments.bind([stored.id, "unknown"], "flows:1", by=ME)

    assert attachments.bound_to("flows:1") == []


def test_a_crash_between_file_and_row_leaves_an_orphan_that_is_swept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = put(site)
    with monkeypatch.context() as patch:
        patch.setattr(Blob, "insert", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            put(site, b"%PDF-orphan")
    (files.folder() / "tmp" / "left-over").write_bytes(b"half")
    assert len(on_disk()) == 3

    assert attachments.sweep() == 0
    age_all()

    assert attachments.sweep() == 2
    assert content_of(kept) == b"%PDF-1.7"


def test_content_without_attachment_is_swept_with_its_row(site: Site) -> None:
    stored = put(site, picture((500, 500)), "a.jpg")
    Attachment.delete().where(Attachment.id == stored.id).execute()
    age_all()

    assert attachments.sweep() == 2
    assert (Blob.select().count(), on_disk()) == (0, [])


def age_all() -> None:
    for path in on_disk():
        os.utime(path, (time.time() - 200_000,) * 2)
