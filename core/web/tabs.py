"""The row of tabs above every to-do list: two of core, then those of plugins."""

from typing import Any

from core.auth.actor import Actor
from core.contributions import TodoTab
from core.text import _

_tabs: list[tuple[str, TodoTab]] = []


def install(items: list[tuple[str, TodoTab]]) -> None:
    """Take the plugins' tabs; replaces what was installed before."""
    _tabs[:] = sorted(items, key=lambda pair: (pair[1].order, pair[1].name))


def todo_tabs(actor: Actor, current: str, *, pending: int = 0, reading: int = 0) -> list[dict[str, Any]]:
    """Return the tabs this person sees; `current` is pending, reading or the name of a plugin's tab."""
    tabs = [
        {"title": _("待处理"), "path": "/todo", "count": pending, "is_current": current == "pending"},
        {
            "title": _("待阅"),
            "path": "/todo?list=reading",
            "count": reading,
            "is_current": current == "reading",
        },
    ]
    return tabs + [
        {"title": tab.title, "path": tab.path, "count": 0, "is_current": current == tab.name}
        for owner, tab in _tabs
        if actor.site.has(owner)
    ]
