"""Login codes: checking a login request, making codes, spending them."""

import re
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from .call import Call, api
from .errors import ApiError, refuse
from .scope import sees_user
from .state import State

CODE_LIFE = 300
TICKET_LIFE = 1800
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")


def check_request(state: State, params: dict[str, str]) -> dict[str, Any]:
    """Return the app a login page asks for; raise what the client would show."""
    refuse(params.get("appid") != state.corp["corpid"], 40013)
    refuse(not STATE.fullmatch(params.get("state", "")), 84025)
    place = urlsplit(params.get("redirect_uri", ""))
    refuse(place.scheme not in ("http", "https"), 50001)
    scope = params.get("scope", "snsapi_base")
    refuse(scope not in ("snsapi_base", "snsapi_privateinfo", "snsapi_userinfo"), 40058, "invalid scope")
    agents = state.corp["agents"]
    if params.get("agentid"):
        agents = [one for one in agents if str(one["agentid"]) == params["agentid"]]
        refuse(not agents, 40056)
    refuse(scope == "snsapi_privateinfo" and not params.get("agentid"), 41011)
    for agent in agents:
        if place.netloc in agent.get("redirect_domains", ()):
            return dict(agent)
    raise ApiError(50001)


def new_code(state: State, agent: dict[str, Any], userid: str | None, scope: str = "snsapi_base") -> str:
    """Return a code for a member, or for a stranger when there is no userid."""
    code = secrets.token_urlsafe(32)
    state.oauth_codes[code] = {
        "userid": userid,
        "agentid": agent["agentid"],
        "scope": scope,
        "at": state.now(),
        "used": False,
    }
    return code


def back_to(params: dict[str, str], code: str | None) -> str:
    """Return the address the login goes back to; without a code the member refused."""
    query = {"code": code, "state": params.get("state", "")} if code else {"state": params.get("state", "")}
    place, _, fragment = params["redirect_uri"].partition("#")
    mark = "&" if "?" in place else "?"
    return place + mark + urlencode(query) + (f"#{fragment}" if fragment else "")


def _spend(call: Call) -> dict[str, Any]:
    state = call.world.state
    code = state.oauth_codes.get(str(call.need("code", 41008)))
    if code is None or (call.agent and code["agentid"] != call.agent["agentid"]):
        raise ApiError(40029)
    refuse(code["used"], 42022)
    refuse(code["at"] < state.now() - CODE_LIFE, 42003)
    code["used"] = True
    return code


@api("GET", "auth/getuserinfo")
def getuserinfo(call: Call) -> dict[str, Any]:
    """Tell who a code belongs to."""
    state, code = call.world.state, _spend(call)
    if code["userid"] is None:
        return {"openid": f"o-{secrets.token_hex(8)}", "external_userid": f"wm-{secrets.token_hex(8)}"}
    answer = {"userid": code["userid"]}
    user = state.user(code["userid"])
    if code["scope"] == "snsapi_privateinfo" and user and sees_user(state, call.agent, user):
        ticket = secrets.token_urlsafe(32)
        state.user_tickets[ticket] = {"userid": code["userid"], "at": state.now()}
        answer["user_ticket"] = ticket
    return answer


@api("GET", "user/getuserinfo")
def getuserinfo_legacy(call: Call) -> dict[str, Any]:
    """Tell the same in the old spelling."""
    names = {"userid": "UserId", "openid": "OpenId"}
    answer = getuserinfo(call)
    return {names.get(name, name): value for name, value in answer.items()} | {"DeviceId": "sim-device"}


@api("POST", "auth/getuserdetail")
def getuserdetail(call: Call) -> dict[str, Any]:
    """Return what a member agreed to show."""
    state = call.world.state
    ticket = state.user_tickets.get(str(call.need("user_ticket", 84015)))
    if ticket is None:
        raise ApiError(84015)
    refuse(ticket["at"] < state.now() - TICKET_LIFE, 84014)
    user = state.user(ticket["userid"]) or {}
    fields = ("avatar", "qr_code", "mobile", "email", "biz_mail", "address")
    shown = {name: user[name] for name in fields if user.get(name)}
    return {"userid": ticket["userid"], "gender": str(user.get("gender", "0")), **shown}


@api("POST", "auth/get_tfa_info", who="any")
def get_tfa_info(call: Call) -> dict[str, Any]:
    """Tell who stands before the second verification."""
    code = _spend(call)
    tfa = secrets.token_urlsafe(24)
    call.world.state.tfa[tfa] = {"userid": code["userid"], "at": call.world.state.now()}
    return {"userid": code["userid"], "tfa_code": tfa}


@api("GET", "user/authsucc", who="any")
def authsucc(call: Call) -> dict[str, Any]:
    """Let a new member in."""
    user = call.world.state.user(call.need("userid", 41009))
    if user is None:
        raise ApiError(60111)
    user["status"] = 1
    call.world.state.contacts_version += 1
    call.world.state.touch()
    return {}


@api("POST", "user/tfa_succ", who="any")
def tfa_succ(call: Call) -> dict[str, Any]:
    """Unlock a client; the code works once."""
    tfa = call.world.state.tfa.pop(str(call.need("tfa_code", 40207)), None)
    refuse(tfa is None or tfa["at"] < call.world.state.now() - CODE_LIFE, 40207)
    refuse((tfa or {})["userid"] != call.need("userid", 41009), 40003)
    return {}
