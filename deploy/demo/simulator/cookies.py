"""A cookie jar per phone and person, kept on the server."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

Jar = dict[str, dict[str, Any]]


def take(jar: Jar, header: str) -> None:
    """Put one Set-Cookie header into the jar."""
    first, *rest = [part.strip() for part in header.split(";")]
    name, _, value = first.partition("=")
    facts = {key.strip().lower(): val.strip() for key, _, val in (part.partition("=") for part in rest)}
    until = _until(facts)
    if until is not None and until <= time.time():
        jar.pop(name.strip(), None)
        return
    path = facts.get("path") or "/"
    jar[name.strip()] = {"value": value.strip(), "path": path, "until": until}


def _until(facts: dict[str, str]) -> float | None:
    if facts.get("max-age", "").lstrip("-").isdigit():
        return time.time() + int(facts["max-age"])
    try:
        return parsedate_to_datetime(facts["expires"]).timestamp() if facts.get("expires") else None
    except ValueError:
        return None


def header(jar: Jar, path: str) -> str:
    """Return the Cookie header for a path."""
    now = time.time()
    good = [
        f"{name}={one['value']}"
        for name, one in jar.items()
        if (one["until"] is None or one["until"] > now) and _below(path, one["path"])
    ]
    return "; ".join(good)


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(root if root.endswith("/") else root + "/")
