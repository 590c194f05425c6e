"""Signing in through WeCom, and out."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import falcon

from core import audit, log
from core.auth import limits, oauth, session
from core.auth.actor import from_person
from core.auth.models import Session
from core.clock import now_ms
from core.config import Config
from core.contributions import Route
from core.db import atomic
from core.errors import NotSignedIn, QingbanError
from core.messaging import wecom
from core.messaging.wecom_errors import CODE_SPENT
from core.platform import Platform
from core.registry import SIGNED_IN
from core.web.guard import AGAIN
from core.web.page import Page

logger = log.get(__name__)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Start(Page):
    """The way to sign in: at once inside WeCom, by scanning a code at a desk."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Go to WeCom, or explain how to sign in."""
        wanted = oauth.safe_path(req.get_param("next") or "/")
        client = req.context.client
        if client.in_wecom or req.get_param_as_bool("go"):
            address, browser = oauth.begin(self._config, client, wanted)
            resp.set_cookie(
                oauth.cookie_name(secure=self._config.is_secure),
                browser,
                path="/",
                max_age=int(oauth.LIFE.total_seconds()),
                http_only=True,
                secure=self._config.is_secure,
                same_site="Lax",
            )
            resp.status = falcon.HTTP_303
            resp.location = address
            return
        login_path = f"/auth/start?go=1&next={quote(wanted, safe='/')}"
        message = AGAIN.get(req.get_param("why") or "", "")
        self.render(resp, "login.html", status=401, login_path=login_path, wanted=wanted, message=message)


class Callback(Page):
    """Where WeCom sends the browser back with a code."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._noted: dict[str, int] = {}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Spend the code once and go on to the page that was wanted."""
        cookie = oauth.cookie_name(secure=self._config.is_secure)
        try:
            token, wanted = oauth.finish(
                state=req.get_param("state") or "",
                code=req.get_param("code") or "",
                browser=req.cookies.get(cookie, ""),
                client=req.context.client,
                userid_for=lambda code: _userid_for(self._config, code),
            )
        except QingbanError as error:
            self._note(str(error.facts.get("reason", error.kind)), req.context.ip)
            raise
        hashed = session.token_hash(token)
        person: Any = Session.get_by_id(hashed).person
        with atomic():
            actor = from_person(person, person.site, session_hash=hashed, client=req.context.client.kind)
            audit.record("core.session.started", actor=actor, about=person.id, site=person.site)
        _forget(resp, cookie, secure=self._config.is_secure)
        resp.set_cookie(
            session.cookie_name(secure=self._config.is_secure),
            token,
            path="/",
            http_only=True,
            secure=self._config.is_secure,
            same_site="Lax",
        )
        resp.status = falcon.HTTP_303
        resp.location = wanted

    def _note(self, reason: str, ip: str) -> None:
        """Log a refusal, and put one of each kind a minute into the trail: strangers may knock for ever."""
        logger.warning("sign_in.refused reason=%s", reason)
        minute = now_ms() // 60_000
        if self._noted.get(reason) == minute:
            return
        self._noted[reason] = minute
        with atomic():
            audit.record("core.sign_in.refused", reason=reason, ip=ip)


class SignOut(Page):
    """Sign out on this device."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """End the session."""
        actor = req.context.actor
        with atomic():
            session.end(actor.session_hash)
            audit.record("core.session.ended", actor=actor, about=actor.person_id, site=actor.site)
        secure = self._config.is_secure
        _forget(resp, session.cookie_name(secure=secure), secure=secure)
        self.go(resp, "/auth/start")


def _userid_for(config: Config, code: str) -> str:
    try:
        userid = wecom.client(config).user_for_code(code)
    except wecom.WeComRefused as error:
        if error.code in CODE_SPENT:
            raise NotSignedIn("登录已过期，请重新打开", reason="code") from error
        raise
    limits.take("sessions", "")  # only who WeCom vouches for counts, so strangers cannot use it up
    return userid


def _forget(resp: falcon.Response, name: str, *, secure: bool) -> None:
    """Take a cookie back; browsers only believe it about a `__Host-` cookie when it is Secure too."""
    resp.set_cookie(name, "", path="/", expires=LONG_AGO, http_only=True, secure=secure, same_site="Lax")


def routes(platform: Platform) -> list[Route]:
    """The addresses of signing in and out."""
    config = platform.config
    return [
        Route(path="/auth/start", resource=Start(config), public="这里才登录", limit="login"),
        Route(
            path="/auth/callback",
            resource=Callback(config),
            public="企业微信带着登录码回到这里",
            limit="callback",
        ),
        Route(path="/auth/end", resource=SignOut(config), action=SIGNED_IN),
    ]
