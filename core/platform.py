"""The running platform: plugins found, contributions installed, switches with their consequences."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import attachments, audit, builtin, links, messaging, registry, settings
from core.auth import session
from core.auth.actor import Actor, from_person
from core.config import Config
from core.contributions import Plugin
from core.db import atomic, connect
from core.db.database import after_commit
from core.db.migrate import CORE
from core.directory import jobs as directory_jobs
from core.directory import listeners
from core.errors import Conflict, NotFound
from core.hooks import Hooks
from core.loader import Found, find
from core.messaging import wecom
from core.registry import Registry
from core.site import Site, switch_off, switch_on

CORE_PLUGIN = Plugin(
    name="core",
    title="平台",
    summary="登录、通讯录、消息、附件与插件管理",
    always_on=True,
    icon="building-hospital",
)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Everything one process needs to serve pages or run jobs."""

    config: Config
    """The deployment."""
    hooks: Hooks = field(repr=False)
    """How to ask plugins."""
    registry: Registry = field(repr=False)
    """What they contributed."""

    @property
    def migrations(self) -> list[tuple[str, Path]]:
        """Owners with their folders of migrations, core first."""
        return [("core", CORE)] + [(one.name, one.folder / "migrations") for one in self.registry.found]

    def enable(self, site: Site, name: str, *, by: Actor) -> list[str]:
        """Switch a plugin on for a site, with what it requires.

        Returns:
            The plugins that were switched on by this.

        Raises:
            NotFound: There is no such plugin.
        """
        done = []
        with atomic():
            for wanted in self._with_requirements(name):
                if not self._manifest(wanted).always_on and switch_on(site, wanted):
                    audit.record("core.plugin.enabled", actor=by, about=wanted, site=site)
                    self._tell("on_plugin_enabled", site, wanted, by)
                    done.append(wanted)
        return done

    def disable(self, site: Site, name: str, *, by: Actor) -> bool:
        """Switch a plugin off for a site; its data stays.

        Raises:
            NotFound: There is no such plugin.
            Conflict: Another enabled plugin requires it.
        """
        if self._manifest(name).always_on:
            raise Conflict("它是平台的一部分，不能停用")
        users = [
            other.title
            for other in self.registry.plugins.values()
            if name in other.requires and site.has(other.name)
        ]
        if users:
            raise Conflict(f"{'、'.join(users)} 还在用它，请先停用")
        with atomic():
            if not switch_off(site, name):
                return False
            audit.record("core.plugin.disabled", actor=by, about=name, site=site)
            self._tell("on_plugin_disabled", site, name, by)
        return True

    def _tell(self, hook: str, site: Site, name: str, by: Actor) -> None:
        after_commit(lambda: self.hooks.emit(hook, only=name, arguments={"site": site, "by": by}))

    def _with_requirements(self, name: str) -> list[str]:
        wanted: list[str] = []
        for needed in self._manifest(name).requires:
            wanted += [one for one in self._with_requirements(needed) if one not in wanted]
        return [*wanted, name]

    def _manifest(self, name: str) -> Plugin:
        plugin = self.registry.plugins.get(name)
        if plugin is None:
            raise NotFound(f"没有名叫 {name} 的插件")
        return plugin


def start(config: Config) -> Platform:
    """Find the plugins, open the database and hand every contribution to its place.

    Raises:
        Misconfigured: Something about the deployment or a plugin is wrong; the sentence says what.
    """
    config.check_keys()
    found = find(config)
    connect(config.database_url)
    return assemble(config, found)


def assemble(config: Config, found: list[Found]) -> Platform:
    """Build the platform from plugins already found (tests choose them)."""
    hooks = Hooks()
    for one in found:
        if specs := one.module("hookspecs"):
            hooks.add_specs(specs)
    hooks.add("core", builtin)
    for one in found:
        if module := one.module("hooks"):
            hooks.add(one.name, module)
    hooks.check()
    contents = registry.build(found, hooks)
    registry.install(contents)
    settings.use_key(config.key("fields"))
    platform = Platform(config=config, hooks=hooks, registry=contents)
    _wire(platform)
    return platform


def _wire(platform: Platform) -> None:
    config, hooks = platform.config, platform.hooks
    links.use(config.origin)
    attachments.set_folder(config.data_dir / "attachments")
    sources = platform.registry.contributions["register_directory_sources"]
    directory_jobs.install(config, [pair for pair in sources if pair[0] != "core"])
    listeners.install(listeners.Listeners(left=lambda person: _cut_off(hooks, person)))
    messaging.install_client(lambda: wecom.client(config))
    messaging.install_actors(_actor_of)
    messaging.install_events(lambda event: hooks.emit("on_wecom_event", arguments={"event": event}))


def _cut_off(hooks: Hooks, person: Any) -> None:
    with atomic():
        session.end_all(person.id)
        audit.record("core.person.left", about=person.id, site=person.site)
    hooks.emit("on_person_left", arguments={"person": person})


def _actor_of(person: Any, site: Site) -> Actor:
    return from_person(person, site, client="card")
