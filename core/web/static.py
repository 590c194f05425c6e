"""Static files: copied once under an address that changes with their content, then kept for ever."""

import gzip
import hashlib
import shutil
from functools import cache
from pathlib import Path

from whitenoise import WhiteNoise

from core.errors import Misconfigured

ROOT = Path(__file__).parent / "static"
PREFIX = "static"
TEN_YEARS = 315_360_000
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
        """Copy the trees that are new into the cache folder and drop those that are old."""
        self._cache.mkdir(parents=True, exist_ok=True)
        wanted = {f"{owner}-{digest}" for owner, digest in self._hashes.items()}
        for owner, digest in self._hashes.items():
            target = self._cache / f"{owner}-{digest}"
            if not target.exists():
                _copy(self._folders[owner], target)
        for old in self._cache.iterdir():
            if old.name not in wanted and old.is_dir():
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
    building = target.with_name(f".{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    shutil.copytree(source, building)
    for path in building.rglob("*"):
        if path.suffix in COMPRESSED and not path.with_name(path.name + ".gz").exists():
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    shutil.rmtree(target, ignore_errors=True)
    building.rename(target)
