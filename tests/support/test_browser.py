"""The browser helper notices what a page must not do."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.browser import PHONE, opener, overflow, small_targets

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser")]

POLICY = "default-src 'none'; script-src 'nonce-n'"


class Pages(BaseHTTPRequestHandler):
    """Serve the text that the address names."""

    bodies: dict[str, str] = {}

    def do_GET(self) -> None:
        body = self.bodies.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *words: object) -> None:
        """Stay silent."""


@pytest.fixture
def show():
    """Serve one page and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(body: str) -> str:
        Pages.bodies = {"/": f"<!doctype html><meta name=viewport content='width=device-width'>{body}"}
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    server.shutdown()
    server.server_close()


def complaints_about(browser, address: str) -> str:
    """Open an address on a phone and give what the helper holds against it."""
    phones = opener(browser, PHONE)
    page = next(phones)()
    page.goto(address)
    page.wait_for_timeout(150)
    with contextlib.suppress(StopIteration):
        try:
            next(phones)
        except AssertionError as failure:
            return str(failure)
    return ""


def test_quiet_page_passes_on_a_chinese_phone(phone, show):
    page = phone()
    page.goto(show("<p>你好</p>"))

    facts = page.evaluate("[innerWidth, innerHeight, navigator.language, navigator.maxTouchPoints > 0]")

    assert facts == [390, 844, "zh-CN", True]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script nonce=n>throw new Error('跌倒')</script>", "page error"),
        ("<script nonce=n>console.error('哎呀')</script>", "console: 哎呀"),
        ("<script>1</script>", "policy: script-src-elem"),
        ("<img src=http://example.invalid/x.png>", "foreign host: http://example.invalid/x.png"),
    ],
    ids=["throws", "logs an error", "breaks the policy", "asks another host"],
)
def test_misbehaving_page_is_named(browser, show, body, complaint):
    assert complaint in complaints_about(browser, show(body))


def test_expected_complaint_is_allowed(phone, show):
    page = phone(allow=["哎呀"])

    page.goto(show("<script nonce=n>console.error('哎呀')</script>"))

    page.wait_for_timeout(150)


def test_overflow_and_small_targets_are_measured(phone, show):
    page = phone()
    page.goto(show("<table width=500><tr><td><button>x</button></table>"))

    assert (overflow(page) > 0, len(small_targets(page))) == (True, 1)
