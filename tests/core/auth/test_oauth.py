"""Signing in through WeCom: one state, one code, one browser, and a way back that stays in the house."""

import re
from urllib.parse import parse_qs, quote, urlsplit

import falcon.testing
import pytest

from core.audit import AuditRecord
from core.auth.models import Session, SignIn
from core.auth.oauth import safe_path
from core.directory.models import Person
from core.errors import Unavailable
from core.messaging.wecom import WeComRefused
from core.testing import DESK, IPHONE, ORIGIN
from tests.support.plugins import sample

SECURE = "https://oa.example.cn"
CHROME_ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


class Codes:
    """WeCom's end: every code works once; `down` makes it fail."""

    def __init__(self):
        self.spent, self.down = [], None

    def user_for_code(self, code):
        if self.down:
            raise self.down
        if code in self.spent:
            raise WeComRefused(40029, "invalid code")
        self.spent.append(code)
        return code.removeprefix("code-")


@pytest.fixture
def codes(monkeypatch):
    made = Codes()
    monkeypatch.setattr("core.messaging.wecom.client", lambda config: made)
    return made


@pytest.fixture
def house(house_of, codes):
    return house_of(sample("alpha"))


@pytest.fixture
def secure_house(house_of, codes):
    return house_of(sample("alpha"), origin=SECURE)


class Phone:
    """A browser that keeps its cookies."""

    def __init__(self, house, user_agent=IPHONE):
        self.client = falcon.testing.TestClient(house.app)
        origin = urlsplit(house.platform.config.origin)
        self.base = {"User-Agent": user_agent, "Host": origin.netloc, "Accept": "text/html"}
        self.cookies = {}

    def get(self, path, **headers):
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.simulate_get(path, headers={**self.base, "Cookie": jar, **headers})
        for name, cookie in answer.cookies.items():
            self.cookies[name] = cookie.value
        return answer

    def start(self, wanted="/"):
        """Begin to sign in; gives the state that went to WeCom."""
        answer = self.get(f"/auth/start?next={quote(wanted, safe='')}")
        assert answer.status_code == 303, answer.text
        return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]

    def back(self, state, code, **more):
        query = "&".join(
            f"{k}={quote(str(v), safe='')}" for k, v in {"code": code, "state": state, **more}.items()
        )
        return self.get(f"/auth/callback?{query}")


def refusals():
    rows = AuditRecord.select().where(AuditRecord.event == "core.sign_in.refused").order_by(AuditRecord.id)
    return [row.facts["reason"] for row in rows]


def test_a_person_signs_in_and_sees_the_page_they_wanted(house):
    person = house.person("护士甲")
    phone = Phone(house)

    answer = phone.back(phone.start("/me?x=1"), f"code-{person.userid}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me?x=1")
    assert "护士甲" in phone.get("/me").text
    assert [row.event for row in AuditRecord.select()] == ["core.session.started"]


def test_inside_wecom_the_address_is_wecoms_own_sign_in(house):
    answer = Phone(house).get("/auth/start?next=/todo")

    parts = urlsplit(answer.headers["location"])
    query = parse_qs(parts.query)
    assert (parts.netloc, parts.fragment) == ("open.weixin.qq.com", "wechat_redirect")
    assert query["redirect_uri"] == [f"{ORIGIN}/auth/callback"]
    assert re.fullmatch(r"[0-9a-f]{64}", query["state"][0])
    assert "todo" not in answer.headers["location"]


def test_at_a_desk_a_page_offers_to_scan(house):
    desk = Phone(house, DESK)

    page = desk.get("/auth/start?next=" + quote("/todo?list=reading&page=2", safe=""))
    link = re.search(r'href="(/auth/start\?go=1[^"]*)"', page.text)[1].replace("&amp;", "&")
    answer = desk.get(link)

    assert page.status_code == 401
    assert "login.work.weixin.qq.com" in answer.headers["location"]
    assert SignIn.get().wanted == "/todo?list=reading&page=2"


def test_a_browser_outside_wecom_starts_nothing_by_itself(house):
    assert Phone(house, CHROME_ANDROID).get("/auth/start").status_code == 401
    assert SignIn.select().count() == 0


def test_a_page_leads_to_signing_in_and_back(house):
    person = house.person()
    phone = Phone(house)
    door = phone.get("/todo?list=reading&x=%E7%AB%A0")
    wecom = phone.get(door.headers["location"])
    state = parse_qs(urlsplit(wecom.headers["location"]).query)["state"][0]

    answer = phone.back(state, f"code-{person.userid}")

    assert door.status_code == 303
    assert answer.headers["location"] == "/todo?list=reading&x=%E7%AB%A0"


def test_a_state_works_once(house):
    person = house.person()
    phone = Phone(house)
    state = phone.start()
    cookies = dict(phone.cookies)
    phone.back(state, f"code-{person.userid}")
    phone.cookies = cookies

    again = phone.back(state, "code-2")

    assert (again.status_code, Session.select().count()) == (401, 1)
    assert refusals() == ["state"]


def test_a_state_is_spent_even_when_the_sign_in_fails(house, codes):
    person = house.person()
    phone = Phone(house)
    state = phone.start()
    phone.back(state, "code-nobody")

    assert phone.back(state, f"code-{person.userid}").status_code == 401
    assert SignIn.select().count() == 0


@pytest.mark.parametrize(("minutes", "status"), [(9, 303), (11, 401)])
def test_a_state_lives_ten_minutes(house, frozen_clock, minutes, status):
    person = house.person()
    phone = Phone(house)
    state = phone.start()

    frozen_clock(minutes=minutes)

    assert phone.back(state, f"code-{person.userid}").status_code == status


def test_old_states_are_swept_away(house, frozen_clock):
    Phone(house).start()
    frozen_clock(minutes=11)

    Phone(house).start()

    assert SignIn.select().count() == 1


@pytest.mark.parametrize("cookie", [None, "", "x" * 43, "é"])
def test_a_sign_in_ends_in_the_browser_where_it_began(house, codes, cookie):
    person = house.person()
    state = Phone(house).start()
    other = Phone(house)
    if cookie is not None:
        other.cookies["qbl"] = cookie

    answer = other.back(state, f"code-{person.userid}")

    assert (answer.status_code, codes.spent, Session.select().count()) == (401, [], 0)


def test_the_cookie_of_another_sign_in_does_not_do(house, codes):
    mine, theirs = Phone(house), Phone(house)
    mine.start()
    state = theirs.start()

    assert mine.back(state, "code-x").status_code == 401
    assert codes.spent == []


@pytest.mark.parametrize(
    "state",
    ["", "x", "0" * 63, "0" * 64, "0" * 65, "G" * 64, "' OR 1=1 --", "章" * 64, "0" * 64 + "\n", "a" * 5000],
)
def test_a_made_up_state_is_refused(house, codes, state):
    phone = Phone(house)
    phone.start()

    answer = phone.back(state, "code-x")

    assert (answer.status_code, codes.spent) == (401, [])
    assert "登录已过期" in answer.text


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?state=a&state=b&code=x", "?code=&state="])
def test_an_incomplete_return_is_refused(house, query):
    assert Phone(house).get(f"/auth/callback{query}").status_code == 401


@pytest.mark.parametrize("code", ["", "c" * 513])
def test_no_code_or_a_monstrous_one_is_never_spent(house, codes, code):
    phone = Phone(house)

    answer = phone.back(phone.start(), code)

    assert (answer.status_code, codes.spent) == (401, [])
    assert refusals() == ["no_code"]


def test_a_code_used_before_gives_a_clear_page(house):
    person = house.person()
    code = f"code-{person.userid}"
    first, second = Phone(house), Phone(house)
    first.back(first.start(), code)

    answer = second.back(second.start(), code)

    assert answer.status_code == 401
    assert "登录已过期，请重新打开" in answer.text
    assert '/auth/start"' in answer.text


def test_somebody_the_directory_does_not_know(house):
    phone = Phone(house)

    answer = phone.back(phone.start(), "code-stranger")

    assert answer.status_code == 403
    assert "通讯录里还没有你" in answer.text
    assert refusals() == ["unknown_person"]


@pytest.mark.parametrize(
    ("change", "words", "reason"),
    [
        ({"status": "disabled"}, "你的账号已停用", "inactive_person"),
        ({"status": "left"}, "你的账号已停用", "inactive_person"),
        ({"site": None}, "还没有分到站点", "no_site"),
    ],
)
def test_somebody_who_may_not_come_in(house, change, words, reason):
    person = house.person()
    Person.update(**change).where(Person.id == person.id).execute()
    phone = Phone(house)

    answer = phone.back(phone.start(), f"code-{person.userid}")

    assert (answer.status_code, Session.select().count()) == (403, 0)
    assert words in answer.text
    assert refusals() == [reason]


def test_while_wecom_is_away_the_page_says_so(house, codes):
    codes.down = Unavailable("企业微信暂时连不上，请稍后再试", retry_after=7)
    phone = Phone(house)

    answer = phone.back(phone.start(), "code-x")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert "企业微信暂时连不上" in answer.text
    assert Session.select().count() == 0


def test_a_crash_on_the_way_lets_nobody_in(house, codes):
    codes.down = RuntimeError("secret detail")
    phone = Phone(house)

    answer = phone.back(phone.start(), "code-x")

    assert (answer.status_code, Session.select().count()) == (500, 0)
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("name", ["userid", "UserId", "user", "person_id", "login"])
def test_a_userid_in_the_address_changes_nothing(house, name):
    nurse, chief = house.person("护士甲"), house.person("院长乙", roles=["admin"])
    phone = Phone(house)

    phone.back(phone.start(), f"code-{nurse.userid}", **{name: chief.userid})

    assert [row.person_id for row in Session.select()] == [nurse.id]


@pytest.mark.parametrize("name", ["userid", "X-User", "X-Forwarded-User", "Remote-User", "Authorization"])
def test_a_header_signs_nobody_in(house, name):
    person = house.person(roles=["admin"])

    answer = Phone(house).get("/admin/plugins", **{name: person.userid})

    assert answer.status_code == 303


def test_signing_in_again_gives_a_new_cookie(house, codes):
    person = house.person()
    phone = Phone(house)
    seen = set()
    for _ in range(2):
        codes.spent.clear()
        phone.back(phone.start(), f"code-{person.userid}")
        seen.add(phone.cookies["qb"])

    assert len(seen) == 2


def test_a_cookie_planted_before_signing_in_is_worth_nothing(house):
    person = house.person()
    phone = Phone(house)
    phone.cookies["qb"] = "a" * 43

    phone.back(phone.start(), f"code-{person.userid}")

    assert phone.cookies["qb"] != "a" * 43


def flags(cookie):
    return (cookie.path, cookie.domain, cookie.http_only, cookie.secure, cookie.same_site)


@pytest.mark.parametrize(
    ("kind", "names", "secure"),
    [("house", ("qbl", "qb"), False), ("secure_house", ("__Host-qbl", "__Host-qb"), True)],
)
def test_cookies_are_as_strict_as_the_origin_allows(request, kind, names, secure):
    house = request.getfixturevalue(kind)
    person = house.person()
    phone = Phone(house)

    start = phone.get("/auth/start")
    state = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
    done = phone.back(state, f"code-{person.userid}")

    before, after = start.cookies[names[0]], done.cookies[names[1]]
    assert flags(before) == flags(after) == ("/", None, True, secure, "Lax")
    assert (before.max_age, after.max_age) == (600, None)
    assert (done.cookies[names[0]].value, done.cookies[names[0]].expires.year) == ("", 2000)
    assert flags(done.cookies[names[0]]) == ("/", None, True, secure, "Lax")


def test_over_tls_the_session_works_and_the_plain_cookie_does_not(secure_house):
    person = secure_house.person("护士甲")
    phone = Phone(secure_house)
    phone.back(phone.start(), f"code-{person.userid}")
    plain = Phone(secure_house)
    plain.cookies["qb"] = phone.cookies["__Host-qb"]

    assert (phone.get("/me").status_code, plain.get("/me").status_code) == (200, 303)
    assert phone.get("/me").headers["strict-transport-security"] == "max-age=31536000"


def test_signing_out_ends_this_session_alone(house):
    person = house.person()
    browser, other = house.browser(person), house.browser(person)

    answer = browser.post("/auth/end")

    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/start")
    assert (answer.cookies["qb"].value, answer.cookies["qb"].expires.year) == ("", 2000)
    assert (browser.get("/").status_code, other.get("/").status_code) == (303, 200)


def test_signing_out_by_a_link_is_impossible(house):
    browser = house.browser(house.person())

    assert browser.get("/auth/end").status_code == 405
    assert browser.get("/").status_code == 200


KEPT = [
    "/",
    "/todo",
    "/todo?list=reading&page=2",
    "/flows/i/01ABC",
    "/search?q=%E7%AB%A0",
    "/search?q=章",
    "/a#b",
]
THROWN = [
    "",
    "todo",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http://evil.example",
    "https:evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\0",
    "//[",
    "//[::1",
    "http://[",
    "/auth/end",
    "/auth/start",
    "/auth/callback?code=x",
    "/" + "a" * 1000,
    "/\x7f",
    "//evil.example/%2f..",
    "@evil.example",
    ".evil.example",
    ":80",
    "?next=//evil",
    "#x",
]


@pytest.mark.parametrize("wanted", KEPT)
def test_a_page_of_ours_is_kept(wanted):
    assert safe_path(wanted) == wanted


@pytest.mark.parametrize("wanted", THROWN)
def test_a_way_out_of_the_house_leads_to_the_workbench(wanted):
    assert safe_path(wanted) == "/"


@pytest.mark.parametrize("wanted", [one for one in THROWN if one and "\0" not in one])
def test_no_sign_in_ends_elsewhere(house, wanted):
    person = house.person()
    phone = Phone(house)

    answer = phone.back(phone.start(wanted), f"code-{person.userid}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
