"""What a person does in a chat: click a card, write to the app."""

import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING, Any

from . import cards
from .errors import refuse
from .events import emit
from .messages import change_card, new_code

if TYPE_CHECKING:
    from .world import World


def shown_card(world: "World", msgid: str, userid: str) -> dict[str, Any]:
    """Return the card as this member sees it now."""
    state = world.state
    own = state.cards.get(f"{msgid}/{userid}", {})
    return own.get("card") or state.messages[msgid]["body"].get("template_card") or {}


def click(world: "World", userid: str, msgid: str, key: str, selected: dict[str, list[str]]) -> str:
    """Send the event of a click and return the fresh response code."""
    state = world.state
    with state.lock:
        message = state.messages.get(msgid)
        refuse(message is None or userid not in message["to"], 40035, "this member did not get the message")
        card = shown_card(world, msgid, userid)
        own = state.cards.setdefault(f"{msgid}/{userid}", {})
        in_menu = key in {one["key"] for one in (card.get("action_menu") or {}).get("action_list", ())}
        refuse(
            not in_menu and (own.get("replaced") or card.get("replace_text")), 42018, "the buttons are dead"
        )
        refuse(not in_menu and key not in _keys(card), 42017)
        own["chosen"] = selected
        code = new_code(state, msgid)
        fields: dict[str, Any] = {
            "MsgType": "event",
            "Event": "template_card_menu_event" if in_menu else "template_card_event",
            "EventKey": key,
            "TaskId": card.get("task_id") or _first_task(world, msgid),
            "CardType": card["card_type"],
            "ResponseCode": code,
        }
        if selected and not in_menu:
            items = [
                {"QuestionKey": question, "OptionIds": {"OptionId": list(ids)}}
                for question, ids in selected.items()
            ]
            fields["SelectedItems"] = {"SelectedItem": items}
        agent = state.agent((message or {})["agentid"]) or {}
        emit(world, agent, userid, fields, lambda reply: answer_click(world, msgid, userid, code, reply))
        state.touch()
    return code


def _first_task(world: "World", msgid: str) -> str:
    return str(world.state.messages[msgid]["body"]["template_card"].get("task_id", ""))


def _keys(card: dict[str, Any]) -> set[str]:
    keys = {one.get("key") for one in card.get("button_list", ())}
    return {str(key) for key in keys | {(card.get("submit_button") or {}).get("key")} if key}


def answer_click(world: "World", msgid: str, userid: str, code: str, reply: ElementTree.Element) -> None:
    """Apply the passive reply to a click."""
    state = world.state
    kind = reply.findtext("MsgType")
    if kind == "update_button":
        change = {"button": {"replace_name": reply.findtext("Button/ReplaceName") or ""}}
    elif kind == "update_template_card" and (element := reply.find("TemplateCard")) is not None:
        change = {"template_card": cards.from_xml(element)}
    else:
        return answer_text(world, userid, state.messages[msgid]["agentid"], reply)
    if not state.response_codes[code]["used"]:
        state.response_codes[code]["used"] = True
        change_card(state, msgid, userid, change)
        state.touch()
    return None


def answer_text(world: "World", userid: str, agentid: object, reply: ElementTree.Element) -> None:
    """Show a passive reply of type text or news as a message."""
    state, kind = world.state, reply.findtext("MsgType")
    if kind == "text":
        body = {"msgtype": "text", "text": {"content": reply.findtext("Content") or ""}}
    elif kind == "news":
        names = {"Title": "title", "Description": "description", "Url": "url", "PicUrl": "picurl"}
        articles = [
            {new: item.findtext(old) or "" for old, new in names.items()} for item in reply.iter("item")
        ]
        body = {"msgtype": "news", "news": {"articles": articles}}
    elif kind in ("image", "voice", "video"):
        body = {"msgtype": kind, kind: {"media_id": next((e.text for e in reply.iter("MediaId")), "")}}
    else:
        return
    msgid = f"msg-{state.next_id()}-reply"
    message = {"msgid": msgid, "agentid": agentid, "body": body, "at": state.now(), "to": [userid]}
    state.messages[msgid] = message | {"recalled": False}
    line = {"n": state.next_id(), "msgid": msgid, "agentid": agentid, "at": state.now()}
    state.inbox.setdefault(userid, []).append(line)
    state.touch()


def write(world: "World", userid: str, agentid: object, text: str) -> None:
    """Send a text message from a member to an app."""
    state = world.state
    with state.lock:
        agent = state.agent(agentid)
        refuse(agent is None, 40056)
        number = state.next_id()
        line = {"n": number, "agentid": (agent or {})["agentid"], "at": state.now(), "mine": text[:2048]}
        state.inbox.setdefault(userid, []).append(line)
        fields = {"MsgType": "text", "Content": text[:2048], "MsgId": 10**15 + number}
        emit(world, agent or {}, userid, fields, lambda reply: answer_text(world, userid, agentid, reply))
        state.touch()
