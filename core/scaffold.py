"""Write a new plugin that works, with one passing test."""

import keyword
import re
from pathlib import Path
from string import Template

from core.errors import Conflict, Invalid
from core.loader import RESERVED

FILES = {
    "__init__.py": '''"""$title: say in one sentence what it does."""

from qingban import Plugin

PLUGIN = Plugin(name="$name", title="$title", summary="一句话说明它做什么")
''',
    "hooks.py": '''"""What $name adds to the platform."""

from qingban import Action, Route, Tile, hookimpl

from . import pages


@hookimpl
def register_routes() -> list[Route]:
    """Give the addresses."""
    return [Route(path="/", resource=pages.Hello(), action="$name.view")]


@hookimpl
def register_actions() -> list[Action]:
    """Give what people may be allowed to do."""
    return [Action(name="$name.view", title="打开$title", default_groups=("everyone",))]


@hookimpl
def register_tiles() -> list[Tile]:
    """Give the way in on the workbench."""
    return [
        Tile(
            name="$name",
            title="$title",
            path="/$name/",
            icon="puzzle",
            action="$name.view",
        )
    ]
''',
    "pages.py": '''"""Pages people see."""

from typing import Any

from qingban import Page

from . import service


class Hello(Page):
    """A greeting for whoever looks."""

    def on_get(self, req: Any, resp: Any) -> None:
        """Show the greeting."""
        self.render(resp, "$name/hello.html", words=service.greet(req.context.actor))
''',
    "service.py": '''"""The rules of $name; knows nothing of the web."""

from qingban import Actor


def greet(actor: Actor) -> str:
    """Return a greeting for one person."""
    return f"你好，{actor.name}"
''',
    "templates/$name/hello.html": """{% extends "base.html" %}
{% import "ui.html" as ui with context %}
{% block title %}{{ _("$title") }}{% endblock %}
{% block body %}
<div class="qb-cards">
  {% call ui.group(_("$title")) %}<p>{{ words }}</p>{% endcall %}
</div>
{% endblock %}
""",
    "README.md": """# $title

写给信息科：它做什么，启用前要准备什么，停用后数据怎么办。
""",
}

TEST = '''"""$title: what a person sees."""


def test_the_page_greets_whoever_looks(house):
    house.enable("$name")
    nurse = house.person("护士甲")

    page = house.browser(nurse).get("/$name/")

    assert page.status_code == 200
    assert "你好，护士甲" in page.text


def test_a_stranger_is_sent_to_sign_in(house):
    house.enable("$name")

    page = house.browser().get("/$name/")

    assert page.status_code == 303
'''

_ODD_TITLE = re.compile(r"[\"'\\{}<>$%&\x00-\x1f]")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


def write_plugin(name: str, *, title: str, into: Path, tests: Path) -> list[Path]:
    """Write the folder of a plugin called `name` and its test.

    Returns:
        The files written.

    Raises:
        Invalid: The name cannot be one.
        Conflict: There is such a folder already.
    """
    if not _NAME.fullmatch(name):
        raise Invalid({"name": "插件名只用小写字母、数字和下划线，字母开头，例如 greetings"})
    if name in RESERVED or keyword.iskeyword(name):
        raise Invalid({"name": f"{name} 是平台自己用的名字，换一个"})
    if _ODD_TITLE.search(title) or not 0 < len(title) <= 20:
        raise Invalid({"title": "中文名 1 到 20 个字，不含引号、反斜线、花括号、尖括号和 $"})
    folder = into / name
    for place in (folder, tests / name):
        if place.exists():
            raise Conflict(f"{place} 已经存在，换个名字")
    words = {"name": name, "title": title}
    written = [_write(folder / _fill(path, words), _fill(text, words)) for path, text in FILES.items()]
    return [*written, _write(tests / name / "test_pages.py", _fill(TEST, words))]


def _fill(text: str, words: dict[str, str]) -> str:
    return Template(text).safe_substitute(words)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path
