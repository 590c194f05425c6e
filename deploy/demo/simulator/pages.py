"""Pages and static files of the simulator."""

import json
import mimetypes
from pathlib import Path
from typing import Any

import falcon
from jinja2 import Environment, FileSystemLoader

from . import phones
from .clients import CLIENTS
from .world import World

HERE = Path(__file__).parent
POLICY = (
    "default-src 'self'; img-src 'self' data: blob: http: https:; style-src 'self'; script-src 'self'; "
    "frame-src 'self' http: https:; media-src 'self' blob:; base-uri 'none'"
)


class Pages:
    """Renders templates and hands out files."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)

    def render(self, resp: falcon.Response, template: str, **context: Any) -> None:
        """Write a page."""
        resp.content_type = "text/html; charset=utf-8"
        resp.set_header("Content-Security-Policy", POLICY)
        resp.set_header("Cache-Control", "no-store")
        resp.text = self.templates.get_template(template).render(**context)

    def notice(self, resp: falcon.Response, title: str, text: str) -> None:
        """Write a page with one sentence."""
        self.render(resp, "notice.html", title=title, text=text)

    def desk(self, resp: falcon.Response) -> None:
        """Write the page with all phones."""
        state, settings = self.world.state, self.world.settings
        first = {"ports": list(settings.phone_ports), "qingban": settings.origin, "corp": state.corp["name"]}
        self.render(
            resp, "desk.html", corp=state.corp["name"], qingban=settings.origin, first=json.dumps(first)
        )

    def phone(self, resp: falcon.Response) -> None:
        """Write the shell of one phone."""
        self.render(resp, "phone.html")

    def static(self, resp: falcon.Response, name: str) -> None:
        """Write a file of the static folder."""
        path = HERE / "static" / name
        if "/" in name or not path.is_file():
            raise falcon.HTTPNotFound
        resp.content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        resp.set_header("Cache-Control", "no-cache")
        resp.data = path.read_bytes()

    def script(self, resp: falcon.Response, port: int, name: str) -> None:
        """Write a script that knows which client this phone plays."""
        client = phones.of(self.world, port)["client"]
        facts = {"client": client, "ua": CLIENTS[client]["ua"], "platform": CLIENTS[client]["platform"]}
        facts["corpid"] = self.world.state.corp["corpid"]
        parts = [(HERE / "static" / one).read_text("utf-8") for one in ("agent.js", name) if one]
        head = f"const SIM = {json.dumps(facts)};"
        resp.content_type = "text/javascript; charset=utf-8"
        resp.set_header("Cache-Control", "no-store")
        resp.text = "(() => {\n" + "\n".join([head, *dict.fromkeys(parts)]) + "\n})();\n"
