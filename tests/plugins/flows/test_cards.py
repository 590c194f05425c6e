"""Cards: who gets which, what the buttons do, what a card says afterwards."""

import pytest

from core import settings
from core.messaging.models import Outbox
from plugins.flows import service
from plugins.flows.models import Instance, Task
from tests.plugins.flows.support import node, press, state, status, task_of


@pytest.fixture
def desk(hospital):
    """Give the hospital and what people were sent."""
    return hospital, hospital.house.wecom


def send(hospital, *nodes, **values):
    """Publish a flow, send it once, deliver the cards; returns the instance id."""
    slug = hospital.publish(*nodes, **values)
    instance_id = hospital.submit(slug, {"topic": "一件事"})
    hospital.house.run_jobs()
    return instance_id


def card_of(person, kind="flows.approval"):
    """Return the newest outbox row for a person."""
    rows = Outbox.select().where(Outbox.person_id == person.id, Outbox.kind == kind)
    return rows.order_by(Outbox.id.desc()).get()


def to(wecom, person):
    """Return the cards a person was sent, oldest first."""
    return [card for userid, card in wecom.sent if userid == person.userid]


def changes(wecom, person):
    """Return what a person's cards were changed to, oldest first."""
    return [card for userids, _code, card in wecom.updated if person.userid in userids]


def buttons(card):
    """Return the keys of a card's buttons."""
    return [one["key"] for one in card.get("button_list", [])]


def test_the_card_names_the_matter_the_person_and_the_facts(desk):
    hospital, wecom = desk

    instance_id = hospital.leave()
    hospital.house.run_jobs()

    (card,) = to(wecom, hospital.head)
    facts = {one["keyname"]: one["value"] for one in card["horizontal_content_list"]}
    assert card["main_title"]["title"] == "年假 2 天"
    assert card["card_action"]["url"].endswith(f"/flows/{instance_id}")
    assert facts == {
        "请假时段": "12-01 上午 至 12-02 下午",
        "天数": "2 天",
        "单号": Instance.get().serial,
    }
    assert buttons(card) == ["approve", "reject"]


def test_an_empty_fact_does_not_lend_its_label_to_the_next(desk):
    from plugins.flows import engine

    hospital, wecom = desk
    fields = (
        engine.Field(id="topic", name="事由", type="text", required=True),
        engine.Field(id="place", name="地点", type="text"),
    )
    instance_id = send(hospital, node("n1", hospital.head), fields=fields, facts=("place", "topic"))

    (card,) = to(wecom, hospital.head)
    facts = {one["keyname"]: one["value"] for one in card["horizontal_content_list"]}
    page = hospital.house.browser(hospital.head).get(f"/flows/{instance_id}")
    assert facts == {"事由": "一件事", "单号": Instance.get().serial}
    assert "地点" not in page.text


@pytest.mark.parametrize(
    "demand", [{"sign": True}, {"edit": ("topic",)}, {"require": ("topic",)}, {"comment": "always"}]
)
def test_a_step_that_asks_for_more_than_a_tap_has_no_buttons(desk, demand):
    hospital, wecom = desk

    send(hospital, node("n1", hospital.head, **demand))

    (card,) = to(wecom, hospital.head)
    assert (card["card_type"], buttons(card)) == ("text_notice", [])
    assert "环节n1：请打开办理" in str(card)


def test_who_handles_gets_no_buttons(desk):
    hospital, wecom = desk

    send(hospital, node("n1", hospital.head, kind="handle"))

    assert buttons(to(wecom, hospital.head)[0]) == []


def test_a_site_may_keep_the_refusal_off_the_card(desk):
    hospital, wecom = desk
    settings.store(hospital.house.site, "flows.reject_from_card", False, by=hospital.head.id)

    hospital.leave()
    hospital.house.run_jobs()

    assert buttons(to(wecom, hospital.head)[0]) == ["approve"]


def test_a_press_decides_and_the_card_says_so(desk):
    hospital, wecom = desk
    instance_id = hospital.leave()
    hospital.house.run_jobs()

    row = press(card_of(hospital.head), hospital.head)
    hospital.house.run_jobs()

    assert (row.state, status(instance_id)) == ("handled", "approved")
    assert "已同意" in str(changes(wecom, hospital.head)[-1])
    assert buttons(changes(wecom, hospital.head)[-1]) == []


def test_a_refusal_from_the_card_says_where_it_came_from(desk):
    hospital, wecom = desk
    instance_id = hospital.leave()
    hospital.house.run_jobs()

    press(card_of(hospital.head), hospital.head, "reject")
    hospital.house.run_jobs()

    task = state(instance_id).tasks[0]
    assert (status(instance_id), task.comment) == ("rejected", "在消息卡片上驳回，可联系审批人了解原因")
    assert to(wecom, hospital.nurse)[-1]["main_title"]["title"] == "已驳回：年假 2 天"


def test_a_second_press_changes_nothing(desk):
    hospital, wecom = desk
    instance_id = hospital.leave()
    hospital.house.run_jobs()
    card = card_of(hospital.head)
    press(card, hospital.head)
    version = Instance.get().version

    row = press(card, hospital.head, "reject", code="later")
    hospital.house.run_jobs()

    assert (row.state, status(instance_id), Instance.get().version) == ("handled", "approved", version)
    assert "已同意" in str(changes(wecom, hospital.head)[-1])


def test_a_press_by_somebody_else_is_ignored(desk):
    hospital, _wecom = desk
    instance_id = hospital.leave()
    hospital.house.run_jobs()

    row = press(card_of(hospital.head), hospital.cover)

    assert (row.state, row.last_error, status(instance_id)) == ("ignored", "not_theirs", "running")


def test_a_press_after_the_withdrawal_says_so(desk):
    hospital, wecom = desk
    instance_id = hospital.leave()
    hospital.house.run_jobs()
    service.withdraw(instance_id, hospital.answer(), actor=hospital.actor(hospital.nurse))

    press(card_of(hospital.head), hospital.head)
    hospital.house.run_jobs()

    last = str(changes(wecom, hospital.head)[-1])
    assert status(instance_id) == "withdrawn"
    assert "撤回" in last
    assert "护士乙" in last


def test_the_cards_of_the_others_say_who_decided(desk):
    hospital, wecom = desk
    one, two, three = (hospital.house.person(name) for name in ("主任甲", "主任乙", "主任丙"))
    send(hospital, node("n1", one, two, three, mode="any"))

    hospital.approve(two)
    hospital.house.run_jobs()

    for other in (one, three):
        assert "已由 主任乙" in str(changes(wecom, other)[-1])
        assert "同意" in str(changes(wecom, other)[-1])
    assert "已同意" in str(changes(wecom, two)[-1])


def test_a_card_that_was_still_on_its_way_arrives_without_buttons(desk):
    hospital, wecom = desk
    one, two = (hospital.house.person(name) for name in ("主任甲", "主任乙"))
    slug = hospital.publish(node("n1", one, two, mode="any"))
    hospital.submit(slug, {"topic": "一件事"})
    hospital.approve(one)

    hospital.house.run_jobs()

    assert [buttons(card) for card in to(wecom, two)] == [[]]
    assert "已由 主任甲" in str(to(wecom, two)[0])


def test_the_next_in_sequence_gets_a_card_when_the_turn_comes(desk):
    hospital, wecom = desk
    one, two = (hospital.house.person(name) for name in ("主任甲", "主任乙"))
    send(hospital, node("n1", one, two, mode="seq"))
    before = to(wecom, two)

    hospital.approve(one)
    hospital.house.run_jobs()

    assert (before, len(to(wecom, two))) == ([], 1)


@pytest.mark.parametrize(
    ("end", "title"),
    [("approve", "已通过：年假 2 天"), ("reject", "已驳回：年假 2 天"), ("send_back", "待修改：年假 2 天")],
)
def test_the_starter_is_told_how_it_ended(desk, end, title):
    hospital, wecom = desk
    hospital.leave()

    getattr(hospital, end)(hospital.head)
    hospital.house.run_jobs()

    assert [card["main_title"]["title"] for card in to(wecom, hospital.nurse)] == [title]


def test_a_reader_gets_one_card_without_buttons(desk):
    hospital, wecom = desk
    reader = hospital.house.person("备案人")
    send(hospital, node("c1", reader, kind="cc"), node("n1", hospital.head))

    (card,) = to(wecom, reader)
    assert (buttons(card), card["card_type"]) == ([], "text_notice")
    assert "抄送给你，供了解" in str(card)


def test_a_returned_form_sends_the_starter_no_card_with_buttons(desk):
    hospital, wecom = desk
    hospital.leave()
    hospital.send_back(hospital.head)
    hospital.house.run_jobs()

    assert Task.get(Task.person_id == hospital.nurse.id).status == "pending"
    assert [buttons(card) for card in to(wecom, hospital.nurse)] == [[]]


def test_after_the_correction_a_new_card_comes(desk):
    hospital, wecom = desk
    hospital.leave()
    hospital.send_back(hospital.head)
    hospital.resubmit(hospital.nurse, days="1")
    hospital.house.run_jobs()

    assert [card["main_title"]["title"] for card in to(wecom, hospital.head)][-1] == "年假 1 天"
    assert buttons(to(wecom, hospital.head)[-1]) == ["approve", "reject"]


def test_a_card_press_and_a_page_at_once_have_one_winner(desk):
    hospital, _wecom = desk
    instance_id = hospital.leave()
    hospital.house.run_jobs()
    card = card_of(hospital.head)
    hospital.house.browser(hospital.head).post(
        f"/flows/{instance_id}/reject", {"task_id": task_of(hospital.head).id, "comment": "不行"}
    )

    press(card, hospital.head)

    assert status(instance_id) == "rejected"
