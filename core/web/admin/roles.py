"""Who may do what: the matrix of groups and actions, members of roles, and why a page opens or not."""

from typing import Any

import falcon

from core import audit
from core.auth import duties, permissions
from core.auth.actor import from_person
from core.contributions import Route
from core.db import atomic
from core.directory.models import Person, Role, RoleMember
from core.errors import Invalid
from core.platform import Platform
from core.site import Site
from core.web.admin.desk import Desk


class Roles(Desk):
    """The matrix, the members of the chosen role, and the tester."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show all three."""
        where = self.where(req)
        chosen = req.get_param("role") or "admin"
        self.show(
            req,
            resp,
            "admin/roles.html",
            where=where,
            roles=_groups(chosen, where),
            groups=self._matrix(where),
            matrix_path=f"/admin/roles/grant?site={where.slug}",
            members=_members(chosen, where),
            tester=self._tester(req),
        )

    def on_post_grant(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Give an action to a group at a site, or take it away."""
        form, where = self.form(req), self.where(req)
        group, action = form.get("role"), form.get("action")
        is_allowed = form.get("on") == "1"
        duties.check_grant(group, action, is_allowed=is_allowed)
        with atomic():
            permissions.set_grant(where, group, action, is_allowed=is_allowed)
            audit.record(
                "core.grant.changed",
                actor=req.context.actor,
                about=f"{permissions.GROUPS[group]}：{permissions.actions()[action].title}",
                site=where,
                allowed=is_allowed,
            )
        self.go(resp, f"/admin/roles?site={where.slug}", say="已给予" if is_allowed else "已收回")

    def on_post_members(self, req: falcon.Request, resp: falcon.Response, slug: str) -> None:
        """Put a person into a role, or take them out."""
        form, where = self.form(req), self.where(req)
        person = duties.person_named(form.get("person"))
        change = duties.put_in if form.get("on") == "1" else duties.take_out
        with atomic():
            role = change(person, slug)
            audit.record(
                "core.role.changed", actor=req.context.actor, about=role.title, site=where, person=person.id
            )
        self.go(resp, f"/admin/roles?role={slug}&site={where.slug}", say="已更新")

    def _matrix(self, where: Site) -> list[dict[str, Any]]:
        granted = {group: permissions.grants_of(where, frozenset({group})) for group in permissions.GROUPS}
        titles = {"core": "平台", **{name: one.title for name, one in self.platform.registry.plugins.items()}}
        groups: dict[str, list[dict[str, Any]]] = {}
        for owner, action in self.platform.registry.actions:
            states = [
                {
                    "role": group,
                    "word": "",
                    "is_on": action.name in granted[group],
                    "is_locked": action.name == "core.use",
                }
                for group in permissions.GROUPS
            ]
            groups.setdefault(titles[owner], []).append(
                {"title": action.title, "name": action.name, "states": states}
            )
        return [{"title": title, "rows": rows} for title, rows in groups.items()]

    def _tester(self, req: falcon.Request) -> dict[str, Any]:
        who, page = (req.get_param("person") or "").strip(), (req.get_param("page") or "").strip()
        tester: dict[str, Any] = {
            "person": who,
            "page": page,
            "path": "/admin/roles",
            "verdict": "",
            "reasons": [],
        }
        if not who or not page:
            return tester
        try:
            person = duties.person_named(who)
        except Invalid as error:
            return {**tester, "verdict": error.title, "tone": "warn"}
        if person.site is None:
            return {**tester, "verdict": f"{person.name}的科室还没有分到站点", "tone": "warn"}
        actor = from_person(person, person.site)
        action = self._action_of(page)
        if not action:
            return {**tester, "verdict": "没有这个页面或权限", "tone": "warn"}
        answer = permissions.verdict(actor, action)
        return {
            **tester,
            "verdict": "能" if answer.allowed else f"不能：缺 {action}",
            "tone": "ok" if answer.allowed else "danger",
            "reasons": [f"所在的组：{'、'.join(sorted(actor.groups))}", *answer.reasons],
        }

    def _action_of(self, page: str) -> str | None:
        if page in permissions.actions():
            return page
        for owner, route in self.platform.registry.routes:
            if f"/{owner}{route.path}".split("{")[0].rstrip("/") == page.rstrip("/"):
                return route.action
        return None


def _groups(chosen: str, where: Site) -> list[dict[str, Any]]:
    held: dict[str, int] = {}
    rows: Any = RoleMember.select(Role.slug).join(Role).tuples()
    for (slug,) in rows:
        held[slug] = held.get(slug, 0) + 1
    return [
        {
            "slug": slug,
            "title": title,
            "people": held.get(slug, ""),
            "path": f"/admin/roles?role={slug}&site={where.slug}",
            "is_current": slug == chosen,
            "note": "",
        }
        for slug, title in permissions.GROUPS.items()
    ]


def _members(slug: str, where: Site) -> dict[str, Any] | None:
    if slug in ("everyone", "leader"):  # these two follow from the directory
        return None
    rows = (
        RoleMember.select(RoleMember, Person)
        .join(Role)
        .switch(RoleMember)
        .join(Person)
        .where(Role.slug == slug)
    )
    return {
        "title": permissions.GROUPS.get(slug, slug),
        "path": f"/admin/roles/{slug}/members?site={where.slug}",
        "items": [
            {"id": row.person.staff_no, "title": row.person.name, "note": row.person.staff_no} for row in rows
        ],
    }


def routes(platform: Platform) -> list[Route]:
    """The addresses about roles."""
    roles = Roles(platform)
    action = "core.roles"
    return [
        Route(path="/admin/roles", resource=roles, action=action, desktop=True),
        Route(path="/admin/roles/grant", resource=roles, suffix="grant", action=action, desktop=True),
        Route(
            path="/admin/roles/{slug}/members", resource=roles, suffix="members", action=action, desktop=True
        ),
    ]
