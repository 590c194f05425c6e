"""The simulated phones: who holds one, what it shows, what it can do."""

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import people
from .clients import CLIENTS
from .errors import refuse
from .state import State

if TYPE_CHECKING:
    from .world import World

IDENTITIES = ("self", "outside", "stranger")


def of(world: "World", port: int) -> dict[str, Any]:
    """Return the phone of a port, making it on first sight."""
    state = world.state
    phone = state.phones.get(str(port))
    if phone is None:
        cast = [one["userid"] for one in people.suggest(state)]
        place = world.settings.phone_ports.index(port) if port in world.settings.phone_ports else 0
        userid = cast[place % len(cast)] if cast else ""
        client = "android" if place % 2 else "ios"
        phone = state.phones[str(port)] = {"userid": userid, "client": client, "identity": "self"}
    return phone


def change(world: "World", port: int, wanted: dict[str, Any]) -> dict[str, Any]:
    """Give a phone to another person, or make it another kind of client."""
    with world.state.lock:
        phone = of(world, port)
        if "userid" in wanted:
            user = world.state.user(wanted["userid"])
            refuse(user is None, 60111)
            phone["userid"] = (user or {})["userid"]
        if "client" in wanted:
            refuse(wanted["client"] not in CLIENTS, 40058)
            phone["client"] = wanted["client"]
        if "identity" in wanted:
            refuse(wanted["identity"] not in IDENTITIES, 40058)
            phone["identity"] = wanted["identity"]
        world.state.touch()
        return phone


def login_userid(world: "World", port: int) -> str | None:
    """Return whom a login on this phone names; none is somebody outside the corp."""
    phone = of(world, port)
    if phone["identity"] == "stranger":
        return None
    if phone["identity"] == "outside":
        for user in world.state.users.values():
            if people.active(user) and not people.view(world.state, user)["in_scope"]:
                return str(user["userid"])
        return "outside-scope-member"
    return str(phone["userid"])


def describe(world: "World", port: int) -> dict[str, Any]:
    """Return everything the phone's screen needs besides the messages."""
    state, phone = world.state, of(world, port)
    user = state.user(phone["userid"])
    agents = [
        {"agentid": one["agentid"], "name": one["name"], "home_url": one.get("home_url", "")}
        for one in state.corp["agents"]
    ]
    return {
        "port": port,
        "person": people.view(state, user) if user else None,
        "client": phone["client"],
        "identity": phone["identity"],
        "agents": agents,
        "corp": state.corp["name"],
        "clients": [{"name": name, "label": one["label"]} for name, one in CLIENTS.items()],
        "origin": world.settings.origin,
        "main_port": world.settings.port,
        "version": state.version,
        "now": state.now(),
        "platform": phone["client"],
    }


def chat(world: "World", userid: str, last: int = 0) -> list[dict[str, Any]]:
    """Return the (last) messages of one member, oldest first, as they look now."""
    state = world.state
    read = state.read
    lines = []
    for line in state.inbox.get(userid, [])[-last:]:
        unread = "mine" not in line and line["n"] > read.get(f"{userid}/{line['agentid']}", 0)
        shown = {**line, "unread": unread}
        if "msgid" in line:
            message = state.messages[line["msgid"]]
            own = state.cards.get(f"{line['msgid']}/{userid}", {})
            body = {k: v for k, v in message["body"].items() if not k.startswith("-")}
            kind = body["msgtype"]
            shown |= {"msgtype": kind, "recalled": message["recalled"], "body": body.get(kind, {})}
            shown["safe"] = int(body.get("safe") or 0)
            if kind == "template_card":
                shown["body"] = own.get("card") or body[kind]
                shown |= {"replaced": own.get("replaced", ""), "chosen": own.get("chosen") or {}}
            media = state.media.get(str(shown["body"].get("media_id", "")))
            if media:
                shown["media"] = {"name": media["name"], "type": media["type"]}
        lines.append(shown)
    return lines


def mark_read(state: State, userid: str, agentid: object) -> None:
    """Remember that a member has seen an app's chat."""
    lines = [line["n"] for line in state.inbox.get(userid, ()) if str(line["agentid"]) == str(agentid)]
    key = f"{userid}/{agentid}"
    if lines and state.read.get(key, 0) < max(lines):
        state.read[key] = max(lines)
        state.touch()


def keep_local(state: State, name: str, data: bytes, kind: str) -> str:
    """Keep a photo or recording on the phone; return its id."""
    local = secrets.token_urlsafe(12)
    state.local[local] = {"name": name, "data": data, "kind": kind}
    while len(state.local) > 300:
        state.local.pop(next(iter(state.local)))
    return local


def canonical(world: "World", phone_origin: str, url: str) -> str:
    """Return a page's address as it is outside the simulator."""
    url = url.split("#", 1)[0]
    if url.startswith(phone_origin):
        return world.settings.origin + url[len(phone_origin) :]
    return url


def is_login_address(url: str) -> bool:
    """Tell whether an address is WeCom's page of silent login."""
    return urlsplit(url).path == "/connect/oauth2/authorize"
