"""A simulated phone in somebody's hand: the app, the chat, the camera, the scanner."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

SHOTS = Path(__file__).parents[2] / "var" / "shots"


@dataclass(frozen=True, kw_only=True)
class Handset:
    """What one person does with one phone."""

    page: Page
    """The phone itself; the app is a frame inside."""
    name: str
    """Who holds it."""
    port: int

    @property
    def app(self) -> FrameLocator:
        """What the app shows now."""
        return self.page.frame_locator("iframe.web-frame")

    @property
    def frame(self) -> Frame:
        """The app as a frame, to look inside."""
        held = self.page.locator("iframe.web-frame").element_handle()
        found = held.content_frame() if held else None
        assert found, "the app is not open"
        return found

    def open_app(self) -> None:
        """Tap the app on WeCom's own workbench."""
        self.page.click("[data-tab=grid]")
        self.page.click("button.app:has-text('轻办')")
        expect(self.app.locator("h1")).to_contain_text(self.name)

    def open(self, path: str) -> None:
        """Follow a link to a page of the app."""
        self.page.evaluate("path => qbPhone.open(location.origin + path)", path)
        expect(self.app.locator("main")).to_be_visible()

    def close_app(self) -> None:
        """Close the app if it is open."""
        self.page.evaluate("qbPhone.close()")

    def open_chat(self) -> None:
        """Open the chat with the app."""
        self.close_app()
        self.page.click("[data-tab=chat]")
        if not self.page.locator("section.chat").count():
            self.page.click("button.chat-row:has-text('轻办')")

    def card(self, text: str) -> Locator:
        """Find the newest card with these words."""
        return self.page.locator("article.card", has_text=text).last

    def press(self, text: str, button: str) -> None:
        """Press a button of a card."""
        self.card(text).get_by_role("button", name=button, exact=True).click()

    def take_photo(self, number: int = 0) -> None:
        """Choose one of the phone's photos after the app has asked for some."""
        self.page.click(f"button.photo[data-number='{number}']")
        self.page.click(".full-foot button")

    def scan(self, code: str) -> None:
        """Scan a code that is being shown."""
        self.close_app()
        self.page.click("[data-tab=chat]")
        if self.page.locator("section.chat").count():
            self.page.click("section.chat [aria-label='返回']")
        self.page.click("[aria-label='更多功能']")
        self.page.click(".sheet-item:has-text('扫一扫')")
        self.page.click(f"[data-code='{code}']")

    def shot(self, name: str) -> None:
        """Keep a picture for people to look at."""
        shot(self.page, name)


def shot(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of a page under `var/shots`."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)
