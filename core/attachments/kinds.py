"""What a file is: decided by its content and its extension together, from a short list."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.attachments.archives import check_archive, entries
from core.errors import Invalid

HEAD_BYTES = 4096
TEXT_PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """One accepted kind of file."""

    mime: str
    """Media type it is served with."""
    extensions: tuple[str, ...]
    """Extensions it may carry, the usual one first."""
    matches: Callable[[bytes, Path], bool]
    """(first bytes, path) → whether the content is of this kind."""
    is_picture: bool = False
    """Re-encoded on arrival."""


def _starts(*signatures: bytes) -> Callable[[bytes, Path], bool]:
    return lambda head, _: head.startswith(signatures)


def _riff(form: bytes) -> Callable[[bytes, Path], bool]:
    return lambda head, _: head[:4] == b"RIFF" and head[8:12] == form


def _brand(*brands: bytes) -> Callable[[bytes, Path], bool]:
    return lambda head, _: head[4:8] == b"ftyp" and head[8:12] in brands


def _mp3(head: bytes, _: Path) -> bool:
    return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)


def _ole(head: bytes, _: Path) -> bool:
    return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _zip_with(name: str) -> Callable[[bytes, Path], bool]:
    """Match a zip that holds a file called `name`."""
    return lambda head, path: head.startswith(b"PK\x03\x04") and name in entries(path)


def _document_type(mime: str) -> Callable[[bytes, Path], bool]:
    """Match an OpenDocument file, which names its type in its first entry."""

    def matches(head: bytes, path: Path) -> bool:
        if not head.startswith(b"PK\x03\x04") or "mimetype" not in entries(path):
            return False
        with zipfile.ZipFile(path) as archive, archive.open("mimetype") as file:
            return file.read(100).strip() == mime.encode()

    return matches


def _text(head: bytes, path: Path) -> bool:
    """Match UTF-8 or GB 18030 text without control characters and without markup a browser would run."""
    if b"\0" in head or _is_markup(head):
        return False
    return any(_decodes(path, encoding) for encoding in ("utf-8", "gb18030"))


def _is_markup(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!", b"<?", b"<html", b"<svg", b"<script", b"<body", b"<head", b"<iframe"))


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as file:
            while piece := file.read(TEXT_PIECE):
                if any(char < " " and char not in "\t\n\r\f" for char in piece):
                    return False
    except UnicodeDecodeError:
        return False
    return True


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

_DOCX, _XLSX = f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet"
_PPTX = f"{_OFFICE}presentationml.presentation"
_ODT, _ODS, _ODP = f"{_OPEN}text", f"{_OPEN}spreadsheet", f"{_OPEN}presentation"
_HEIC = _brand(b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def _picture(mime: str, extensions: tuple[str, ...], matches: Callable[[bytes, Path], bool]) -> FileKind:
    return FileKind(mime=mime, extensions=extensions, matches=matches, is_picture=True)


def _file(mime: str, extensions: tuple[str, ...], matches: Callable[[bytes, Path], bool]) -> FileKind:
    return FileKind(mime=mime, extensions=extensions, matches=matches)


KINDS = (
    _picture("image/jpeg", ("jpg", "jpeg"), _starts(b"\xff\xd8\xff")),
    _picture("image/png", ("png",), _starts(b"\x89PNG\r\n\x1a\n")),
    _picture("image/webp", ("webp",), _riff(b"WEBP")),
    _picture("image/gif", ("gif",), _starts(b"GIF87a", b"GIF89a")),
    _picture("image/heic", ("heic", "heif"), _HEIC),
    _file("audio/amr", ("amr",), _starts(b"#!AMR")),
    _file("audio/mp4", ("m4a", "mp4"), _brand(b"M4A ", b"mp42", b"isom", b"iso5")),
    _file("audio/wav", ("wav",), _riff(b"WAVE")),
    _file("audio/webm", ("webm",), _starts(b"\x1a\x45\xdf\xa3")),
    _file("audio/ogg", ("ogg", "oga", "opus"), _starts(b"OggS")),
    _file("audio/mpeg", ("mp3",), _mp3),
    _file("application/pdf", ("pdf",), lambda head, _: b"%PDF-" in head[:1024]),
    _file(_DOCX, ("docx",), _zip_with("word/document.xml")),
    _file(_XLSX, ("xlsx",), _zip_with("xl/workbook.xml")),
    _file(_PPTX, ("pptx",), _zip_with("ppt/presentation.xml")),
    _file("application/ofd", ("ofd",), _zip_with("OFD.xml")),
    _file(_ODT, ("odt",), _document_type(_ODT)),
    _file(_ODS, ("ods",), _document_type(_ODS)),
    _file(_ODP, ("odp",), _document_type(_ODP)),
    _file("application/msword", ("doc", "wps"), _ole),
    _file("application/vnd.ms-excel", ("xls", "et"), _ole),
    _file("application/vnd.ms-powerpoint", ("ppt", "dps"), _ole),
    _file("text/csv", ("csv",), _text),
    _file("text/plain", ("txt",), _text),
)

_NOT_ACCEPTED = "不支持这种文件。可以传图片、录音、PDF、Office/WPS 文档、txt 和 csv"
_MISMATCH = "文件内容和扩展名不一致，请用原来的软件另存后再传"


def recognise(path: Path, extension: str) -> FileKind:
    """Say what the file at `path` is.

    A picture may carry another picture's extension: phones mislabel them and we re-encode them anyway.

    Raises:
        Invalid: It is nothing we take, or its content is not what the extension says.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Invalid({"file": "文件是空的"}, reason="empty")
    named = [kind for kind in KINDS if extension in kind.extensions]
    candidates = named or ([] if extension else [kind for kind in KINDS if kind.matches is not _ole])
    found = next((kind for kind in candidates if kind.matches(head, path)), None)
    if found is None and named and named[0].is_picture:
        found = next((kind for kind in KINDS if kind.is_picture and kind.matches(head, path)), None)
    if found is None:
        raise Invalid({"file": _MISMATCH if named else _NOT_ACCEPTED}, reason="type")
    if head.startswith(b"PK\x03\x04"):
        check_archive(path)
    return found
