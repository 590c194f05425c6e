"""Small JSON calls between a phone's screen and the simulator."""

import json
import time
from typing import Any

import falcon

from . import clicks, media, people, phones, samples, sounds, tickets
from .errors import ApiError
from .world import World

Answer = dict[str, Any]
#: Messages of one member that a phone shows.
SHOWN = 200


class PhoneCalls:
    """Everything below /-sim/ that belongs to one phone."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get(self, name: str, req: falcon.Request, port: int) -> Answer | None:
        """Answer a question of the screen."""
        state = self.world.state
        with state.lock:
            userid = phones.of(self.world, port)["userid"]
            if name == "me":
                return phones.describe(self.world, port)
            if name == "inbox":
                if req.get_param("version") == f"{state.version}/{userid}":
                    return {"same": True}
                lines = phones.chat(self.world, userid, last=SHOWN)
                return {"version": f"{state.version}/{userid}", "lines": lines, "now": state.now()}
            if name == "people":
                department = req.get_param_as_int("department")
                found = people.search(state, req.get_param("q") or "", 60, department)
                return {"people": found, "suggested": people.suggest(state)}
            if name == "departments":
                return {"departments": list(state.departments.values())}
            if name == "codes":
                return {"codes": shown_codes(self.world)}
            if name == "samples":
                return {"samples": list(samples.TITLES)}
        return None

    def post(self, name: str, body: Answer, req: falcon.Request, port: int) -> Answer | None:
        """Do what the screen asks."""
        state = self.world.state
        doing = getattr(self, f"_do_{name.replace('-', '_')}", None)
        if doing is None:
            return None
        with state.lock:
            userid = phones.of(self.world, port)["userid"]
            return dict(doing(body, userid, port, req) or {})

    def _do_phone(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        return phones.change(self.world, port, body)

    def _do_read(self, body: Answer, userid: str, port: int, req: falcon.Request) -> None:
        phones.mark_read(self.world.state, userid, body.get("agentid"))

    def _do_click(self, body: Answer, userid: str, port: int, req: falcon.Request) -> None:
        clicks.click(self.world, userid, body["msgid"], body["key"], body.get("selected") or {})

    def _do_write(self, body: Answer, userid: str, port: int, req: falcon.Request) -> None:
        clicks.write(self.world, userid, body["agentid"], str(body.get("text") or ""))

    def _do_codes(self, body: Answer, userid: str, port: int, req: falcon.Request) -> None:
        show_codes(self.world, str(port), [str(one) for one in body.get("codes") or ()])

    def _do_sample(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        number = int(body.get("number") or 0) % len(samples.TITLES)
        return {
            "local": phones.keep_local(self.world.state, f"IMG_{number}.jpg", samples.photo(number), "image")
        }

    def _do_voice(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        data = sounds.amr(min(60.0, float(body.get("seconds") or 1)))
        return {"local": phones.keep_local(self.world.state, "voice.amr", data, "voice")}

    def _do_upload(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        local = self.world.state.local.get(str(body.get("local")))
        if local is None:
            raise ApiError(40007, "unknown localId")
        media.check(local["kind"], local["name"], local["data"])
        kept = media.keep(self.world.state, local["kind"], local["name"], local["data"], from_page=True)
        self.world.state.note("page", f"上传{'图片' if local['kind'] == 'image' else '语音'}", "ok")
        return {"serverId": kept}

    def _do_download(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        state, media_id = self.world.state, str(body.get("serverId"))
        kept = state.media.get(media_id)
        if kept is None or kept["expires_at"] <= state.now():
            raise ApiError(40007)
        return {"local": phones.keep_local(state, kept["name"], state.blobs[media_id], kept["type"])}

    def _do_verify(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        url = str(body.get("url") or "").split("#", 1)[0]
        origin = f"{req.scheme}://{req.netloc}"
        urls = [phones.canonical(self.world, origin, url), url]
        code = tickets.judge(self.world.state, body, urls)
        self.world.state.note("page", f"校验签名 {body.get('kind')}", code, detail=urls[0])
        return {"code": code}

    def _do_call(self, body: Answer, userid: str, port: int, req: falcon.Request) -> Answer:
        """Note a bridge call; hand out a prepared answer when a test left one."""
        name = str(body.get("name"))
        self.world.state.note("page", f"JS {name}", "")
        for key in (f"{port}/{name}", f"{userid}/{name}"):
            waiting = self.world.state.answers.get(key)
            if waiting:
                return {"answer": waiting.pop(0)}
        return {}


def show_codes(world: World, source: str, codes: list[str]) -> None:
    """Remember which codes can be seen somewhere right now."""
    world.state.shown[source] = {"codes": codes[:20], "at": time.time(), "source": source}


def shown_codes(world: World) -> list[dict[str, str]]:
    """Return the codes seen within the last quarter of a minute on phones, or pasted by hand."""
    found = []
    for source, one in world.state.shown.items():
        if source.isdigit() and one["at"] < time.time() - 15:
            continue
        user = world.state.user(phones.of(world, int(source))["userid"]) if source.isdigit() else None
        who = f"{user['name']}的手机" if user else "粘贴的码"
        found += [{"text": text, "from": who, "port": source} for text in one["codes"]]
    return found


def read_json(req: falcon.Request) -> Answer:
    """Return the JSON body, refusing anything a foreign page could send."""
    if "json" not in (req.content_type or ""):
        raise falcon.HTTPUnsupportedMediaType(description="application/json is required")
    try:
        body = json.loads(req.bounded_stream.read(2_000_000) or b"{}")
    except ValueError:
        raise falcon.HTTPBadRequest(description="broken JSON") from None
    return body if isinstance(body, dict) else {}
