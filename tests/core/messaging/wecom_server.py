"""A WeCom on loopback whose answers a test scripts call by call."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson

Answer = dict[str, Any] | bytes | Callable[[dict[str, str]], dict[str, Any]]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:
    """Serve a WSGI program on a free port; gives its address without a path."""
    server = make_server("127.0.0.1", 0, app, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class ScriptedWeCom:
    """Answers each call with what was planned for it, in turn; hands out tokens that may be spoiled."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.planned: dict[str, list[Answer]] = defaultdict(list)
        self.bodies: dict[str, bytes] = {}
        self.queries: dict[str, dict[str, str]] = {}
        self.headers: dict[str, str] = {}
        self.status = "200 OK"
        self.token = ""
        self._lock = threading.Lock()

    def plan(self, call: str, *answers: Answer) -> None:
        """Answer the next calls like this; after that the call succeeds."""
        self.planned[call] += answers

    def spoil(self) -> None:
        """Make the present token invalid."""
        self.token = "nobody knows"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer one request."""
        call = environ["PATH_INFO"].removeprefix("/cgi-bin/")
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self._lock:
            self.calls[call] += 1
            self.bodies[call], self.queries[call] = body, query
            answer = self._answer(call, query)
        headers = {"Content-Type": "application/json", **self.headers}
        content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
        start_response(self.status, list(headers.items()))
        return [content]

    def _answer(self, call: str, query: dict[str, str]) -> dict[str, Any] | bytes:
        if self.planned[call]:
            answer = self.planned[call].pop(0)
            return answer(query) if callable(answer) else answer
        if call == "gettoken":
            self.token = f"token-{self.calls[call]}"
            return {"errcode": 0, "access_token": self.token, "expires_in": 7200}
        if query.get("access_token") != self.token:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        return {"errcode": 0, "errmsg": "ok"}
