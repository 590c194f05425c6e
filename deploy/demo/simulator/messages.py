"""Sending, recalling and updating messages of an app."""

import hashlib
import json
import secrets
from typing import Any

from . import cards, message_rules
from .call import Call, api
from .errors import ApiError, refuse
from .scope import children, departments_of, sees_user
from .state import State

CODE_LIFE = 72 * 3600
RECALL_LIFE = 24 * 3600


def own_agent(call: Call) -> dict[str, Any]:
    """Return the app a message is for, which must be the app of the token."""
    wanted = call.body.get("agentid", call.params.get("agentid"))
    refuse(wanted in (None, ""), 41011)
    refuse(not str(wanted).lstrip("-").isdigit(), 40056)
    refuse(call.agent is None or str(call.agent["agentid"]) != str(wanted), 301002)
    return call.agent or {}


@api("POST", "message/send")
def send(call: Call) -> dict[str, Any]:
    """Deliver a message to members, departments and tags."""
    state, body = call.world.state, call.body
    agent = own_agent(call)
    first = _earlier(state, body)
    if first:
        state.ledger.append(_ledger_row(state, body, first["msgid"], [], [], duplicate=True))
        return dict(first["answer"])
    users, invalid = receivers(call, agent)
    message_rules.check(state, agent, body)
    refuse(not users, 81013)
    call.params["-detail"] = _title(body)
    msgid = f"msg-{state.next_id()}-{secrets.token_hex(6)}"
    state.messages[msgid] = {
        "msgid": msgid,
        "agentid": agent["agentid"],
        "body": body,
        "at": state.now(),
        "to": [],
        "recalled": False,
    }
    task = body.get("template_card", {}).get("task_id")
    if task:
        state.tasks.add(f"{agent['agentid']}/{task}")
    delivered: list[str] = []
    dropped: list[str] = []
    for userid in users:
        (delivered if _deliver(call, msgid, userid) else dropped).append(userid)
    state.ledger.append(_ledger_row(state, body, msgid, delivered, dropped, duplicate=False))
    answer: dict[str, Any] = {"msgid": msgid, **invalid}
    if body["msgtype"] == "template_card" and cards.clickable(body["template_card"]):
        answer["response_code"] = new_code(state, msgid)
    _remember(state, body, msgid, answer)
    state.touch()
    return answer


def _fingerprint(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _earlier(state: State, body: dict[str, Any]) -> dict[str, Any] | None:
    if not int(body.get("enable_duplicate_check") or 0):
        return None
    interval = min(int(body.get("duplicate_check_interval") or 1800), 14400)
    body["-print"] = _fingerprint(body)
    found = state.duplicates.get(body["-print"])
    return found if found and found["at"] > state.now() - interval else None


def _remember(state: State, body: dict[str, Any], msgid: str, answer: dict[str, Any]) -> None:
    if body.get("-print"):
        state.duplicates[body["-print"]] = {"at": state.now(), "msgid": msgid, "answer": answer}


def _ledger_row(
    state: State,
    body: dict[str, Any],
    msgid: str,
    delivered: list[str],
    dropped: list[str],
    *,
    duplicate: bool,
) -> dict[str, Any]:
    task = body.get("template_card", {}).get("task_id", "") if body.get("msgtype") == "template_card" else ""
    key = task or body.get("-print") or _fingerprint({k: v for k, v in body.items() if k != "-print"})
    return {
        "key": key,
        "msgid": msgid,
        "msgtype": body.get("msgtype"),
        "title": _title(body),
        "at": state.now(),
        "delivered": delivered,
        "dropped": dropped,
        "duplicate": duplicate,
    }


def _title(body: dict[str, Any]) -> str:
    part = body.get(str(body.get("msgtype"))) or {}
    if body.get("msgtype") == "news":
        part = (part.get("articles") or [{}])[0]
    title = part.get("title") or (part.get("main_title") or {}).get("title") or part.get("content") or ""
    return str(title)[:40]


def receivers(call: Call, agent: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Return the members a message reaches, and the invalid receivers joined as the servers do."""
    state, body = call.world.state, call.body
    visible = departments_of(state, agent)
    if str(body.get("touser") or "") == "@all":
        return [u["userid"] for u in state.users.values() if _reachable(state, agent, u, visible)], {}
    users, parties, tags = (_split(body.get(name)) for name in ("touser", "toparty", "totag"))
    refuse(not (users or parties or tags), 81012)
    refuse(len(users) > 1000, 40032)
    refuse(len(parties) > 100, 82002)
    refuse(len(tags) > 100, 82003)
    found: dict[str, None] = {}
    bad: dict[str, list[str]] = {"invaliduser": [], "invalidparty": [], "invalidtag": []}
    for one in users:
        user = state.user(one)
        if user and _reachable(state, agent, user, visible):
            found[user["userid"]] = None
        else:
            bad["invaliduser"].append(one.lower())
    members: set[int] = set()
    for one in parties:
        good = one.isdigit() and int(one) in visible
        members |= children(state, {int(one)}) if good else set()
        bad["invalidparty"] += [] if good else [one]
    for one in tags:
        tag = state.tags.get(int(one)) if one.isdigit() else None
        if tag is None:
            bad["invalidtag"].append(one)
            continue
        members |= children(state, set(map(int, tag.get("partylist", ())))) & visible
        tagged = [user for userid in tag.get("userlist", ()) if (user := state.user(userid))]
        found |= {u["userid"]: None for u in tagged if _reachable(state, agent, u, visible)}
    for user in state.users.values() if members else ():
        if members.intersection(user.get("department", ())) and _reachable(state, agent, user, visible):
            found[user["userid"]] = None
    return list(found), {name: "|".join(ids) for name, ids in bad.items() if ids}


def _split(value: object) -> list[str]:
    return [one.strip() for one in str(value or "").split("|") if one.strip()]


def _reachable(state: State, agent: dict[str, Any], user: dict[str, Any], visible: set[int]) -> bool:
    return user.get("status", 1) in (1, 4) and sees_user(state, agent, user, visible)


def _deliver(call: Call, msgid: str, userid: str) -> bool:
    """Put the message into a member's chat, unless the app was too chatty."""
    state, settings = call.world.state, call.world.settings
    message, now = state.messages[msgid], state.now()
    key = f"{message['agentid']}/{userid}"
    recent = [at for at in state.sent_at.get(key, ()) if at > now - 3600]
    minute = sum(at > now - 60 for at in recent)
    if minute >= settings.member_per_minute or len(recent) >= settings.member_per_hour:
        return False
    state.sent_at[key] = [*recent, now]
    message["to"].append(userid)
    line = {"n": state.next_id(), "msgid": msgid, "agentid": message["agentid"], "at": now}
    state.inbox.setdefault(userid, []).append(line)
    return True


def new_code(state: State, msgid: str) -> str:
    """Return a response code for one update of a card."""
    code = f"rc-{secrets.token_urlsafe(24)}"
    state.response_codes[code] = {"msgid": msgid, "at": state.now(), "used": False}
    return code


@api("POST", "message/recall")
def recall(call: Call) -> dict[str, Any]:
    """Take a message back within 24 hours."""
    state = call.world.state
    message = state.messages.get(str(call.need("msgid", 40063)))
    if message is None or call.agent is None or message["agentid"] != call.agent["agentid"]:
        raise ApiError(40035, "invalid msgid")
    refuse(message["at"] < state.now() - RECALL_LIFE, 42052)
    message["recalled"] = True
    state.touch()
    return {}


@api("POST", "message/update_template_card")
def update_template_card(call: Call) -> dict[str, Any]:
    """Change a card that was sent, for some or all of its receivers."""
    state, body, agent = call.world.state, call.body, own_agent(call)
    code = state.response_codes.get(str(call.need("response_code", 60140)))
    if code is None or code["used"] or code["at"] < state.now() - CODE_LIFE:
        raise ApiError(60140)
    message = state.messages[code["msgid"]]
    refuse(message["agentid"] != agent["agentid"], 42015)
    change = {name: body[name] for name in ("button", "template_card") if body.get(name)}
    refuse(not change, 40063)
    if "template_card" in change:
        cards.check(state, agent, change["template_card"], update=True)
    else:
        refuse(message["body"]["template_card"]["card_type"] not in cards.INTERACTIVE, 42031)
        refuse(not change["button"].get("replace_name"), 42020)
    wanted, bad = _update_receivers(call, message)
    code["used"] = True
    for userid in wanted:
        change_card(state, code["msgid"], userid, change)
    state.touch()
    return {"invaliduser": bad}


def _update_receivers(call: Call, message: dict[str, Any]) -> tuple[list[str], list[str]]:
    state, body = call.world.state, call.body
    if int(body.get("atall") or 0):
        return list(message["to"]), []
    ids = body.get("userids") or []
    refuse(len(ids) > 1000, 40032)
    parties = children(state, {int(one) for one in body.get("partyids") or ()})
    tagged = {u for one in body.get("tagids") or () for u in state.tags.get(int(one), {}).get("userlist", ())}
    refuse(not (ids or parties or tagged), 81012)
    got = {one.lower(): one for one in message["to"]}
    wanted = {got[one.lower()]: None for one in ids if one.lower() in got}
    for userid in message["to"]:
        inside = parties.intersection((state.user(userid) or {}).get("department", ()))
        wanted |= {userid: None} if inside or userid in tagged else {}
    return list(wanted), [one.lower() for one in ids if one.lower() not in got]


def change_card(state: State, msgid: str, userid: str, change: dict[str, Any]) -> None:
    """Show one member a new card or dead buttons."""
    shown = state.cards.setdefault(f"{msgid}/{userid}", {})
    if "template_card" in change:
        shown["card"] = change["template_card"]
        shown.pop("replaced", None)
    else:
        shown["replaced"] = change["button"]["replace_name"]
    shown["at"] = state.now()


@api("POST", "message/get_statistics")
def statistics(call: Call) -> dict[str, Any]:
    """Return how many messages each app sent."""
    counts: dict[Any, int] = {}
    for message in call.world.state.messages.values():
        counts[message["agentid"]] = counts.get(message["agentid"], 0) + len(message["to"])
    rows = [
        {"agentid": one["agentid"], "app_name": one["name"], "count": counts.get(one["agentid"], 0)}
        for one in call.world.state.corp["agents"]
    ]
    return {"statistics": rows}
