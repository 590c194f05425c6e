"""The elements of a form in a real browser, under the platform's strict policy."""

import io
import re

import pytest
from PIL import Image

from tests.core.forms.sample import serving
from tests.support.browser import overflow, small_targets

pytestmark = pytest.mark.journey


@pytest.fixture
def sample():
    with serving() as served:
        yield served


def picture(width=2000, height=1500):
    body = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(body, "JPEG", quality=90)
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def open_form(phone, sample, query="", **options):
    page = phone(**options)
    page.goto(sample.address + query)
    page.wait_for_function("() => customElements.get('qb-draft') && customElements.get('qb-rules')")
    return page


def choose(page, id, value):
    page.check(f"[name='f.{id}'][value='{value}']")


def fill_in(page):
    page.fill("[name='f.device']", "心电监护仪")
    choose(page, "urgency", "影响诊疗")
    page.fill("[name='f.detail']", "屏幕闪，开机无显示")
    page.fill("[name='f.parts.0.what']", "导联线")


def test_a_photo_is_made_smaller_sent_at_once_and_tried_again(sample, phone):
    sample.breaks = 1
    page = open_form(phone, sample, allow=["status of 503"])

    page.set_input_files("qb-photo input[type=file]", files=[picture()])
    page.wait_for_selector("qb-photo [data-retry]:visible")
    assert page.inner_text("qb-photo [data-said]") == "“现场.jpg”没传上去（存储正忙）"
    page.click("qb-photo [data-retry]")
    page.wait_for_selector("qb-photo li[data-id]")

    sent = sample.uploads[0]
    width = page.evaluate(
        "() => createImageBitmap(document.querySelector('qb-photo img')).then(image => image.width)"
    )
    assert (width, sent["mime"]) == (1600, "image/jpeg")
    assert sent["size"] < len(picture()["buffer"])
    assert page.input_value("qb-photo li input[type=hidden]") == sent["id"]

    page.click("qb-photo [data-remove]")
    assert page.locator("qb-photo li[data-id]").count() == 0


def test_rules_show_require_and_compute_while_people_type(sample, phone):
    page = open_form(phone, sample)
    since, course = page.locator("[data-field=since]"), page.locator("[data-field=course]")
    assert [since.is_visible(), course.is_visible()] == [False, False]

    choose(page, "urgency", "停用")
    choose(page, "wants", "培训")
    page.fill("[name='f.budget']", "1286.5")
    page.fill("[name='f.copies']", "3")

    assert [since.is_visible(), course.is_visible()] == [True, True]
    assert page.locator("[data-field=cause] .qb-field__star").is_visible()
    assert page.inner_text("[data-field=total] output") == "3859.5"
    choose(page, "urgency", "影响诊疗")
    assert not since.is_visible()


def test_rows_are_added_removed_and_numbered(sample, phone):
    page = open_form(phone, sample)

    page.click("[data-field=parts] [data-add]")
    page.click("[data-field=parts] [data-add]")
    page.fill("[name='f.parts.2.what']", "电池")
    page.click("qb-table .qb-row-card >> nth=0 >> [data-remove]")

    names = page.eval_on_selector_all("qb-table [name]", "all => all.map(one => one.name)")
    assert names == [f"f.parts.{row}.{column}" for row in (0, 1) for column in ("what", "count", "c3")]
    assert page.input_value("[name='f.parts.1.what']") == "电池"
    assert page.locator("qb-table label >> nth=3").get_attribute("for") == "f-parts-1-what"


def test_a_signature_is_drawn_and_sent(sample, phone):
    page = open_form(phone, sample)

    page.click("qb-signature [data-add]")
    paper = page.wait_for_selector(".qb-sign canvas")
    page.click(".qb-sign [data-act=done]")
    assert page.inner_text(".qb-sign p") == "还没有签名，请在框内写下名字"
    box = paper.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 80)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 60 + 15 * step, box["y"] + 80 + 60 * (step % 2))
    page.mouse.up()
    page.click(".qb-sign [data-act=done]")
    page.wait_for_selector("qb-signature li[data-id]")

    assert sample.uploads[0]["mime"] == "image/png"
    assert not page.locator("qb-signature [data-add]").is_visible()


def test_people_are_found_and_chosen(sample, phone):
    page = open_form(phone, sample)

    page.click("[data-field=owner] [data-open]")
    page.wait_for_selector("dialog [data-id=u2]")
    page.fill("dialog input", "护士")
    page.wait_for_selector("dialog [data-id=u2]", state="detached")
    page.click("dialog [data-id=u1]")
    page.click("dialog [data-done]")

    assert page.eval_on_selector_all("[name='f.owner']", "all => all.map(one => one.value)") == ["u1"]
    assert page.inner_text("[data-field=owner] li [data-label]") == "护士长甲"


def test_a_draft_comes_back_after_the_page_was_lost(sample, phone):
    page = open_form(phone, sample)
    fill_in(page)
    page.click("[data-field=parts] [data-add]")
    page.fill("[name='f.parts.1.what']", "电池")
    page.set_input_files("qb-photo input[type=file]", files=[picture(400, 300)])
    page.wait_for_selector("qb-photo li[data-id]")

    page.reload()

    page.wait_for_selector("qb-draft:visible")
    assert re.fullmatch(r"已恢复 \d\d:\d\d 的草稿", page.inner_text("qb-draft [data-said]"))
    assert page.input_value("[name='f.device']") == "心电监护仪"
    assert page.input_value("[name='f.parts.1.what']") == "电池"
    assert page.is_checked("[name='f.urgency'][value='影响诊疗']")
    assert page.locator("qb-photo li[data-id]").count() == 1
    assert ["f.device", "心电监护仪"] in sample.drafts[-1]["pairs"]

    page.click("qb-draft [data-clear]")
    page.reload()
    assert page.input_value("[name='f.device']") == ""
    assert not page.locator("qb-draft").is_visible()


def test_a_form_is_corrected_and_sent(sample, phone):
    page = open_form(phone, sample, allow=["status of 422"])
    fill_in(page)
    page.fill("[name='f.detail']", "屏幕闪")
    page.fill("[name='f.parts.0.count']", "两")

    page.click("text=提交")
    page.wait_for_selector(".has-error")
    assert sample.clean.errors == {
        "detail": "再写几个字：至少 5 个字",
        "parts.0.count": "数量要填数字，比如 12 或 12.5",
    }
    assert page.evaluate("() => document.activeElement.name") == "f.detail"
    page.fill("[name='f.detail']", "屏幕闪，开机无显示")
    page.fill("[name='f.parts.0.count']", "2")
    page.set_input_files("qb-photo input[type=file]", files=[picture(400, 300)])
    page.wait_for_selector("qb-photo li[data-id]")
    page.click("text=提交")
    page.wait_for_selector(".qb-kv")

    assert sample.clean.values["parts"] == [{"what": "导联线", "count": "2", "c3": None}]
    assert sample.clean.values["photo"] == ["a1"]
    page.goto(sample.address)
    assert page.input_value("[name='f.device']") == ""


def test_without_script_rows_and_hidden_fields_can_be_filled(sample, phone):
    page = phone(java_script_enabled=False)
    page.goto(sample.address)

    fill_in(page)
    page.fill("[name='f.parts.2.what']", "电池")
    page.click("text=提交")
    page.wait_for_selector(".qb-kv")

    assert [row["what"] for row in sample.clean.values["parts"]] == ["导联线", "电池"]


WECOM = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile Safari/537.36 wxwork/4.1.30"
BRIDGE = """
window.calls = [];
window.WeixinJSBridge = {
  on(name, done) { window.calls.push(name); },
  invoke(name, params, done) {
    window.calls.push(name);
    const known = {
      chooseImage: { localIds: '["local-1", "local-2"]' },
      uploadImage: { serverId: `media-${params.localId}` },
      startRecord: {}, stopRecord: { localId: "voice-1" },
      uploadVoice: { serverId: `media-${params.localId}` },
      preVerifyJSAPI: {},
    };
    setTimeout(() => done({ err_msg: name + (known[name] ? ":ok" : ":fail"), ...known[name] }), 1);
  },
};
"""


def test_inside_wecom_its_own_camera_and_recorder_are_used(sample, phone):
    page = phone(user_agent=WECOM)
    page.add_init_script(BRIDGE)
    page.goto(sample.address)
    page.wait_for_function("() => customElements.get('qb-rules')")

    page.click("qb-photo [data-add]")
    page.wait_for_selector("qb-photo li[data-id] >> nth=1")
    page.click("qb-voice [data-add]")
    page.wait_for_selector("qb-voice .is-recording")
    page.click("qb-voice [data-add]")
    page.wait_for_selector("qb-voice li[data-id]")

    assert sorted((one["mime"], one["name"]) for one in sample.uploads) == [
        ("photo", "media-local-1"),
        ("photo", "media-local-2"),
        ("voice", "media-voice-1"),
    ]
    assert page.inner_text("qb-voice [data-play]") == "0:01"
    assert page.evaluate("() => window.calls.filter(name => name === 'preVerifyJSAPI').length") == 1


@pytest.mark.parametrize("size", ["", "xl"])
def test_nothing_is_too_wide_or_too_small(sample, phone, size):
    page = open_form(phone, sample, f"?size={size}", viewport={"width": 320, "height": 700})

    assert overflow(page) == 0
    assert small_targets(page) == []
