"""What is accepted, and what names and archives may not do."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.attachments.archives import check_archive
from core.attachments.kinds import recognise
from core.attachments.names import clean
from core.errors import Invalid
from tests.core.attachments.support import docx, picture, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
MP4 = b"\0\0\0\x20ftyp"
OFFICE = "application/vnd.openxmlformats-officedocument."

GOOD = [
    (picture(), "jpg", "image/jpeg"),
    (picture(), "jpeg", "image/jpeg"),
    (picture(form="PNG"), "png", "image/png"),
    (picture(form="WEBP"), "webp", "image/webp"),
    (picture(form="GIF"), "gif", "image/gif"),
    (picture(form="PNG"), "jpg", "image/png"),
    (MP4 + b"heic", "heic", "image/heic"),
    (MP4 + b"heic", "jpg", "image/heic"),
    (b"#!AMR\n123", "amr", "audio/amr"),
    (MP4 + b"M4A ", "m4a", "audio/mp4"),
    (b"ID3\x04", "mp3", "audio/mpeg"),
    (b"\xff\xfb\x90", "mp3", "audio/mpeg"),
    (b"RIFF1234WAVE", "wav", "audio/wav"),
    (b"\x1a\x45\xdf\xa3", "webm", "audio/webm"),
    (b"OggS", "ogg", "audio/ogg"),
    (b"%PDF-1.7", "pdf", "application/pdf"),
    (docx(), "docx", f"{OFFICE}wordprocessingml.document"),
    (zipped(("xl/workbook.xml", b"x")), "xlsx", f"{OFFICE}spreadsheetml.sheet"),
    (zipped(("ppt/presentation.xml", b"x")), "pptx", f"{OFFICE}presentationml.presentation"),
    (zipped(("OFD.xml", b"x")), "ofd", "application/ofd"),
    (
        zipped(("mimetype", b"application/vnd.oasis.opendocument.text")),
        "odt",
        "application/vnd.oasis.opendocument.text",
    ),
    (OLE, "doc", "application/msword"),
    (OLE, "wps", "application/msword"),
    (OLE, "xls", "application/vnd.ms-excel"),
    ("甲,乙\n1,2\n".encode(), "csv", "text/csv"),
    ("甲,乙\n1,2\n".encode("gb18030"), "csv", "text/csv"),
    ("\ufeff说明".encode(), "txt", "text/plain"),
    (b"%PDF-1.7", "", "application/pdf"),
    (picture(), "", "image/jpeg"),
]

BAD = [
    (b"", "txt"),
    (b"MZ\x90\0", "exe"),
    (b"MZ\x90\0", "txt"),
    (b"MZ\x90\0", "pdf"),
    (b"%PDF-1.7", "docx"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "png"),
    (b" <!DOCTYPE html><script>1</script>", "txt"),
    (b"\xef\xbb\xbf<html>", "csv"),
    (b"<?xml version='1.0'?><svg/>", "txt"),
    (b"hello", "html"),
    (b"hello", "js"),
    (docx(), "xlsx"),
    (docx(), "zip"),
    (zipped(("a.txt", b"x")), "docx"),
    (OLE, ""),
    (b"a\0b", "txt"),
    (b"a\x07b", "txt"),
    (b"\xff\xff\xff\xff", "txt"),
    (b"PK\x03\x04broken", "docx"),
]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("content", "extension", "mime"), GOOD)
def test_content_and_extension_decide_together(
    content: bytes, extension: str, mime: str, tmp_path: Path
) -> None:
    assert recognise(written(tmp_path, content), extension).mime == mime


@pytest.mark.parametrize(("content", "extension"), BAD)
def test_what_is_not_on_the_list_or_not_what_it_says_is_refused(
    content: bytes, extension: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid):
        recognise(written(tmp_path, content), extension)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("报告.pdf", ("报告", "pdf")),
        ("../../etc/passwd", ("passwd", "")),
        ("C:\\Users\\我\\工资.XLSX", ("工资", "xlsx")),
        ("a\r\nSet-Cookie: x.txt", ("aSet-Cookie x", "txt")),
        ("photo\u202egpj.exe.jpg", ("photogpj.exe", "jpg")),
        ("", ("附件", "")),
        ("...", ("附件", "")),
        ("无扩展名", ("无扩展名", "")),
        ("版本1.2 定稿", ("版本1.2 定稿", "")),
        (".htaccess", ("htaccess", "")),
    ],
)
def test_names_are_made_harmless_and_stay_recognisable(name: str, expected: tuple[str, str]) -> None:
    assert clean(name) == expected


@given(st.text(max_size=300))
def test_no_name_carries_folders_control_characters_or_too_much(name: str) -> None:
    stem, extension = clean(name)

    assert 0 < len(stem.encode()) <= 180
    assert not set('/\\\r\n\0"') & set(stem + extension)
    assert extension.isascii()


def test_an_honest_document_passes(tmp_path: Path) -> None:
    check_archive(written(tmp_path, docx(("word/media/a.png", picture(form="PNG")))))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../evil", b"x"),
        ("/etc/cron.d/x", b"x"),
        ("a\\..\\b", b"x"),
        ("inner.zip", b"x"),
        ("bomb", b"\0" * 40_000_000),
    ],
)
def test_escapes_nesting_and_bombs_are_refused(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        check_archive(written(tmp_path, docx((name, content))))


def test_a_declared_size_that_lies_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, docx(("lie", b"\0" * 40_000_000)))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("lie").header_offset
    central = content.rindex(b"PK\x01\x02")
    for place in (at + 22, central + 24):
        content[place : place + 4] = struct.pack("<I", 10)

    with pytest.raises(Invalid):
        check_archive(written(tmp_path, bytes(content)))


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    content = bytearray(docx())
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 0)

    with pytest.raises(Invalid):
        check_archive(written(tmp_path, bytes(content)))


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        check_archive(written(tmp_path, zipped(*((f"f{number}", b"") for number in range(10_001)))))
