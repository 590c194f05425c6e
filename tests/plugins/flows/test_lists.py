"""Lists: what waits, what was decided, what was sent; pages of twenty; one query however long."""

import re

import lxml.html
import pytest

from plugins.flows import lists, queries, service
from plugins.flows.models import Instance, Task
from tests.plugins.flows.support import node, task_of


def titles(page):
    """Return the titles of a list, and the address of the next page."""
    tree = lxml.html.fromstring(page.text)
    shown = [one.text_content().strip() for one in tree.cssselect(".qb-todo__title, .qb-todo h2, .qb-todo a")]
    more = re.search(r'href="(/flows/\w+\?before=[^"]+)"', page.text)
    return shown, more[1] if more else ""


def links(page):
    """Return the applications a page leads to, in order."""
    found = re.findall(r'href="/flows/([0-9a-z]{20,})"', page.text)
    return list(dict.fromkeys(found))


def walk(browser, address):
    """Return the applications of all pages, page by page."""
    pages = []
    while address:
        page = browser.get(address)
        assert page.status_code == 200
        pages.append(links(page))
        address = titles(page)[1].replace("&amp;", "&")
    return pages


def test_what_was_sent_is_listed_twenty_a_page_also_within_one_moment(hospital, frozen_clock):
    sent = [hospital.leave() for _number in range(43)]

    pages = walk(hospital.house.browser(hospital.nurse), "/flows/mine")

    assert [len(page) for page in pages] == [20, 20, 3]
    assert sorted(one for page in pages for one in page) == sorted(sent)


def test_a_full_last_page_offers_no_more(hospital):
    sent = [hospital.leave() for _number in range(20)]

    pages = walk(hospital.house.browser(hospital.nurse), "/flows/mine")

    assert pages == [sent[::-1]]


def test_what_was_decided_is_listed_newest_first(hospital, frozen_clock):
    decided = []
    for _number in range(3):
        decided.append(hospital.leave())
        hospital.approve(hospital.head)
        frozen_clock(minutes=1)

    assert walk(hospital.house.browser(hospital.head), "/flows/done") == [decided[::-1]]


@pytest.mark.parametrize("before", ["", "abc", "-1", "9" * 40, "1.2.3", "%00", "0", "'"])
def test_a_strange_place_in_the_list_does_no_harm(hospital, before):
    hospital.leave()

    page = hospital.house.browser(hospital.nurse).get(f"/flows/mine?before={before}")

    assert page.status_code in (200, 400, 422)


def test_an_empty_list_offers_the_way_on(hospital):
    page = hospital.house.browser(hospital.cover).get("/flows/mine")

    assert "你还没有发起过申请" in page.text


@pytest.mark.parametrize("address", ["/flows/mine", "/flows/done", "/todo"])
def test_a_list_costs_the_same_for_one_row_and_for_twenty(hospital, statements, address):
    person = {"/flows/mine": hospital.nurse}.get(address, hospital.head)
    browser = hospital.house.browser(person)

    def cost():
        browser.get(address)
        with statements() as seen:
            page = browser.get(address)
        assert page.status_code == 200
        return [re.sub(r"\?(, \?)+", "?", one)[:90] for one in seen], len(links(page))

    def add(number):
        for _one in range(number):
            starter = hospital.nurse if person is hospital.nurse else hospital.house.person("某人")
            hospital.leave(by=starter)
            if address == "/flows/done":
                hospital.approve(hospital.head)

    add(1)
    few = cost()
    add(19)
    many = cost()

    assert (few[1], many[1]) == (1, 20)
    assert len(few[0]) == len(many[0]), (few[0], many[0])


def test_an_application_costs_the_same_however_much_happened(hospital, statements):
    committee = [hospital.house.person(f"委员{number}") for number in range(12)]
    slug = hospital.publish(node("n1", *committee, mode="all"), node("n2", hospital.head))
    instance_id = hospital.submit(slug, {"topic": "一件事"})
    browser = hospital.house.browser(hospital.nurse)

    def cost():
        browser.get(f"/flows/{instance_id}")
        with statements() as seen:
            assert browser.get(f"/flows/{instance_id}").status_code == 200
        return seen

    few = cost()
    for one in committee[:-1]:
        hospital.approve(one, comment="同意")
        service.comment(instance_id, hospital.answer(comment="好"), actor=hospital.actor(one))
    many = cost()

    assert len(few) == len(many)
    assert len(many) <= 20, many


def test_the_todo_names_the_matter_the_facts_and_the_person(hospital):
    instance_id = hospital.leave()

    (todo,) = lists.todos(hospital.actor(hospital.head), 20)

    assert (todo.title, todo.path, todo.source, todo.who, todo.facts, todo.is_reading) == (
        "年假 2 天",
        f"/flows/{instance_id}",
        "请假申请",
        "护士乙",
        ("12-01 上午 至 12-02 下午", "2 天"),
        False,
    )


def test_a_copy_is_to_be_read(hospital):
    reader = hospital.house.person("备案人")
    slug = hospital.publish(node("c1", reader, kind="cc"), node("n1", hospital.head))
    hospital.submit(slug, {"topic": "一件事"})

    assert [todo.is_reading for todo in lists.todos(hospital.actor(reader), 20)] == [True]


def test_a_returned_form_waits_for_its_starter(hospital):
    instance_id = hospital.leave()
    hospital.send_back(hospital.head)

    assert [row.instance_id for row in queries.waiting_for(hospital.nurse.id, 20)] == [instance_id]
    assert lists.items(queries.started_by(hospital.nurse.id, (2**53, ""), 20))[0]["chips"] == [
        {"text": "待修改", "tone": "warn"}
    ]


def test_the_figures_of_the_workbench(hospital):
    hospital.leave()
    hospital.leave()
    hospital.approve(hospital.head)

    assert queries.counts_for(hospital.head.id) == (1, 0, 0)
    assert queries.counts_for(hospital.nurse.id) == (0, 0, 1)


def test_search_finds_only_what_a_person_takes_part_in(hospital):
    mine = hospital.leave()
    other = hospital.house.person("别人", department=20)
    hospital.house.person("人事科长", department=20, head=True)
    theirs = hospital.leave(by=other)
    serial = Instance.get_by_id(theirs).serial

    def found(person, text):
        return [hit.path for hit in lists.hits(hospital.actor(person), text, 20)]

    assert found(hospital.nurse, "年假") == [f"/flows/{mine}"]
    assert found(other, "年假") == [f"/flows/{theirs}"]
    assert found(hospital.head, "年假") == [f"/flows/{mine}"]
    assert found(hospital.nurse, serial) == []
    assert found(other, serial[-4:]) == [f"/flows/{theirs}"]
    assert found(hospital.cover, "年假") == []


@pytest.mark.parametrize("text", ["%", "_", "%年%", "' OR 1=1 --", '"', "\\"])
def test_search_takes_signs_as_they_are(hospital, text):
    hospital.leave()
    stranger = hospital.house.person("路人", department=20)

    assert lists.hits(hospital.actor(stranger), text, 20) == []


def test_a_hit_says_which_flow_who_and_how_it_stands(hospital):
    instance_id = hospital.leave()
    hospital.approve(hospital.head)

    (hit,) = lists.hits(hospital.actor(hospital.nurse), "年假", 20)

    assert (hit.title, hit.path, hit.excerpt) == (
        "年假 2 天",
        f"/flows/{instance_id}",
        "请假申请 · 护士乙 · 已通过",
    )


def test_tasks_closed_by_others_are_not_among_the_decided(hospital):
    one, two = (hospital.house.person(name) for name in ("主任甲", "主任乙"))
    hospital.submit(hospital.publish(node("n1", one, two)), {"topic": "一件事"})
    hospital.approve(one)

    assert len(queries.done_by(one.id, (2**53, ""), 20)) == 1
    assert queries.done_by(two.id, (2**53, ""), 20) == []
    assert task_of(two, "closed").status == "closed"
    assert Task.select().count() == 2
