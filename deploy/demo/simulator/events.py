"""Building the XML of callbacks and handing it to the sender."""

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from .world import World


def to_xml(fields: dict[str, Any]) -> str:
    """Return nested fields as the XML of section 6; lists repeat their element."""
    return f"<xml>{_inside(fields)}</xml>"


def _inside(fields: dict[str, Any]) -> str:
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            parts.append(f"<{name}>{_value(one)}</{name}>")
    return "".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _inside(value)
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return escape(text) if "]]>" in text else f"<![CDATA[{text}]]>"


def emit(
    world: "World", agent: dict[str, Any], sender: str, fields: dict[str, Any], on_reply: Any = None
) -> None:
    """Queue one message or event for an app."""
    if not agent.get("callback", {}).get("url"):
        return
    head = {
        "ToUserName": world.state.corp["corpid"],
        "FromUserName": sender,
        "CreateTime": int(world.state.now()),
    }
    body = {**head, **fields, "AgentID": int(agent["agentid"])}
    label = str(fields.get("Event") or fields.get("MsgType"))
    world.callbacks.put(agent, to_xml(body), label + _detail(fields), on_reply)


def _detail(fields: dict[str, Any]) -> str:
    detail = fields.get("ChangeType") or fields.get("EventKey") or ""
    return f" {detail}" if detail else ""


def contact_changed(world: "World", change: str, fields: dict[str, Any]) -> None:
    """Tell every app about a change of the contacts."""
    world.state.contacts_version += 1
    world.state.touch()
    for agent in world.state.corp["agents"]:
        emit(
            world,
            agent,
            "sys",
            {"MsgType": "event", "Event": "change_contact", "ChangeType": change, **fields},
        )
