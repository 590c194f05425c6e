"""Switches for the control panel and for journeys, below /-sim/api/."""

from typing import Any

import falcon

from . import clicks, oauth, people, phones, tokens
from .errors import ApiError
from .phone_calls import show_codes, shown_codes
from .world import World

Answer = dict[str, Any]


class Hooks:
    """Reads and moves the simulated world from outside."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get(self, name: str, req: falcon.Request) -> Answer | None:
        """Answer a question of the panel or of a test."""
        world, state = self.world, self.world.state
        if name == "wait":
            return {"idle": world.callbacks.wait(req.get_param_as_int("seconds") or 5)}
        with state.lock:
            if name == "state":
                return self._state()
            if name == "messages":
                return {"messages": phones.chat(world, str(req.get_param("userid")))}
            if name == "people":
                return {
                    "people": people.search(state, req.get_param("q") or ""),
                    "suggested": people.suggest(state),
                }
            if name == "cast":
                posts = (req.get_param("posts") or "").split("|")
                return {"userids": people.cast(state, [one for one in posts if one])}
            if name == "log":
                return {"log": list(state.log)[::-1]}
            if name == "ledger":
                return self._ledger()
            if name == "faults":
                return world.faults.show()
            if name == "codes":
                return {"codes": shown_codes(world)}
            if name == "media":
                rows = [{"media_id": key, **facts} for key, facts in state.media.items()]
                return {
                    "media": [{**row, "bytes": len(state.blobs.get(row["media_id"], b""))} for row in rows]
                }
        return None

    def post(self, name: str, body: Answer) -> Answer | None:
        """Do what the panel or a test asks."""
        if name == "verify-callback":  # without the lock: the app may call back while it answers
            return self._verify_callback(body)
        doing = getattr(self, f"_do_{name.replace('-', '_')}", None)
        if doing is None:
            return None
        with self.world.state.lock:
            answer = doing(body)
            self.world.state.touch()
            return {"ok": True, **(answer or {})}

    def _state(self) -> Answer:
        state, settings = self.world.state, self.world.settings
        rows = [phones.describe(self.world, port) for port in settings.phone_ports]
        keys = ("port", "person", "client", "identity")
        return {
            "corp": state.corp["name"],
            "corpid": state.corp["corpid"],
            "now": state.now(),
            "offset": state.offset,
            "phones": [{key: row[key] for key in keys} for row in rows],
            "faults": self.world.faults.show(),
            "scenes": state.corp.get("scenes", []),
            "users": len(state.users),
            "departments": len(state.departments),
            "messages": len(state.messages),
            "callbacks_pending": self.world.callbacks.pending,
            "qingban": settings.origin,
        }

    def _ledger(self) -> Answer:
        effects: dict[str, Answer] = {}
        for row in self.world.state.ledger:
            one = effects.setdefault(
                row["key"], {"delivered": {}, "dropped": {}, "duplicates": 0, "sends": 0}
            )
            one["duplicates" if row["duplicate"] else "sends"] += 1
            for kind in ("delivered", "dropped"):
                for userid in row[kind]:
                    one[kind][userid] = one[kind].get(userid, 0) + 1
        return {"rows": list(self.world.state.ledger), "effects": effects}

    def _port(self, body: Answer) -> int:
        ports = self.world.settings.phone_ports
        if "port" in body:
            return int(body["port"])
        return ports[int(body.get("phone") or 0) % len(ports)]

    def _do_phone(self, body: Answer) -> Answer:
        return phones.change(self.world, self._port(body), body)

    def _do_click(self, body: Answer) -> Answer:
        msgid = body.get("msgid") or self._newest(body["userid"], body.get("task_id"))
        code = clicks.click(self.world, body["userid"], msgid, body["key"], body.get("selected") or {})
        return {"response_code": code, "msgid": msgid}

    def _newest(self, userid: str, task_id: str | None) -> str:
        for line in reversed(phones.chat(self.world, userid)):
            if line.get("msgtype") == "template_card" and (
                not task_id or line["body"].get("task_id") == task_id
            ):
                return str(line["msgid"])
        raise ApiError(42016)

    def _do_write(self, body: Answer) -> None:
        agentid = body.get("agentid") or self.world.state.corp["agents"][0]["agentid"]
        clicks.write(self.world, body["userid"], agentid, str(body.get("text") or ""))

    def _do_faults(self, body: Answer) -> Answer:
        self.world.faults.change(body)
        return self.world.faults.show()

    def _do_tokens(self, body: Answer) -> Answer:
        return {"tokens": tokens.spoil(self.world.state, revoke=body.get("action") == "revoke")}

    def _do_clock(self, body: Answer) -> Answer:
        state = self.world.state
        state.offset = 0.0 if body.get("reset") else state.offset + float(body.get("advance") or 0)
        return {"now": state.now(), "offset": state.offset}

    def _do_code(self, body: Answer) -> Answer:
        state = self.world.state
        agent = state.agent(body.get("agentid")) or state.corp["agents"][0]
        return {"code": oauth.new_code(state, agent, body.get("userid"), body.get("scope") or "snsapi_base")}

    def _do_codes(self, body: Answer) -> None:
        show_codes(
            self.world, str(body.get("source") or "paste"), [str(one) for one in body.get("codes") or ()]
        )

    def _do_answers(self, body: Answer) -> None:
        owner = body.get("userid") or self._port(body)
        self.world.state.answers.setdefault(f"{owner}/{body['name']}", []).append(body.get("answer") or {})

    def _do_member(self, body: Answer) -> None:
        """Change a member's status by hand: 1 active, 2 disabled, 5 left."""
        user = self.world.state.user(body.get("userid"))
        if user is None:
            raise ApiError(60111)
        user |= {name: body[name] for name in ("status", "name", "position", "department") if name in body}
        self.world.state.contacts_version += 1

    def _verify_callback(self, body: Answer) -> Answer:
        agent = self.world.state.agent(body.get("agentid")) or self.world.state.corp["agents"][0]
        return {"verified": self.world.callbacks.verify(agent)}

    def _do_log_clear(self, body: Answer) -> None:
        self.world.state.log.clear()
        self.world.state.ledger.clear()

    def _do_reset(self, body: Answer) -> None:
        self.world.reset()
