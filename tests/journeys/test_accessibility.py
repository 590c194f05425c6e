"""The real pages with real people in them can be used by everyone, in both themes and in large type."""

import re

import pytest

from tests.journeys import leave, signup
from tests.support.access import hidden_behind_bar, problems
from tests.support.demo import sign_in_at_the_desk
from tests.support.handset import shot

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

LOOKS = [("light", "", 390, 844), ("dark", "xl", 320, 640)]
"""Contrast does not depend on the width, nor the layout on the theme; the sample pages meet every pair."""


@pytest.fixture(scope="module")
def seen():
    """Addresses that one look makes and the next ones use again."""
    return {}


def addresses(demo, visit, seen):
    """Return the pages of the tour, with things on them."""
    if not seen:
        path = leave.send_by_wire(demo, visit("neighbour"), days=2)
        clerk = visit("clerk")
        clerk.goto(f"{demo.address}/miniapps/new")
        clerk.get_by_role("button", name="使用").first.click()
        code = signup.make(clerk, title="院内感染防控培训报名", places=60, waiting=10)
        seen.update(
            workbench="/",
            todo="/todo",
            choose="/flows/",
            form=leave.FORM,
            detail=path,
            signup=signup.path_of(code),
            signups="/miniapps/",
            me="/me",
            messages="/messages",
        )
    return seen


def is_dark(page):
    """Tell whether light letters stand on a dark ground."""
    colour = page.evaluate("getComputedStyle(document.body).color")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) > 3 * 128


@pytest.mark.parametrize(("theme", "size", "width", "height"), LOOKS)
def test_phone_pages_can_be_used_by_everyone(demo, visit, seen, theme, size, width, height):
    pages = addresses(demo, visit, seen)
    page = visit(
        "neighbour_head",
        theme=theme,
        viewport={"width": width, "height": height},
    )
    demo.send(page, "/me/display", {"size": size})
    page.goto(f"{demo.address}/me")
    assert is_dark(page) is (theme == "dark")

    found = {}
    for name, path in pages.items():
        page.goto(demo.address + path)
        found[name] = problems(page) + [f"behind the bar: {one}" for one in hidden_behind_bar(page)]
        shot(page, f"look-{theme}{width}-{name}", whole=True)
    page.goto(demo.address + pages["detail"])
    page.locator(".qb-bar").get_by_role("link", name="同意", exact=True).click()
    found["sheet"] = problems(page)
    shot(page, f"look-{theme}{width}-sheet")
    demo.send(page, "/me/display", {"size": ""})

    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_plugin_list_can_be_used_by_everyone(demo, desktop, theme):
    page = desktop(color_scheme=theme, reduced_motion="reduce", allow=["status of 401"])
    sign_in_at_the_desk(demo, page, demo.cast["it_admin"], "/admin/plugins")
    page.locator("h1").wait_for()

    found = {"list": problems(page)}
    shot(page, f"look-{theme}-plugins")
    page.get_by_role("switch", name="流程审批").click()
    found["confirm"] = problems(page)

    assert found == {"list": [], "confirm": []}
