"""Logs as JSON lines: events and ids, never names, values or secrets."""

import logging
import re
import sys
from contextvars import ContextVar
from typing import Any

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")

_SECRET = re.compile(r"(access_token|corpsecret|code|ticket|signature|state)=[^&\s\"']+", re.IGNORECASE)


class JsonLines(logging.Formatter):
    """One event, one line; control characters escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one JSON line."""
        line: dict[str, Any] = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": redact(record.getMessage()),
        }
        if trace := request_id.get():
            line["trace"] = trace
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()


def redact(text: str) -> str:
    """Blank what must never be written: tokens, codes, secrets in addresses."""
    return _SECRET.sub(r"\1=…", text)


def setup(*, level: str = "INFO") -> None:
    """Send all logs as JSON lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def get(name: str) -> logging.Logger:
    """Return the logger of a module; plugin logs carry the plugin's name."""
    return logging.getLogger(name)
