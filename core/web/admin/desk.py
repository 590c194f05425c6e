"""The frame every admin page shares: the menu a person may use, and the site being looked at."""

from typing import Any

import falcon

from core import site as sites
from core.auth import permissions
from core.auth.actor import Actor
from core.errors import NotAllowed
from core.platform import Platform
from core.site import Site
from core.web.page import Page

MENU = (
    ("业务", (("插件", "/admin/plugins", "puzzle", "core.plugins"),)),
    (
        "组织",
        (
            ("站点与院区", "/admin/sites", "building-hospital", "core.plugins"),
            ("通讯录同步", "/admin/sync", "users", "core.directory"),
            ("角色权限", "/admin/roles", "shield", "core.roles"),
        ),
    ),
    (
        "系统",
        (
            ("任务与消息", "/admin/jobs", "checklist", "core.jobs"),
            ("审计日志", "/admin/audit", "history", "core.audit"),
        ),
    ),
)


class Desk(Page):
    """An admin page."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def show(self, req: falcon.Request, resp: falcon.Response, template: str, **context: Any) -> None:
        """Answer with a page of the console."""
        where = context.pop("where", None) or req.context.actor.site
        self.render(
            resp,
            template,
            menu=menu(req.context.actor, req.path),
            sites=[{"slug": one.slug, "title": one.name or one.title} for one in sites.everyone()],
            current_site=where.slug,
            **context,
        )

    def where(self, req: falcon.Request, slug: str = "") -> Site:
        """Return the site this request is about: named, or the person's own.

        Raises:
            NotFound: There is no such site.
            NotAllowed: What this page asks for is not granted to the person there.
        """
        actor: Actor = req.context.actor
        slug = slug or req.get_param("site") or ""
        if not slug or slug == actor.site.slug:
            return actor.site
        found = sites.get(slug)
        if req.context.action not in permissions.grants_of(found, actor.groups):
            raise NotAllowed("你不管理这个站点。需要的话请找信息科")
        return found


def menu(actor: Actor, path: str) -> list[dict[str, Any]]:
    """Return the groups of the side bar with what this person may open."""
    groups = []
    for title, items in MENU:
        mine = [
            {"title": name, "path": address, "icon": icon, "is_current": path.startswith(address)}
            for name, address, icon, action in items
            if actor.can(action)
        ]
        if mine:
            groups.append({"title": title, "items": mine})
    return groups
