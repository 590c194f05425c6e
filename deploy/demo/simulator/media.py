"""The media store: upload, fetch, three days of life."""

import io
import mimetypes
import secrets
from typing import Any

from .call import Binary, Call, api
from .errors import ApiError, refuse
from .sounds import AMR_HEAD, amr_seconds, speex
from .state import State

MB = 1024 * 1024
LIMITS = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
LIFE = 3 * 86400


def check(kind: str, name: str, data: bytes) -> None:
    """Raise when a file is not allowed as this kind of media."""
    refuse(kind not in LIMITS, 40004)
    refuse(len(data) < 5, 40006)
    refuse(len(data) > LIMITS[kind], 45001)
    if kind == "image":
        refuse(not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")), 40005)
        _check_picture(data)
    elif kind == "voice":
        refuse(not data.startswith(AMR_HEAD), 40005)
        refuse(amr_seconds(data) > 60, 45007)
    elif kind == "video":
        refuse(b"ftyp" not in data[:16], 40005)


def _check_picture(data: bytes) -> None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        raise ApiError(40123) from None


def keep(state: State, kind: str, name: str, data: bytes, **facts: object) -> str:
    """Store a file and return its media_id."""
    media_id = f"3{secrets.token_urlsafe(48)}"
    now = state.now()
    state.media[media_id] = {"type": kind, "name": name, "at": now, "expires_at": now + LIFE, **facts}
    state.blobs[media_id] = data
    state.changed.set()
    return media_id


@api("POST", "media/upload", who="any")
def upload(call: Call) -> dict[str, Any]:
    """Take a file for three days."""
    kind = str(call.need("type", 40004))
    if call.upload is None:
        raise ApiError(41005)
    name, data = call.upload
    refuse(not data, 44001)
    check(kind, name, data)
    media_id = keep(call.world.state, kind, name, data)
    created = str(int(call.world.state.now()))
    return {"errmsg": "", "type": kind, "media_id": media_id, "created_at": created}


@api("POST", "media/uploadimg", who="any")
def uploadimg(call: Call) -> dict[str, Any]:
    """Take a picture for ever."""
    if call.upload is None:
        raise ApiError(41005)
    name, data = call.upload
    refuse(not 5 <= len(data) <= 2 * MB, 40009)
    check("image", name, data)
    media_id = keep(call.world.state, "image", name, data, kept=True)
    call.world.state.media[media_id]["expires_at"] = call.world.state.now() + 10**9
    return {"errmsg": "", "url": f"http://localhost:{call.world.settings.port}/-sim/media/{media_id}"}


@api("GET", "media/get", who="any")
def get(call: Call) -> Binary:
    """Return a stored file."""
    return fetch(call)


@api("GET", "media/get/jssdk", who="any")
def get_jssdk(call: Call) -> Binary:
    """Return a voice recorded by a page in its better quality."""
    media = call.world.state.media.get(str(call.need("media_id", 41006)), {})
    refuse(media.get("type") != "voice" or not media.get("from_page"), 40007)
    file = fetch(call)
    return Binary(
        data=speex(amr_seconds(file.data)), name=file.name.replace(".amr", ".speex"), mime="audio/speex"
    )


def fetch(call: Call) -> Binary:
    """Return the bytes behind a media_id while it lives."""
    state = call.world.state
    media_id = str(call.need("media_id", 41006))
    media = state.media.get(media_id)
    if media is None or media["expires_at"] <= state.now() or media_id not in state.blobs:
        raise ApiError(40007)
    mime = mimetypes.guess_type(media["name"])[0] or "application/octet-stream"
    return Binary(
        data=state.blobs[media_id], name=media["name"], mime="audio/amr" if media["type"] == "voice" else mime
    )
