"""File names from outside, made harmless and still recognisable."""

import re
import unicodedata

LONGEST_BYTES = 180

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
_EXTENSION = re.compile(r"[a-z0-9]{1,5}")


def clean(name: str, *, fallback: str = "附件") -> tuple[str, str]:
    """Return a harmless name without extension, and the extension in lower case.

    Folders, control characters and direction marks (which can hide an extension) are taken out.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    last = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cs"))
    last = _FORBIDDEN.sub("", last)
    last = last.strip().strip(".").strip()
    stem, dot, extension = last.rpartition(".")
    if not dot or not _EXTENSION.fullmatch(extension.strip().lower()):
        stem, extension = last, ""
    stem = stem.strip().encode()[:LONGEST_BYTES].decode("utf-8", "ignore").strip()
    return stem or fallback, extension.strip().lower()
