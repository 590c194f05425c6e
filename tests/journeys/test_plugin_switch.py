"""A plugin is switched off for a site and on again: gone for everyone, back with all its data."""

import pytest
from playwright.sync_api import expect

from tests.journeys import leave
from tests.support.demo import sign_in_at_the_desk
from tests.support.handset import shot

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]


def test_a_plugin_switched_off_is_gone_and_comes_back_with_its_data(demo, handset, desktop):
    nurse = handset("nurse", allow=["status of 404"])
    path = leave.ask_for_leave(nurse, cover=demo.cast["colleague"].name, days=6)
    admin = desktop(allow=["status of 401"])
    sign_in_at_the_desk(demo, admin, demo.cast["it_admin"], "/admin/plugins")
    expect(admin.get_by_role("heading", level=1)).to_have_text("插件")
    shot(admin, "plugins-1-list")

    admin.get_by_role("switch", name="流程审批").click()
    expect(admin.locator("dialog[open]")).to_contain_text("数据保留")
    shot(admin, "plugins-2-confirm")
    admin.locator("dialog[open]").get_by_role("button", name="停用插件").click()
    expect(admin.get_by_role("switch", name="流程审批")).to_have_attribute("aria-checked", "false")
    shot(admin, "plugins-3-off")

    nurse.open("/")
    expect(nurse.app.get_by_role("link", name="请假", exact=True)).to_have_count(0)
    nurse.shot("plugins-4-workbench-without")
    nurse.open("/flows/")
    expect(nurse.app.locator("h1")).to_have_text("没有找到")
    expect(nurse.app.get_by_role("link", name="工作台")).to_be_visible()
    nurse.shot("plugins-5-not-found")

    admin.get_by_role("switch", name="流程审批").click()
    admin.locator("dialog[open]").get_by_role("button", name="启用插件").click()
    expect(admin.get_by_role("switch", name="流程审批")).to_have_attribute("aria-checked", "true")
    nurse.open("/")
    expect(nurse.app.get_by_role("link", name="请假", exact=True)).to_be_visible()
    nurse.open(path)
    expect(nurse.app.locator("h1")).to_have_text("年假 6 天")


def test_a_site_without_the_plugin_never_sees_it(demo, handset):
    nurse = handset("east_nurse", allow=["status of 404"])

    nurse.open_app()
    expect(nurse.app.get_by_role("link", name="报名", exact=True)).to_be_visible()
    expect(nurse.app.get_by_role("link", name="请假", exact=True)).to_have_count(0)
    nurse.shot("plugins-6-east")
    nurse.open(leave.FORM)

    expect(nurse.app.locator("h1")).to_have_text("没有找到")
