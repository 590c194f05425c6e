"""What a page inherits: render a template, read a form, send the browser on."""

from typing import Any
from urllib.parse import quote, unquote

import falcon
import orjson

from core.auth import csrf
from core.auth.actor import Actor
from core.auth.oauth import safe_path
from core.site import Site
from core.web import binding
from core.web.templates import MODULES, new_nonce

FLASH = "qb-flash"


class Page:
    """A falcon resource for people. Responders translate; `service` thinks."""

    def render(self, resp: falcon.Response, template: str, *, status: int = 200, **context: Any) -> None:
        """Answer with a template; every page has the globals of the house."""
        render(resp, template, status=status, **context)

    def form(self, req: falcon.Request) -> binding.Form:
        """Return the posted form."""
        return binding.form(req)

    def json(self, req: falcon.Request) -> Any:
        """Return the posted JSON."""
        return binding.json_body(req)

    def answer(self, resp: falcon.Response, value: Any, *, status: int = 200) -> None:
        """Answer with JSON."""
        resp.status = falcon.code_to_http_status(status)
        resp.content_type = "application/json"
        resp.data = orjson.dumps(value)

    def go(
        self, resp: falcon.Response, path: str, *, say: str = "", then: tuple[str, str] | None = None
    ) -> None:
        """Send the browser on after a change (303), with a sentence for the next page.

        Args:
            path: Where to; a path of ours.
            say: What happened: 已提交.
            then: A link offered beside the sentence: (words, path).
        """
        resp.status = falcon.HTTP_303
        resp.location = path
        if say:
            flash = orjson.dumps({"text": say, "then": then}).decode()
            resp.set_cookie(
                FLASH,
                quote(flash),
                path="/",
                max_age=30,
                http_only=True,
                secure=resp.context.is_secure,
                same_site="Lax",
            )


def render(resp: falcon.Response, template: str, *, status: int = 200, **context: Any) -> None:
    """Answer with a template; used by pages and by the error handler."""
    req: falcon.Request = resp.context.req
    nonce = new_nonce()
    resp.context.nonce = nonce
    resp.status = falcon.code_to_http_status(status)
    resp.content_type = falcon.MEDIA_HTML
    values = {
        **_globals(req, resp),
        "nonce": nonce,
        "remember_style": lambda css: setattr(resp.context, "style", css.encode()),
        MODULES: {},
        **context,
    }
    resp.text = resp.context.env.get_template(template).render(values)


def _globals(req: falcon.Request, resp: falcon.Response) -> dict[str, Any]:
    actor: Actor | None = req.context.actor
    site: Site | None = actor.site if actor else None
    client = req.context.client
    display = actor.display if actor else {}
    return {
        "actor": actor,
        "site": site,
        "csrf": csrf.token(resp.context.csrf_key, actor.session_hash) if actor else "",
        "theme": display.get("theme") or client.theme,
        "size": display.get("size", ""),
        "client": client.kind,
        "in_wecom": client.in_wecom,
        "path": req.path,
        "nav": [],
        "flash": _flash(req, resp),
    }


def _flash(req: falcon.Request, resp: falcon.Response) -> dict[str, Any] | None:
    raw = req.cookies.get(FLASH)
    if not raw:
        return None
    resp.unset_cookie(FLASH, path="/")
    try:
        flash = orjson.loads(unquote(raw))
        text, then = str(flash["text"])[:200], flash.get("then")
        links = [{"title": str(then[0]), "path": safe_path(str(then[1]))}] if then else []
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return {"text": text, "links": links}
