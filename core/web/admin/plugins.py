"""Switch plugins on and off per site, and set them up."""

from collections import Counter
from typing import Any

import falcon

from core import audit, settings
from core import site as sites
from core.audit import usage
from core.auth.actor import Actor
from core.contributions import Plugin, Route, Setting
from core.db import atomic
from core.errors import Invalid, NotFound
from core.platform import Platform
from core.site import Site
from core.web.admin.desk import Desk, menu
from core.web.templates import when


class Front(Desk):
    """The way into the console: the first page this person may open."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Go there."""
        groups = menu(req.context.actor, "")
        self.go(resp, groups[0]["items"][0]["path"] if groups else "/")


class Plugins(Desk):
    """All plugins of the installation with their switch at one site."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the list, or the matrix over all sites."""
        where = self.where(req)
        query = (req.get_param("q") or "").strip()
        view = "matrix" if req.get_param("view") == "matrix" else "list"
        uses = usage.per_plugin(where, days=7)
        found = [
            one
            for one in self.platform.registry.plugins.values()
            if query in one.title + one.summary + one.name
        ]
        self.show(
            req,
            resp,
            "admin/plugins.html",
            where=where,
            query=query,
            view=view,
            views=[
                {
                    "title": "本站点",
                    "path": f"/admin/plugins?site={where.slug}",
                    "is_current": view == "list",
                },
                {"title": "各站点对照", "path": "/admin/plugins?view=matrix", "is_current": view == "matrix"},
            ],
            message="",
            plugins=[row(self.platform, plugin, where, uses) for plugin in found],
            matrix=_matrix(found) if view == "matrix" else None,
            check_path="",
        )


class OnePlugin(Desk):
    """One plugin: its switch, its settings, what it brings."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Show it."""
        self._page(req, resp, name, self.where(req), {})

    def on_post_switch(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Switch it on or off for a site."""
        form = self.form(req)
        actor: Actor = req.context.actor
        where = self.where(req, form.get("site"))
        title = self._plugin(name).title
        if form.get("enabled") == "1":
            self.platform.enable(where, name, by=actor)
            say = f"已启用“{title}”"
        else:
            self.platform.disable(where, name, by=actor)
            say = f"已停用“{title}”，数据保留"
        self.go(resp, f"/admin/plugins?site={where.slug}", say=say)

    def on_post_settings(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        """Store the settings that changed."""
        form = self.form(req)
        where = self.where(req, form.get("site"))
        try:
            with atomic():
                for setting in settings.declared(name):
                    _store(setting, form, where, req.context.actor)
        except Invalid as error:
            self._page(req, resp, name, where, error.fields, status=422)
            return
        self.go(resp, f"/admin/plugins/{name}?site={where.slug}", say="已保存")

    def _plugin(self, name: str) -> Plugin:
        plugin = self.platform.registry.plugins.get(name)
        if plugin is None:
            raise NotFound("没有这个插件")
        return plugin

    def _page(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        name: str,
        where: Site,
        errors: dict[str, str],
        *,
        status: int = 200,
    ) -> None:
        plugin, registry = self._plugin(name), self.platform.registry
        self.show(
            req,
            resp,
            "admin/plugin.html",
            status=status,
            where=where,
            plugin=row(self.platform, plugin, where, usage.per_plugin(where, days=7)),
            facts=[{"label": "版本", "value": plugin.version}, {"label": "联系人", "value": plugin.owner}],
            settings_path=f"/admin/plugins/{name}/settings",
            errors=errors,
            settings=_settings(name, where),
            actions=[
                {"title": one.title, "reason": one.name} for owner, one in registry.actions if owner == name
            ],
            pages=[{"title": one.title, "path": one.path} for owner, one in registry.tiles if owner == name],
            jobs=[
                {"title": one.name, "note": one.schedule or "需要时运行"}
                for owner, one in registry.contributions["register_jobs"]
                if owner == name
            ],
            checks=[],
            problems=[],
            data=[
                f"{one.title}：{one.retain or '可导出，可删除'}"
                for owner, one in registry.personal_data
                if owner == name
            ],
            changes=[],
        )


def row(platform: Platform, plugin: Plugin, where: Site, uses: Counter[str]) -> dict[str, Any]:
    """Return what the list shows about a plugin at a site."""
    enabled = where.has(plugin.name)
    tiles = [tile for owner, tile in platform.registry.tiles if owner == plugin.name]
    if enabled:
        consequence = f"{where.title}的工作台不再显示它，页面打不开，后台任务停下。数据保留，随时可再启用。"
    else:
        shown = f"工作台会多 {len(tiles)} 个入口" if tiles else "不会多出入口"
        needs = f"，同时启用 {'、'.join(plugin.requires)}" if plugin.requires else ""
        consequence = f"{where.title}的{shown}{needs}。"
    wants = [action.title for owner, action in platform.registry.actions if owner == plugin.name]
    return {
        "name": plugin.name,
        "title": plugin.title,
        "summary": plugin.summary,
        "version": plugin.version,
        "path": f"/admin/plugins/{plugin.name}?site={where.slug}",
        "wants": wants[:3],
        "health": {"text": "正常", "tone": "ok"} if enabled else {"text": "未启用", "tone": ""},
        "uses": uses[plugin.name],
        "is_enabled": enabled,
        "is_locked": plugin.always_on,
        "switch_path": f"/admin/plugins/{plugin.name}/switch",
        "consequence": consequence,
    }


def _matrix(plugins: list[Plugin]) -> dict[str, Any]:
    every = sites.everyone()
    return {
        "sites": [one.name or one.title for one in every],
        "rows": [
            {
                "title": plugin.title,
                "path": f"/admin/plugins/{plugin.name}",
                "states": [one.has(plugin.name) for one in every],
            }
            for plugin in plugins
        ],
    }


def _settings(name: str, where: Site) -> list[dict[str, Any]]:
    stored = settings.stored(where, name)
    rows = []
    for setting in settings.declared(name):
        kept = stored.get(setting.key)
        value = kept.value if kept else setting.default
        rows.append(
            {
                "name": setting.key,
                "label": setting.title,
                "kind": _kind(setting),
                "value": bool(kept)
                if setting.secret
                else ("\n".join(value) if setting.type is list else value),
                "default": "" if setting.secret or setting.type is bool else str(setting.default),
                "hint": setting.help,
                "options": [{"value": one, "label": one} for one in setting.choices],
                "changed": f"{when(kept.set_at)} 改过" if kept else "",
                "effect": "",
            }
        )
    return rows


def _kind(setting: Setting) -> str:
    if setting.secret:
        return "secret"
    if setting.choices:
        return "select"
    return {bool: "switch", int: "number", list: "textarea"}.get(setting.type, "text")


def _store(setting: Setting, form: Any, where: Site, actor: Actor) -> None:
    raw = form.get(setting.key)
    if setting.secret and not raw:  # an empty box keeps the secret that is there
        return
    before = settings.value(where, setting.key) if not setting.secret else None
    settings.store(where, setting.key, raw, by=actor.person_id)
    if setting.secret or settings.value(where, setting.key) != before:
        audit.record("core.setting.changed", actor=actor, about=setting.key, site=where)


def routes(platform: Platform) -> list[Route]:
    """The addresses about plugins."""
    one = OnePlugin(platform)
    action = "core.plugins"
    return [
        Route(path="/admin/plugins", resource=Plugins(platform), action=action, desktop=True),
        Route(path="/admin/plugins/{name}", resource=one, action=action, desktop=True),
        Route(
            path="/admin/plugins/{name}/switch", resource=one, suffix="switch", action=action, desktop=True
        ),
        Route(
            path="/admin/plugins/{name}/settings",
            resource=one,
            suffix="settings",
            action=action,
            desktop=True,
        ),
    ]
