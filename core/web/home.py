"""The shell people live in: workbench, to-do list, messages, search, me."""

from itertools import groupby
from typing import Any

import falcon

from core import __version__, audit, clock
from core.auth import session
from core.auth.actor import Actor
from core.auth.models import Session
from core.contributions import Badge, Hit, Route, Todo
from core.db import atomic
from core.directory import lookup
from core.directory.models import Person
from core.messaging import cards_for
from core.platform import Platform
from core.registry import SIGNED_IN
from core.text import _
from core.web.page import Page
from core.web.tabs import todo_tabs
from core.web.templates import when

PER_PAGE = 20
FIRST_TODOS = 60
"""So many are read for the first page; a long list must not cost more than a short one."""
MOST_TODOS = 200

NAV = (
    ("home", "工作台", "/", "building-hospital"),
    ("todo", "待办", "/todo", "clipboard-check"),
    ("messages", "消息", "/messages", "bell"),
    ("me", "我的", "/me", "users"),
)


class Shell(Page):
    """What the four pages of the bottom bar share."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def nav(self, current: str, todos: int) -> list[dict[str, Any]]:
        """Return the bottom bar with the number of things that wait."""
        return [
            {
                "name": name,
                "title": _(title),
                "path": path,
                "icon": icon,
                "count": todos if name == "todo" else 0,
                "is_current": name == current,
            }
            for name, title, path, icon in NAV
        ]

    def todos(self, actor: Actor, limit: int) -> list[Todo]:
        """Return what waits for this person, at most `limit` of each plugin: overdue, urgent, oldest."""
        found = self.platform.hooks.collect("collect_todos", actor.site, actor=actor, limit=limit)
        moment = clock.now()
        return sorted(
            found.items,
            key=lambda todo: (not (todo.due and todo.due < moment), not todo.is_urgent, todo.since),
        )

    def waiting(self, actor: Actor) -> tuple[int, int]:
        """Return how much waits to be decided and to be read, over all plugins."""
        found = self.platform.hooks.collect("collect_badges", actor.site, actor=actor)
        figures = [(badge.path, badge.count) for badge in found.items if badge.title]
        return (
            sum(count for path, count in figures if path == "/todo"),
            sum(count for path, count in figures if path == "/todo?list=reading"),
        )

    def place(self, actor: Actor) -> str:
        """Say where this person works: department and site."""
        return " · ".join(part for part in (actor.department_name, actor.site.title) if part)


class Workbench(Shell):
    """Tiles, what waits for me, today."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the workbench."""
        actor: Actor = req.context.actor
        found = self.platform.hooks.collect("collect_badges", actor.site, actor=actor)
        badges: list[Badge] = sorted(found.items, key=lambda badge: (badge.order, badge.tile))
        plugins = self.platform.registry.plugins
        waiting = sum(badge.count for badge in badges if badge.title and badge.path.startswith("/todo"))
        self.render(
            resp,
            "home.html",
            greeting=f"{_greeting()}，{actor.name}",
            place=self.place(actor),
            counts=[
                {"title": badge.title, "value": badge.count, "path": badge.path, "is_overdue": False}
                for badge in badges
                if badge.title
            ],
            groups=self._groups(actor, {badge.tile: badge.count for badge in badges}),
            today=[],
            missing=[plugins[name].title for name in found.missing],
            search_path="/search",
            nav=self.nav("home", waiting),
        )

    def _groups(self, actor: Actor, counts: dict[str, int]) -> list[dict[str, Any]]:
        visible = [
            tile
            for owner, tile in self.platform.registry.tiles
            if actor.site.has(owner) and (not tile.action or actor.can(tile.action))
        ]
        if actor.can("core.admin"):
            tiles = [{"title": _("管理台"), "icon": "settings", "path": "/admin", "badge": 0}]
            admin = [{"title": _("管理"), "tiles": tiles}]
        else:
            admin = []
        order = {tile.group: index for index, tile in reversed(list(enumerate(visible)))}
        by_group = sorted(visible, key=lambda tile: order[tile.group])
        return [
            {
                "title": group,
                "tiles": [
                    {
                        "title": tile.title,
                        "icon": tile.icon,
                        "path": tile.path,
                        "badge": counts.get(tile.name, 0),
                    }
                    for tile in tiles
                ],
            }
            for group, tiles in groupby(by_group, key=lambda tile: tile.group)
        ] + admin


class Todos(Shell):
    """Everything that waits for me, over all plugins."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show what waits to be decided, or to be read with `?list=reading`."""
        actor: Actor = req.context.actor
        reading = req.get_param("list") == "reading"
        source = req.get_param("source") or ""
        page = max(req.get_param_as_int("page") or 1, 1)
        todos = self.todos(actor, MOST_TODOS if source or page > 1 else FIRST_TODOS)
        waiting, unread = self.waiting(actor)
        mine = [todo for todo in todos if todo.is_reading is reading]
        shown = [todo for todo in mine if not source or todo.source == source]
        upto = page * PER_PAGE
        self.render(
            resp,
            "todo.html",
            tabs=todo_tabs(
                actor,
                "reading" if reading else "pending",
                pending=waiting,
                reading=unread,
            ),
            filters=_filters(mine, source, reading=reading),
            items=[view(todo) for todo in shown[:upto]],
            next_path=_address(reading=reading, source=source, page=page + 1) if len(shown) > upto else "",
            note="",
            empty={
                "text": _("没有待阅的了") if reading else _("没有待办了"),
                "path": "/",
                "action": _("回工作台"),
            },
            nav=self.nav("todo", waiting),
        )


def view(todo: Todo) -> dict[str, Any]:
    """Turn a todo into what the card shows."""
    overdue = todo.due is not None and todo.due < clock.now()
    meta = [part for part in (todo.source, todo.who, when(todo.since)) if part]
    if todo.due:
        meta.append(_("%(when)s 前", when=when(todo.due)))
    return {
        "id": todo.key,
        "title": todo.title,
        "path": todo.path,
        "facts": list(todo.facts),
        "meta": meta,
        "is_urgent": todo.is_urgent,
        "is_overdue": overdue,
        "is_batchable": False,
        "chips": [],
    }


class Messages(Shell):
    """The cards this person was sent, newest first."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the last cards."""
        actor: Actor = req.context.actor
        origin = self.platform.config.origin
        items = [
            {
                "title": card.title,
                "text": card.text,
                "path": card.url.removeprefix(origin) or "/",
                "time": when(card.at),
                "icon": "bell",
                "is_unread": False,
            }
            for card in cards_for(actor.person_id, limit=50)
        ]
        self.render(
            resp,
            "messages.html",
            items=items,
            next_path="",
            empty=_("没有新消息"),
            nav=self.nav("messages", 0),
        )


class Search(Shell):
    """One box over everything this person may see."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show what matches."""
        actor: Actor = req.context.actor
        query = (req.get_param("q") or "").strip()[:60]
        groups = self._groups(actor, query) if query else []
        self.render(resp, "search.html", query=query, groups=groups, recent=[])

    def _groups(self, actor: Actor, query: str) -> list[dict[str, Any]]:
        found = self.platform.hooks.collect(
            "collect_search_hits", actor.site, actor=actor, query=query, limit=20
        )
        hits: list[Hit] = found.items
        groups = []
        titles = {"document": _("事项"), "app": _("应用"), "knowledge": _("知识")}
        for kind in dict.fromkeys(hit.kind for hit in hits):
            items = [
                {"title": hit.title, "note": hit.excerpt, "path": hit.path, "icon": "file-text"}
                for hit in hits
                if hit.kind == kind
            ]
            groups.append({"title": titles.get(kind, kind), "items": items})
        people = lookup.people.search(query, site=None, limit=10)
        if people:
            items = [
                {"title": one.name, "note": one.department_name, "path": "", "icon": "user"} for one in people
            ]
            groups.append({"title": _("人员"), "items": items})
        return groups


class Me(Shell):
    """My display, my devices, about."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the page about me."""
        actor: Actor = req.context.actor
        self.render(
            resp,
            "me.html",
            place=self.place(actor),
            rows=[],
            theme_choice=actor.display.get("theme", ""),
            sessions=_devices(actor),
            sessions_path="/me/devices",
            about=[{"label": _("版本"), "value": f"轻办 {__version__}"}],
            logout_path="/auth/end",
            nav=self.nav("me", 0),
        )

    def on_post_display(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Store type size or theme."""
        actor: Actor = req.context.actor
        form = self.form(req)
        display = dict(actor.display)
        for name, allowed in (("size", ("", "lg", "xl")), ("theme", ("", "light", "dark"))):
            given = form.all(name)
            if given and given[0] in allowed:
                display[name] = given[0]
        with atomic():
            Person.update(display=display).where(Person.id == actor.person_id).execute()
            audit.record("core.display.changed", actor=actor, about=actor.person_id, site=actor.site)
        self.go(resp, "/me", say=_("已调整"))

    def on_post_devices(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Sign out on another device of mine."""
        actor: Actor = req.context.actor
        prefix = self.form(req).get("id")
        with atomic():
            mine = Session.select().where(Session.person == actor.person_id)
            for one in [row for row in mine if row.token_hash[:16] == prefix]:
                session.end(one.token_hash)
                audit.record("core.session.ended", actor=actor, about=actor.person_id, site=actor.site)
        self.go(resp, "/me", say=_("已退出"))


def _devices(actor: Actor) -> list[dict[str, Any]]:
    rows = Session.select().where(Session.person == actor.person_id).order_by(Session.seen_at.desc())
    return [
        {
            "id": row.token_hash[:16],
            "title": row.device or _("未知设备"),
            "note": _("%(when)s 用过", when=when(row.seen_at)),
            "is_current": row.token_hash == actor.session_hash,
            "is_desktop": row.client == "desktop",
        }
        for row in rows
    ]


def _greeting() -> str:
    hour = clock.now().astimezone(clock.LOCAL).hour
    for until, words in (
        (5, "夜里好"),
        (9, "早上好"),
        (12, "上午好"),
        (14, "中午好"),
        (18, "下午好"),
        (24, "晚上好"),
    ):
        if hour < until:
            return _(words)
    return _("你好")


def _filters(todos: list[Todo], current: str, *, reading: bool) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for todo in todos:
        counts[todo.source] = counts.get(todo.source, 0) + 1
    if len(counts) < 2:
        return []
    everything = {
        "title": _("全部"),
        "path": _address(reading=reading),
        "count": 0,
        "is_current": not current,
    }
    return [everything] + [
        {
            "title": source,
            "path": _address(reading=reading, source=source),
            "count": count,
            "is_current": source == current,
        }
        for source, count in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _address(*, reading: bool, source: str = "", page: int = 1) -> str:
    query = {"list": "reading" if reading else "", "source": source, "page": page if page > 1 else ""}
    text = falcon.uri.encode_value
    parts = [f"{name}={text(str(value))}" for name, value in query.items() if value]
    return "/todo" + ("?" + "&".join(parts) if parts else "")


def routes(platform: Platform) -> list[Route]:
    """The addresses of the shell."""
    me = Me(platform)
    return [
        Route(path="/", resource=Workbench(platform), action=SIGNED_IN),
        Route(path="/todo", resource=Todos(platform), action=SIGNED_IN),
        Route(path="/messages", resource=Messages(platform), action=SIGNED_IN),
        Route(path="/search", resource=Search(platform), action=SIGNED_IN, limit="search"),
        Route(path="/me", resource=me, action=SIGNED_IN),
        Route(path="/me/display", resource=me, action=SIGNED_IN, suffix="display"),
        Route(path="/me/devices", resource=me, action=SIGNED_IN, suffix="devices"),
    ]
