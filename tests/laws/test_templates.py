"""Every template holds to the content security policy and to the htmx attributes we allow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.files import CODE, files, lines_with, where

ALLOWED_HX = set(
    "hx-get hx-post hx-target hx-select hx-swap hx-trigger hx-vals hx-include hx-indicator hx-sync"
    " hx-disable hx-swap-oob".split()
)
"""The rest of htmx needs eval, breaks signatures on iPhones, or hides what happens."""

ADDRESSES = "src|href|action|formaction|srcset|poster|data|hx-get|hx-post"
TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", re.DOTALL)

TEMPLATES = [path for path in files(".html", ".svg", under=CODE) if "templates" in path.parts]


def blank(match: re.Match[str]) -> str:
    """Replace what Jinja fills in by a word without meaning; line numbers stay."""
    filled = "~" if match[0].startswith("{{") else " "
    return filled + "\n" * match[0].count("\n")


def tags(path: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Give the place, the name and the attributes of each tag of a template."""
    text = JINJA.sub(blank, path.read_text(encoding="utf-8"))
    for match in TAG.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        attributes = {name.lower(): value.strip("\"'") for name, value in ATTRIBUTE.findall(match[2])}
        yield where(path, line), match[1].lower(), attributes


def offences(path: Path) -> Iterator[str]:
    """Name everything a template must not hold."""
    for place, tag, attributes in tags(path):
        for name, value in attributes.items():
            if name == "style":
                yield f"{place} has style=; give it a class"
            if re.fullmatch(r"on[a-z]+", name):
                yield f"{place} has {name}=; handlers live in .js files"
            if name.removeprefix("data-").startswith("hx-") and name not in ALLOWED_HX:
                yield f"{place} has {name}, which is not among the allowed htmx attributes"
            if name == "hx-vals" and value.lstrip().startswith("js:"):
                yield f"{place} computes hx-vals; only JSON is allowed"
            if name == "hx-trigger" and "[" in value:
                yield f"{place} filters hx-trigger in brackets, which needs eval"
            if re.fullmatch(ADDRESSES, name) and re.match(r"(https?:)?//", value):
                yield f"{place} sends people to {value}"
            if value.lstrip().lower().startswith("javascript:"):
                yield f"{place} has a script in {name}="
        if tag in {"script", "style"} and "src" not in attributes and "nonce" not in attributes:
            yield f"{place} has an inline {tag} without nonce"


@pytest.mark.parametrize("path", TEMPLATES, ids=where)
def test_template_holds_to_the_policy(path):
    assert list(offences(path)) == []


def test_law_sees_each_offence(tmp_path, monkeypatch):
    """A law that finds nothing proves nothing; here it must find all of it."""
    page = tmp_path / "page.html"
    page.write_text(
        """<p style="x">{{ a }}</p>
<a {% if a > b %}onclick="x()"{% endif %}>
<script>1</script>
<p hx-boost="true" hx-vals="js:x" hx-trigger="click[ctrlKey]">
<img src="//cdn.example.org/x.png">
<a href="javascript:x()">
<script nonce="{{ nonce }}">1</script> <script src="{{ asset('js/x.js') }}" defer></script> <p hx-get="/x">
""",
        encoding="utf-8",
    )
    monkeypatch.setattr("tests.laws.test_templates.where", lambda path, line: str(line))

    assert [offence.split(" ")[0] for offence in offences(page)] == ["1", "2", "3", "4", "4", "4", "5", "6"]


def test_style_sheets_load_nothing_from_elsewhere():
    sheets = files(".css", under=CODE)

    assert lines_with(r"@import|url\(\s*[\"']?(https?:)?//", sheets) == []


def test_colours_live_in_the_tokens():
    """One file knows the colours, so dark mode and contrast are decided once."""
    sheets = [
        path
        for path in files(".css", under=("core", "plugins", "miniapps", "preview"))
        if path.name != "tokens.css"
    ]

    assert lines_with(r":[^;{]*(#[0-9a-fA-F]{3,8}\b|\b(rgb|hsl)a?\()", sheets) == []


def test_scripts_evaluate_no_text_and_call_nobody_else():
    scripts = files(".js", ".mjs", under=("core", "plugins", "miniapps", "preview"))

    assert (
        lines_with(r"\beval\(|new Function\(|document\.write\(|[\"'`]https?://(?!www\.w3\.org/)", scripts)
        == []
    )
