"""The sites of the installation."""

import re
from typing import Any

import falcon
import peewee

from core import audit
from core import site as sites
from core.contributions import Route
from core.db import atomic
from core.directory.models import Person
from core.errors import Invalid
from core.platform import Platform
from core.site import Site
from core.web.admin.desk import Desk

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")


class Sites(Desk):
    """All sites with their people and plugins."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show them."""
        self._page(req, resp, {}, {"slug": "", "title": ""})

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make another one."""
        form = self.form(req)
        given = {"slug": form.get("slug"), "title": form.get("title")}
        try:
            _make(given, req.context.actor)
        except Invalid as error:
            self._page(req, resp, error.fields, given, status=422)
            return
        self.go(resp, "/admin/sites", say=f"已新增“{given['title']}”")

    def _page(
        self, req: Any, resp: Any, errors: dict[str, str], form: dict[str, str], *, status: int = 200
    ) -> None:
        corp = self.platform.config.wecom.corpid
        people = _people_per_site()
        self.show(
            req,
            resp,
            "admin/sites.html",
            status=status,
            rows=[
                {
                    "slug": one.slug,
                    "title": one.title,
                    "path": f"/admin/plugins?site={one.slug}",
                    "corp": corp,
                    "people": people.get(one.id, 0),
                    "plugins": len(one.plugins),
                    "state": {"text": "使用中", "tone": "ok"}
                    if one.plugins
                    else {"text": "还没有启用插件", "tone": "warn"},
                }
                for one in sites.everyone()
            ],
            add_path="/admin/sites",
            form=form,
            errors=errors,
        )


def _people_per_site() -> dict[int, int]:
    rows: Any = (
        Person.select(Person.site, peewee.fn.COUNT(Person.id))
        .where(Person.status.in_(("active", "inactive")))
        .group_by(Person.site)
        .tuples()
    )
    return dict(rows)


def _make(given: dict[str, str], actor: Any) -> None:
    errors = {}
    if not given["title"]:
        errors["title"] = "请填写名称"
    if not _SLUG.fullmatch(given["slug"]):
        errors["slug"] = "短名用小写字母和数字，字母开头，至少两个字"
    elif Site.get_or_none(Site.slug == given["slug"]):
        errors["slug"] = "这个短名已经有了"
    if errors:
        raise Invalid(errors)
    with atomic():
        made = Site.create(slug=given["slug"], title=given["title"][:80], name=given["title"][:40])
        audit.record("core.site.added", actor=actor, about=made.slug, site=made)


def routes(platform: Platform) -> list[Route]:
    """The address about sites."""
    return [Route(path="/admin/sites", resource=Sites(platform), action="core.plugins", desktop=True)]
