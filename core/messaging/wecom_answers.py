"""Reading WeCom's answers: bounded in size and time, with the file names as they were meant."""

import re
import time
from email.message import Message
from urllib.parse import unquote

import requests

from core.messaging.wecom_errors import WeComAway

JSON_LIMIT = 4 * 1024 * 1024
MEDIA_LIMIT = 20 * 1024 * 1024
PATIENCE_SECONDS = 40.0

_PIECE = 64 * 1024
_EXTENDED = re.compile(r"filename\*\s*=\s*UTF-8''([^;]+)", re.IGNORECASE)
_PLAIN = re.compile(r'filename\s*=\s*(?:"([^"]*)"|([^;]+))', re.IGNORECASE)


def body_of(response: requests.Response, *, limit: int) -> bytes:
    """Read at most `limit` bytes.

    Raises:
        WeComAway: The answer is too large or drips too slowly.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    pieces, size = [], 0
    for piece in response.iter_content(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise WeComAway(reason="answer_too_large")
        if time.monotonic() > deadline:
            raise WeComAway(reason="answer_too_slow")
    return b"".join(pieces)


def media_type(response: requests.Response) -> str:
    """Return the media type without parameters."""
    message = Message()
    message["Content-Type"] = response.headers.get("Content-Type", "application/octet-stream")
    return message.get_content_type()


def file_name(response: requests.Response) -> str:
    """Return the file name an answer carries, empty when it has none.

    WeCom sends raw UTF-8 in the header, which HTTP hands over as Latin-1.
    """
    header = response.headers.get("Content-Disposition", "")
    if found := _EXTENDED.search(header):
        return unquote(found[1])
    if found := _PLAIN.search(header):
        raw = (found[1] or found[2] or "").strip()
        try:
            return raw.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return unquote(raw)
    return ""
