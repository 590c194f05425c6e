"""Limits of each message type; some cut, some refuse."""

from typing import Any

from . import cards
from .errors import ApiError, refuse
from .state import State

SAFE_TYPES = {"text", "image", "video", "file", "mpnews"}
SAFE_FILES = set("txt pdf doc docx ppt pptx xls xlsx xml jpg jpeg png bmp gif".split())
Body = dict[str, Any]


def cut(text: object, limit: int) -> str:
    """Return the text cut to so many bytes, never inside a character."""
    return str(text or "").encode()[:limit].decode("utf-8", "ignore")


def check(state: State, agent: dict[str, Any], body: Body) -> None:
    """Raise for what the real servers refuse; cut what they cut."""
    kind = body.get("msgtype")
    rule = RULES.get(str(kind))
    refuse(rule is None, 40008)
    part = body.get(str(kind))
    if not isinstance(part, dict):
        raise ApiError(40063)
    safe = int(body.get("safe") or 0)
    refuse(safe and kind not in SAFE_TYPES, 40074)
    refuse(safe not in ((0, 1, 2) if kind == "mpnews" else (0, 1)), 40074)
    if rule:
        rule(state, agent, body, part)


def _text(state: State, agent: Any, body: Body, part: Body) -> None:
    refuse(not part.get("content"), 44004)
    part["content"] = cut(part["content"], 2048)


def _markdown(state: State, agent: Any, body: Body, part: Body) -> None:
    refuse(not part.get("content"), 44004)
    refuse(len(str(part["content"]).encode()) > 2048, 45002)


def _media(state: State, agent: Any, body: Body, part: Body) -> None:
    refuse(not part.get("media_id"), 41006)
    media = state.media.get(str(part["media_id"]))
    refuse(media is None or media["expires_at"] <= state.now(), 40007)
    kind = body["msgtype"]
    refuse(media and media["type"] != kind, 40004)
    if kind == "file" and body.get("safe") and media:
        refuse(media["name"].rpartition(".")[2].lower() not in SAFE_FILES, 40005)
    if kind == "video":
        part["title"], part["description"] = cut(part.get("title"), 128), cut(part.get("description"), 512)


def _textcard(state: State, agent: Any, body: Body, part: Body) -> None:
    refuse(not part.get("title"), 41016)
    refuse(not part.get("description"), 41033)
    refuse(not part.get("url"), 41010)
    _url(part["url"])
    part["title"], part["description"] = str(part["title"])[:128], str(part["description"])[:512]
    part["btntxt"] = str(part.get("btntxt") or "详情")[:4]


def _url(url: object) -> None:
    refuse(not str(url).startswith(("http://", "https://")), 45034)
    refuse(len(str(url).encode()) > 2048, 40058, "url too long")


def _news(state: State, agent: Any, body: Body, part: Body) -> None:
    articles = part.get("articles") or []
    refuse(not articles, 40063)
    refuse(len(articles) > 8, 45008)
    for one in articles:
        refuse(not one.get("title"), 41016)
        refuse(not one.get("url") and not one.get("appid"), 41010)
        if one.get("url"):
            _url(one["url"])
        one["title"], one["description"] = cut(one["title"], 128), cut(one.get("description"), 512)


def _mpnews(state: State, agent: Any, body: Body, part: Body) -> None:
    articles = part.get("articles") or []
    refuse(not articles, 40063)
    refuse(len(articles) > 8, 45008)
    for one in articles:
        refuse(not one.get("title"), 41016)
        refuse(one.get("thumb_media_id") not in state.media, 40007)
        refuse(len(str(one.get("author") or "").encode()) > 64, 45032)
        refuse(len(str(one.get("content") or "").encode()) > 666 * 1024, 45002)


def _card(state: State, agent: Any, body: Body, part: Body) -> None:
    cards.check(state, agent, part)


def _miniprogram(state: State, agent: Any, body: Body, part: Body) -> None:
    refuse(True, 48002)


RULES = {
    "text": _text,
    "markdown": _markdown,
    "image": _media,
    "voice": _media,
    "video": _media,
    "file": _media,
    "textcard": _textcard,
    "news": _news,
    "mpnews": _mpnews,
    "template_card": _card,
    "miniprogram_notice": _miniprogram,
}
