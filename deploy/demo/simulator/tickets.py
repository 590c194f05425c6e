"""Tickets for page signatures, and checking such a signature as the client does."""

import hashlib
import secrets
from typing import Any

from .call import Call, api
from .errors import refuse
from .state import State

LIFETIME = 7200


@api("GET", "get_jsapi_ticket")
def corp_ticket(call: Call) -> dict[str, Any]:
    """Hand out the corp's ticket."""
    return {"ticket": _ticket(call.world.state, "corp"), "expires_in": LIFETIME}


@api("GET", "ticket/get")
def agent_ticket(call: Call) -> dict[str, Any]:
    """Hand out the app's own ticket."""
    refuse(call.params.get("type") != "agent_config", 40058, "invalid type")
    return {
        "ticket": _ticket(call.world.state, f"agent/{(call.agent or {})['agentid']}"),
        "expires_in": LIFETIME,
    }


def _ticket(state: State, owner: str) -> str:
    for text, one in state.tickets.items():
        if one["owner"] == owner and one["expires_at"] > state.now():
            return text
    text = secrets.token_urlsafe(64)
    state.tickets[text] = {"owner": owner, "expires_at": state.now() + LIFETIME}
    state.changed.set()
    return text


def sign(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """Return the signature of a page."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()


def judge(state: State, wanted: dict[str, Any], urls: list[str]) -> int:
    """Return 0 for a good signature, else the error code."""
    owner = f"agent/{wanted.get('agentid')}" if wanted.get("kind") == "agent" else "corp"
    if wanted.get("corpid") != state.corp["corpid"]:
        return 40013
    if wanted.get("kind") == "agent" and state.agent(wanted.get("agentid")) is None:
        return 40056
    stamp, nonce, given = (str(wanted.get(name) or "") for name in ("timestamp", "nonceStr", "signature"))
    code = 40093
    for ticket, one in state.tickets.items():
        if given in {sign(ticket, nonce, stamp, url) for url in urls}:
            if one["owner"] == owner:
                return 0 if one["expires_at"] > state.now() else 42001
            code = 42012
    return code
