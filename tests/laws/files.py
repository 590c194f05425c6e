"""Which files the laws look at: everything in the repository, nothing that set-up made."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".venv", "node_modules", "vendor", "build", "dist", "var", "__pycache__"}
"""Folders that are not ours, for a copy without git."""
CODE = ("core", "plugins", "miniapps", "preview", "deploy")
"""The packages of the product."""


@cache
def repository_files() -> tuple[Path, ...]:
    """List every file that belongs to the repository, committed or about to be."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found = {ROOT / name for name in names.split("\0") if name}
    else:
        found = {p for p in ROOT.rglob("*") if not SKIPPED & set(p.relative_to(ROOT).parts)}
    return tuple(sorted(path for path in found if path.is_file() and not path.is_symlink()))


def files(*suffixes: str, under: tuple[str, ...] = ()) -> list[Path]:
    """List files with one of the suffixes, anywhere or under the given top-level names."""
    return [
        path
        for path in repository_files()
        if path.suffix in suffixes and (not under or path.relative_to(ROOT).parts[0] in under)
    ]


def where(path: Path, line: int | None = None) -> str:
    """Name a place the way editors open it."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name


def text(path: Path) -> str:
    """Read a text file; an empty answer for a picture."""
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8")


def lines_with(pattern: str, paths: list[Path], *, flags: int = 0) -> list[str]:
    """List every line that matches, as `file:line: text`."""
    search = re.compile(pattern, flags).search
    return [
        f"{where(path, number)}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(text(path).splitlines(), start=1)
        if search(line)
    ]


def plugin_folders() -> list[Path]:
    """List the folder of every plugin that ships: those under plugins/, mini-apps and preview."""
    inner = sorted(path.parent for path in (ROOT / "plugins").glob("*/__init__.py"))
    outer = [ROOT / name for name in ("miniapps", "preview") if (ROOT / name / "__init__.py").exists()]
    return inner + outer
