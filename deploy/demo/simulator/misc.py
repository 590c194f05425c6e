"""Small calls: the app itself and addresses of the servers."""

from typing import Any

from .call import Call, api
from .messages import own_agent


@api("GET", "agent/get")
def agent_get(call: Call) -> dict[str, Any]:
    """Return what an app is and who sees it."""
    agent = own_agent(call)
    users = [{"userid": one} for one in agent.get("allow_users", ())]
    domains = agent.get("redirect_domains") or [""]
    return {
        "agentid": agent["agentid"],
        "name": agent["name"],
        "square_logo_url": "",
        "description": "",
        "allow_userinfos": {"user": users},
        "allow_partys": {"partyid": list(agent.get("allow_departments", ()))},
        "allow_tags": {"tagid": list(agent.get("allow_tags", ()))},
        "close": int(bool(agent.get("close"))),
        "redirect_domain": domains[0],
        "report_location_flag": 0,
        "isreportenter": 0,
        "home_url": agent.get("home_url", ""),
    }


@api("GET", "agent/list", who="any")
def agent_list(call: Call) -> dict[str, Any]:
    """Return the app of the token."""
    agents = [call.agent] if call.agent else call.world.state.corp["agents"]
    return {
        "agentlist": [{"agentid": a["agentid"], "name": a["name"], "square_logo_url": ""} for a in agents]
    }


@api("GET", "getcallbackip", who="any")
def callback_ip(call: Call) -> dict[str, Any]:
    """Return where callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


@api("GET", "get_api_domain_ip", who="any")
def api_ip(call: Call) -> dict[str, Any]:
    """Return where the interfaces live."""
    return {"ip_list": ["127.0.0.1"]}
