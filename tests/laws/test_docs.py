"""Documentation keeps its word: links lead somewhere, commands exist, every page has one title."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from core.cli import main
from tests.laws.files import ROOT, files, plugin_folders, text, where

PAGES = files(".md")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def prose(path: Path) -> str:
    """Give a page without its code blocks."""
    return FENCE.sub("", text(path))


def anchors(path: Path) -> set[str]:
    """Give the anchors of a page, made from its headings the way code hosts do."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path, link: str) -> bool:
    """Tell whether a relative link leads nowhere."""
    if re.match(r"[a-z]+:", link):
        return False
    name, _, anchor = unquote(link).partition("#")
    target = (page.parent / name).resolve() if name else page
    return not target.exists() or bool(anchor and target.suffix == ".md" and anchor not in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=where)
def test_links_lead_somewhere(page):
    assert [link for link in LINK.findall(prose(page)) if broken(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=where)
def test_page_opens_with_its_only_title(page):
    titles = re.findall(r"^# .+$", prose(page), re.MULTILINE)

    assert (len(titles), text(page).startswith("# ")) == (1, True)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_shows_both_commands(name):
    words = text(ROOT / name)

    assert [command for command in ("make run", "make test") if command not in words] == []


def test_chores_named_in_the_docs_exist():
    chores = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {
        (word, where(page))
        for page in PAGES
        for word in re.findall(r"(?:^|`)make ([a-z]+)", text(page), re.MULTILINE)
    }

    assert sorted((word, page) for word, page in named if word not in chores) == []


def test_commands_named_in_the_docs_exist():
    """`qingban …` in a code block or in backquotes is typed as it stands."""
    named = {
        (word, where(page))
        for page in PAGES
        for word in re.findall(
            r"(?:^|`|bin/)qingban (?:--config \S+ )?([a-z][a-z-]*)", text(page), re.MULTILINE
        )
    }

    assert sorted((word, page) for word, page in named if word not in main.commands) == []


def test_files_named_in_the_docs_exist():
    """A path in backquotes that starts at a top folder is a promise too."""
    top = "core|plugins|miniapps|preview|deploy|tests|docs|bench|requirements"
    named = {
        (name, where(page))
        for page in PAGES
        if page.name != "CHANGELOG.md"
        for name in re.findall(rf"`((?:{top})/[\w./-]+)`", prose(page))
    }

    assert sorted((name, page) for name, page in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("folder", plugin_folders(), ids=lambda folder: folder.name)
def test_plugin_tells_it_people_what_they_must_know(folder):
    assert (folder / "README.md").exists()
