"""Find plugins: built-in folders, the site's drop-in folder, installed packages."""

import importlib
import importlib.util
import pkgutil
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType

from core.config import Config
from core.contributions import Plugin
from core.errors import Misconfigured

ENTRY_POINTS = "qingban.plugins"
TOP_LEVEL = ("miniapps", "preview")
RESERVED = frozenset(
    "core qingban deploy plugins auth admin me todo messages search static wecom attachments".split()
)
"""Names of the platform's own packages and addresses."""

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A plugin that is present on this machine."""

    plugin: Plugin
    """Its manifest."""
    package: str
    """Its import name."""
    folder: Path
    """Where its files are; templates, static, locale and migrations are found by name."""

    @property
    def name(self) -> str:
        """The plugin's one name."""
        return self.plugin.name

    def module(self, name: str) -> ModuleType | None:
        """Import one of its modules by name; None when there is no such file."""
        if not (self.folder / f"{name}.py").exists() and not (self.folder / name).is_dir():
            return None
        return importlib.import_module(f"{self.package}.{name}")


def find(config: Config) -> list[Found]:
    """Find every plugin on this machine, ordered so that what is required comes first.

    Raises:
        Misconfigured: A manifest is wrong, a name is taken twice, a requirement is missing or circular.
    """
    packages = _built_in(config) + (_installed() if config.entry_points else [])
    found: dict[str, Found] = {}
    for package in packages:
        one = _inspect(package)
        if other := found.get(one.name):
            raise Misconfigured(f"两个插件同名 {one.name}：{other.package} 和 {one.package}。请移走一个")
        found[one.name] = one
    return _ordered(found)


def _built_in(config: Config) -> list[str]:
    importlib.invalidate_caches()  # a folder may have been dropped in a moment ago
    place = importlib.import_module("plugins")
    if config.plugins_dir and config.plugins_dir.is_dir():
        path = str(config.plugins_dir)
        if path not in place.__path__:
            place.__path__.append(path)
    inside: dict[str, str] = {}
    for path in place.__path__:
        for name in [module.name for module in pkgutil.iter_modules([path]) if module.ispkg]:
            if name in inside:
                raise Misconfigured(f"两个插件同名 {name}：{inside[name]} 和 {path} 里各有一个。请移走一个")
            inside[name] = path
    return [f"plugins.{name}" for name in sorted(inside)] + [one for one in TOP_LEVEL if _is_package(one)]


def _is_package(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None


def _installed() -> list[str]:
    return sorted(entry.value for entry in metadata.entry_points(group=ENTRY_POINTS))


def _inspect(package: str) -> Found:
    try:
        module = importlib.import_module(package)
    except Exception as error:
        raise Misconfigured(f"插件 {package} 无法导入：{error!r}") from error
    plugin = getattr(module, "PLUGIN", None)
    if not isinstance(plugin, Plugin):
        raise Misconfigured(f"插件 {package} 的 __init__.py 里没有 PLUGIN = Plugin(…)")
    if not _NAME.fullmatch(plugin.name):
        raise Misconfigured(f"插件名 {plugin.name!r} 只能用小写字母、数字和下划线")
    if plugin.name in RESERVED:
        raise Misconfigured(f"插件名 {plugin.name} 是平台自己用的，换一个")
    folder = Path(str(module.__file__)).parent
    if package.startswith("plugins.") and plugin.name != folder.name:
        raise Misconfigured(f"插件 {plugin.name} 的文件夹叫 {folder.name}，两个名字要一样")
    return Found(plugin=plugin, package=package, folder=folder)


def _ordered(found: dict[str, Found]) -> list[Found]:
    done: dict[str, Found] = {}
    open_names: list[str] = []

    def visit(name: str, wanted_by: str) -> None:
        if name in done:
            return
        if name not in found:
            raise Misconfigured(f"插件 {wanted_by} 需要 {name}，但没有装")
        if name in open_names:
            raise Misconfigured(f"插件互相需要，成了环：{' → '.join([*open_names, name])}")
        open_names.append(name)
        for needed in found[name].plugin.requires:
            visit(needed, name)
        open_names.pop()
        done[name] = found[name]

    for name in sorted(found):
        visit(name, name)
    return list(done.values())
