"""The door of all server interfaces: log, faults, token, dispatch, error shape."""

import json
import re
import time
from typing import Any
from urllib.parse import quote

import falcon

from . import contact_writes, contacts, imports, media, messages, misc, oauth, tags, tickets, tokens
from .call import TABLE, Binary, Call, Entry
from .errors import ApiError, explain, refuse
from .multipart import first_file
from .world import World

#: Modules whose functions fill the table when they are imported.
CHAPTERS = (contacts, contact_writes, tags, imports, messages, media, oauth, tickets, tokens, misc)
ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
BODY_LIMIT = 24 * 1024 * 1024


class Interfaces:
    """Answers every path below /cgi-bin/."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, req: falcon.Request, resp: falcon.Response, path: str) -> None:
        """Answer one call and write it into the log."""
        started = time.monotonic()
        if self.world.faults.slow:
            time.sleep(self.world.faults.slow)
        code: object = 0
        try:
            if self.world.faults.flags["html"]:
                code = "html"
                resp.content_type, resp.text = (
                    "text/html; charset=utf-8",
                    "<html><h1>502 Bad Gateway</h1></html>",
                )
                return
            answer = self._answer(req, path)
            self._write(resp, answer)
        except ApiError as error:
            code = error.code
            ip = req.remote_addr or "127.0.0.1"
            resp.media = {"errcode": error.code, "errmsg": explain(error.code, error.text, ip), **error.facts}
        finally:
            spent = round((time.monotonic() - started) * 1000)
            with self.world.state.lock:
                self.world.state.note(
                    "api", f"{req.method} {path}", code, ms=spent, detail=req.context.get("detail", "")
                )

    def _answer(self, req: falcon.Request, path: str) -> dict[str, Any] | Binary:
        entry = TABLE.get(path)
        if entry is None:
            raise ApiError(40066 if path.startswith("department/") else 40058, f"unknown interface {path}")
        due = self.world.faults.due(path)
        if due is not None:
            raise ApiError(due)
        refuse(self.world.faults.flags["untrusted_ip"] and path != "gettoken", 60020)
        refuse(entry.method == "POST" and req.method != "POST", 40058, "POST is required")
        call = Call(
            world=self.world, params={k: v if isinstance(v, str) else v[-1] for k, v in req.params.items()}
        )
        call.params["-ip"] = req.remote_addr or ""
        self._read_body(req, call)
        with self.world.state.lock:
            self._authorise(entry, call)
            answer = entry.answer(call)
        req.context["detail"] = call.params.get("-detail", "")
        return answer

    def _read_body(self, req: falcon.Request, call: Call) -> None:
        if req.method != "POST":
            return
        raw = req.bounded_stream.read(BODY_LIMIT + 1)
        refuse(len(raw) > BODY_LIMIT, 40206)
        if (req.content_type or "").startswith("multipart/form-data"):
            call.upload = first_file(raw, req.content_type or "", "media")
            return
        refuse(ESCAPE.search(raw), 40033)
        try:
            body = json.loads(raw.decode("utf-8")) if raw else {}
        except (ValueError, UnicodeDecodeError):
            raise ApiError(40035, "wrong json format") from None
        refuse(not isinstance(body, dict), 40035, "wrong json format")
        call.body = body

    def _authorise(self, entry: Entry, call: Call) -> None:
        if entry.who == "none":
            return
        owner = tokens.owner_of_token(self.world.state, call.params.get("access_token"))
        call.agent = None if owner == "contacts" else self.world.state.agent(owner)
        refuse(entry.who == "app" and call.agent is None, 48002)
        refuse(entry.who == "contacts" and call.agent is not None, 48002)

    def _write(self, resp: falcon.Response, answer: dict[str, Any] | Binary) -> None:
        if isinstance(answer, Binary):
            resp.data, resp.content_type = answer.data, answer.mime
            plain = answer.name.encode("ascii", "replace").decode().replace('"', "")
            resp.set_header(
                "Content-Disposition",
                f"attachment; filename=\"{plain}\"; filename*=utf-8''{quote(answer.name)}",
            )
            return
        text = json.dumps({"errcode": 0, "errmsg": "ok"} | answer, ensure_ascii=False)
        resp.content_type, resp.text = "application/json; charset=UTF-8", text
