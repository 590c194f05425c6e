"""What plugins contributed: validated, indexed, free of conflicts, handed to the parts that act on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import attachments, audit, jobs, messaging, settings, site
from core.auth import permissions
from core.contributions import Action, Check, DirectorySource, PersonalData, Plugin, Route, Tile
from core.errors import Misconfigured
from core.hooks import Hooks
from core.loader import Found

Pairs = list[tuple[str, Any]]

PREFIXED = {
    "register_actions": ("name", "."),
    "register_settings": ("key", "."),
    "register_audit_events": ("name", "."),
    "register_cards": ("kind", "."),
    "register_attachment_rules": ("kind", "."),
    "register_checks": ("name", "."),
    "register_personal_data": ("name", "."),
    "register_jobs": ("name", "_"),
}
UNIQUE = {
    "register_tiles": "name",
    "register_todo_tabs": "name",
    "register_directory_sources": "name",
    **{hook: attribute for hook, (attribute, _) in PREFIXED.items()},
}


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Everything plugins brought, by kind, each with its owner."""

    found: tuple[Found, ...]
    """The plugins in the order of their requirements."""
    hooks: Hooks = field(repr=False)
    """How to call them."""
    contributions: Mapping[str, Pairs] = field(repr=False)
    """Hook name → (owner, record) pairs."""

    @property
    def plugins(self) -> dict[str, Plugin]:
        """Manifests by name."""
        return {one.name: one.plugin for one in self.found}

    @property
    def routes(self) -> list[tuple[str, Route]]:
        """Addresses."""
        return self.contributions["register_routes"]

    @property
    def tiles(self) -> list[tuple[str, Tile]]:
        """Ways in, in the order of the workbench."""
        return sorted(self.contributions["register_tiles"], key=lambda pair: (pair[1].order, pair[1].name))

    @property
    def actions(self) -> list[tuple[str, Action]]:
        """What people may be allowed to do."""
        return self.contributions["register_actions"]

    @property
    def checks(self) -> list[tuple[str, Check]]:
        """Health checks."""
        return self.contributions["register_checks"]

    @property
    def sources(self) -> dict[str, DirectorySource]:
        """Directory sources by name."""
        return {source.name: source for _, source in self.contributions["register_directory_sources"]}

    @property
    def personal_data(self) -> list[tuple[str, PersonalData]]:
        """What is stored about a person."""
        return self.contributions["register_personal_data"]

    @property
    def models(self) -> list[Any]:
        """All tables."""
        return [model for _, model in self.contributions["register_models"]]


def build(found: Iterable[Found], hooks: Hooks) -> Registry:
    """Ask every plugin for its contributions and check them against each other.

    Raises:
        Misconfigured: A record breaks a naming rule, or two plugins claim the same name or address.
    """
    names = [name for name in dir(hooks._manager.hook) if name.startswith("register_")]  # noqa: SLF001
    contributions = {name: hooks.register(name) for name in names}
    for hook, (attribute, separator) in PREFIXED.items():
        _check_prefix(contributions[hook], attribute, separator)
    for hook, attribute in UNIQUE.items():
        _check_unique(contributions[hook], attribute)
    _check_tiles(contributions["register_tiles"], "name")
    _check_tiles(contributions["register_todo_tabs"], "name")
    actions = {action.name for _, action in contributions["register_actions"]}
    _check_routes(contributions["register_routes"], actions)
    _check_wanted_actions(contributions, actions)
    return Registry(found=tuple(found), hooks=hooks, contributions=contributions)


def install(registry: Registry) -> None:
    """Hand each kind of contribution to the part of the platform that acts on it."""
    given = registry.contributions
    site.install(name for name, plugin in registry.plugins.items() if plugin.always_on)
    audit.install(given["register_audit_events"])
    jobs.install(given["register_jobs"])
    messaging.install(given["register_cards"])
    attachments.install(given["register_attachment_rules"])
    settings.install(given["register_settings"])
    permissions.install(given["register_actions"], registry.hooks.votes)


def _check_prefix(pairs: Pairs, attribute: str, separator: str) -> None:
    for owner, record in pairs:
        value = getattr(record, attribute)
        if not value.startswith(owner + separator):
            raise Misconfigured(f"插件 {owner} 的 {value!r} 要以 {owner}{separator} 开头")


def _check_unique(pairs: Pairs, attribute: str) -> None:
    owners: dict[str, str] = {}
    for owner, record in pairs:
        value = getattr(record, attribute)
        if value in owners:
            raise Misconfigured(f"{value!r} 被 {owners[value]} 和 {owner} 同时声明")
        owners[value] = owner


def _check_tiles(pairs: Pairs, attribute: str) -> None:
    for owner, record in pairs:
        value = getattr(record, attribute)
        if value != owner and not value.startswith(f"{owner}_"):
            raise Misconfigured(f"插件 {owner} 的 {value!r} 要叫 {owner} 或以 {owner}_ 开头")


def _check_wanted_actions(contributions: Mapping[str, Pairs], actions: set[str]) -> None:
    wanted = [
        (owner, tile.name, tile.action) for owner, tile in contributions["register_tiles"] if tile.action
    ]
    for owner, action in contributions["register_actions"]:
        wanted += [(owner, action.name, other) for other in action.also_requires]
    for owner, name, action in wanted:
        if action not in actions:
            raise Misconfigured(f"插件 {owner} 的 {name} 用了没声明的权限 {action}")


def _check_routes(pairs: Pairs, actions: set[str]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for owner, route in pairs:
        if not route.path.startswith("/"):
            raise Misconfigured(f"插件 {owner} 的地址 {route.path!r} 要以 / 开头")
        if not route.action and not route.public:
            raise Misconfigured(f"插件 {owner} 的地址 {route.path} 没有写 action，也没有写 public 的理由")
        if route.action and route.action not in actions and route.action != SIGNED_IN:
            raise Misconfigured(f"插件 {owner} 的地址 {route.path} 用了没声明的权限 {route.action}")
        key = (owner, route.path)
        if key in seen:
            raise Misconfigured(f"插件 {owner} 的地址 {route.path} 声明了两次")
        seen[key] = owner


SIGNED_IN = "core.use"
