"""Coming in: silently inside WeCom, by scanning at the desk, and not at all after leaving."""

import pytest
from playwright.sync_api import expect

from tests.support.handset import shot

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]


def test_a_phone_is_signed_in_without_asking_and_again_after_the_session_is_gone(demo, handset):
    nurse = handset("colleague")

    nurse.open_app()
    first = nurse.frame.evaluate("document.querySelector('meta[name=csrf]').content")
    nurse.open("/me")
    with nurse.page.expect_response(lambda response: response.url.endswith("/auth/end")):
        nurse.app.get_by_role("button", name="退出登录").click()
    nurse.open("/todo?list=reading")

    expect(nurse.app.get_by_role("link", name="待阅")).to_have_attribute("aria-current", "page")
    assert nurse.frame.url.endswith("/todo?list=reading")
    assert nurse.frame.evaluate("document.querySelector('meta[name=csrf]').content") != first


def test_a_desk_is_shown_how_to_sign_in_and_ends_where_it_wanted_to_go(demo, desktop):
    page = desktop(allow=["status of 401"])
    page.goto(f"{demo.address}/me")
    shot(page, "signin-1-desk")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.get_by_role("link", name="扫码登录").click()
    shot(page, "signin-2-scan")
    page.goto(f"{page.url}&q={demo.cast['president'].userid}")
    page.locator(f"button[value='{demo.cast['president'].userid}']").click()

    expect(page.locator("main")).to_contain_text(demo.cast["president"].name)
    assert page.url == f"{demo.address}/me"
    shot(page, "signin-3-in")


def test_a_page_that_does_not_exist_says_so_and_leads_back(demo, handset):
    nurse = handset("nurse", allow=["status of 404"])

    nurse.open("/nowhere")

    expect(nurse.app.locator("h1")).to_have_text("没有找到")
    nurse.shot("signin-4-not-found")
    nurse.app.get_by_role("link", name="工作台").first.click()
    expect(nurse.app.locator("h1")).to_contain_text(nurse.name)


def test_who_leaves_the_hospital_is_out_at_once(demo, handset):
    leaver = handset("leaver", allow=["status of 403"])
    leaver.open_app()

    demo.call_wecom("user/delete", userid=demo.cast["leaver"].userid)
    assert demo.ask("wait", seconds=5)["idle"]

    for _ in range(20):  # the event is stored at once and worked on by the worker
        leaver.open("/todo")
        if not leaver.app.locator(".qb-tabs").count():
            break
        leaver.page.wait_for_timeout(250)
    expect(leaver.app.locator("main")).to_contain_text("信息科")
    leaver.shot("signin-5-left")
