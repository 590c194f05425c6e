"""Limits and the console's sessions on real addresses: what is answered, and to whom it does not apply."""

import dataclasses
import re
from urllib.parse import quote

import pytest

from core.audit import AuditRecord
from core.auth import client, limits, session
from core.auth.models import Session
from core.contributions import Action, Route
from core.errors import Misconfigured
from core.testing import DESK, IPHONE
from core.web.page import Page
from tests.support.plugins import sample


class Plain(Page):
    """Answers yes."""

    def on_get(self, req, resp):
        self.answer(resp, "yes")

    def on_post(self, req, resp):
        self.go(resp, "/")


@pytest.fixture
def watch():
    """Seconds the limits see; `watch[0] += 1` lets one pass."""
    return [1000.0]


def alpha(**more):
    routes = [
        Route(path="/page", resource=Plain(), action="alpha.see"),
        Route(path="/open", resource=Plain(), public="样例"),
        Route(path="/find", resource=Plain(), action="alpha.see", **{"limit": "search", **more}),
    ]
    action = Action(name="alpha.see", title="看", default_groups=("everyone",))
    return sample("alpha", register_routes=routes, register_actions=[action])


@pytest.fixture
def house(house_of, watch):
    house = house_of(alpha(), limits=True, web_processes=1)
    house.enable("alpha")
    limits.install(house.platform.config, clock=lambda: watch[0])
    return house


@pytest.fixture
def nurse(house):
    return house.browser(house.person("护士甲"))


def codes(ask, tries):
    """The first status and after how many it changed, as {status: count}."""
    found = [ask().status_code for _ in range(tries)]
    return {code: found.count(code) for code in dict.fromkeys(found)}


# Pages and changes


def test_a_person_in_a_hurry_reads_a_page_with_the_seconds(nurse):
    assert codes(lambda: nurse.get("/alpha/page"), 32) == {200: 30, 429: 2}
    answer = nurse.get("/alpha/page")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "操作太快了，请 1 秒后再试" in answer.text
    assert "回到工作台" in answer.text


def test_a_machine_is_told_in_json(nurse):
    codes(lambda: nurse.get("/-/counts"), 30)
    answer = nurse.get("/-/counts", Accept="application/json")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert (answer.json["kind"], answer.json["title"]) == ("too_many", "操作太快了，请 1 秒后再试")


def test_a_breath_later_it_goes_on(nurse, watch):
    codes(lambda: nurse.get("/alpha/page"), 30)
    watch[0] += 1

    assert codes(lambda: nurse.get("/alpha/page"), 6) == {200: 5, 429: 1}


def test_changes_have_a_narrower_limit(nurse, watch):
    assert codes(lambda: nurse.post("/alpha/page"), 12) == {303: 10, 429: 2}
    answer = nurse.post("/alpha/page")

    assert "提交太快了，请 1 秒后再试，内容还在" in answer.text
    assert nurse.get("/alpha/page").status_code == 200


def test_a_forged_change_takes_nothing_from_the_person(nurse):
    forged = codes(lambda: nurse.post("/alpha/page", **{"Sec-Fetch-Site": "cross-site"}), 15)

    assert (forged, nurse.post("/alpha/page").status_code) == ({403: 15}, 303)


def test_addresses_without_a_page_count_too(nurse):
    assert codes(lambda: nurse.get("/nowhere"), 32) == {404: 30, 429: 2}


def test_strangers_are_counted_by_address(house, nurse):
    stranger = house.browser()

    assert codes(lambda: stranger.get("/alpha/open"), 42) == {200: 40, 429: 2}
    assert nurse.get("/alpha/page").status_code == 200


def test_a_made_up_cookie_is_a_stranger(house):
    stranger = house.browser()
    stranger.headers["Cookie"] = "qb=" + "a" * 43

    assert codes(lambda: stranger.get("/nowhere"), 41) == {404: 40, 429: 1}


def test_health_is_always_answered(house):
    stranger = house.browser()

    assert codes(lambda: stranger.get("/-/health"), 100) == {200: 100}


def test_wecoms_callbacks_have_room_of_their_own(house):
    stranger = house.browser()
    knocks = codes(lambda: stranger.get("/wecom/callback"), 100)

    assert (knocks, stranger.get("/alpha/open").status_code) == ({404: 100}, 200)


# Limits a route asks for


def test_searching_is_counted_over_all_pages_that_search(house, nurse, watch):
    paths = ("/-/people?q=x", "/-/departments?q=x", "/search?q=x", "/alpha/find")
    found = []
    for n in range(44):
        watch[0] += 0.2  # slower than the limit for all pages
        found.append(nurse.get(paths[n % 4]).status_code)
    answer = nurse.get("/alpha/find")

    assert (found[:40], found[-1]) == ([200] * 40, 200)  # four came back meanwhile
    assert codes(lambda: nurse.get("/alpha/find"), 3) == {429: 3}
    assert "搜索太快了" in answer.text


def test_a_route_that_asks_for_an_unknown_limit_stops_the_start(house_of):
    with pytest.raises(Misconfigured, match="fast"):
        house_of(alpha(limit="fast"))


def test_uploads_count_by_the_hour_and_not_as_changes(nurse, watch):
    found = []
    for _ in range(61):
        watch[0] += 0.2
        found.append(nurse.post("/-/attachments").status_code)

    assert 429 not in found[:60]
    assert (found[60], nurse.post("/alpha/page").status_code) == (429, 303)


def test_pictures_of_a_long_page_all_load(nurse):
    assert codes(lambda: nurse.get("/-/attachments/none/thumb"), 100) == {404: 100}
    assert nurse.get("/alpha/page").status_code == 200


def test_strangers_asking_for_pictures_are_strangers(house):
    stranger = house.browser()

    assert codes(lambda: stranger.get("/-/attachments/none/thumb"), 42) == {401: 40, 429: 2}


def test_an_ordinary_page_writes_nothing(nurse, statements):
    nurse.get("/alpha/page")
    with statements() as seen:
        nurse.get("/alpha/page")

    assert [sql for sql in seen if not sql.lstrip().startswith("SELECT")] == []


# Signing in


def start(house, **headers):
    return house.browser().get("/auth/start", **headers)


def test_an_address_starts_thirty_sign_ins_a_minute(house, watch):
    assert codes(lambda: start(house), 31) == {303: 30, 429: 1}
    assert "这里登录得太频繁了，请 2 秒后再打开" in start(house).text
    watch[0] += 2
    assert start(house).status_code == 303


class Codes:
    """WeCom's end: the code is the userid."""

    def user_for_code(self, code):
        return code


@pytest.fixture
def codes_work(monkeypatch):
    monkeypatch.setattr("core.messaging.wecom.client", lambda config: Codes())


def sign_in(house, person):
    browser = house.browser()
    begun = browser.get("/auth/start")
    state = re.search(r"state=([0-9a-f]{64})", begun.headers["location"])[1]
    cookie = f"qbl={begun.cookies['qbl'].value}"
    return browser.get(f"/auth/callback?state={state}&code={person.userid}", Cookie=cookie)


def test_four_phones_behind_one_address_start_at_once(house, codes_work):
    people = [house.person() for _ in range(4)]
    opened = codes(lambda: house.browser().get("/"), 4)

    assert opened == {303: 4}
    assert [sign_in(house, one).status_code for one in people] == [303] * 4


def test_the_house_signs_in_so_many_a_minute_and_then_in_turn(house, codes_work, monkeypatch):
    few = dataclasses.replace(limits.LIMITS["sessions"], count=2, burst=2)
    monkeypatch.setitem(limits.LIMITS, "sessions", few)
    limits.install(house.platform.config)
    people = [house.person() for _ in range(3)]

    answers = [sign_in(house, one) for one in people]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "现在登录的人很多，请 30 秒后再打开" in answers[2].text
    assert Session.select().count() == 2
    assert [row.facts["reason"] for row in AuditRecord.select() if row.facts.get("reason")] == ["too_many"]


def test_strangers_cannot_use_up_the_sign_ins_of_the_house(house, statements):
    with statements() as seen:
        codes(lambda: house.browser().get("/auth/callback?state=x&code=y"), 20)

    assert not [sql for sql in seen if "core_bucket" in sql]


def test_refused_sign_ins_leave_one_row_a_minute_and_reason(house, frozen_clock, caplog):
    def knock(query):
        house.browser().get(f"/auth/callback?{query}")

    for _ in range(3):
        knock("state=x")
    frozen_clock(minutes=1)
    knock("state=x")

    rows = AuditRecord.select().where(AuditRecord.event == "core.sign_in.refused")
    assert [row.facts["reason"] for row in rows] == ["state", "state"]
    assert caplog.text.count("sign_in.refused reason=state") == 4


# The console


@pytest.fixture
def admin(house, frozen_clock):
    return house.browser(house.person("管理员甲", roles=["admin"]), user_agent=DESK)


def test_a_console_left_alone_asks_to_sign_in_and_leads_back(admin, frozen_clock):
    frozen_clock(minutes=15)
    still = admin.get("/admin/plugins?q=x").status_code
    frozen_clock(minutes=15, seconds=1)
    answer = admin.get("/admin/plugins?q=x")
    page = admin.get(answer.headers["location"])

    assert (still, answer.status_code) == (200, 303)
    assert answer.headers["location"] == f"/auth/start?next={quote('/admin/plugins?q=x')}&why=idle"
    assert "管理台闲置 15 分钟或用满 8 小时就要重新登录" in page.text
    assert "next=/admin/plugins%3Fq%3Dx" in page.text.replace("&amp;", "&")


def test_other_pages_stay_open_and_do_not_bring_the_console_back(admin, frozen_clock):
    frozen_clock(minutes=16)
    others = [admin.get(path).status_code for path in ("/", "/me")]

    assert (others, admin.get("/admin/plugins").status_code) == ([200, 200], 303)


def test_a_console_in_use_asks_again_after_eight_hours(admin, frozen_clock, watch):
    for _ in range(48):
        frozen_clock(minutes=10)
        watch[0] += 600
        assert admin.get("/admin/plugins").status_code == 200
    frozen_clock(seconds=1)

    assert (admin.get("/admin/plugins").status_code, admin.get("/").status_code) == (303, 200)


def test_a_change_from_a_console_left_alone_has_no_effect(admin, house, frozen_clock):
    frozen_clock(minutes=16)
    answer = admin.post("/admin/plugins/alpha/switch", {"site": "main", "on": "0"})

    assert answer.status_code == 401
    assert "管理台闲置 15 分钟" in answer.text
    assert house.site.has("alpha")


def test_who_may_not_open_the_console_is_not_sent_to_sign_in(house, frozen_clock):
    nobody = house.browser(house.person(), user_agent=DESK)
    frozen_clock(minutes=16)

    assert nobody.get("/admin/plugins").status_code == 403


@pytest.mark.parametrize("role", ["admin", "security_admin", "audit_admin"])
def test_an_administrator_has_one_desk(house, role):
    person = house.person(roles=[role])
    first, second = (house.browser(person, user_agent=DESK) for _ in range(2))

    assert [one.get("/").status_code for one in (first, second)] == [303, 200]


def test_a_desk_does_not_end_the_administrators_phone(house):
    person = house.person(roles=["admin"])
    phone = house.browser(person, user_agent=IPHONE)
    house.browser(person, user_agent=DESK)

    assert phone.get("/").status_code == 200


def test_everybody_else_keeps_two_desks(house):
    person = house.person(roles=["clerk"])
    desks = [house.browser(person, user_agent=DESK) for _ in range(2)]

    assert [one.get("/").status_code for one in desks] == [200, 200]


@pytest.mark.parametrize(("slug", "is_ended"), [("audit_admin", True), ("clerk", False)])
@pytest.mark.parametrize("on", ["1", "0"])
def test_a_new_or_lost_administrator_signs_in_again(house, slug, is_ended, on):
    person = house.person("员工乙", roles=[] if on == "1" else [slug])
    phone, desk = (house.browser(person, user_agent=one) for one in (IPHONE, DESK))
    keeper = house.browser(house.person("安全员", roles=["security_admin"]), user_agent=DESK)

    done = keeper.post(f"/admin/roles/{slug}/members", {"person": person.staff_no, "on": on, "site": "main"})

    assert done.status_code == 303, done.text
    assert [one.get("/").status_code for one in (phone, desk)] == [303 if is_ended else 200] * 2
    assert keeper.get("/admin/roles").status_code == 200


def test_signing_in_anew_opens_the_console_again(house, admin, frozen_clock):
    frozen_clock(minutes=16)
    person = Session.get().person
    token = session.start(person, client=client.read(DESK).kind, device="test")
    admin.headers["Cookie"] = f"qb={token}"

    assert admin.get("/admin/plugins").status_code == 200
