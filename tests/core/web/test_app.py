"""What every answer has in common: who may pass, odd requests, errors in words, headers, compression."""

import gzip
import json
import re

import falcon
import peewee
import pytest

from core import __version__, log
from core.auth.actor import system
from core.contributions import Action, Route
from core.errors import (
    Conflict,
    Invalid,
    Misconfigured,
    NotAllowed,
    NotFound,
    NotSignedIn,
    QingbanError,
    TooLarge,
    TooMany,
    Unavailable,
)
from core.testing import DESK, IPHONE
from core.web.app import create_app, declared
from core.web.page import Page
from tests.support.plugins import sample

SECRET = "canary-4711"


class Moody(Page):
    """Answers as it is told to."""

    def __init__(self):
        self.error = None

    def on_get(self, req, resp):
        if self.error:
            raise self.error
        self.render(resp, "error.html", title="好", text="字" * 2000, code=200, trace="")

    def on_get_api(self, req, resp):
        if self.error:
            raise self.error
        self.answer(resp, {"text": "x" * 3000})

    def on_get_small(self, req, resp):
        self.answer(resp, {"ip": req.context.ip})


@pytest.fixture
def moody():
    return Moody()


@pytest.fixture
def house(house_of, moody):
    return with_routes(house_of, moody)


def with_routes(house_of, moody, **changes):
    routes = [
        Route(path="/page", resource=moody, action="alpha.see"),
        Route(path="/api/data", resource=moody, suffix="api", action="alpha.see"),
        Route(path="/small", resource=moody, suffix="small", action="core.use"),
        Route(path="/open", resource=moody, suffix="small", public="样例"),
        Route(path="/closed", resource=moody, suffix="small", action="alpha.closed"),
        Route(path="/things/{thing_id}", resource=moody, suffix="small", action="core.use"),
    ]
    actions = [
        Action(name="alpha.see", title="看", default_groups=("everyone",)),
        Action(name="alpha.closed", title="关着"),
    ]
    house = house_of(sample("alpha", register_routes=routes, register_actions=actions), **changes)
    house.enable("alpha")
    return house


@pytest.fixture
def browser(house):
    return house.browser(house.person("护士甲"))


# Who may pass


def test_nobody_is_sent_to_sign_in_and_back(house):
    answer = house.browser().get("/alpha/page?x=1&y=%E7%AB%A0")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/start?next=/alpha/page%3Fx%3D1%26y%3D%25E7%25AB%25A0"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/alpha/api/data", {}),
        ("/-/people", {}),
        ("/alpha/page", {"Accept": "application/json"}),
        ("/alpha/page", {"Accept": "application/problem+json"}),
    ],
)
def test_a_machine_is_told_in_json(house, path, headers):
    answer = house.browser().get(path, **headers)

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json["kind"] == "not_signed_in"


@pytest.mark.parametrize(
    ("headers", "where"),
    [
        ({}, "/auth/start?next=/alpha/page"),
        (
            {"HX-Current-URL": "http://localhost:8700/todo?list=reading"},
            "/auth/start?next=/todo%3Flist%3Dreading",
        ),
        ({"HX-Current-URL": "https://evil.example//evil.example/x"}, "/auth/start?next=/"),
        ({"HX-Current-URL": "http://[broken"}, "/auth/start?next=/"),
    ],
)
def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(house, headers, where):
    answer = house.browser().get("/alpha/page", **{"HX-Request": "true", **headers})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, where)


def test_a_part_of_a_page_with_chinese_in_its_address_does_not_crash(house):
    answer = house.browser().get("/alpha/things/%E7%AB%A0", **{"HX-Request": "true"})

    assert answer.headers["hx-redirect"] == "/auth/start?next=/alpha/things/%E7%AB%A0"


def test_a_public_page_asks_nobody(house):
    assert house.browser().get("/alpha/open").status_code == 200


def test_without_the_action_there_is_no_way_in(browser):
    answer = browser.get("/alpha/closed")

    assert answer.status_code == 403
    assert "你没有“关着”的权限" in answer.text


def test_who_may_what_comes_before_whether_the_method_exists(house, browser):
    assert house.browser().request("DELETE", "/alpha/closed").status_code == 401
    assert browser.request("DELETE", "/alpha/closed").status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_nobody_wrote_is_refused(browser, method):
    answer = browser.request(method, "/alpha/small", headers={"X-QB-CSRF": browser.csrf})

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_a_method_nobody_needs_is_refused(browser):
    answer = browser.request("TRACE", "/alpha/small", headers={"X-QB-CSRF": browser.csrf})

    assert answer.status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/alpha",
        "/alpha/",
        "/alpha/page/",
        "/alpha/page/x",
        "/beta/",
        "/ALPHA/page",
        "/admin/nowhere",
    ],
)
def test_an_unknown_page_is_not_found(browser, path):
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "没有找到" in answer.text


# Odd requests

ODD = [
    "//alpha/page",
    "/alpha//page",
    "/alpha/./page",
    "/alpha/../alpha/page",
    "/alpha/page/..",
    "/alpha/page/.",
    "/alpha;x=1/page",
    "/alpha/page;.css",
    "/alpha\\page",
    "/alpha/%2e%2e/page",
    "/alpha/%2E/page",
    "/alpha%2fpage",
    "/alpha%2Fpage",
    "/alpha/page%5c",
    "/alpha/page%00",
    "/alpha/page%00.css",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/../core/config.py",
    "/static/%2e%2e/x",
]


@pytest.mark.parametrize("path", ODD)
def test_odd_paths_are_refused_before_anything_looks_at_them(house, path):
    answer = raw(house, path)

    assert answer.status_code == 400


def raw(house, path, **headers):
    """Ask for a path exactly as written, the way a web server passes it on."""
    from falcon.testing import TestClient

    return TestClient(house.app).simulate_get(
        path.split("%")[0].split("?")[0] or "/",
        headers={"Host": "localhost:8700", "Accept": "text/html", **headers},
        extras={"RAW_URI": path},
    )


@pytest.mark.parametrize("path", ["/search?q=%00", "/alpha/open?x=a%00b"])
def test_a_nul_in_the_query_is_refused(browser, path):
    assert browser.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/alpha/open?next=//x;y", "/alpha/open?a=%2f%2e%2e"])
def test_the_query_may_hold_what_a_path_may_not(browser, path):
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost",
        "localhost:80",
        "localhost:8700.evil.example",
        "evil.example:8700",
        "127.0.0.1:8700",
        "localhost:8700@evil.example",
        "[::1]:8700",
        "x" * 300,
    ],
)
def test_a_foreign_host_is_refused(house, browser, host):
    answer = browser.get("/alpha/small", Host=host)

    assert answer.status_code == 400
    assert host not in answer.text


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL", "X-Rewrite-URL"]
)
def test_forwarding_headers_lead_nowhere(house, browser, name):
    answer = browser.get("/alpha/small", **{name: "host=evil.example"})

    assert (answer.status_code, "evil" in str(answer.headers)) == (200, False)


@pytest.mark.parametrize(
    ("proxy", "forwarded", "ip"),
    [
        ("", "6.6.6.6", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6", "6.6.6.6"),
        ("127.0.0.1", "1.1.1.1, 6.6.6.6", "6.6.6.6"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.0.0.9", "6.6.6.6", "127.0.0.1"),
    ],
)
def test_only_the_known_proxy_says_where_a_request_came_from(house_of, moody, proxy, forwarded, ip):
    house = with_routes(house_of, moody, trusted_proxy=proxy)

    answer = house.browser(house.person()).get("/alpha/small", **{"X-Forwarded-For": forwarded})

    assert answer.json == {"ip": ip}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8700"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_origin_is_let_in_to_read(browser, origin, method):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    answer = browser.request(method, "/alpha/small", headers=asked)

    assert [name for name in answer.headers if name.startswith("access-control")] == []


# Errors in words

ERRORS = [
    (Invalid({"title": "请填标题"}), 422, "invalid"),
    (NotSignedIn(), 401, "not_signed_in"),
    (NotAllowed(), 403, "not_allowed"),
    (NotFound(), 404, "not_found"),
    (Conflict(), 409, "conflict"),
    (TooLarge(), 413, "too_large"),
    (TooMany(retry_after=3), 429, "too_many"),
    (Unavailable(retry_after=9), 503, "unavailable"),
    (Misconfigured("少一个设置"), 500, "misconfigured"),
    (QingbanError(), 500, "error"),
    (RuntimeError(SECRET), 500, "error"),
    (KeyError(SECRET), 500, "error"),
    (RecursionError(SECRET), 500, "error"),
    (peewee.OperationalError(SECRET), 503, "unavailable"),
    (peewee.InterfaceError(SECRET), 503, "unavailable"),
    (peewee.IntegrityError(SECRET), 500, "error"),
    (falcon.HTTPBadRequest(title=SECRET, description=SECRET), 400, "request"),
    (falcon.HTTPNotFound(description=SECRET), 404, "not_found"),
    (falcon.HTTPUnsupportedMediaType(), 415, "request"),
    (falcon.HTTPContentTooLarge(), 413, "too_large"),
    (falcon.HTTPInternalServerError(description=SECRET), 500, "request"),
    (falcon.HTTPInvalidParam(SECRET, "page"), 400, "request"),
]
each_error = pytest.mark.parametrize(("error", "status", "kind"), ERRORS)


@each_error
def test_a_page_says_what_went_wrong_and_nothing_more(browser, moody, error, status, kind):
    moody.error = error

    answer = browser.get("/alpha/page")

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    for word in (SECRET, "Traceback", "File ", ".py", "peewee", "falcon", "Python", __version__):
        assert word not in re.sub(r"<style.*?</style>|/static/[^\"]*", "", answer.text, flags=re.DOTALL)


@each_error
def test_a_machine_gets_a_problem(browser, moody, error, status, kind):
    moody.error = error

    answer = browser.get("/alpha/api/data")

    problem = answer.json
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.fullmatch(r"[0-9A-F]{8}", problem.pop("trace"))
    fields = {"fields": error.fields} if isinstance(error, Invalid) else {}
    title = problem.pop("title")
    assert problem == {"type": f"urn:qingban:{kind}", "status": status, "kind": kind, **fields}
    assert title
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("error", "seconds"), [(TooMany(retry_after=3), "3"), (Unavailable(retry_after=9), "9")]
)
def test_the_answer_says_when_to_try_again(browser, moody, error, seconds):
    moody.error = error

    assert browser.get("/alpha/page").headers["retry-after"] == seconds


def test_a_page_of_a_crash_carries_the_mark_that_stands_in_the_log(browser, moody, monkeypatch):
    seen = []
    monkeypatch.setattr("core.web.errors.logger.exception", lambda *a: seen.append(log.request_id.get()))
    moody.error = RuntimeError(SECRET)

    answer = browser.get("/alpha/page")

    assert len(seen) == 1
    assert seen[0] in answer.text


@pytest.mark.parametrize(
    ("status", "link"), [(NotSignedIn(), "/auth/start"), (NotAllowed(), "/"), (NotFound(), "/")]
)
def test_an_error_page_offers_the_next_step(browser, moody, status, link):
    moody.error = status

    assert f'class="qb-btn qb-btn--brand" href="{link}"' in browser.get("/alpha/page").text


def test_an_error_page_escapes_what_it_says(browser, moody):
    moody.error = Conflict("<script>alert(1)</script>")

    assert "<script>alert(1)" not in browser.get("/alpha/page").text


def test_a_json_body_gets_a_json_refusal(browser):
    answer = browser.request("POST", "/alpha/small", body="{}", headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json["kind"]) == (403, "not_allowed")


# Headers

PLACES = {
    "page": ("/alpha/page", 200),
    "json": ("/alpha/api/data", 200),
    "not found": ("/nowhere", 404),
    "not allowed": ("/alpha/closed", 403),
    "odd": ("/alpha//page", 400),
    "sign in": ("/auth/start", 303),
    "health": ("/-/health", 200),
    "callback": ("/wecom/callback", 404),
}


@pytest.mark.parametrize(("path", "status"), PLACES.values(), ids=PLACES)
def test_every_answer_carries_the_headers_of_the_house(browser, path, status):
    answer = browser.get(path)

    headers = answer.headers
    assert answer.status_code == status
    assert {
        name: headers.get(name)
        for name in (
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cache-control",
        )
    } == {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    assert {"server", "x-powered-by"} & set(headers) == set()
    assert_policy(headers["content-security-policy"])


def assert_policy(policy):
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    strict = ("default-src", "base-uri", "frame-ancestors", "object-src")
    assert {name: rules[name] for name in strict} == dict.fromkeys(strict, "'none'")
    assert (rules["form-action"], rules["connect-src"]) == ("'self'", "'self'")
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("error", [RuntimeError(), NotAllowed(), peewee.OperationalError()])
def test_errors_carry_them_too(browser, moody, error):
    moody.error = error

    answer = browser.get("/alpha/page")

    assert_policy(answer.headers["content-security-policy"])
    assert answer.headers["cache-control"] == "no-store"


def test_every_page_has_its_own_nonce_and_every_inline_part_carries_it(browser):
    pages = [browser.get("/alpha/page") for _ in range(2)]

    nonces = [re.search(r"'nonce-([^']+)'", page.headers["content-security-policy"])[1] for page in pages]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        assert set(re.findall(r'nonce="([^"]*)"', page.text)) == {nonce}
        assert re.findall(r"<style(?! nonce)|<script(?![^>]*src)", page.text) == []


def test_a_plain_origin_promises_no_tls(browser):
    assert "strict-transport-security" not in browser.get("/").headers


# Compression


def test_a_page_is_compressed_for_who_can_read_it(browser):
    plain = browser.get("/alpha/api/data")
    packed = browser.get("/alpha/api/data", **{"Accept-Encoding": "br, gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 4


def test_a_small_answer_is_left_as_it_is(browser):
    assert "content-encoding" not in browser.get("/alpha/small", **{"Accept-Encoding": "gzip"}).headers


def test_an_error_page_is_compressed_too(browser, moody):
    moody.error = NotAllowed()

    answer = browser.get("/alpha/page", **{"Accept-Encoding": "gzip"})

    assert answer.status_code == 403
    assert "没有权限" in gzip.decompress(answer.content).decode()


# Small things around


@pytest.mark.parametrize("user_agent", [IPHONE, DESK, "", "curl/8"])
def test_any_client_gets_a_page(house, user_agent):
    browser = house.browser(house.person(), user_agent=user_agent)

    assert browser.get("/alpha/page").status_code == 200


def test_a_sentence_travels_to_the_next_page_once(browser):
    sent = browser.post("/me/display", {"size": "lg"})
    cookie = sent.cookies["qb-flash"]
    with_flash = {"Cookie": f"{browser.headers['Cookie']}; qb-flash={cookie.value}"}

    page = browser.get("/me", **with_flash)

    assert (sent.status_code, cookie.http_only, cookie.same_site) == (303, True, "Lax")
    assert "已调整" in page.text
    assert page.cookies["qb-flash"].value == ""


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "%7B%7D",
        "[]",
        "1",
        '"x"',
        "%22text%22",
        "null",
        "%7B%22text%22%3A%22a%22%2C%22then%22%3A5%7D",
        "%7B%22text%22%3A%22a%22%2C%22then%22%3A%5B%5D%7D",
        "%FF",
        "%7B%22text%22%3A%20%5B1%5D%7D",
    ],
)
def test_a_planted_sentence_never_crashes(browser, value):
    answer = browser.get("/me", Cookie=f"{browser.headers['Cookie']}; qb-flash={value}")

    assert answer.status_code == 200


def test_a_planted_sentence_leads_nowhere_and_runs_nothing(browser):
    flash = falcon.uri.encode_value(
        json.dumps({"text": "<script>x</script>", "then": ["去", "//evil.example"]})
    )

    page = browser.get("/me", Cookie=f"{browser.headers['Cookie']}; qb-flash={flash}").text

    assert "evil.example" not in page
    assert "<script>x" not in page


def test_health_answers_without_signing_in_and_says_nothing_else(house):
    answer = house.browser().get("/-/health")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "path",
    [
        "/wecom/callback",
        "/wecom/callback?msg_signature=a&timestamp=1&nonce=2&echostr=x",
        "/wecom/callback?msg_signature=a&msg_signature=b&timestamp=1&timestamp=2&nonce=2&nonce=3&echostr=x&echostr=y",
        "/wecom/callback?msg_signature=%E7%AB%A0&timestamp=x&nonce=&echostr=%FF",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_callback_that_wecom_did_not_send_finds_nothing(house, path, method):
    answer = house.browser().request(method, path, body=b"<xml>" if method == "POST" else None)

    assert answer.status_code == 404


def test_a_callback_over_its_limit_is_refused(house):
    answer = house.browser().request("POST", "/wecom/callback?msg_signature=a", body=b"x" * 70_000)

    assert answer.status_code == 413


def test_every_declared_address_is_served(house):
    templates = [template for template, _, _ in declared(house.platform)]

    assert len(templates) == len(set(templates))
    assert {"/", "/todo", "/me", "/auth/start", "/admin/plugins", "/alpha/page", "/-/health"} <= set(
        templates
    )


def test_two_apps_stand_beside_each_other(house):
    assert create_app(house.platform) is not house.app


def test_an_address_of_core_cannot_be_taken(house_of):
    route = Route(path="/plugins", resource=Moody(), action="core.use")

    with pytest.raises(Misconfigured, match="/admin/plugins 被 core 和 admin 同时声明"):
        house_of(sample("admin", register_routes=[route]))


def test_switching_off_hides_public_pages_of_nobody(house):
    """A public page has no site to ask; it says in words why it is open."""
    house.platform.disable(house.site, "alpha", by=system(house.site))

    assert house.browser().get("/alpha/open").status_code == 200
