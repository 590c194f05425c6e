"""Upload and download over HTTP; the platform mounts these under `/-/attachments`."""

import io
import re
from collections.abc import Callable, Collection
from typing import Any

import falcon

from core.attachments.models import Attachment
from core.attachments.store import open_for, rule_of, set_folder, store
from core.config import Config
from core.contributions import Route
from core.errors import Invalid, NotFound, NotSignedIn, TooLarge
from core.messaging import wecom

BASE = "/-/attachments"
SLACK_BYTES = 64 * 1024
"""What multipart adds around a file."""

_MEDIA_ID = re.compile(r"[\w\-]{1,256}")


class Upload:
    """POST multipart with a field `file`; the kind is a query parameter or a field before the file."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Keep a file and answer with what the page needs to show it."""
        actor = _actor(req)
        kind = req.get_param("kind", default="")
        for part in req.get_media():
            if part.name == "kind":
                kind = str(part.get_text())[:60]
            elif part.name == "file":
                limit = rule_of(kind, req.context.site.id).max_bytes
                if (req.content_length or 0) > limit + SLACK_BYTES:
                    raise TooLarge("文件太大", max_bytes=limit)
                stored = store(
                    part.stream, name=part.filename or "", kind=kind, by=actor, site=req.context.site
                )
                resp.media = as_json(stored)
                return
        raise Invalid({"file": "没有收到文件，请重新选择"})


class FromWeCom:
    """POST `{"media_id", "kind"}`: fetch what the phone gave to WeCom and keep it.

    Args:
        download: `WeComClient.download_media`: media id → (name, media type, content).
    """

    def __init__(self, download: Callable[[str], tuple[str, str, bytes]]) -> None:
        self._download = download

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Keep a file from WeCom."""
        actor = _actor(req)
        body = req.get_media()
        media_id, kind = str(body.get("media_id", "")), str(body.get("kind", ""))
        if not _MEDIA_ID.fullmatch(media_id):
            raise Invalid({"media_id": "没有收到文件，请重新选择"})
        rule_of(kind, req.context.site.id)
        name, _, content = self._download(media_id)
        stored = store(io.BytesIO(content), name=name, kind=kind, by=actor, site=req.context.site)
        resp.media = as_json(stored)


class Download:
    """GET an attachment, or with suffix `thumb` its small picture.

    Args:
        sensitive: Kinds no browser may keep.
    """

    def __init__(self, sensitive: Collection[str] = ()) -> None:
        self._sensitive = frozenset(sensitive)

    def on_get(self, req: falcon.Request, resp: falcon.Response, attachment_id: str) -> None:
        """Hand out the content; `?inline=1` shows pictures and plays recordings in the page."""
        self._send(req, resp, attachment_id, thumb=False)

    def on_get_thumb(self, req: falcon.Request, resp: falcon.Response, attachment_id: str) -> None:
        """Hand out the small picture."""
        self._send(req, resp, attachment_id, thumb=True)

    def _send(self, req: falcon.Request, resp: falcon.Response, attachment_id: str, *, thumb: bool) -> None:
        attachment, path = open_for(attachment_id, _actor(req), thumb=thumb)
        is_shown = thumb or attachment.is_picture or attachment.is_sound
        if is_shown and (thumb or req.get_param_as_bool("inline")):
            resp.viewable_as = attachment.name
        else:
            resp.downloadable_as = attachment.name
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        resp.set_header("Cross-Origin-Resource-Policy", "same-origin")
        is_secret = attachment.kind in self._sensitive
        resp.cache_control = ["no-store"] if is_secret else ["private", "max-age=300"]
        tag = str(attachment.thumb_id if thumb else attachment.blob_id)
        resp.etag = tag
        if not is_secret and any(known in ("*", tag) for known in req.if_none_match or ()):
            resp.status = falcon.HTTP_304
            return
        resp.content_type = "image/jpeg" if thumb else attachment.mime
        size = path.stat().st_size
        first, last = _range(req, resp, size)
        file = path.open("rb")
        file.seek(first)
        resp.set_stream(_Part(file, last - first + 1), last - first + 1)


class _Part:
    """A file read up to a length, closed by the server."""

    def __init__(self, file: io.BufferedReader, length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        piece = self._file.read(wanted)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def routes(config: Config, *, sensitive: Collection[str] = ()) -> list[Route]:
    """Give the addresses of uploads and downloads.

    Args:
        sensitive: Kinds no browser may keep.
    """
    set_folder(config.data_dir / "attachments")
    from_wecom = FromWeCom(lambda media_id: wecom.client(config).download_media(media_id))
    download, one = Download(sensitive), f"{BASE}/{{attachment_id}}"
    return [
        Route(path=BASE, resource=Upload(), action="core.use", limit="upload"),
        Route(path=f"{BASE}/wecom", resource=from_wecom, action="core.use", limit="upload"),
        Route(path=one, resource=download, action="core.use", limit="download"),
        Route(path=f"{one}/thumb", resource=download, suffix="thumb", action="core.use", limit="download"),
    ]


def as_json(attachment: Attachment) -> dict[str, Any]:
    """Describe an attachment to the page that added it."""
    url = f"{BASE}/{attachment.id}"
    return {
        "id": attachment.id,
        "name": attachment.name,
        "size": attachment.size,
        "mime": attachment.mime,
        "url": url,
        "thumb": f"{url}/thumb" if attachment.thumb_id else "",
    }


def _range(req: falcon.Request, resp: falcon.Response, size: int) -> tuple[int, int]:
    """Return first and last byte; players on phones ask for pieces."""
    resp.accept_ranges = "bytes"
    wanted = req.range if req.range_unit == "bytes" else None
    if wanted is None or size == 0:
        return 0, size - 1
    first, last = wanted
    if first < 0:
        first, last = max(0, size + first), size - 1
    last = size - 1 if last < 0 else min(last, size - 1)
    if first > last:
        raise falcon.HTTPRangeNotSatisfiable(size)
    resp.status = falcon.HTTP_206
    resp.content_range = (first, last, size)
    return first, last


def _actor(req: falcon.Request) -> Any:
    actor = getattr(req.context, "actor", None)
    if actor is None:
        raise NotSignedIn
    if getattr(req.context, "site", None) is None:
        raise NotFound
    return actor
