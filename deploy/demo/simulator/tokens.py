"""Access tokens: handing out, checking, expiring, revoking."""

import secrets
from typing import Any

from .call import Call, api
from .errors import ApiError, refuse
from .state import State

LIFETIME = 7200
#: Wrong secrets within an hour after which an address is blocked.
WRONG_SECRETS = 20


@api("GET", "gettoken", who="none")
def gettoken(call: Call) -> dict[str, Any]:
    """Hand out a token for one secret."""
    state, ip = call.world.state, call.params.get("-ip", "")
    refuse(not call.params.get("corpid"), 41002)
    refuse(not call.params.get("corpsecret"), 41004)
    refuse(call.params["corpid"] != state.corp["corpid"], 40013)
    recent = [at for at in state.wrong_secrets.get(ip, ()) if at > state.now() - 3600]
    refuse(len(recent) >= WRONG_SECRETS, 45009)
    owner = owner_of(state, call.params["corpsecret"])
    if owner is None:
        state.wrong_secrets[ip] = [*recent, state.now()]
        raise ApiError(40001)
    return {"access_token": issue(state, owner, call.world.settings.token_mode), "expires_in": LIFETIME}


def owner_of(state: State, secret: str) -> str | None:
    """Return "contacts", the agentid as text, or none for an unknown secret."""
    if secret == state.corp.get("contacts_secret"):
        return "contacts"
    for agent in state.corp["agents"]:
        if secret == agent["secret"]:
            refuse(agent.get("close"), 50003)
            return str(agent["agentid"])
    return None


def issue(state: State, owner: str, mode: str) -> str:
    """Return the valid token of an owner, or a new one."""
    now = state.now()
    state.tokens = {k: v for k, v in state.tokens.items() if v["expires_at"] > now - 86400}
    for text, token in state.tokens.items():
        if mode == "same" and token["owner"] == owner and token["expires_at"] > now and not token["revoked"]:
            return text
    text = secrets.token_urlsafe(96)
    state.tokens[text] = {"owner": owner, "expires_at": now + LIFETIME, "revoked": False}
    state.changed.set()
    return text


def owner_of_token(state: State, text: str | None) -> str:
    """Return whose token this is; raise when it is missing, unknown or expired."""
    refuse(not text, 41001)
    token = state.tokens.get(str(text))
    if token is None or token["revoked"]:
        raise ApiError(40014)
    refuse(token["expires_at"] <= state.now(), 42001)
    return str(token["owner"])


def spoil(state: State, *, revoke: bool) -> int:
    """Expire or revoke all tokens; return how many there were."""
    for token in state.tokens.values():
        if revoke:
            token["revoked"] = True
        else:
            token["expires_at"] = min(token["expires_at"], state.now() - 1)
    return len(state.tokens)
