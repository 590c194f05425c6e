"""A clerk makes a sign-up in minutes, colleagues scan the poster, and a freed place goes to who waits."""

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.journeys import signup

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

TITLE = "心肺复苏复训"


def shown_code(demo):
    """Wait until a phone shows a code, and read it as a camera would."""
    for _ in range(50):
        if codes := demo.ask("codes")["codes"]:
            return codes[0]["text"]
        demo.ask("wait", seconds=1)
    raise AssertionError("no phone shows a code")


def sign_up(phone, mobile, button="报 名"):
    """Fill in the form that is open and send it."""
    phone.app.get_by_label("手机号").fill(mobile)
    phone.app.get_by_role("button", name=button, exact=True).click()


def test_a_sign_up_fills_by_scanning_and_moves_up_when_somebody_cancels(demo, handset, tmp_path):
    clerk, first, second, third = (handset(part) for part in ("clerk", "nurse", "colleague", "neighbour"))
    clerk.open_app()
    clerk.app.get_by_role("link", name="报名", exact=True).click()
    clerk.app.get_by_role("link", name="新建", exact=True).click()
    clerk.shot("signup-01-templates")
    clerk.app.get_by_role("button", name="使用").first.click()
    expect(clerk.app.get_by_role("button", name="发布", exact=True)).to_be_visible()
    clerk.shot("signup-02-designer")
    signup.make(clerk.app, title=TITLE, places=2, waiting=5)
    clerk.shot("signup-03-published")
    clerk.app.get_by_role("link", name="打印海报").click()
    expect(clerk.app.locator("figure[data-qr]")).to_be_visible()
    clerk.shot("signup-04-poster")
    code = shown_code(demo)

    first.scan(code)
    expect(first.app.locator("h1")).to_have_text(TITLE)
    first.shot("signup-05-form")
    sign_up(first, "13900000001")
    expect(first.app.get_by_role("heading", name="已报名 第 1 位")).to_be_visible()
    first.shot("signup-06-done")
    second.open(signup.path_of(code))
    sign_up(second, "13900000002")
    expect(second.app.get_by_role("heading", name="已报名 第 2 位")).to_be_visible()
    third.open(signup.path_of(code))
    expect(third.app.locator("[data-part=counts]")).to_contain_text("名额已满")
    third.shot("signup-07-full")
    sign_up(third, "13900000003", "候补报名")
    expect(third.app.get_by_role("heading", name="候补：第 1 位")).to_be_visible()
    third.shot("signup-08-waiting")

    first.app.get_by_role("button", name="取消报名").click()
    first.shot("signup-09-cancel")
    first.app.locator("dialog[open]").get_by_role("button", name="取消报名").click()
    expect(first.app.locator("[data-status]")).to_contain_text("已取消报名")
    expect(first.app.locator("qb-draft")).to_be_hidden()
    first.shot("signup-10-cancelled")
    third.open_chat()
    expect(third.card(f"报名成功：{TITLE}")).to_be_visible()
    third.shot("signup-11-moved-up")

    clerk.app.get_by_role("link", name="返回").click()
    clerk.app.get_by_role("link", name="名单与导出").click()
    expect(clerk.app.locator("tbody")).to_contain_text(second.name)
    expect(clerk.app.locator("tbody")).to_contain_text(third.name)
    clerk.shot("signup-12-list")
    with clerk.page.expect_download() as download:
        clerk.app.get_by_role("link", name="导出 Excel").click()
    download.value.save_as(tmp_path / "list.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "list.xlsx").get_sheet_by_index(0).to_python()
    assert [(row[1], row[2]) for row in rows] == [
        ("状态", "姓名"),
        ("已报名", second.name),
        ("已报名", third.name),
    ]
