"""The way from a simulated phone to the real Qingban and back."""

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import falcon

from . import cookies, phones
from .clients import CLIENTS, in_wecom
from .rewriting import Names
from .world import World

HOP = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "cookie",
    "accept-encoding",
    "user-agent",
    "x-requested-with",
}
DROPPED = {"connection", "keep-alive", "transfer-encoding", "set-cookie", "x-frame-options", "content-length"}
SMALL = 256 * 1024


def names_of(req: falcon.Request, world: World) -> Names:
    """Return the origins of this request."""
    host = req.netloc.rpartition(":")[0] or req.netloc
    main = f"{req.scheme}://{host}:{world.settings.port}"
    return Names(phone=f"{req.scheme}://{req.netloc}", qingban=world.settings.origin, main=main)


class Proxy:
    """Carries requests of one phone, with its own cookies and User-Agent."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, req: falcon.Request, resp: falcon.Response, port: int) -> None:
        """Carry one request there and its answer back."""
        names = names_of(req, self.world)
        with self.world.state.lock:
            phone = dict(phones.of(self.world, port))
            jar = self.world.state.jars.setdefault(f"{port}/{phone['userid']}", {})
        target = urlsplit(self.world.settings.origin)
        make = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        line = make(target.hostname or "localhost", target.port, timeout=120)
        try:
            path = names.inward(_path(req))
            body, headers = self._outward(req, names, phone["client"], jar)
            line.request(req.method, path, body=body, headers=headers)
            answer = line.getresponse()
        except OSError:
            line.close()
            return self._nobody_home(resp)
        with self.world.state.lock:
            for header in answer.headers.get_all("Set-Cookie") or ():
                cookies.take(jar, header)
                self.world.state.changed.set()
        self._back(req, resp, names, phone["client"], answer, line)
        return None

    def _outward(
        self, req: falcon.Request, names: Names, client: str, jar: cookies.Jar
    ) -> tuple[Any, dict[str, str]]:
        headers = {k.title(): v for k, v in req.headers.items() if k.lower() not in HOP}
        asked = req.get_header("X-Requested-With")
        headers |= {"Host": urlsplit(names.qingban).netloc, "User-Agent": CLIENTS[client]["ua"]}
        headers["Accept-Encoding"] = "identity"
        headers = {k: v for k, v in headers.items() if not k.lower().startswith("sec-ch-ua")}
        if client == "android":
            headers["X-Requested-With"] = "com.tencent.wework"
        elif asked:
            headers["X-Requested-With"] = asked
        plain = headers.pop("X-Sim-Plain", "")
        if not plain and (value := cookies.header(jar, req.path)):
            headers["Cookie"] = value
        if headers.get("Origin"):
            headers["Origin"] = names.inward(headers["Origin"])
        referer = headers.pop("Referer", "")
        if referer and not urlsplit(referer).path.startswith("/-sim/"):
            headers["Referer"] = names.inward(referer)
        elif referer and headers.get("Sec-Fetch-Mode") == "navigate":
            headers["Sec-Fetch-Site"] = "none"
        return self._body(req, names, headers), headers

    def _body(self, req: falcon.Request, names: Names, headers: dict[str, str]) -> Any:
        length = req.content_length
        if not length:
            if req.method in ("POST", "PUT", "PATCH"):
                headers["Content-Length"] = "0"
            return None
        kind = req.content_type or ""
        if length <= SMALL and ("json" in kind or "urlencoded" in kind):
            text = req.bounded_stream.read().decode("utf-8", "surrogateescape")
            data = names.inward(text).encode("utf-8", "surrogateescape")
            headers["Content-Length"] = str(len(data))
            return data
        headers["Content-Length"] = str(length)
        return req.bounded_stream

    def _back(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        names: Names,
        client: str,
        answer: http.client.HTTPResponse,
        line: http.client.HTTPConnection,
    ) -> None:
        resp.status = f"{answer.status} {answer.reason}"
        policy = answer.headers.get("Content-Security-Policy", "")
        for name, value in answer.headers.items():
            if name.lower() == "content-type":
                resp.content_type = value
            elif name.lower() not in DROPPED:
                resp.append_header(name, names.header(name.lower(), value))
        kind = answer.headers.get("Content-Type", "")
        if req.method == "HEAD" or answer.status in (204, 304):
            line.close()
        elif kind.startswith("text/html"):
            script = "/-sim/bridge.js" if in_wecom(client) else "/-sim/agent.js"
            resp.data = names.page(answer.read(), policy, script)
            line.close()
        else:
            length = answer.headers.get("Content-Length")
            if length:
                resp.content_length = int(length)
            resp.stream = _chunks(answer, line)

    def _nobody_home(self, resp: falcon.Response) -> None:
        resp.status = falcon.HTTP_502
        resp.content_type = "text/html; charset=utf-8"
        resp.set_header("Refresh", "3")
        resp.text = (
            '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            '<link rel="stylesheet" href="/-sim/static/page.css"><main class="notice"><h1>轻办还没有启动</h1>'
            "<p>没有连上轻办服务。启动以后，这一页会自己刷新。</p></main>"
        )


def _path(req: falcon.Request) -> str:
    raw = req.env.get("RAW_URI") or req.env.get("REQUEST_URI")
    if raw and raw.startswith("/"):
        return str(raw)
    path = quote(req.path, safe="/:@!$&'()*+,;=~-._%")
    return f"{path}?{req.query_string}" if req.query_string else path


def _chunks(answer: http.client.HTTPResponse, line: http.client.HTTPConnection) -> Iterator[bytes]:
    try:
        while chunk := answer.read1(65536):
            yield chunk
    finally:
        line.close()
