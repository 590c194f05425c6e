"""Small answers that pages ask for: people, departments, counts, signatures for the phone, health."""

import falcon

from core.auth.oauth import safe_path
from core.contributions import Route
from core.db import database
from core.directory import lookup
from core.errors import Unavailable
from core.messaging import wecom
from core.platform import Platform
from core.registry import SIGNED_IN
from core.web.page import Page


class People(Page):
    """People by a piece of their name, pinyin or staff number."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer at most twenty people who are still here."""
        query = (req.get_param("q") or "").strip()[:40]
        found = lookup.people.search(query, site=None, limit=20) if query else []
        self.answer(
            resp,
            {
                "people": [
                    {
                        "id": one.id,
                        "name": one.name,
                        "department": one.department_name,
                        "staff_no": one.staff_no,
                    }
                    for one in found
                ]
            },
        )


class Departments(Page):
    """Departments by a piece of their name."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer at most twenty departments with their place in the tree."""
        query = (req.get_param("q") or "").strip()[:40]
        found = lookup.departments.search(query, limit=20) if query else []
        self.answer(resp, {"departments": [{"id": one.id, "name": one.name} for one in found]})


class Counts(Page):
    """What waits for me, for pages that come back from the background."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the counts of the bottom bar and the tiles."""
        actor = req.context.actor
        found = self._platform.hooks.collect("collect_badges", actor.site, actor=actor)
        waiting = sum(badge.count for badge in found.items if badge.title and badge.path.startswith("/todo"))
        tiles = {badge.tile: badge.count for badge in found.items}
        self.answer(resp, {"counts": {"todo": waiting, **tiles}})


class PhoneFunctions(Page):
    """The signature that lets a page of ours use the phone's camera, scanner and recorder."""

    def __init__(self, platform: Platform) -> None:
        self._config = platform.config

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Sign a page of our own origin; the page names only its path."""
        path = safe_path(req.get_param("path") or "/")
        signed = wecom.client(self._config).sign_page(self._config.origin + path)
        self.answer(
            resp, {"corpId": self._config.wecom.corpid, "agentId": self._config.wecom.agentid, **signed}
        )


class Health(Page):
    """Whether this process can serve."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer ok, or say that the database is away."""
        try:
            database.execute_sql("SELECT 1").fetchone()
        except Exception as error:
            raise Unavailable("数据库连不上") from error
        self.answer(resp, {"status": "ok"})


def routes(platform: Platform) -> list[Route]:
    """The addresses of the small answers."""
    return [
        Route(path="/-/people", resource=People(), action=SIGNED_IN, limit="search"),
        Route(path="/-/departments", resource=Departments(), action=SIGNED_IN, limit="search"),
        Route(path="/-/counts", resource=Counts(platform), action=SIGNED_IN),
        Route(path="/-/jssdk", resource=PhoneFunctions(platform), action=SIGNED_IN),
        Route(path="/-/health", resource=Health(), public="负载均衡要问它是否活着", limit="free"),
    ]
