"""Request bodies, read within limits and strictly: forms, files, JSON."""

import json
import math
import tempfile
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import parse_qsl

import falcon

from core.errors import Invalid, TooLarge

MAX_BODY = 1024 * 1024
MAX_FILES = 64 * 1024 * 1024
MAX_PARTS = 2000
MAX_DEPTH = 16
MAX_NODES = 10_000
MAX_TEXT = 64 * 1024
MAX_INT = 2**53

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a multipart form, spooled to disk above a megabyte."""

    filename: str
    """As the browser sent it; never used as a path."""
    stream: IO[bytes]
    """At its beginning."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A posted form: text pairs in order, and files."""

    pairs: tuple[tuple[str, str], ...] = ()
    """Every field with its text, repeated names included."""
    files: dict[str, list[Upload]] = field(default_factory=dict)
    """Files by field name; empty file inputs are left out."""

    def get(self, name: str, default: str = "") -> str:
        """Return the first text of a field, stripped."""
        return next((text for key, text in self.pairs if key == name), default).strip()

    def all(self, name: str) -> list[str]:
        """Return every text of a repeated field."""
        return [text for key, text in self.pairs if key == name]


def form(req: falcon.Request) -> Form:
    """Return the posted form, read once per request.

    Raises:
        Invalid: It is not a form, or malformed.
        TooLarge: It is over the limit.
    """
    known: Form | None = getattr(req.context, "form", None)
    if known is None:
        known = req.context.form = _read(req)
    return known


def _read(req: falcon.Request) -> Form:
    kind = (req.content_type or "").split(";")[0].strip().lower()
    if kind == MULTIPART:
        return _multipart(req)
    if kind == FORM or not req.content_length:
        return Form(pairs=tuple(_urlencoded(body(req))))
    raise falcon.HTTPUnsupportedMediaType


def check_length(req: falcon.Request) -> None:
    """Refuse a body over the limit before anything reads it, whichever way it will be read.

    Raises:
        TooLarge: It announces too many bytes.
    """
    kind = (req.content_type or "").split(";")[0].strip().lower()
    limit = MAX_FILES if kind == MULTIPART else MAX_BODY
    if (req.content_length or 0) > limit:
        raise TooLarge(limit=limit)


def body(req: falcon.Request, limit: int = MAX_BODY) -> bytes:
    """Read the whole body.

    Raises:
        TooLarge: It is over `limit` bytes.
    """
    if (req.content_length or 0) > limit:
        raise TooLarge(limit=limit)
    data: bytes = req.bounded_stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(limit=limit)
    return data


def _urlencoded(data: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            data.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_PARTS,
        )
        return _without_nul(pairs)
    except ValueError as error:
        raise Invalid(title="表单内容无法识别，请刷新后重试", reason=str(error)[:80]) from None


def _without_nul(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Refuse what no keyboard types and PostgreSQL does not store."""
    if any("\0" in name or "\0" in text for name, text in pairs):
        raise ValueError("nul")
    return pairs


def _multipart(req: falcon.Request) -> Form:
    if not req.content_length:
        raise Invalid(title="表单内容无法识别，请刷新后重试")
    if req.content_length > MAX_FILES:
        raise TooLarge(limit=MAX_FILES)
    pairs: list[tuple[str, str]] = []
    files: dict[str, list[Upload]] = {}
    spools: list[IO[bytes]] = []
    req.context.spools = spools
    try:
        for part in req.get_media():
            if part.filename is None:
                pairs.append((part.name or "", part.text or ""))
                continue
            upload = _spool(part, spools)
            if upload:
                files.setdefault(part.name or "", []).append(upload)
            if len(pairs) + len(files) > MAX_PARTS:
                raise TooLarge
        return Form(pairs=tuple(_without_nul(pairs)), files=files)
    except (falcon.MediaMalformedError, falcon.HTTPInvalidHeader, ValueError) as error:
        raise Invalid(title="表单内容无法识别，请刷新后重试") from error


def release(req: falcon.Request) -> None:
    """Close the files of a request once it is answered."""
    for spool in getattr(req.context, "spools", ()):
        spool.close()


def _spool(part: Any, spools: list[IO[bytes]]) -> Upload | None:
    spool = tempfile.SpooledTemporaryFile(max_size=MAX_BODY)  # noqa: SIM115 - `release` closes it
    spools.append(spool)
    size = 0
    while chunk := part.stream.read(64 * 1024):
        size += len(chunk)
        if size > MAX_FILES:
            raise TooLarge(limit=MAX_FILES)
        spool.write(chunk)
    if not size and not part.filename:
        return None
    spool.seek(0)
    return Upload(filename=part.filename or "", stream=spool)


def strict_json(data: bytes | str) -> Any:
    """Parse JSON within the limits of the house (security R-10).

    Raises:
        Invalid: Malformed, too deep, too many nodes, NaN, duplicate keys, lone surrogates, too long a text.
    """
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        if _depth(text) > MAX_DEPTH:
            raise ValueError("depth")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        _measure(value)
    except (ValueError, RecursionError) as error:
        raise Invalid(title="JSON 内容有误", reason=str(error)[:80]) from None
    return value


def json_body(req: falcon.Request) -> Any:
    """Return the JSON body; only `application/json` is taken.

    Raises:
        Invalid: As `strict_json`.
        falcon.HTTPUnsupportedMediaType: Another type.
    """
    kind = (req.content_type or "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise falcon.HTTPUnsupportedMediaType
    return strict_json(body(req))


def _depth(text: str) -> int:
    deepest = depth = 0
    in_text = escaped = False
    for char in text:
        if in_text:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_text = False
        elif char == '"':
            in_text = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return depth
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _measure(value: Any) -> None:
    nodes, stack = 0, [value]
    while stack:
        one = stack.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise ValueError("nodes")
        if isinstance(one, dict):
            stack.extend(one)
            stack.extend(one.values())
        elif isinstance(one, list):
            stack.extend(one)
        elif isinstance(one, str):
            if len(one) > MAX_TEXT:
                raise ValueError("text length")
            one.encode("utf-8")  # lone surrogates raise here
            if "\0" in one:
                raise ValueError("nul")
        elif isinstance(one, float) and not math.isfinite(one):
            raise ValueError("number")
        elif isinstance(one, int) and abs(one) > MAX_INT:
            raise ValueError("integer")
