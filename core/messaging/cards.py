"""Template cards within the lengths WeCom shows; longer words end with an ellipsis."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.text import _

SOURCE = "轻办"
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")

TITLE, TITLE_DESC, SUB_TITLE, KEY_NAME, VALUE, BUTTON, JUMP = 36, 44, 160, 5, 30, 10, 18
SAME = 6
"""Two sentences that begin alike (已由 某某…) tell the same."""
MOST_FACTS, MOST_BUTTONS, MOST_JUMPS = 6, 6, 3

Fact = tuple[str, str]
Button = tuple[str, str] | tuple[str, str, int]


def clip(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def notice(
    title: str,
    *,
    url: str,
    desc: str = "",
    text: str = "",
    facts: Sequence[Fact] = (),
    jumps: Sequence[tuple[str, str]] = (),
    source: str = SOURCE,
) -> dict[str, Any]:
    """Build a card that tells something and opens `url`.

    Args:
        desc: Smaller line under the title.
        text: A sentence or two.
        facts: (name, value) lines, at most six.
        jumps: (title, url) links at the foot, at most three.
    """
    card = _card("text_notice", title, desc=desc, text=text, facts=facts, source=source)
    card["card_action"] = {"type": 1, "url": url}
    if jumps:
        card["jump_list"] = [
            {"type": 1, "title": clip(name, JUMP), "url": link} for name, link in jumps[:MOST_JUMPS]
        ]
    return card


def with_buttons(
    title: str,
    *,
    url: str,
    buttons: Sequence[Button],
    desc: str = "",
    text: str = "",
    facts: Sequence[Fact] = (),
    source: str = SOURCE,
) -> dict[str, Any]:
    """Build a card with buttons that call back.

    Args:
        buttons: (key, words) or (key, words, style): style 1 is the main one, 2 dangerous, 3 and 4 quiet.
    """
    card = _card("button_interaction", title, desc=desc, text=text, facts=facts, source=source)
    card["card_action"] = {"type": 1, "url": url}
    card["button_list"] = [
        {"type": 0, "key": key, "text": clip(words, BUTTON), "style": style[0] if style else 1}
        for key, words, *style in buttons[:MOST_BUTTONS]
    ]
    return card


def settled(card: Mapping[str, Any] | None, sentence: str, *, url: str = "") -> dict[str, Any]:
    """Turn the card a person has into a notice that says how the thing stands; its buttons are gone."""
    before = card or {}
    heading = before.get("main_title") or {}
    link = (before.get("card_action") or {}).get("url") or url
    return notice(
        heading.get("title") or _("已处理"),
        url=link,
        desc=heading.get("desc", ""),
        text=sentence,
        source=(before.get("source") or {}).get("desc", SOURCE),
    )


def with_sentence(card: Mapping[str, Any], sentence: str) -> dict[str, Any]:
    """Return the card with a sentence above what it said before."""
    said = card.get("sub_title_text", "")
    says_so_already = not said or said[:SAME] == sentence[:SAME]
    together = sentence if says_so_already else f"{sentence}。{said}"
    return {**card, "sub_title_text": clip(together, SUB_TITLE)}


def is_interactive(card: Mapping[str, Any] | None) -> bool:
    """Tell whether a card has something to press."""
    return card is not None and card.get("card_type") in INTERACTIVE


def _card(
    card_type: str, title: str, *, desc: str, text: str, facts: Sequence[Fact], source: str
) -> dict[str, Any]:
    card: dict[str, Any] = {
        "card_type": card_type,
        "source": {"desc": clip(source, 20), "desc_color": 0},
        "main_title": {"title": clip(title, TITLE)},
    }
    if desc:
        card["main_title"]["desc"] = clip(desc, TITLE_DESC)
    if text:
        card["sub_title_text"] = clip(text, SUB_TITLE)
    if facts:
        card["horizontal_content_list"] = [
            {"keyname": clip(name, KEY_NAME), "value": clip(value, VALUE)}
            for name, value in facts[:MOST_FACTS]
        ]
    return card
