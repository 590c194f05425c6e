"""Bodies: read within limits and strictly; nothing malformed gets past, nothing malformed crashes."""

import json

import pytest

from core.contributions import Route
from core.errors import Invalid
from core.web.binding import MAX_BODY, MAX_TEXT, strict_json
from core.web.page import Page
from tests.support.plugins import sample

FORM = "application/x-www-form-urlencoded"


class Echo(Page):
    """Gives back what it read."""

    def on_post(self, req, resp):
        form = self.form(req)
        files = {
            name: [(one.filename, one.stream.read().decode("latin-1")) for one in uploads]
            for name, uploads in form.files.items()
        }
        self.answer(resp, {"pairs": [p for p in form.pairs if p[0] != "_csrf"], "files": files})

    def on_post_json(self, req, resp):
        self.answer(resp, {"value": self.json(req)})

    def on_post_media(self, req, resp):
        self.answer(resp, {"value": req.get_media()})


@pytest.fixture
def browser(house_of):
    echo = Echo()
    routes = [
        Route(path="/form", resource=echo, action="core.use"),
        Route(path="/api/json", resource=echo, suffix="json", action="core.use"),
        Route(path="/api/media", resource=echo, suffix="media", action="core.use"),
    ]
    house = house_of(sample("alpha", register_routes=routes))
    house.enable("alpha")
    browser = house.browser(house.person())
    browser.headers["X-QB-CSRF"] = browser.csrf
    return browser


def send(browser, body, kind=FORM, path="/alpha/form", **headers):
    return browser.request("POST", path, body=body, headers={"Content-Type": kind, **headers})


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        ("a=1&b=2&a=3", [["a", "1"], ["b", "2"], ["a", "3"]]),
        ("a=&b", [["a", ""], ["b", ""]]),
        ("%E7%AB%A0=%E7%9B%96+%20", [["章", "盖  "]]),
        ("", []),
        ("a=%3Cscript%3E", [["a", "<script>"]]),
    ],
)
def test_a_form_is_read_in_order(browser, body, pairs):
    assert send(browser, body).json == {"pairs": pairs, "files": {}}


@pytest.mark.parametrize(
    "body",
    [
        b"a=%FF",
        b"a=%C3%28",
        b"%ED%A0%80=1",
        "a=章".encode(),
        b"a=\xff",
        b"a=%00",
        b"%00=1",
        b"a=x%00y",
        b"&".join(b"a=1" for _ in range(2001)),
        b"a=%E7%AB",
    ],
)
def test_a_malformed_form_is_refused(browser, body):
    assert send(browser, body).status_code == 422


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "application/xml", "image/png", "x", "multipart/mixed"]
)
def test_a_form_of_another_kind_is_refused(browser, kind):
    assert send(browser, "a=1", kind).status_code == 415


def test_the_kind_is_read_without_its_parameters(browser):
    assert send(browser, "a=1", "Application/X-WWW-Form-Urlencoded; charset=UTF-8").status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/alpha/form", FORM),
        ("/alpha/api/json", "application/json"),
        ("/alpha/api/media", "application/json"),
        ("/alpha/form", "text/plain"),
    ],
)
def test_a_body_over_a_megabyte_is_refused(browser, path, kind):
    body = "a=" + "x" * (MAX_BODY - 2)

    assert send(browser, body + "x", kind, path).status_code == 413
    if kind == FORM:
        assert send(browser, body).status_code == 200


@pytest.mark.parametrize("length", ["2000000", "9" * 30])
def test_a_length_that_lies_is_refused(browser, length):
    assert send(browser, "a=1", **{"Content-Length": length}).status_code == 413


def multipart(*parts, end="--b--\r\n"):
    chunks = [f"--b\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts]
    return b"".join(chunks) + end.encode()


def field(name, content=b"1", more=""):
    return (f'Content-Disposition: form-data; name="{name}"{more}', content)


MULTIPART = "multipart/form-data; boundary=b"


def test_a_multipart_form_has_fields_and_files(browser):
    body = multipart(
        field("a", "章".encode()),
        field("f", b"one", '; filename="a.txt"'),
        field("f", b"two", '; filename="../b.txt"'),
        field("empty", b"", '; filename=""'),
    )

    assert send(browser, body, MULTIPART).json == {
        "pairs": [["a", "章"]],
        "files": {"f": [["a.txt", "one"], ["../b.txt", "two"]]},
    }


def test_a_multipart_form_may_have_many_fields(browser):
    body = multipart(*(field(f"f{number}") for number in range(300)))

    assert len(send(browser, body, MULTIPART).json["pairs"]) == 300


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", MULTIPART),
        (b"nonsense", MULTIPART),
        (b"--b\r\n", MULTIPART),
        (multipart(field("a"), end=""), MULTIPART),
        (multipart(field("a", b"\xff\xfe")), MULTIPART),
        (multipart(field("a", b"x\0y")), MULTIPART),
        (multipart(field("a\0", b"1")), MULTIPART),
        (multipart(("X-Long: " + "x" * 20_000, b"1")), MULTIPART),
        (multipart(field("a", b"x" * (MAX_BODY + 10))), MULTIPART),
        (multipart(*(field("a") for _ in range(2001))), MULTIPART),
        (multipart(("Content-Disposition: form-data; name=\"a\"; filename*=klingon''x", b"1")), MULTIPART),
        (multipart(("Content-Disposition: form-data; name=\"a\"; filename*=utf-8''%FF%FE", b"1")), MULTIPART),
        (multipart(("Content-Type: text/plain; charset=klingon\r\n" + field("a")[0], b"1")), MULTIPART),
        (multipart(field("a")), "multipart/form-data"),
        (multipart(field("a")), "multipart/form-data; boundary="),
        (multipart(field("a")), "multipart/form-data; boundary=" + "b" * 500),
        (multipart(field("a")), "multipart/form-data; boundary=other"),
    ],
)
def test_a_malformed_multipart_form_never_crashes(browser, body, kind):
    answer = send(browser, body, kind)

    assert answer.status_code in (400, 413, 422), answer.text[:200]


NOT_JSON = {
    "empty": "",
    "cut": '{"a": 1',
    "word": "nope",
    "NaN": '{"a": NaN}',
    "infinity": "[Infinity]",
    "minus infinity": "[-Infinity]",
    "float overflow": "[1e999]",
    "duplicate key": '{"a": 1, "a": 2}',
    "inner duplicate": '[{"a": {"b": 1, "b": 1}}]',
    "depth 17": "[" * 17 + "]" * 17,
    "depth of objects": '{"a":' * 17 + "1" + "}" * 17,
    "very deep": "[" * 100_000,
    "lone surrogate": r'["\ud800"]',
    "lone surrogate key": r'{"\udfff": 1}',
    "huge int": "[9007199254740993]",
    "huge negative": "[-9007199254740993]",
    "enormous int": "[" + "9" * 5000 + "]",
    "70 KB text": json.dumps(["x" * 70 * 1024]),
    "long key": json.dumps({"x" * 70 * 1024: 1}),
    "many nodes": json.dumps([0] * 10_001),
    "nul": r'["a\u0000b"]',
    "two values": "1 2",
    "trailing comma": "[1,]",
    "single quotes": "{'a': 1}",
    "comment": "[1] // one",
    "byte order mark": "\ufeff[1]",
    "raw control": '["\x01"]',
}


@pytest.mark.parametrize("path", ["/alpha/api/json", "/alpha/api/media"])
@pytest.mark.parametrize("text", NOT_JSON.values(), ids=NOT_JSON)
def test_json_outside_the_limits_is_refused(browser, text, path):
    answer = send(browser, text.encode("utf-8", "surrogatepass"), "application/json", path)

    assert answer.status_code == 422
    assert answer.json["status"] == answer.status_code


@pytest.mark.parametrize(
    "body", [b'["\xff"]', b'["\xed\xa0\x80"]', '["章"]'.encode("utf-16"), '["章"]'.encode("gb18030")]
)
def test_json_in_another_encoding_is_refused(browser, body):
    assert send(browser, body, "application/json", "/alpha/api/json").status_code == 422


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1,
        2**53,
        1.5,
        "",
        "章🏥",
        "x" * MAX_TEXT,
        [],
        {},
        {"a": [1, {"b": None}]},
        json.loads("[" * 16 + "]" * 16),
        ["[[[[[[[[[[[[[[[[[[[[", '"'],
        {"": ""},
    ],
)
def test_json_within_the_limits_is_read(browser, value):
    answer = send(browser, json.dumps(value), "application/json", "/alpha/api/json")

    assert answer.json == {"value": value}


@pytest.mark.parametrize("kind", [FORM, "text/json", "text/plain", "application/xml", "application/jsonx"])
def test_json_of_another_kind_is_refused(browser, kind):
    answer = send(browser, "{}", kind, "/alpha/api/json")

    assert (answer.status_code, answer.json["status"]) == (415, 415)


@pytest.mark.parametrize("text", ['"', '"\\', '["' + "[" * 30])
def test_an_unfinished_text_is_an_ordinary_mistake(text):
    with pytest.raises(Invalid):
        strict_json(text.encode())
