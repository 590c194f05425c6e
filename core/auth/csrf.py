"""Foreign pages may not act: the request must come from our origin and carry the session's token."""

import hashlib
import hmac
from urllib.parse import urlsplit

from core.errors import NotAllowed

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER = "X-QB-CSRF"


def token(key: bytes, session_hash: str) -> str:
    """Return the token that forms of a session carry."""
    return hmac.new(key, session_hash.encode(), hashlib.sha256).hexdigest()


def check_origin(*, fetch_site: str | None, origin: str | None, referer: str | None, ours: str) -> None:
    """Refuse requests that another site's page sent.

    Raises:
        NotAllowed: Fetch metadata says so, the origin differs, or neither is there.
    """
    if fetch_site is not None:
        if fetch_site != "same-origin":
            raise NotAllowed("这个请求来自别的网站，已拦下", reason="fetch_site")
        return
    seen = origin or _origin_of(referer)
    if seen != ours:
        raise NotAllowed("这个请求来自别的网站，已拦下", reason="origin")


def check_token(given: str, key: bytes, session_hash: str) -> None:
    """Refuse forms without the session's token.

    Raises:
        NotAllowed: It is missing or of another session.
    """
    if not hmac.compare_digest(given.encode(), token(key, session_hash).encode()):
        raise NotAllowed("页面停留太久，请刷新后重试，填写的内容还在", reason="csrf")


def _origin_of(referer: str | None) -> str:
    if not referer:
        return ""
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
