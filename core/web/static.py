"""Static files: copied once under an address that changes with their content, then kept for ever."""

import gzip
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from whitenoise import WhiteNoise

from core.errors import Misconfigured

ROOT = Path(__file__).parent / "static"
PREFIX = "static"
TEN_YEARS = 315_360_000
KEPT_SECONDS = 7 * 86_400
"""How long pages that were opened before an update may still ask for the old files."""
COMPRESSED = {".css", ".js", ".mjs", ".svg", ".json", ".txt"}


class Static:
    """The static trees of core and plugins under hashed addresses.

    Each owner's tree keeps its shape below `/static/<owner>-<hash>/`: relative imports between scripts work.
    """

    def __init__(self, folders: dict[str, Path], cache_dir: Path) -> None:
        self._folders = {owner: folder for owner, folder in folders.items() if folder.is_dir()}
        self._cache = cache_dir
        self._hashes = {owner: _digest(folder) for owner, folder in self._folders.items()}

    def publish(self) -> None:
        """Copy the trees that are new into the cache folder and drop those long out of use.

        Several processes may do this at once: each builds aside, the first one to move wins.
        """
        self._cache.mkdir(parents=True, exist_ok=True)
        for owner, digest in self._hashes.items():
            target = self._cache / f"{owner}-{digest}"
            if not target.exists():
                _copy(self._folders[owner], target)
            os.utime(target)
        for old in self._cache.iterdir():
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)

    def address(self, name: str) -> str:
        """Return the address of `js/qingban.js` (core) or `flows/designer.js` (plugin).

        Raises:
            Misconfigured: There is no such file.
        """
        owner, _, rest = name.partition("/")
        if owner not in self._folders or owner == "core":
            owner, rest = "core", name
        if not (self._folders[owner] / rest).is_file():
            raise Misconfigured(f"没有静态文件 {name}")
        return f"/{PREFIX}/{owner}-{self._hashes[owner]}/{rest}"

    def text(self, name: str) -> str:
        """Return the content of a static text file, for styles that are written into the page."""
        owner, _, rest = name.partition("/")
        if owner not in self._folders or owner == "core":
            owner, rest = "core", name
        return _text(self._folders[owner] / rest)

    def wrap(self, app: object) -> WhiteNoise:
        """Serve the published files in front of a WSGI app."""
        served = WhiteNoise(
            app,
            max_age=TEN_YEARS,
            immutable_file_test=lambda path, url: True,
            add_headers_function=_headers,
            allow_all_origins=False,
        )
        served.add_files(str(self._cache), prefix=PREFIX)
        return served


def _headers(headers: object, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"  # type: ignore[index]
    headers["Cross-Origin-Resource-Policy"] = "same-origin"  # type: ignore[index]


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _copy(source: Path, target: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix="static-", dir=target.parent.parent))
    building = aside / target.name
    shutil.copytree(source, building)
    for path in building.rglob("*"):
        if path.suffix in COMPRESSED and not path.with_name(path.name + ".gz").exists():
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    with suppress(OSError):
        building.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
