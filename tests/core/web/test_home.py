"""The shell people live in: workbench, to-do list, messages, search, me."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from core import clock
from core.audit import AuditRecord
from core.auth import session
from core.auth.models import Session
from core.contributions import Action, Badge, Card, Hit, Tile, Todo, TodoTab
from core.directory.models import Person
from core.messaging.models import Outbox
from tests.support.plugins import failing, sample

PAGES = ["/", "/todo", "/todo?list=reading", "/messages", "/search", "/search?q=章", "/me"]


def todo(number, **more):
    values = {
        "key": f"alpha:{number}",
        "title": f"第{number:03}件事",
        "path": f"/alpha/{number}",
        "since": clock.now() - timedelta(hours=number),
        "source": "请假申请",
    }
    return Todo(**{**values, **more})


def tile(name, title="入口", **more):
    return Tile(name=name, title=title, path=f"/{name}/", **more)


def opened(house_of, *plugins):
    house = house_of(*plugins)
    for one in plugins:
        house.enable(one.name)
    return house


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_a_nurse_of_a_bare_hospital(house_of, path):
    house = house_of(sample("alpha"))

    assert house.browser(house.person("护士甲")).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_with_what_ships(house, path):
    for name in ("flows", "miniapps"):
        house.enable(name)

    page = house.browser(house.person("护士甲", head=True)).get(path)

    assert page.status_code == 200
    assert "暂时打不开" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_database_as_often_for_thirty_things_as_for_one(house_of, statements, path):
    many = [1]
    house = opened(
        house_of,
        sample(
            "alpha",
            collect_todos=lambda actor, limit: [todo(n) for n in range(many[0])],
            collect_badges=lambda actor: [Badge(tile="alpha", count=many[0], title="待办", path="/todo")],
            collect_search_hits=lambda query: [
                Hit(kind="document", title=f"章{n}", path="/x") for n in range(many[0])
            ],
            register_tiles=[tile("alpha")],
            register_cards=[Card(kind="alpha.card", build=lambda about, reader: None)],
        ),
    )
    person = house.person("章一")
    browser = house.browser(person)
    counts = []
    for number in (1, 30):
        many[0] = number
        for _ in range(number):
            add_card(house, person)
            house.person(f"章{number}")
            house.person(f"乙{number}")
        browser.get(path)  # the grants of this site version are remembered now
        with statements() as seen:
            assert browser.get(path).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 8


def add_card(house, person):
    count = Outbox.select().count()
    Outbox.create(
        key=f"k{count}",
        kind="alpha.card",
        site=house.site,
        person_id=person.id,
        about="1",
        task_id=f"t{count}",
        state="sent",
        card={"card_type": "text_notice", "main_title": {"title": f"通知{count}"}},
    )


# Workbench


def test_the_workbench_greets_by_name_and_place(house_of, frozen_clock):
    house = house_of(sample("alpha"))

    page = house.browser(house.person("护士甲")).get("/").text

    assert "上午好，护士甲" in page
    assert "心内科 · 示例医院" in page


@pytest.mark.parametrize(
    ("hours", "words"),
    [(-6, "夜里好"), (-3, "早上好"), (2, "中午好"), (5, "下午好"), (9, "晚上好"), (13.9, "晚上好")],
)
def test_the_greeting_follows_the_clock_of_the_hospital(house_of, frozen_clock, hours, words):
    house = house_of(sample("alpha"))

    frozen_clock(hours=hours)

    assert words in house.browser(house.person()).get("/").text


def test_tiles_stand_in_their_groups_in_order(house_of):
    tiles = [
        tile("alpha_c", "丙", order=30, group="后勤"),
        tile("alpha_a", "甲", order=10, group="行政"),
        tile("alpha_b", "乙", order=20, group="后勤"),
        tile("alpha_d", "丁", order=40, group="行政"),
    ]
    house = opened(house_of, sample("alpha", register_tiles=tiles))

    page = house.browser(house.person()).get("/").text

    places = [page.index(f'href="/alpha_{letter}/"') for letter in "adbc"]
    assert places == sorted(places)
    assert page.count("行政</h2>") + page.count("行政<") >= 1


def test_a_tile_shows_only_to_who_may_open_it(house_of):
    actions = [Action(name="alpha.lead", title="管", default_groups=("leader",))]
    tiles = [tile("alpha", "大家的"), tile("alpha_lead", "主任的", action="alpha.lead")]
    house = opened(house_of, sample("alpha", register_actions=actions, register_tiles=tiles))

    nurse, chief = (house.browser(house.person(head=head)).get("/").text for head in (False, True))

    assert ["大家的" in nurse, "主任的" in nurse] == [True, False]
    assert ["大家的" in chief, "主任的" in chief] == [True, True]


def test_the_console_shows_to_administrators_only(house_of):
    house = house_of(sample("alpha"))

    pages = {role: house.browser(house.person(roles=[role])).get("/").text for role in ("clerk", "admin")}

    assert {role: 'href="/admin"' in page for role, page in pages.items()} == {"clerk": False, "admin": True}


def test_a_broken_neighbour_costs_its_own_count_and_is_named(house_of):
    house = opened(
        house_of,
        sample("alpha", register_tiles=[tile("alpha", "甲入口")], collect_badges=failing()),
        sample(
            "beta",
            register_tiles=[tile("beta", "乙入口")],
            collect_badges=[Badge(tile="beta", count=7, title="待我审批", path="/todo")],
        ),
    )

    page = house.browser(house.person()).get("/")

    assert page.status_code == 200
    for words in ("甲入口", "乙入口", "待我审批", "“插件alpha”暂时打不开，其他功能照常"):
        assert words in page.text
    assert "插件beta" not in page.text


@pytest.mark.parametrize("path", ["/todo", "/search?q=章", "/-/counts"])
def test_a_broken_neighbour_leaves_the_other_pages_whole(house_of, path):
    broken = dict.fromkeys(("collect_badges", "collect_todos", "collect_search_hits"), failing())
    house = opened(
        house_of,
        sample("alpha", **broken),
        sample(
            "beta",
            collect_todos=lambda actor: [todo(1, title="章程会签")],
            collect_badges=[Badge(tile="beta", count=7, title="章", path="/todo")],
            collect_search_hits=[Hit(kind="document", title="章程会签", path="/x")],
        ),
    )

    page = house.browser(house.person()).get(path)

    assert page.status_code == 200
    assert ("章程会签" in page.text) or page.json["counts"]["todo"] == 7


# To-do list


def test_what_is_late_comes_first_then_urgent_then_oldest(house_of):
    late, soon = clock.now() - timedelta(minutes=1), clock.now() + timedelta(days=1)
    todos = [
        todo(1, title="新的"),
        todo(9, title="旧的"),
        todo(2, title="急的", is_urgent=True),
        todo(3, title="超时的", due=late),
        todo(4, title="有期限的", due=soon),
    ]
    house = opened(house_of, sample("alpha", collect_todos=todos))

    page = house.browser(house.person()).get("/todo").text

    places = [page.index(f">{words}<") for words in ("超时的", "急的", "旧的", "有期限的", "新的")]
    assert places == sorted(places)


def test_what_is_for_reading_has_its_own_list(house_of):
    house = opened(
        house_of,
        sample("alpha", collect_todos=[todo(1, title="要办"), todo(2, title="要读", is_reading=True)]),
    )
    browser = house.browser(house.person())

    pending, reading = browser.get("/todo").text, browser.get("/todo?list=reading").text

    assert ["要办" in pending, "要读" in pending] == [True, False]
    assert ["要办" in reading, "要读" in reading] == [False, True]


def test_the_list_grows_by_twenty(house_of):
    house = opened(house_of, sample("alpha", collect_todos=lambda: [todo(n) for n in range(45)]))
    browser = house.browser(house.person())

    shown = [
        browser.get(f"/todo{query}").text.count("件事<") for query in ("", "?page=2", "?page=3", "?page=99")
    ]

    assert shown == [20, 40, 45, 45]
    assert "page=2" in browser.get("/todo").text
    assert "page=4" not in browser.get("/todo?page=3").text


@pytest.mark.parametrize("page", ["0", "-5", "99999999999999999999"])
def test_odd_page_numbers_open_the_list(house_of, page):
    house = opened(house_of, sample("alpha", collect_todos=[todo(1)]))

    assert house.browser(house.person()).get(f"/todo?page={page}").status_code == 200


@pytest.mark.parametrize("page", ["x", "1.5", ""])
def test_what_is_no_number_is_an_odd_request_and_no_crash(house_of, page):
    house = house_of(sample("alpha"))

    assert house.browser(house.person()).get(f"/todo?page={page}").status_code in (200, 400)


def test_filters_come_with_a_second_source(house_of):
    todos = [
        todo(1, source="请假申请"),
        todo(2, source="用印申请", title="盖章件"),
        todo(3, source="请假申请"),
    ]
    house = opened(house_of, sample("alpha", collect_todos=todos))
    browser = house.browser(house.person())

    page = browser.get("/todo?source=%E7%94%A8%E5%8D%B0%E7%94%B3%E8%AF%B7").text

    assert "source=%E8%AF%B7%E5%81%87%E7%94%B3%E8%AF%B7" in page
    assert ["盖章件" in page, "第001件事" in page] == [True, False]


def test_titles_are_written_as_text(house_of):
    todos = [todo(1, title="<script>alert(1)</script>", facts=("<b>",), who="<i>")]
    house = opened(house_of, sample("alpha", collect_todos=todos))

    page = house.browser(house.person()).get("/todo").text

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_tabs_of_plugins_show_where_the_plugin_is_on(house_of):
    tabs = [TodoTab(name="alpha_mine", title="我发起的", path="/alpha/mine")]
    house = house_of(sample("alpha", register_todo_tabs=tabs))
    browser = house.browser(house.person())
    before = browser.get("/todo").text

    house.enable("alpha")

    assert ["我发起的" in page for page in (before, browser.get("/todo").text)] == [False, True]


# Messages and search


def test_messages_are_mine_alone(house_of):
    house = opened(
        house_of, sample("alpha", register_cards=[Card(kind="alpha.card", build=lambda about, reader: None)])
    )
    mine, other = house.person(), house.person()
    add_card(house, mine)

    texts = [house.browser(one).get("/messages").text for one in (mine, other)]

    assert ["通知0" in text for text in texts] == [True, False]


def test_search_groups_hits_and_people(house_of):
    hits = [Hit(kind="document", title="章程会签", path="/d/1", excerpt="第一行")]
    house = opened(house_of, sample("alpha", collect_search_hits=hits))
    house.person("章一")

    page = house.browser(house.person("乙")).get("/search?q=章").text

    for words in ("事项", "章程会签", "第一行", "人员", "章一"):
        assert words in page


@pytest.mark.parametrize("query", ["", " ", "%", "_", "' OR 1=1 --", "\\", "<script>", "x" * 5000, "🏥"])
def test_any_query_is_a_query(house_of, query):
    house = house_of(sample("alpha"))

    page = house.browser(house.person("护士甲")).get(f"/search?q={quote(query)}")

    assert page.status_code == 200
    assert "<script>" not in page.text.replace("<script defer", "")


@pytest.mark.parametrize("query", ["%", "_", "\\"])
def test_a_wildcard_finds_nobody(house_of, query):
    house = house_of(sample("alpha"))

    answer = house.browser(house.person("护士甲")).get(f"/-/people?q={quote(query)}")

    assert answer.json == {"people": []}


# Me


@pytest.mark.parametrize(
    ("form", "display"),
    [
        ({"size": "xl"}, {"size": "xl"}),
        ({"theme": "dark"}, {"theme": "dark"}),
        ({"size": "lg", "theme": "light"}, {"size": "lg", "theme": "light"}),
        ({"size": "huge"}, {}),
        ({"size": "", "theme": ""}, {"size": "", "theme": ""}),
        ({"status": "admin", "site": "9", "name": "x"}, {}),
        ({}, {}),
    ],
)
def test_display_takes_what_it_knows(house_of, form, display):
    house = house_of(sample("alpha"))
    person = house.person("护士甲")

    house.browser(person).post("/me/display", form)

    fresh = Person.get_by_id(person.id)
    assert (fresh.display, fresh.name, fresh.status, fresh.site_id) == (
        display,
        "护士甲",
        "active",
        house.site.id,
    )


def test_display_is_seen_on_the_next_page(house_of):
    house = house_of(sample("alpha"))
    browser = house.browser(house.person())

    browser.post("/me/display", {"size": "xl", "theme": "dark"})

    assert 'data-theme="dark"' in browser.get("/me").text


def test_another_device_of_mine_is_signed_out(house_of):
    house = house_of(sample("alpha"))
    person = house.person()
    here, there = house.browser(person), house.browser(person)
    device = session.token_hash(there.headers["Cookie"].removeprefix("qb="))[:16]

    here.post("/me/devices", {"id": device})

    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)
    assert AuditRecord.select().where(AuditRecord.event == "core.session.ended").count() == 1


@pytest.mark.parametrize("kind", ["other person", "nothing", "unknown", "wildcard"])
def test_nobody_elses_device_is_signed_out(house_of, kind):
    house = house_of(sample("alpha"))
    other = house.person()
    theirs = house.browser(other)
    given = {
        "other person": Session.get().token_hash[:16],
        "nothing": "",
        "unknown": "0" * 16,
        "wildcard": "%",
    }[kind]
    mine = house.browser(house.person())

    mine.post("/me/devices", {"id": given})

    assert (mine.get("/").status_code, theirs.get("/").status_code) == (200, 200)


def test_no_cookie_and_no_hash_stands_on_the_page_about_me(house_of):
    house = house_of(sample("alpha"))
    browser = house.browser(house.person())

    page = browser.get("/me").text

    assert browser.headers["Cookie"].removeprefix("qb=") not in page
    assert Session.get().token_hash not in page


# Small answers


@pytest.mark.parametrize(
    "path", ["/-/people", "/-/people?q=护", "/-/departments", "/-/departments?q=内", "/-/counts"]
)
def test_small_answers_are_json(house_of, path):
    house = house_of(sample("alpha"))

    answer = house.browser(house.person("护士甲")).get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_people_who_left_are_not_found(house_of):
    house = house_of(sample("alpha"))
    house.person("护士甲", status="left")

    assert house.browser(house.person("乙")).get("/-/people?q=护士甲").json == {"people": []}


def test_phone_functions_sign_only_pages_of_ours(house_of, monkeypatch, wecom):
    monkeypatch.setattr("core.messaging.wecom.client", lambda config: wecom)
    house = house_of(sample("alpha"))
    browser = house.browser(house.person())

    signed = [
        browser.get(f"/-/jssdk?path={path}").json["signature"]
        for path in ("/flows/1?a=2", "//evil.example", "https://evil.example")
    ]

    assert signed == [f"http://localhost:8700{path}" for path in ("/flows/1?a=2", "/", "/")]
