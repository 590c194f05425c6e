"""Plugins written in one line and a hospital that runs only them, for tests of the platform itself."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core import messaging, platform
from core.auth import permissions
from core.contributions import Plugin
from core.hookspecs import hookimpl
from core.loader import Found
from core.testing import House, Wecom, make_config


@dataclass(frozen=True, kw_only=True)
class Sample(Found):
    """A plugin that has hooks and no folder."""

    hooks: ModuleType
    """What stands in its hooks.py."""

    def module(self, name: str) -> ModuleType | None:
        """Give the hooks; a sample has nothing else."""
        return self.hooks if name == "hooks" else None


def sample(name: str, *, requires: tuple[str, ...] = (), always_on: bool = False, **hooks: Any) -> Sample:
    """Make a plugin: `sample("alpha", register_tiles=[Tile(…)], collect_todos=lambda actor: […])`.

    A list is what the hook returns; a function is the hook.
    """
    module = ModuleType(f"samples.{name}")
    for hook, answer in hooks.items():
        setattr(module, hook, hookimpl(answer if callable(answer) else _giving(answer)))
    plugin = Plugin(
        name=name, title=f"插件{name}", summary="一个样例", requires=requires, always_on=always_on
    )
    return Sample(plugin=plugin, package=module.__name__, folder=Path("no-such-folder"), hooks=module)


def _giving(items: Any) -> Callable[[], Any]:
    return lambda: items


def failing(error: Exception | None = None) -> Callable[..., Any]:
    """Make a hook that raises."""

    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise error or RuntimeError("broken on purpose")

    return fail


@pytest.fixture
def house_of(db: str, tmp_path: Path, wecom: Wecom) -> Callable[..., House]:
    """Build a hospital that runs only the plugins given: `house_of(sample("alpha"), origin="https://…")`."""

    def build(*found: Found, **changes: Any) -> House:
        permissions.forget()
        messaging.install_client(lambda: wecom)
        return House(platform.assemble(make_config(tmp_path, db, **changes), list(found)), wecom)

    return build
