"""The simulator as a WSGI program: server interfaces on one port, a phone on each of the others."""

import json
import mimetypes
from typing import Any

import falcon

from . import phones, samples
from .errors import ApiError
from .hooks import Hooks
from .interfaces import Interfaces
from .login import Login
from .pages import Pages
from .phone_calls import PhoneCalls, read_json
from .proxy import Proxy
from .settings import Settings
from .world import World

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1", None}
WEB_LOGIN = ("/wwlogin/sso/login", "/wwopen/sso/qrConnect", "/-sim/sso/login")
PHOTO_LIMIT = 24 * 1024 * 1024


class Door:
    """Sends each request to the part of the simulator it is for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pages = Pages(world)
        self.login = Login(world, self.pages)
        self.interfaces = Interfaces(world)
        self.proxy = Proxy(world)
        self.calls = PhoneCalls(world)
        self.hooks = Hooks(world)

    def __call__(self, req: falcon.Request, resp: falcon.Response, **_: Any) -> None:
        """Answer one request."""
        here = int(req.env.get("SERVER_PORT") or 0)
        port = here if here in self.world.settings.phone_ports else None
        path = req.path
        try:
            if path.startswith("/-sim/"):
                self._own(req, resp, path.removeprefix("/-sim/"), port)
            elif port is not None:
                self.proxy(req, resp, port)
            elif path.startswith("/cgi-bin/"):
                self.interfaces(req, resp, path.removeprefix("/cgi-bin/"))
            elif path == "/":
                self.pages.desk(resp)
            elif path == "/connect/oauth2/authorize":
                self.login.authorize(req, resp, None)
            elif path in WEB_LOGIN:
                self.login.web(req, resp)
            else:
                raise falcon.HTTPNotFound
        except ApiError as error:
            resp.status = falcon.HTTP_400
            resp.media = {"error": error.code, "text": error.text}

    def _own(self, req: falcon.Request, resp: falcon.Response, name: str, port: int | None) -> None:
        head, _, rest = name.partition("/")
        if head == "static":
            self.pages.static(resp, rest)
        elif head == "api":
            self._hook(req, resp, rest)
        elif head == "sso":
            (self.login.confirm if rest == "confirm" else self.login.web)(req, resp)
        elif head == "samples" and rest:
            resp.content_type, resp.data = "image/jpeg", samples.photo(int(rest.removesuffix(".jpg")) % 6)
        elif head == "media":
            self._media(resp, rest)
        elif name == "codes" and port is None:
            self._json(resp, self.hooks.post("codes", read_json(req)))
        elif port is None:
            raise falcon.HTTPNotFound
        else:
            self._phone(req, resp, name, port)

    def _phone(self, req: falcon.Request, resp: falcon.Response, name: str, port: int) -> None:
        head, _, rest = name.partition("/")
        if name == "phone":
            self.pages.phone(resp)
        elif name in ("bridge.js", "agent.js"):
            self.pages.script(resp, port, name)
        elif name == "oauth2/authorize":
            self.login.authorize(req, resp, port)
        elif name == "oauth2/answer":
            self.login.answer(req, resp, port)
        elif head == "local" and rest:
            self._local(resp, rest)
        elif name == "photo" and req.method == "POST":
            self._take_photo(req, resp)
        elif req.method == "POST":
            self._json(resp, self.calls.post(name, read_json(req), req, port))
        else:
            self._json(resp, self.calls.get(name, req, port))

    def _hook(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        if req.remote_addr not in LOOPBACK and not self.world.settings.hooks_everywhere:
            raise falcon.HTTPForbidden(description="only from this machine")
        if req.method == "POST":
            self._json(resp, self.hooks.post(name, read_json(req)))
        else:
            self._json(resp, self.hooks.get(name, req))

    def _json(self, resp: falcon.Response, answer: dict[str, Any] | None) -> None:
        if answer is None:
            raise falcon.HTTPNotFound
        resp.content_type = "application/json; charset=utf-8"
        resp.set_header("Cache-Control", "no-store")
        resp.text = json.dumps(answer, ensure_ascii=False, default=str)

    def _media(self, resp: falcon.Response, media_id: str) -> None:
        facts = self.world.state.media.get(media_id)
        if facts is None:
            raise falcon.HTTPNotFound
        resp.data = self.world.state.blobs[media_id]
        resp.content_type = mimetypes.guess_type(facts["name"])[0] or "image/jpeg"

    def _local(self, resp: falcon.Response, local: str) -> None:
        kept = self.world.state.local.get(local)
        if kept is None:
            raise falcon.HTTPNotFound
        resp.data, resp.content_type = kept["data"], mimetypes.guess_type(kept["name"])[0] or "image/jpeg"

    def _take_photo(self, req: falcon.Request, resp: falcon.Response) -> None:
        data = req.bounded_stream.read(PHOTO_LIMIT)
        name = "IMG.png" if data.startswith(b"\x89PNG") else "IMG.jpg"
        with self.world.state.lock:
            local = phones.keep_local(self.world.state, name, data, "image")
        self._json(resp, {"local": local})


def create_app(corp: dict[str, Any], settings: Settings | None = None) -> "SimulatorApp":
    """Return the WSGI program for a corp; its world hangs on ``app.world`` for tests."""
    world = World(corp, settings or Settings())
    app = SimulatorApp(cors_enable=False)
    app.world = world
    app.add_sink(Door(world), prefix="/")
    return app


class SimulatorApp(falcon.App):
    """A falcon app that carries the simulated world."""

    world: World


def serve(
    host: str = "127.0.0.1",
    port: int = 8800,
    phone_ports: tuple[int, ...] = (8801, 8802, 8803, 8804),
    *,
    corp: dict[str, Any],
    qingban_url: str = "http://localhost:8700",
    state_path: str | None = None,
    **more: Any,
) -> None:
    """Run the simulator until it is stopped; extra names go into the settings."""
    from gunicorn.app.base import BaseApplication

    settings = Settings(
        port=port, phone_ports=tuple(phone_ports), qingban_url=qingban_url, state_path=state_path, **more
    )

    class Program(BaseApplication):
        """gunicorn with one process, so all threads share one world."""

        def load_config(self) -> None:
            """Listen on all ports with many threads."""
            wanted = {
                "bind": [f"{host}:{one}" for one in (port, *settings.phone_ports)],
                "workers": 1,
                "threads": 64,
                "worker_class": "gthread",
                "timeout": 0,
                "keepalive": 15,
                "graceful_timeout": 2,
                "loglevel": "warning",
                "proc_name": "qingban-simulator",
                "control_socket_disable": True,
            }
            for name, value in wanted.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> falcon.App:
            """Build the world inside the worker process."""
            app = create_app(corp, settings)
            app.world.warm_up()
            self.cfg.set("worker_exit", lambda server, worker: app.world.close())
            return app

    Program().run()
