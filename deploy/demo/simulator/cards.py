"""Rules of template cards, and turning the XML of a passive reply into a card."""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

from .errors import refuse
from .state import State

TYPES = {
    "text_notice",
    "news_notice",
    "button_interaction",
    "vote_interaction",
    "multiple_interaction",
}
INTERACTIVE = {"button_interaction", "vote_interaction", "multiple_interaction"}
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")

Card = dict[str, Any]


def check(state: State, agent: dict[str, Any], card: Card, *, update: bool = False) -> None:
    """Raise the code of the first field that a card of its type may not have like this."""
    kind = card.get("card_type")
    refuse(kind not in TYPES, 42031)
    menu = card.get("action_menu")
    clickable = kind in INTERACTIVE or bool(menu)
    refuse(clickable and not agent.get("callback", {}).get("url"), 43012)
    if clickable and not update:
        _check_task(state, agent, card)
    title = card.get("main_title") or {}
    has_title = bool(title.get("title")) or (kind == "text_notice" and bool(card.get("sub_title_text")))
    refuse(not has_title, 42033)
    _check_lists(state, card)
    if kind in ("text_notice", "news_notice"):
        refuse(not card.get("card_action"), 42045)
    if card.get("card_action"):
        _check_action(card["card_action"])
    if menu:
        _check_menu(menu)
    checks = {
        "news_notice": _check_news,
        "button_interaction": _check_buttons,
        "vote_interaction": _check_vote,
        "multiple_interaction": _check_multiple,
    }
    if str(kind) in checks:
        checks[str(kind)](card)


def clickable(card: Card) -> bool:
    """Tell whether the card gets a response code."""
    return card.get("card_type") in INTERACTIVE or bool(card.get("action_menu"))


def _check_task(state: State, agent: dict[str, Any], card: Card) -> None:
    task = card.get("task_id")
    refuse(not isinstance(task, str) or not TASK_ID.fullmatch(task), 42014)
    refuse(f"{agent['agentid']}/{task}" in state.tasks, 42014, "task_id existed")


def _check_action(action: Card) -> None:
    refuse(action.get("type") not in (1, 2), 42045)
    refuse(action["type"] == 1 and not _is_url(action.get("url")), 42045)
    refuse(action["type"] == 2 and not action.get("appid"), 42030)


def _is_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _check_lists(state: State, card: Card) -> None:
    rows = card.get("horizontal_content_list") or []
    refuse(len(rows) > 6, 42035)
    for row in rows:
        refuse(not row.get("keyname"), 42027)
        refuse(row.get("type") == 1 and not _is_url(row.get("url")), 42028)
        refuse(row.get("type") == 2 and row.get("media_id") not in state.media, 42029)
        refuse(row.get("type") == 3 and not state.user(row.get("userid")), 42050)
    refuse(len(card.get("vertical_content_list") or ()) > 4, 42036)
    jumps = card.get("jump_list") or []
    refuse(len(jumps) > 3, 42042)
    for jump in jumps:
        refuse(not jump.get("title"), 42033)
        refuse(jump.get("type") == 1 and not _is_url(jump.get("url")), 42028)


def _check_menu(menu: Card) -> None:
    actions = menu.get("action_list") or []
    refuse(not 1 <= len(actions) <= 3, 42037)
    keys = [one.get("key") for one in actions]
    refuse(len(set(keys)) != len(keys), 42051)
    _keys(keys)


def _keys(keys: list[Any]) -> None:
    for key in keys:
        refuse(not isinstance(key, str) or not 1 <= len(key.encode()) <= 1024, 42039)
    refuse(len(set(keys)) != len(keys), 42039)


def _check_news(card: Card) -> None:
    image, area = card.get("card_image"), card.get("image_text_area")
    refuse(not image and not area, 42044)
    refuse(image and not _is_url(image.get("url")), 42044)
    ratio = (image or {}).get("aspect_ratio")
    refuse(ratio is not None and not 1.3 <= float(ratio) <= 2.25, 42044, "invalid aspect_ratio")


def _check_buttons(card: Card) -> None:
    buttons = card.get("button_list") or []
    refuse(not 1 <= len(buttons) <= 6, 42019)
    for button in buttons:
        refuse(not button.get("text"), 42038)
        refuse(button.get("type") == 1 and not _is_url(button.get("url")), 42028)
    _keys([button.get("key") for button in buttons if button.get("type") != 1])
    if card.get("button_selection"):
        _check_options(card["button_selection"], 10)


def _check_options(part: Card, most: int) -> None:
    key = part.get("question_key")
    refuse(not isinstance(key, str) or not 1 <= len(key.encode()) <= 1024, 42043)
    options = part.get("option_list") or []
    refuse(not 1 <= len(options) <= most, 42037)
    ids = [one.get("id") for one in options]
    refuse(any(not isinstance(one, str) or not 1 <= len(one.encode()) <= 128 for one in ids), 42040)
    refuse(len(set(ids)) != len(ids), 42040)
    refuse(any(not one.get("text") for one in options), 42041)


def _check_vote(card: Card) -> None:
    _check_options(card.get("checkbox") or {}, 20)
    _check_submit(card)


def _check_multiple(card: Card) -> None:
    selects = card.get("select_list") or []
    refuse(not 1 <= len(selects) <= 3, 42047)
    for select in selects:
        _check_options(select, 10)
    keys = [select["question_key"] for select in selects]
    refuse(len(set(keys)) != len(keys), 42043)
    _check_submit(card)


def _check_submit(card: Card) -> None:
    submit = card.get("submit_button") or {}
    refuse(not submit.get("text"), 42049)
    key = submit.get("key")
    refuse(not isinstance(key, str) or not 1 <= len(key.encode()) <= 1024, 42046)


LISTS = {
    "ActionList",
    "HorizontalContentList",
    "VerticalContentList",
    "ButtonList",
    "OptionList",
    "SelectList",
    "JumpList",
}
NAMES = {
    "KeyName": "keyname",
    "CheckBox": "checkbox",
    "UserId": "userid",
    "AppId": "appid",
    "PagePath": "pagepath",
}
NUMBERS = {"Type", "Style", "DescColor", "Mode"}
SWITCHES = {"Disable", "IsChecked"}


def from_xml(element: ElementTree.Element) -> Any:
    """Return the card of a passive reply in the spelling of message/send."""
    if len(element) == 0:
        text = element.text or ""
        if element.tag in NUMBERS:
            return int(text or 0)
        return text.lower() in ("1", "true") if element.tag in SWITCHES else text
    card: dict[str, Any] = {}
    for child in element:
        name = NAMES.get(child.tag) or re.sub(r"(?<!^)([A-Z])", r"_\1", child.tag).lower()
        if child.tag in LISTS:
            card.setdefault(name, []).append(from_xml(child))
        else:
            card[name] = from_xml(child)
    return card
