"""Phones in a real browser: the real jssdk, cards that are clicked, and the page with all phones."""

import pytest

from tests.deploy.simulator.builders import AGENT, make_card
from tests.deploy.simulator.conftest import JSSDK, Running
from tests.support.browser import OpenPage, overflow

needs_jssdk = pytest.mark.skipif(not JSSDK.is_file(), reason="core/web/static/vendor/jssdk.js is not there")
pytestmark = pytest.mark.journey


@needs_jssdk
def test_the_real_jssdk_scans_and_uploads_a_photo(sim: Running, phone: OpenPage) -> None:
    page = phone()
    page.goto(f"http://127.0.0.1:{sim.phones[0]}/-sim/phone")
    page.click("[data-tab=grid]")
    page.click(f".app[data-agent='{AGENT}']")
    inside = page.frame_locator(".web-frame")
    inside.locator("#config", has_text="ok").wait_for()

    inside.locator("#do-scan").click()
    page.click("[data-code='meeting:42']")
    inside.locator("#scan", has_text="meeting:42").wait_for()
    inside.locator("#do-photo").click()
    page.click("[data-number='2']")
    page.click(".full-foot .button")
    inside.locator("#photo", has_text="3").wait_for()

    media_id = inside.locator("#photo").inner_text()
    [media] = sim.api.hook("media")["media"]
    assert (media["media_id"], media["type"], media["name"]) == (media_id, "image", "IMG_2.jpg")
    assert overflow(page) == 0


@needs_jssdk
def test_a_wrong_signature_gives_the_official_error(sim: Running, phone: OpenPage) -> None:
    sim.qingban.wrong_signature = True
    page = phone(allow=["wwsdk", "page error: Object"])
    page.goto(f"http://127.0.0.1:{sim.phones[0]}/")

    page.locator("#config", has_text="invalid signature").wait_for()
    page.click("#do-scan")
    page.locator("#scan", has_text="invalid signature").wait_for()


@needs_jssdk
def test_a_page_opened_without_the_shell_gets_prepared_answers(sim: Running, phone: OpenPage) -> None:
    sim.api.hook("phone", {"phone": 1, "client": "android", "userid": "c001"})
    sim.api.hook("answers", {"phone": 1, "name": "scanQRCode", "answer": {"text": "bed:3"}})
    page = phone()
    page.goto(f"http://127.0.0.1:{sim.phones[1]}/")
    page.locator("#config", has_text="ok").wait_for()

    page.click("#do-scan")
    page.locator("#scan", has_text="bed:3").wait_for()
    page.click("#do-photo")
    page.locator("#photo", has_text="3").wait_for()
    assert page.locator("#who").inner_text() == "c001"


def test_a_card_is_approved_in_the_chat_and_changes_at_once(sim: Running, phone: OpenPage) -> None:
    body = {"touser": "h001", "agentid": AGENT, "msgtype": "template_card", "template_card": make_card()}
    sim.api.hook("phone", {"phone": 1, "userid": "h001"})
    sim.api.post("message/send", body)
    sim.qingban.reply = (
        "<xml><MsgType>update_button</MsgType><Button><ReplaceName>已同意</ReplaceName></Button></xml>"
    )
    page = phone()
    page.goto(f"http://127.0.0.1:{sim.phones[1]}/-sim/phone")
    page.locator(".chat-row .badge", has_text="1").wait_for()
    page.click(f".chat-row[data-agent='{AGENT}']")

    page.click("[data-key=approve]")

    page.locator(".card-done", has_text="已同意").wait_for()
    assert page.locator(".card-button").count() == 0
    assert "approve" in sim.qingban.events[0]


def test_the_desk_shows_phones_and_changes_their_people(sim: Running, desktop: OpenPage) -> None:
    page = desktop()
    page.goto(f"http://127.0.0.1:{sim.port}/")
    page.frame_locator("iframe >> nth=0").locator("body[data-ready]").wait_for()

    page.click(".device-name button >> nth=0")
    page.fill(".dialog input", "科主任")
    page.click(".person >> nth=0")

    page.frame_locator("iframe >> nth=0").locator(".top-person", has_text="何建国").wait_for()
    page.click("text=时钟与故障")
    page.click("text=快进 1 天")
    page.locator("#clock.is-moved").wait_for()
