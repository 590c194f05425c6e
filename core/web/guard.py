"""No route opens unless it says why: signed in, plugin switched on, action granted, request not forged."""

from urllib.parse import quote

import falcon

from core.auth import csrf, limits, permissions
from core.config import Config
from core.contributions import Route
from core.errors import Misconfigured, NotAllowed, NotFound, NotSignedIn
from core.registry import SIGNED_IN
from core.web import binding, errors

AGAIN = {"idle": "管理台闲置 15 分钟或用满 8 小时就要重新登录"}
"""Why somebody who is signed in has to sign in again."""


class Guard:
    """The list of declared routes and the questions asked on each."""

    def __init__(self, config: Config, csrf_key: bytes) -> None:
        self._config = config
        self._key = csrf_key
        self._routes: dict[str, tuple[str, Route]] = {}

    def add(self, template: str, owner: str, route: Route) -> None:
        """Remember what a route declared.

        Raises:
            Misconfigured: Two owners want the same address, or the limit is not known.
        """
        limits.check_name(route.limit)
        if template in self._routes:
            raise Misconfigured(f"地址 {template} 被 {self._routes[template][0]} 和 {owner} 同时声明")
        self._routes[template] = (owner, route)

    @property
    def routes(self) -> dict[str, tuple[str, Route]]:
        """Every declared route by its template."""
        return dict(self._routes)

    def check(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Let the request pass, or refuse it.

        Raises:
            NotFound: The plugin is not switched on here, or nobody declared the route.
            NotSignedIn: Nobody is signed in (a page inside WeCom goes to sign in by itself), or not freshly
                enough for the console.
            NotAllowed: The action is not granted, or the request was forged.
            TooMany: That was too often.
        """
        declared = self._routes.get(req.uri_template or "")
        if declared is None:
            raise NotFound
        owner, route = declared
        req.context.action = route.action
        _count(req, route)
        if route.public:
            return
        actor = req.context.actor
        if actor is None:
            self._to_sign_in(req)
        if not actor.site.has(owner):
            raise NotFound("这个功能在你的院区没有启用。需要的话请联系信息科")
        if route.action != SIGNED_IN:
            permissions.require(actor, route.action)
        if route.desktop and not actor.is_fresh:
            self._to_sign_in(req, why="idle")
        if req.method not in csrf.SAFE:
            self._not_forged(req)
            if not limits.LIMITS[route.limit or "write"].replaces_writes:
                limits.take("write", actor.person_id)

    def lost(self, req: falcon.Request, resp: falcon.Response, **_: str) -> None:
        """Answer where there is no route: that counts like a page.

        Raises:
            NotFound: Always, unless that was too often.
        """
        _count(req, None)
        raise NotFound

    def _to_sign_in(self, req: falcon.Request, why: str = "") -> None:
        if req.method == "GET" and not errors.wants_json(req) and not req.get_header("HX-Request"):
            wanted = quote(req.relative_uri, safe="/")
            raise falcon.HTTPSeeOther(f"/auth/start?next={wanted}{f'&why={why}' if why else ''}")
        raise NotSignedIn(AGAIN.get(why, ""))

    def _not_forged(self, req: falcon.Request) -> None:
        csrf.check_origin(
            fetch_site=req.get_header("Sec-Fetch-Site"),
            origin=req.get_header("Origin"),
            referer=req.get_header("Referer"),
            ours=self._config.origin,
        )
        given = req.get_header(csrf.HEADER)
        if given is None and (req.content_type or "").startswith((binding.FORM, binding.MULTIPART)):
            given = binding.form(req).get("_csrf")
        if not given:
            raise NotAllowed("页面停留太久，请刷新后重试，填写的内容还在", reason="csrf_missing")
        csrf.check_token(given, self._key, req.context.actor.session_hash)


def _count(req: falcon.Request, route: Route | None) -> None:
    """Count a request for its person, or for its address, before anything else is asked."""
    actor, ip = req.context.actor, req.context.ip
    name = route.limit if route else ""
    own = limits.LIMITS[name] if name else None
    if own and actor is None and not own.by_address:
        own = None  # a limit for people says nothing about strangers
    if own is None or not own.replaces_usual:
        limits.take("person" if actor else "visitor", actor.person_id if actor else ip)
    if own:
        limits.take(name, ip if own.by_address else actor.person_id)
