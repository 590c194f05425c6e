"""Cook pages from samples, and serve them with the policy of the house."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from PIL import Image

from core.web.frontend import vendor
from core.web.static import ROOT as STATIC
from core.web.static import Static
from core.web.templates import environment
from tests.core.web.templates.samples import PAGES, common

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-fixed'; style-src 'self' 'nonce-fixed'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def kitchen(cache_dir: Path) -> tuple[Any, Static]:
    """Return the real template environment with our sample pages, and its static files."""
    vendor.ensure()
    static = Static({"core": STATIC}, cache_dir)
    return environment([HERE], static), static


def render(cache_dir: Path, template: str, context: dict[str, Any], **changes: Any) -> str:
    """Render one template with what every page is given."""
    env, _ = kitchen(cache_dir)
    return str(env.get_template(template).render({**common(), **context, **changes}))


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def application(cache_dir: Path) -> Callable[..., Any]:
    """Return an app: `/<page>?theme=&size=` shows a sample, `/act` answers like a decision."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        path, query = environ["PATH_INFO"].strip("/") or "home", dict(parse_qsl(environ["QUERY_STRING"]))
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY)]
        if path == "picture.png":
            start("200 OK", [("Content-Type", "image/png")])
            return [_picture()]
        if path == "-/counts":
            start("200 OK", [("Content-Type", "application/json")])
            return [b'{"counts": {"todo": 5}}']
        if path == "act":
            path, query = "detail", {"flash": "已同意"}
        if path not in PAGES:
            path = "error"
        template, context = PAGES[path]
        look = {"theme": query.get("theme", ""), "size": query.get("size", "")}
        if query.get("flash"):
            links = [
                {"title": "撤销", "path": "/undo", "is_post": True},
                {"title": "下一条（还有 6 条）", "path": "/detail"},
            ]
            look["flash"] = {"text": query["flash"], "links": links}
        start("200 OK", headers)
        return [render(cache_dir, template, context, **look).encode()]

    _, static = kitchen(cache_dir)
    static.publish()
    served: Callable[..., Any] = static.wrap(app)
    return served


def _picture() -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((88, 88)).save(data, "PNG")
    return data.getvalue()


@contextmanager
def serving(cache_dir: Path) -> Iterator[str]:
    """Serve the samples; give the address."""
    server = make_server("127.0.0.1", 0, application(cache_dir), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
