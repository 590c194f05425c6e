"""Pages through a browser without a screen: from the template to the list."""

import re

import pytest

from miniapps import queries, service
from miniapps.models import App, Entry
from miniapps.roster import PAGE
from qingban import address, database
from tests.miniapps.builders import Audience, clerk, join, make_app, person


@pytest.fixture
def maker(ward):
    """Give a clerk of the personnel department."""
    return ward.person("干事甲", department=20, roles=["clerk"])


@pytest.fixture
def desk(ward, maker):
    """Give the clerk's browser."""
    return ward.browser(maker)


@pytest.fixture
def nurse(ward):
    """Give a nurse."""
    return ward.person("护士甲")


@pytest.fixture
def phone(ward, nurse):
    """Give the nurse's phone."""
    return ward.browser(nurse)


def count_queries(monkeypatch, call) -> int:
    ran = []
    real = database.obj.execute_sql
    with monkeypatch.context() as counting:
        counting.setattr(database.obj, "execute_sql", lambda *a, **k: (ran.append(a[0]), real(*a, **k))[1])
        call()
    return len(ran)


def request_id(page) -> str:
    return re.search(r'name="request_id" value="([^"]+)"', page.text)[1]


def test_story_from_template_to_list(ward, desk, phone, nurse):
    made = desk.post("/miniapps/new", {"template": "signup"})
    edit = made.headers["location"]
    form = {"title": "护士节报名", "places": "1", "order": ["f1"], "field.f1.label": "手机号"}
    window = {
        "open_at": "2020-01-01T08:00",
        "close_at": "2099-01-01T18:00",
        "audience": "site",
        "notify": "1",
    }
    published = desk.post(edit, {**form, **window, "do": "publish"})
    app = App.get()

    page = phone.get(f"/miniapps/q/{app.code}")
    answer = {"request_id": request_id(page), "f.f1": "13800000000"}
    done = phone.post(f"/miniapps/q/{app.code}", answer)
    again = phone.post(f"/miniapps/q/{app.code}", answer)
    after = phone.get(f"/miniapps/q/{app.code}")
    ward.run_jobs()

    assert (made.status_code, published.status_code) == (303, 303)
    assert published.headers["location"] == f"/miniapps/apps/{app.id}"
    assert "部门提供：人事科" in page.text
    assert "剩 <strong>1</strong> / 1 名额" in page.text
    assert (done.status_code, again.status_code) == (303, 303)
    assert Entry.select().count() == 1
    assert "已报名 第 1 位" in after.text
    assert "护士甲" in desk.get(f"/miniapps/apps/{app.id}/entries").text
    assert [(who, card["card_type"], card["card_action"]["url"]) for who, card in ward.wecom.sent] == [
        (nurse.userid, "text_notice", address(f"/miniapps/q/{app.code}"))
    ]


def test_cancel_and_come_again(ward, maker, phone):
    app = make_app(ward, by=ward.actor(maker), fields=[])
    page = f"/miniapps/q/{app.code}"
    phone.post(page, {"request_id": "first-request"})

    gone = phone.post(f"{page}/cancel", {"request_id": "cancel-request"})

    assert gone.status_code == 303
    assert "报 名" in phone.get(page).text
    assert phone.post(f"{page}/cancel").status_code == 404


def test_change_shows_what_was_given(ward, maker, phone):
    app = make_app(ward, by=ward.actor(maker))
    page = f"/miniapps/q/{app.code}"
    phone.post(page, {"request_id": "first-request", "f.f2": "吃素"})

    form = phone.get(f"{page}?edit=1")
    changed = phone.post(f"{page}/edit", {"f.f2": "不吃辣"})

    assert 'value="吃素"' in form.text
    assert changed.status_code == 303
    assert "不吃辣" in phone.get(page).text


def test_wrong_answer_keeps_what_was_typed(ward, maker, phone):
    app = make_app(ward, by=ward.actor(maker), by_option={"o1": 3})

    page = phone.post(f"/miniapps/q/{app.code}", {"request_id": "first-request", "f.f2": "<b>吃素</b>"})

    assert page.status_code == 422
    assert "请选择专场" in page.text
    assert "&lt;b&gt;吃素&lt;/b&gt;" in page.text


def test_session_that_filled_meanwhile_keeps_the_rest(ward, maker, phone):
    app = make_app(ward, by=ward.actor(maker), by_option={"o1": 1, "o2": 3})
    join(app, person(ward), f1="o1")

    page = phone.post(
        f"/miniapps/q/{app.code}", {"request_id": "first-request", "f.f1": "o1", "f.f2": "吃素"}
    )

    assert page.status_code == 422
    assert "“静脉穿刺”刚刚满额" in page.text
    assert "吃素" in page.text


def test_full_app_says_so_and_offers_the_waiting_list(ward, maker, phone):
    by = ward.actor(maker)
    full, waits = make_app(ward, by=by, places=1), make_app(ward, by=by, places=1, wait=2)
    other = person(ward)
    for app in (full, waits):
        join(app, other)

    refused = phone.post(f"/miniapps/q/{full.code}", {"request_id": "first-request"})
    waiting = phone.get(f"/miniapps/q/{waits.code}")
    phone.post(f"/miniapps/q/{waits.code}", {"request_id": "other-request"})

    assert refused.status_code == 409
    assert "名额已满" in refused.text
    assert "候补报名" in waiting.text
    assert "候补：第 1 位" in phone.get(f"/miniapps/q/{waits.code}").text


def test_closed_early_and_foreign_pages_say_what_to_do(ward, maker, phone, frozen_clock):
    by = ward.actor(maker)
    foreign = make_app(ward, by=by, audience=Audience(scope="departments", departments=[20]))
    closed = make_app(ward, by=by)
    service.close(closed.id, by)

    not_mine = phone.get(f"/miniapps/q/{foreign.code}")
    over = phone.get(f"/miniapps/q/{closed.code}")
    frozen_clock(days=-3)
    early = phone.get(f"/miniapps/q/{foreign.code}")

    assert (not_mine.status_code, over.status_code) == (403, 200)
    assert "这个报名仅对人事科开放，如有疑问请联系人事科 干事甲" in not_mine.text
    assert "报名已结束" in over.text
    assert early.status_code == 403
    assert phone.post(f"/miniapps/q/{foreign.code}", {"request_id": "first-request"}).status_code == 403
    assert phone.get("/miniapps/q/nosuchcode").status_code == 404


def test_page_before_the_opening_names_the_time(ward, maker, phone, frozen_clock):
    app = make_app(ward, by=ward.actor(maker))
    frozen_clock(days=-2)

    assert "还未开始，11-23 10:00 开放" in phone.get(f"/miniapps/q/{app.code}").text


def test_counts_are_a_small_piece(ward, maker, phone):
    app = make_app(ward, by=ward.actor(maker), places=3)
    join(app, person(ward))

    piece = phone.get(f"/miniapps/q/{app.code}/counts")

    assert "剩 <strong>2</strong> / 3" in piece.text
    assert "<html" not in piece.text
    assert len(piece.text) < 1000


MAKER_PAGES = ["", "/edit", "/entries", "/poster", "/poster.svg", "/poster.png", "/export.xlsx", "/counts"]


@pytest.mark.parametrize("page", MAKER_PAGES)
def test_maker_pages_open_for_the_department_only(ward, desk, phone, maker, page):
    app = make_app(ward, by=ward.actor(maker))
    stranger = ward.browser(ward.person("干事乙", department=12, roles=["clerk"]))
    path = f"/miniapps/apps/{app.id}{page}"

    assert desk.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    assert phone.get(path).status_code == 403
    assert ward.browser().get(path).status_code == 303


@pytest.mark.parametrize("act", ["edit", "publish", "close", "reopen", "discard"])
def test_maker_acts_are_closed_to_others(ward, phone, maker, act):
    app = make_app(ward, by=ward.actor(maker))
    stranger = ward.browser(ward.person("干事乙", department=12, roles=["clerk"]))

    assert stranger.post(f"/miniapps/apps/{app.id}/{act}").status_code == 404
    assert phone.post(f"/miniapps/apps/{app.id}/{act}").status_code == 403
    assert App.get_by_id(app.id).state == "published"


def test_designer_buttons_keep_what_is_typed(ward, desk, maker):
    app = service.create(ward.actor(maker), "signup")
    edit = f"/miniapps/apps/{app.id}/edit"
    typed = {"title": "改着改着", "audience": "site", "order": ["f1", "f2"], "field.f1.label": "电话"}
    typed["field.f2.label"] = "备注"

    added = desk.post(edit, {**typed, "do": "add.session"})
    desk.post(edit, {**typed, "order": ["f1", "f2", "f3"], "field.f3.label": "哪一场", "do": "up.f3"})
    document = App.get_by_id(app.id).document

    assert added.headers["location"] == f"{edit}#field-f3"
    assert document["title"] == "改着改着"
    assert [(field["id"], field["label"]) for field in document["fields"]] == [
        ("f1", "电话"),
        ("f3", "哪一场"),
        ("f2", "备注"),
    ]


def test_designer_shows_problems_where_they_are(ward, desk, maker):
    app = service.create(ward.actor(maker), "signup")

    page = desk.post(f"/miniapps/apps/{app.id}/edit", {"title": "", "places": "三", "do": "save"})
    unpublished = desk.post(f"/miniapps/apps/{app.id}/publish")
    desk.post(f"/miniapps/apps/{app.id}/edit", {"title": "", "do": "save"})
    refused = desk.post(f"/miniapps/apps/{app.id}/publish")

    assert (page.status_code, unpublished.status_code, refused.status_code) == (422, 303, 422)
    assert "请填 0 到 100000 的整数" in page.text
    assert "还有 2 处要改，改好再发布" in refused.text


def test_half_made_draft_can_be_looked_at(ward, desk, maker):
    app = service.create(ward.actor(maker), "training")
    desk.post(f"/miniapps/apps/{app.id}/edit", {"title": "半成品", "order": ["f1"], "field.f1.label": "场次"})

    pages = [f"/miniapps/q/{app.code}", f"/miniapps/apps/{app.id}", f"/miniapps/apps/{app.id}/edit"]

    assert [desk.get(path).status_code for path in pages] == [200, 200, 200]
    assert App.get_by_id(app.id).document["fields"][0]["options"] == []
    assert desk.post(pages[0], {"request_id": "first-request"}).status_code == 409
    assert "请至少填写一个选项" in desk.post(f"/miniapps/apps/{app.id}/publish").text


def test_poster_carries_the_code_for_the_screen_and_for_print(ward, desk, maker):
    app = make_app(ward, by=ward.actor(maker))
    link = f"http://localhost:8700/miniapps/q/{app.code}"
    path = f"/miniapps/apps/{app.id}"

    poster = desk.get(f"{path}/poster")

    assert f'data-qr="{link}"' in poster.text
    assert f'data-qr="{link}"' in desk.get(path).text
    assert desk.get(f"{path}/poster.png").content[:8] == b"\x89PNG\r\n\x1a\n"
    assert b"<svg" in desk.get(f"{path}/poster.svg").content[:400]
    assert len(link) <= 120


def test_draft_has_no_poster(ward, desk, maker):
    app = service.create(ward.actor(maker), "signup")

    assert desk.get(f"/miniapps/apps/{app.id}/poster").status_code == 404


def test_list_turns_pages_by_key(ward, desk, maker):
    app = make_app(ward, by=ward.actor(maker), places=None)
    for number in range(PAGE + 3):
        join(app, person(ward, f"人员{number:03}"))
    path = f"/miniapps/apps/{app.id}/entries"

    first, second = desk.get(path), desk.get(f"{path}?after={PAGE}")

    assert f"{path}?after={PAGE}" in first.text
    assert "人员049" in first.text
    assert "人员050" not in first.text
    assert "人员050" in second.text


def test_lists_cost_the_same_for_one_and_for_many(ward, desk, maker, monkeypatch):
    by = ward.actor(maker)
    app = make_app(ward, by=by, places=None, by_option={"o1": 50})
    join(app, person(ward), f1="o1")
    paths = [f"/miniapps/apps/{app.id}/entries", "/miniapps/", f"/miniapps/q/{app.code}/counts"]
    for path in paths:
        desk.get(path)
    before = [count_queries(monkeypatch, lambda path=path: desk.get(path)) for path in paths]

    for _ in range(30):
        join(app, person(ward), f1="o1")
    for _ in range(5):
        make_app(ward, by=by)
    after = [count_queries(monkeypatch, lambda path=path: desk.get(path)) for path in paths]

    assert before == after


def test_index_shows_what_i_may_join_and_what_i_joined(ward, maker, phone, nurse):
    by = ward.actor(maker)
    make_app(ward, by=by, title="可以报的")
    make_app(ward, by=by, title="别科室的", audience=Audience(scope="departments", departments=[20]))
    joined = make_app(ward, by=by, title="报过的")
    join(joined, ward.actor(nurse))
    service.create(by, "training")

    page = phone.get("/miniapps/").text

    assert "可以报的" in page
    assert page.index("可以报的") < page.index("我报过的") < page.index("报过的</a>")
    assert "别科室的" not in page
    assert "我科室做的" not in page


def test_everything_is_gone_when_the_plugin_is_off(ward, maker, phone):
    app = make_app(ward, by=ward.actor(maker))
    ward.platform.disable(ward.site, "miniapps", by=clerk(ward))

    assert phone.get("/miniapps/").status_code == 404
    assert phone.get(f"/miniapps/q/{app.code}").status_code == 404
    assert queries.live(app.code) is not None
