"""Leave with a photo: asked for on one phone, decided in the chat and on the page, told to everyone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import leave

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

SOON = 3_000
"""How long a card may take from the tap to the other phone, in milliseconds."""


def test_leave_goes_from_the_form_over_the_card_and_the_page_to_the_result(demo, handset):
    cover, head, director = (demo.cast[part].name for part in ("colleague", "head_nurse", "nursing_director"))
    nurse, head_nurse = handset("nurse"), handset("head_nurse", client="ios")
    head_nurse.open_chat()

    nurse.open_app()
    nurse.shot("leave-01-workbench")
    nurse.app.get_by_role("link", name="请假", exact=True).click()
    leave.fill_in(nurse, cover=cover)
    nurse.app.locator("qb-photo [data-add]").click()
    nurse.shot("leave-02-photos")
    nurse.take_photo(0)
    expect(nurse.app.locator("qb-photo li[data-id]")).to_have_count(1)
    way = nurse.app.locator("[data-part=route]")
    expect(way).to_contain_text(head)
    expect(way).to_contain_text(director)
    nurse.shot("leave-03-form")
    path = leave.submit(nurse)
    card = head_nurse.card("年假 2 天")
    expect(card).to_be_visible(timeout=SOON)
    nurse.shot("leave-04-sent")
    head_nurse.shot("leave-05-card")

    head_nurse.press("年假 2 天", "同意")
    expect(head_nurse.card("年假 2 天")).to_contain_text("同意", timeout=SOON)
    expect(head_nurse.card("年假 2 天").get_by_role("button", name="驳回", exact=True)).to_have_count(0)
    head_nurse.shot("leave-06-card-after")

    director_phone = handset("nursing_director")
    director_phone.open_app()
    director_phone.app.get_by_role("link", name="待办").click()
    director_phone.shot("leave-07-todo")
    director_phone.app.get_by_role("link", name="年假 2 天").first.click()
    director_phone.shot("leave-08-detail")
    bar = director_phone.app.locator(".qb-bar")
    bar.get_by_role("link", name="同意", exact=True).click()
    director_phone.shot("leave-09-sheet")
    sheet = director_phone.app.locator("dialog[open]")
    sheet.locator("textarea").fill("同意，注意安全")
    sheet.get_by_role("button", name="确认同意").click()
    expect(director_phone.app.locator("[data-status]")).to_contain_text("已同意")
    director_phone.shot("leave-10-approved")

    nurse.open_chat()
    expect(nurse.card("已通过")).to_contain_text("年假 2 天", timeout=SOON)
    nurse.shot("leave-11-result")
    nurse.open(path)
    steps = nurse.app.locator(".qb-timeline")
    for words in (demo.cast["nurse"].name, head, director, "同意，注意安全", "考勤备案"):
        expect(steps).to_contain_text(words)
    expect(nurse.app.locator("header .qb-chip")).to_have_text("已通过")
    expect(nurse.app.locator("main img")).to_have_count(1)
    nurse.shot("leave-12-done")


def test_a_card_pressed_after_a_colleague_decided_on_the_page_says_who_did_it(demo, handset):
    nurse, at_hand, at_desk = handset("nurse"), handset("engineer"), handset("second_engineer", client="ios")
    nurse.open("/flows/new/equip-repair-out")
    for label, words in (("设备编号", "XD-0042"), ("更换部件", "电池"), ("维修单位", "海诚医疗")):
        nurse.app.get_by_label(label).fill(words)
    nurse.app.get_by_label("报价").first.fill("1200")
    nurse.app.get_by_label("外修理由").fill("电池鼓包，院内没有备件")
    nurse.app.locator("qb-photo [data-add]").click()
    nurse.take_photo(1)
    expect(nurse.app.locator("qb-photo li[data-id]")).to_have_count(1)
    path = leave.submit(nurse)
    at_hand.open_chat()
    expect(at_hand.card("海诚医疗").get_by_role("button", name="同意", exact=True)).to_be_visible()

    demo.tell("faults", code=-1, path="message/update_template_card", times=4)
    leave.decide(at_desk, path, "同意")
    expect(at_desk.app.locator("[data-status]")).to_contain_text("已同意")
    at_hand.press("海诚医疗", "同意")

    said = re.compile(f"已由 {at_desk.name} .* 同意")
    expect(at_hand.card("海诚医疗")).to_contain_text(said, timeout=15_000)
    demo.tell("faults", clear=True)
    at_hand.shot("leave-race")


def test_the_starter_withdraws_and_the_approver_learns_of_it(demo, handset):
    nurse, head_nurse = handset("nurse"), handset("head_nurse", allow=["status of 409"])
    path = leave.ask_for_leave(nurse, cover=demo.cast["colleague"].name, days=4)
    head_nurse.open(path)
    head_nurse.app.locator(".qb-bar").get_by_role("link", name="同意", exact=True).click()

    nurse.app.locator(".qb-bar").get_by_role("link", name="更多").click()
    nurse.shot("leave-withdraw-1-more")
    nurse.app.locator("dialog[open]").get_by_role("button", name=re.compile("^撤回")).click()
    nurse.app.locator("dialog[open] textarea").fill("填错了日期")
    nurse.shot("leave-withdraw-2-sheet")
    nurse.app.locator("dialog[open]").get_by_role("button", name="撤回申请").click()
    expect(nurse.app.locator("header .qb-chip")).to_have_text("已撤回")
    nurse.shot("leave-withdraw-3-done")
    head_nurse.app.get_by_role("button", name="确认同意").click()

    expect(head_nurse.app.locator(".qb-notice")).to_contain_text("撤回")
    expect(head_nurse.app.locator("header .qb-chip")).to_have_text("已撤回")
    head_nurse.shot("leave-withdraw-4-late")
    head_nurse.open_chat()
    expect(head_nurse.card("年假 4 天")).to_contain_text("撤回")
    head_nurse.shot("leave-withdraw-5-card")


def test_a_refusal_on_the_page_needs_a_reason_and_carries_it_to_the_starter(demo, handset):
    nurse, head_nurse = handset("nurse"), handset("head_nurse", allow=["status of 422"])
    path = leave.ask_for_leave(nurse, cover=demo.cast["colleague"].name, days=5)

    leave.decide(head_nurse, path, "驳回")
    expect(head_nurse.app.locator("dialog[open] .qb-field__error")).to_be_visible()
    head_nurse.shot("leave-reject-1-reason-wanted")
    head_nurse.app.locator("dialog[open]").get_by_role("button", name="时间冲突，请调整").click()
    head_nurse.app.locator("dialog[open]").get_by_role("button", name="确认驳回").click()
    expect(head_nurse.app.locator("header .qb-chip")).to_have_text("已驳回")

    nurse.open_chat()
    expect(nurse.card("已驳回")).to_contain_text("年假 5 天", timeout=SOON)
    nurse.shot("leave-reject-2-card")
    nurse.open(path)
    expect(nurse.app.locator(".qb-timeline")).to_contain_text("时间冲突，请调整")
    nurse.shot("leave-reject-3-page")


def test_a_draft_is_there_again_after_the_page_was_lost(demo, handset):
    nurse = handset("colleague")
    nurse.open(leave.FORM)
    leave.fill_in(nurse, cover=demo.cast["nurse"].name, reason="写到一半电话来了")
    nurse.app.locator("qb-photo [data-add]").click()
    nurse.take_photo(1)
    expect(nurse.app.locator("qb-photo li[data-id]")).to_have_count(1)
    expect(nurse.app.locator("[data-draft-status]")).to_have_text("草稿已自动保存")

    nurse.close_app()
    nurse.open(leave.FORM)

    draft = nurse.app.locator("qb-draft")
    expect(draft).to_contain_text("已恢复")
    expect(nurse.app.get_by_label("请假原因")).to_have_value("写到一半电话来了")
    expect(nurse.app.locator("[data-field=cover] .qb-picked__one")).to_contain_text(demo.cast["nurse"].name)
    expect(nurse.app.locator("qb-photo li[data-id]")).to_have_count(1)
    nurse.shot("leave-draft")
    draft.get_by_role("button", name="清空").click()
    expect(nurse.app.get_by_label("请假原因")).to_have_value("")
