"""Every template of the house renders, full and empty, into a page people and readers can use."""

import re
from pathlib import Path

import lxml.html
import pytest

from core.web.static import ROOT as STATIC
from core.web.templates import ROOT as TEMPLATES
from tests.core.web.templates.kitchen import render
from tests.core.web.templates.samples import EMPTY, PAGES

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
CLASSES = re.compile(r'class="([^"]*)"')
CASES = [(f"{name}-full", *page) for name, page in PAGES.items()]
CASES += [(f"{name}-empty", *page) for name, page in EMPTY.items()]


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture(params=CASES, ids=[case[0] for case in CASES])
def page(request, cache_dir):
    """One rendered page as a tree."""
    _, template, context = request.param
    return lxml.html.document_fromstring(render(cache_dir, template, context))


def test_page_has_one_heading_a_language_and_live_regions(page):
    found = {
        "language": page.get("lang"),
        "headings": len(page.xpath("//h1")),
        "mains": len(page.xpath("//main[@id='main']")),
        "status": len(page.xpath("//*[@role='status']")),
        "alert": len(page.xpath("//*[@role='alert']")),
    }

    assert found == {"language": "zh-CN", "headings": 1, "mains": 1, "status": 1, "alert": 1}


def test_ids_are_unique_and_labels_point_somewhere(page):
    ids = page.xpath("//@id")
    named = page.xpath("//@for | //@aria-labelledby | //@aria-describedby | //@form | //@data-sheet")

    assert len(ids) == len(set(ids))
    assert {word for value in named for word in value.split()} - set(ids) == set()


def test_every_changing_form_carries_token_and_request_id(page):
    wanting = [
        form.get("action")
        for form in page.xpath("//form[@method='post']")
        if {"_csrf", "request_id"} - set(form.xpath(".//input[@type='hidden']/@name"))
    ]

    assert wanting == []


def test_every_icon_is_in_the_sprite(page):
    sprite = (STATIC / "vendor" / "icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))

    assert {address.split("#")[1] for address in page.xpath("//use/@href")} - known == set()


def test_every_control_has_a_name(page):
    silent = [
        lxml.html.tostring(node, encoding="unicode")[:90]
        for node in page.xpath("//button | //a")
        if not (node.text_content().strip() or node.get("aria-label") or node.xpath(".//img[@alt]"))
    ]

    assert silent == []


def test_every_template_is_rendered_by_a_sample():
    own = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if "forms" not in path.parts
    }
    frames = {"base.html", "desktop.html", "ui.html"}

    assert own - frames - {template for template, _ in PAGES.values()} == set()


def test_phone_pages_show_four_places_at_most(cache_dir):
    template, context = PAGES["home"]

    page = lxml.html.document_fromstring(render(cache_dir, template, context))

    assert page.xpath("//nav[@class='qb-nav']//li//span[1]/text()") == ["工作台", "待办", "消息", "我的"]


def test_chosen_display_is_sent_with_the_first_byte(cache_dir):
    template, context = PAGES["me"]

    page = lxml.html.document_fromstring(render(cache_dir, template, context, theme="dark", size="xl"))

    assert (page.get("data-theme"), page.get("data-size")) == ("dark", "xl")
    assert page.xpath("//button[@name='size'][@aria-pressed='true']/@value") == ["xl"]


def test_names_are_escaped(cache_dir):
    template, context = PAGES["error"]

    text = render(cache_dir, template, {**context, "text": "<script>1</script>"})

    assert "&lt;script&gt;1" in text


def test_classes_named_in_templates_exist():
    """A class nobody styles is a slip of the pen."""
    styles = "".join(path.read_text(encoding="utf-8") for path in (STATIC / "css").glob("*.css"))
    known = set(re.findall(r"\.(qb-[\w-]+)", styles)) | {"qb-form", "qb-audit", "qb-grow"}
    used = {
        name
        for path in _templates()
        for value in CLASSES.findall(JINJA.sub(_blank, path.read_text(encoding="utf-8")))
        for name in value.split()
        if name.startswith("qb-") and "~" not in name
    }

    assert used - known == set()


def _blank(match: re.Match[str]) -> str:
    return "~" if match[0].startswith("{{") else " "


def _templates() -> list[Path]:
    return [path for path in TEMPLATES.rglob("*.html") if "forms" not in path.parts]
