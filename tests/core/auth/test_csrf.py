"""Foreign pages may not act: origin first, then the token of this very session."""

import json
from urllib.parse import urlencode

import pytest

from core.auth import csrf
from core.contributions import Route
from core.errors import NotAllowed
from core.testing import ORIGIN
from core.web.page import Page
from tests.support.plugins import sample

ACCEPTED, REFUSED = 200, 403


class Counter(Page):
    """Counts what got through."""

    def __init__(self):
        self.count = 0

    def on_get(self, req, resp):
        self.answer(resp, {})

    def on_post(self, req, resp):
        self.count += 1
        self.answer(resp, {})

    on_put = on_patch = on_delete = on_post


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture
def house(house_of, counter):
    house = house_of(
        sample("alpha", register_routes=[Route(path="/act", resource=counter, action="core.use")])
    )
    house.enable("alpha")
    return house


def send(house, person, headers, *, token=None, method="POST"):
    """Send a form with exactly these headers beside cookie and host."""
    browser = house.browser(person)
    kept = {name: browser.headers[name] for name in ("Cookie", "Host", "User-Agent")}
    body = urlencode({"_csrf": browser.csrf if token is None else token})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.client.simulate_request(
        method, "/alpha/act", headers={**kept, **kind, **headers}, body=body
    ).status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, ACCEPTED),
        ({"Sec-Fetch-Site": "cross-site"}, REFUSED),
        ({"Sec-Fetch-Site": "same-site"}, REFUSED),
        ({"Sec-Fetch-Site": "none"}, REFUSED),
        ({"Sec-Fetch-Site": ""}, REFUSED),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, REFUSED),
        ({"Origin": ORIGIN}, ACCEPTED),
        ({"Origin": "null"}, REFUSED),
        ({"Origin": "https://evil.example"}, REFUSED),
        ({"Origin": ORIGIN + ".evil.example"}, REFUSED),
        ({"Origin": "http://localhost"}, REFUSED),
        ({"Origin": "https://localhost:8700"}, REFUSED),
        ({"Origin": "https://evil.example", "Referer": ORIGIN + "/"}, REFUSED),
        ({"Referer": ORIGIN + "/alpha/act?x=1"}, ACCEPTED),
        ({"Referer": "https://evil.example/" + ORIGIN}, REFUSED),
        ({"Referer": ORIGIN + "@evil.example/"}, REFUSED),
        ({"Referer": "/alpha/act"}, REFUSED),
        ({"Referer": "http://[broken"}, REFUSED),
        ({"Referer": ""}, REFUSED),
        ({}, REFUSED),
    ],
)
def test_where_a_change_may_come_from(house, counter, headers, answer, method):
    assert send(house, house.person(), headers, method=method) == answer
    assert counter.count == (answer == ACCEPTED)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "é", "' OR 1=1"])
def test_a_form_without_the_right_token_is_refused(house, counter, token):
    assert send(house, house.person(), {"Origin": ORIGIN}, token=token) == REFUSED
    assert counter.count == 0


def test_the_token_of_another_person_is_refused(house, counter):
    other = house.browser(house.person())

    assert send(house, house.person(), {"Origin": ORIGIN}, token=other.csrf) == REFUSED


def test_the_token_of_my_last_session_is_refused(house):
    person = house.person()
    before = house.browser(person)

    assert send(house, person, {"Origin": ORIGIN}, token=before.csrf) == REFUSED


def test_the_header_carries_the_token_too(house, counter):
    browser = house.browser(house.person())

    answer = browser.post_json("/alpha/act", {})

    assert (answer.status_code, counter.count) == (200, 1)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream", ""])
def test_anything_but_a_form_needs_the_header(house, counter, kind):
    browser = house.browser(house.person())
    body = json.dumps({"_csrf": browser.csrf})

    answer = browser.request("POST", "/alpha/act", body=body, headers={"Content-Type": kind})

    assert (answer.status_code, counter.count) == (REFUSED, 0)


def test_a_wrong_header_is_not_made_good_by_the_form(house, counter):
    browser = house.browser(house.person())

    answer = browser.post("/alpha/act", {}, **{"X-QB-CSRF": "0" * 64})

    assert (answer.status_code, counter.count) == (REFUSED, 0)


def test_a_token_in_the_address_does_not_count(house, counter):
    browser = house.browser(house.person())

    answer = browser.request("POST", f"/alpha/act?_csrf={browser.csrf}")

    assert (answer.status_code, counter.count) == (REFUSED, 0)


def test_a_multipart_form_carries_the_token(house, counter):
    browser = house.browser(house.person())
    body = f'--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n{browser.csrf}\r\n--b--\r\n'

    answer = browser.request(
        "POST", "/alpha/act", body=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert (answer.status_code, counter.count) == (200, 1)


def test_who_is_not_signed_in_is_told_so_first(house, counter):
    answer = house.browser().post("/alpha/act", {})

    assert (answer.status_code, counter.count) == (401, 0)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}]
)
def test_reading_is_open_to_links_from_anywhere(house, headers):
    browser = house.browser(house.person())
    browser.headers.pop("Sec-Fetch-Site")

    assert browser.get("/alpha/act", **headers).status_code == 200


def test_the_token_depends_on_key_and_session():
    tokens = {csrf.token(key, session) for key in (b"a" * 32, b"b" * 32) for session in ("s1", "s2")}

    assert len(tokens) == 4


def test_the_right_token_passes():
    csrf.check_token(csrf.token(b"k" * 32, "s"), b"k" * 32, "s")

    with pytest.raises(NotAllowed):
        csrf.check_token(csrf.token(b"k" * 32, "s")[:-1], b"k" * 32, "s")
