"""What happens to every request before and after its page: trace, database, who is asking, headers."""

import re
import secrets
from typing import Any

import falcon

from core import log
from core.auth import client, session
from core.config import Config
from core.db import database
from core.db.database import is_sqlite
from core.web import binding
from core.web.guard import Guard
from core.web.packing import pack

logger = log.get(__name__)

SMALL = 1024
"""Below this an answer is sent as it is."""

# Only plain segments reach the router: no empty ones, no dots, no parameters, no encoded separators.
_ODD_PATH = re.compile(r"//|/\.\.?(/|$)|[;\\\x00-\x1f\x7f]|%(2f|5c|00|2e)", re.IGNORECASE)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(self)",
}
POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; manifest-src 'self'"
)


class Frame:
    """Trace id, strict paths and host, database connection, the actor, headers, compression."""

    def __init__(self, config: Config, env: Any, csrf_key: bytes) -> None:
        self._config = config
        self._env = env
        self._csrf_key = csrf_key
        self._cookie = session.cookie_name(secure=config.is_secure)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the scene; refuse odd paths and foreign hosts before anything else happens."""
        log.request_id.set(secrets.token_hex(4).upper())
        req.context.actor = None
        req.context.site = None
        req.context.form = None
        req.context.client = client.read(req.user_agent or "")
        req.context.ip = self._address(req)
        resp.context.req = req
        resp.context.env = self._env
        resp.context.csrf_key = self._csrf_key
        resp.context.nonce = ""
        resp.context.is_secure = self._config.is_secure
        raw = req.env.get("RAW_URI") or req.env.get("REQUEST_URI") or req.path
        if _ODD_PATH.search(raw.split("?")[0]) or "%00" in req.query_string:
            raise falcon.HTTPBadRequest
        if req.env.get("HTTP_HOST", self._config.host) != self._config.host:
            raise falcon.HTTPBadRequest
        binding.check_length(req)
        database.connect(reuse_if_open=True)
        token = req.cookies.get(self._cookie, "")
        if token:
            actor = session.actor_for(token, client=req.context.client.kind, ip=req.context.ip)
            req.context.actor = actor
            req.context.site = actor.site if actor else None

    def _address(self, req: falcon.Request) -> str:
        if self._config.trusted_proxy and req.remote_addr == self._config.trusted_proxy:
            forwarded = (req.get_header("X-Forwarded-For") or "").split(",")[-1].strip()
            return forwarded or str(req.remote_addr)
        return str(req.remote_addr)

    def process_response(self, req: falcon.Request, resp: falcon.Response, resource: Any, ok: bool) -> None:
        """Add the headers of the house, compress, give the connection back."""
        for name, value in HEADERS.items():
            if not resp.get_header(name):
                resp.set_header(name, value)
        if not resp.get_header("Content-Security-Policy"):
            nonce = f" 'nonce-{resp.context.nonce}'" if resp.context.nonce else ""
            resp.set_header("Content-Security-Policy", POLICY.format(nonce=nonce))
        if self._config.is_secure:
            resp.set_header("Strict-Transport-Security", "max-age=31536000")
        if not resp.get_header("Cache-Control"):
            resp.set_header("Cache-Control", "no-store")
        _compress(req, resp)
        binding.release(req)
        if not is_sqlite() and not database.is_closed():
            database.close()


def _compress(req: falcon.Request, resp: falcon.Response) -> None:
    if "gzip" not in (req.get_header("Accept-Encoding") or "") or resp.get_header("Content-Encoding"):
        return
    data = resp.text.encode() if isinstance(resp.text, str) else resp.data
    if not data or len(data) < SMALL or resp.stream:
        return
    resp.text = None
    resp.data = pack(data, getattr(resp.context, "style", b""))
    resp.set_header("Content-Encoding", "gzip")
    resp.append_header("Vary", "Accept-Encoding")


class Doorkeeper:
    """Ask the guard once the route is known."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, params: Any
    ) -> None:
        """Let the request pass, or refuse it."""
        self._guard.check(req, resp)
