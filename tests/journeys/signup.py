"""How a clerk makes a sign-up in the journeys."""

import re

from playwright.sync_api import FrameLocator, Page, expect


def make(app: Page | FrameLocator, *, title: str, places: int, waiting: int = 0) -> str:
    """Fill in the template that was chosen and publish it; return the code that opens it."""
    app.get_by_label("名称", exact=False).first.fill(title)
    app.locator("[name=places]").fill(str(places))
    app.locator("[name=wait]").fill(str(waiting or ""))
    app.get_by_role("button", name="发布", exact=True).click()
    link = app.locator("[data-qr]").first
    expect(link).to_be_visible()
    return link.get_attribute("data-qr") or ""


def path_of(link: str) -> str:
    """Return the path behind a code."""
    return re.sub(r"^https?://[^/]+", "", link)
