"""The five ways to call a hook; the only module that knows pluggy.

Order is by plugin name, never by luck of registration. A plugin that keeps failing rests for a minute, so
that a broken neighbour costs its own tile and no time.
"""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pluggy

from core import hookspecs, log
from core.contributions import Vote
from core.errors import Misconfigured
from core.site import Site

logger = log.get(__name__)

FAILURES_ALLOWED = 5
REST_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What a `collect_` hook brought and who failed to answer."""

    items: list[Any]
    """All items in order of plugin name."""
    missing: list[str]
    """Names of plugins whose answer is missing."""


@dataclass(kw_only=True)
class _Breaker:
    failures: dict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=FAILURES_ALLOWED))
    )

    def failed(self, plugin: str) -> None:
        self.failures[plugin].append(time.monotonic())

    def rests(self, plugin: str) -> bool:
        times: deque[float] = self.failures.get(plugin) or deque()
        return len(times) == FAILURES_ALLOWED and time.monotonic() - times[0] < REST_SECONDS


class Hooks:
    """Who implements which hook, and how to ask them."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager("qingban")
        self._manager.add_hookspecs(hookspecs)
        self._breaker = _Breaker()

    def add(self, plugin: str, module: ModuleType) -> None:
        """Take in the hook implementations of one plugin.

        Raises:
            Misconfigured: The plugin implements a hook that does not exist, or asks for an unknown argument.
        """
        try:
            self._manager.register(module, name=plugin)
        except (pluggy.PluginValidationError, ValueError) as error:
            raise Misconfigured(f"插件 {plugin} 的 hooks.py 有误：{error}") from error

    def add_specs(self, module: ModuleType) -> None:
        """Take in hooks that a plugin itself offers to others."""
        self._manager.add_hookspecs(module)

    def check(self) -> None:
        """Refuse implementations of hooks nobody declared.

        Raises:
            Misconfigured: There are some; the message names them.
        """
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise Misconfigured(f"插件实现了不存在的钩子：{error}") from error

    def register(self, hook: str) -> list[tuple[str, Any]]:
        """Call a `register_` hook of every plugin: (plugin, contribution) pairs.

        Raises:
            Misconfigured: A plugin failed; start-up stops and names it.
        """
        pairs: list[tuple[str, Any]] = []
        for name, call in self._implementations(hook):
            try:
                pairs += [(name, item) for item in call()]
            except Exception as error:
                raise Misconfigured(f"插件 {name} 的 {hook} 出错：{error!r}") from error
        return pairs

    def collect(self, hook: str, site: Site, **arguments: Any) -> Collected:
        """Call a `collect_` hook of the site's plugins; one that fails is missing, the rest is shown."""
        items: list[Any] = []
        missing: list[str] = []
        for name, call in self._implementations(hook):
            if not site.has(name):
                continue
            if self._breaker.rests(name):
                missing.append(name)
                continue
            try:
                items += list(call(**arguments))  # all or nothing: half an answer would mislead
            except Exception:  # a failing neighbour costs its own tile, never the page
                self._breaker.failed(name)
                logger.exception("hook.failed hook=%s plugin=%s", hook, name)
                missing.append(name)
        return Collected(items=items, missing=missing)

    def votes(self, site: Site, actor: Any, action: str, target: Any) -> list[tuple[str, Vote]]:
        """Ask the site's plugins about one permission: (plugin, vote) pairs; an exception is a DENY."""
        votes = []
        for name, call in self._implementations("vote_permission"):
            if not site.has(name):
                continue
            try:
                vote = call(actor=actor, action=action, target=target)
            except Exception:  # permission fails closed
                logger.exception("vote.failed plugin=%s action=%s", name, action)
                vote = Vote.DENY
            if vote is not None:
                votes.append((name, vote))
        return votes

    def emit(self, hook: str, *, arguments: dict[str, Any], only: str = "") -> None:
        """Call an `on_` hook after the fact; failures are logged, the others still hear."""
        for name, call in self._implementations(hook):
            if only and name != only:
                continue
            try:
                call(**arguments)
            except Exception:  # the past cannot be refused; whoever failed is logged
                logger.exception("hook.failed hook=%s plugin=%s", hook, name)

    def implementers(self, hook: str) -> list[str]:
        """Name the plugins that implement `hook`."""
        return [name for name, _ in self._implementations(hook)]

    def _implementations(self, hook: str) -> list[tuple[str, Any]]:
        caller = getattr(self._manager.hook, hook)
        found = [(impl.plugin_name, _caller(hook, impl)) for impl in caller.get_hookimpls()]
        return sorted(found, key=lambda pair: pair[0])


def _caller(hook: str, impl: pluggy.HookImpl) -> Any:
    nothing: Any = [] if hook.startswith(("register_", "collect_")) else None

    def call(**arguments: Any) -> Any:
        answer = impl.function(**{name: arguments[name] for name in impl.argnames})
        return nothing if answer is None else answer

    return call
