"""Errors become a page or problem JSON here, once; never a stack trace."""

from typing import Any
from urllib.parse import quote, urlsplit

import falcon
import orjson
import peewee

from core import log
from core.auth.oauth import safe_path
from core.errors import Invalid, NotFound, NotSignedIn, QingbanError, TooLarge, TooMany, Unavailable
from core.web.page import render

logger = log.get(__name__)

HEADLINES = {
    400: "这个请求看不懂",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不能这样操作",
    409: "内容已经变化",
    413: "内容太大",
    415: "格式不支持",
    422: "还有地方要改",
    429: "操作太快了",
    500: "出了点问题",
    503: "现在有点忙",
}


def install(app: Any) -> None:
    """Make this the app's only way to answer errors."""
    app.add_error_handler(Exception, _unexpected)
    app.add_error_handler((peewee.OperationalError, peewee.InterfaceError), _database_away)
    app.add_error_handler(falcon.HTTPError, _http)
    app.add_error_handler(QingbanError, _ours)


def wants_json(req: falcon.Request) -> bool:
    """Tell whether a machine asks: an API path, a JSON body, or JSON preferred over pages."""
    if "/api/" in req.path or req.path.startswith(("/-/", "/wecom/")):
        return True
    if (req.content_type or "").startswith("application/json"):
        return True
    return "text/html" not in (req.accept or "") and "json" in (req.accept or "")


def answer(req: falcon.Request, resp: falcon.Response, error: QingbanError) -> None:
    """Answer with the error as a page or as problem JSON (RFC 9457)."""
    trace = log.request_id.get()
    if isinstance(error, TooMany | Unavailable):
        resp.set_header("Retry-After", str(error.retry_after))
    if isinstance(error, NotSignedIn) and req.get_header("HX-Request"):
        resp.set_header("HX-Redirect", f"/auth/start?next={quote(_present_page(req), safe='/')}")
    if wants_json(req):
        _problem(resp, error, trace)
        return
    if error.status == NotSignedIn.status:
        action = {"title": "登录", "path": "/auth/start"}
    else:
        action = {"title": "回到工作台", "path": "/"}
    render(
        resp,
        "error.html",
        status=error.status,
        title=HEADLINES.get(error.status, HEADLINES[500]),
        text=error.title,
        code=error.status,
        trace=trace,
        action=action,
    )


def _present_page(req: falcon.Request) -> str:
    """Return the page on which an htmx request was made: the address itself may only take a POST."""
    try:
        parts = urlsplit(req.get_header("HX-Current-URL") or req.relative_uri)
    except ValueError:
        return "/"
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def _problem(resp: falcon.Response, error: QingbanError, trace: str) -> None:
    problem: dict[str, Any] = {
        "type": f"urn:qingban:{error.kind}",
        "title": error.title,
        "status": error.status,
        "kind": error.kind,
        "trace": trace,
    }
    if isinstance(error, Invalid) and error.fields:
        problem["fields"] = error.fields
    resp.status = falcon.code_to_http_status(error.status)
    resp.content_type = "application/problem+json"
    resp.data = orjson.dumps(problem)


def _ours(req: falcon.Request, resp: falcon.Response, error: QingbanError, params: dict[str, Any]) -> None:
    if error.status >= 500:
        logger.warning("request.failed kind=%s facts=%s", error.kind, error.facts)
    answer(req, resp, error)


def _http(
    req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, params: dict[str, Any]
) -> None:
    status = error.status_code
    ours: QingbanError
    if status == 404:
        ours = NotFound()
    elif status == 413:
        ours = TooLarge()
    elif isinstance(error, falcon.MediaMalformedError | falcon.MediaNotFoundError):
        ours = Invalid(title="内容无法识别，请刷新后重试")
    else:
        ours = QingbanError(HEADLINES.get(status, "这个请求看不懂"))
        ours.status = status
        ours.kind = "request"
    headers: Any = error.headers or {}
    for name, value in headers.items() if isinstance(headers, dict) else headers:
        resp.set_header(name, value)
    answer(req, resp, ours)


def _database_away(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
) -> None:
    logger.exception("request.database path=%s", req.uri_template or "unmatched")
    answer(req, resp, Unavailable())


def _unexpected(req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]) -> None:
    logger.exception("request.crashed path=%s", req.uri_template or "unmatched")
    answer(req, resp, QingbanError())
