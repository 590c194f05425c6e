"""A site: the hospital, campus or clinic for which IT turns plugins on."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import peewee

from core.clock import now
from core.db import BaseModel, TimeField
from core.errors import NotFound

_always: set[str] = {"core"}


def install(always_on: Iterable[str]) -> None:
    """Take the names of plugins that have no switch; replaces what was installed before."""
    _always.clear()
    _always.update({"core"}, always_on)


class Site(BaseModel):
    """One site; every stored row belongs to one. `version` grows with every change of switches and grants."""

    id: int
    slug = peewee.CharField(max_length=40, unique=True)
    title = peewee.CharField(max_length=80)
    name = peewee.CharField(max_length=40, default="")
    version = peewee.IntegerField(default=1)

    @cached_property
    def plugins(self) -> frozenset[str]:
        """Names of the plugins switched on here, read once per loaded site."""
        rows: Any = SitePlugin.select(SitePlugin.plugin).where(SitePlugin.site == self.id).tuples()
        return frozenset(name for (name,) in rows)

    def has(self, plugin: str) -> bool:
        """Tell whether `plugin` is switched on here; core and what has no switch always are."""
        return plugin in _always or plugin in self.plugins


class SitePlugin(BaseModel):
    """A plugin that is switched on for a site."""

    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    plugin = peewee.CharField(max_length=60)
    enabled_at = TimeField(default=now)

    class Meta:
        """One switch per site and plugin."""

        indexes = ((("site", "plugin"), True),)


class SiteRoot(BaseModel):
    """A department whose subtree belongs to a site; the nearest root above a department decides."""

    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    department_id = peewee.IntegerField(unique=True)


def get(slug: str) -> Site:
    """Return the site with this short name.

    Raises:
        NotFound: There is none.
    """
    found: Site | None = Site.get_or_none(Site.slug == slug)
    if found is None:
        raise NotFound("没有这个站点")
    return found


def by_id(site_id: int) -> Site:
    """Return the site with this number.

    Raises:
        NotFound: There is none.
    """
    found: Site | None = Site.get_or_none(Site.id == site_id)
    if found is None:
        raise NotFound("没有这个站点")
    return found


def everyone() -> list[Site]:
    """Return all sites in the order they were made, with their switches, in two queries."""
    found = list(Site.select().order_by(Site.id))
    switches: dict[int, set[str]] = {}
    rows: Any = SitePlugin.select(SitePlugin.site, SitePlugin.plugin).tuples()
    for site_id, plugin in rows:
        switches.setdefault(site_id, set()).add(plugin)
    for one in found:
        one.plugins = frozenset(switches.get(one.id, ()))
    return found


def switch_on(site: Site, plugin: str) -> bool:
    """Store that `plugin` is on for `site`; tell whether that is new."""
    made = SitePlugin.insert(site=site.id, plugin=plugin).on_conflict_ignore().as_rowcount().execute()
    touch(site)
    return bool(made)


def switch_off(site: Site, plugin: str) -> bool:
    """Store that `plugin` is off for `site`; tell whether it was on."""
    gone = SitePlugin.delete().where(SitePlugin.site == site.id, SitePlugin.plugin == plugin).execute()
    touch(site)
    return bool(gone)


def touch(site: Site) -> None:
    """Note that switches or grants of a site changed, so that no process keeps an old picture."""
    site.__dict__.pop("plugins", None)
    Site.update(version=Site.version + 1).where(Site.id == site.id).execute()
