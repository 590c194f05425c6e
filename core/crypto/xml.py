"""Read the small XML of WeCom's messages: no document types, no entities, bounded depth and size."""

from typing import Any
from xml.parsers import expat

MAX_DEPTH = 8
MAX_ELEMENTS = 4000


class BadXML(Exception):
    """Not the plain, shallow XML that WeCom writes."""


class _Reader:
    """Collects elements into mappings while expat walks through the text."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self.open: list[tuple[str, dict[str, Any], list[str]]] = []
        self.count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise BadXML
        self.open.append((name, {}, []))

    def end(self, _name: str) -> None:
        name, children, text = self.open.pop()
        holder = self.open[-1][1] if self.open else self.root
        value: Any = children or "".join(text)
        if name not in holder:
            holder[name] = value
        elif isinstance(holder[name], list):
            holder[name].append(value)
        else:
            holder[name] = [holder[name], value]

    def text(self, data: str) -> None:
        self.open[-1][2].append(data)


def parse(message: bytes) -> dict[str, Any]:
    """Return the children of the `xml` element: text, mappings, and lists where a name repeats.

    Raises:
        BadXML: It is malformed, too deep, too long, or declares anything.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(message, True)
    except (expat.ExpatError, ValueError):
        raise BadXML from None
    body = reader.root.get("xml")
    if not isinstance(body, dict):
        raise BadXML
    return body


def as_list(value: Any) -> list[Any]:
    """Return repeated children as a list, whether there were none, one or several."""
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def _refuse(*_declared: Any) -> None:
    raise BadXML
