"""A real browser with simulated phones; a page that misbehaves fails its test.

A page misbehaves when it throws, writes an error to the console, breaks the content security policy, or asks
another host. Tests that provoke an answer such as 422 on purpose say so: `phone(allow=[r"status of 422"])`.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = {"127.0.0.1", "localhost", "::1"}
"""The only hosts a page may ask."""

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}
DESKTOP: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}

# The console names a violation only in some cases; the event always does.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event => console.error(
  `policy: ${event.effectiveDirective} refused ${event.blockedURI} (${event.sourceFile})`));
"""


@dataclass(kw_only=True)
class Watch:
    """What the pages of one context did that they should not."""

    allow: Sequence[str]
    """Patterns of complaints that this test expects."""
    complaints: list[str] = field(default_factory=list)

    def note(self, complaint: str) -> None:
        """Keep a complaint unless the test expects it."""
        if not any(re.search(pattern, complaint) for pattern in self.allow):
            self.complaints.append(complaint)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page the context opens."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("weberror", lambda error: self.note(f"page error: {error.error}"))
        context.on("console", self._console)
        context.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.note(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in OURS:
            self.note(f"foreign host: {request.url}")


OpenPage = Callable[..., Page]


def find_chromium() -> str | None:
    """Find the system's Chromium; QINGBAN_CHROMIUM names another."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("QINGBAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run one headless Chromium for this test worker; skip where none is installed."""
    program = find_chromium()
    if not program:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGS)
        yield running
        running.close()


def opener(browser: Browser, defaults: dict[str, Any]) -> Iterator[OpenPage]:
    """Give a function that opens a page in a context of its own; judge all of them when the test ends."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(*, allow: Sequence[str] = (), timeout: float = 10_000, **options: Any) -> Page:
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(timeout)
        watch = Watch(allow=allow)
        watch.follow(context)
        opened.append((context, watch))
        return context.new_page()

    yield open_page
    for context, _ in opened:
        context.close()
    complaints = [complaint for _, watch in opened for complaint in watch.complaints]
    assert not complaints, "pages misbehaved:\n" + "\n".join(complaints)


@pytest.fixture
def phone(browser: Browser) -> Iterator[OpenPage]:
    """Open phones: `page = phone()`, `page = phone(color_scheme="dark", user_agent=…)`."""
    yield from opener(browser, PHONE)


@pytest.fixture
def desktop(browser: Browser) -> Iterator[OpenPage]:
    """Open desktop windows, with the same options as `phone`."""
    yield from opener(browser, DESKTOP)


def overflow(page: Page) -> int:
    """Count the pixels by which a page is wider than its window; 0 is right."""
    # A phone zooms out from a page that is too wide, so innerWidth would grow with it; clientWidth stays.
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, width)


def small_targets(page: Page, smallest: int = 24) -> list[str]:
    """List what can be tapped but is smaller than a fingertip."""
    found: list[str] = page.evaluate(
        """smallest => [...document.querySelectorAll(
          "a[href], button, input:not([type=hidden]), select, textarea, summary")]
        .filter(node => node.checkVisibility())
        .filter(node => { const box = node.getBoundingClientRect();
                          return box.width > 0 && (box.width < smallest || box.height < smallest); })
        .map(node => node.outerHTML.slice(0, 120))""",
        smallest,
    )
    return found
