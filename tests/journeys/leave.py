"""How people ask for leave in the journeys: the same words in every story."""

import re

from playwright.sync_api import Page, expect

from tests.support.demo import Demo
from tests.support.handset import Handset

FORM = "/flows/new/hr-leave"


def fill_in(nurse: Handset, *, cover: str, days: int = 2, reason: str = "回家看望父母") -> None:
    """Fill in the leave form that is open."""
    app = nurse.app
    app.get_by_label("假别").select_option("年假")
    app.locator("[name='f.period.from']").fill("2026-12-01")
    app.locator("[name='f.period.to']").fill(f"2026-12-{days:02}")
    app.get_by_label("天数").fill(str(days))
    app.get_by_label("请假原因").fill(reason)
    choose(nurse, cover)


def choose(nurse: Handset, name: str) -> None:
    """Choose the person who covers."""
    app = nurse.app
    app.get_by_role("button", name="选择人员").first.click()
    app.locator("dialog[open] input").fill(name)
    app.locator("dialog[open] [data-id]", has_text=name).first.click()
    expect(app.locator("[data-field=cover] .qb-picked__one")).to_contain_text(name)


def submit(nurse: Handset) -> str:
    """Send the form; return the address of the application."""
    nurse.app.get_by_role("button", name="提交").click()
    expect(nurse.app.get_by_role("heading", name="审批进度")).to_be_visible()
    found = re.search(r"/flows/[^/?]+", nurse.frame.url)
    assert found, nurse.frame.url
    return found[0]


def ask_for_leave(nurse: Handset, *, cover: str, days: int = 2, reason: str = "回家看望父母") -> str:
    """Fill in and send a whole application; return its address."""
    nurse.open(FORM)
    fill_in(nurse, cover=cover, days=days, reason=reason)
    return submit(nurse)


def decide(approver: Handset, path: str, action: str, *, words: str = "", confirm: str = "") -> None:
    """Open an application and decide on it in the sheet."""
    approver.open(path)
    app = approver.app
    app.locator(".qb-bar").get_by_role("link", name=action, exact=True).click()
    sheet = app.locator("dialog[open]")
    if words:
        sheet.locator("textarea").fill(words)
    sheet.get_by_role("button", name=confirm or f"确认{action}").click()


def send_by_wire(demo: Demo, page: Page, *, days: int = 1) -> str:
    """Send an application without drawing the form; return its address."""
    asked = {"q": demo.cast["president"].name}
    found = page.request.get(f"{demo.address}/-/people", params=asked).json()["people"]
    fields = {
        "f.leave_kind": "年假",
        "f.period.from": "2026-12-01",
        "f.period.from_half": "am",
        "f.period.to": f"2026-12-{days:02}",
        "f.period.to_half": "pm",
        "f.days": str(days),
        "f.cover": found[0]["id"],
        "f.reason": "回家看望父母，顺便带孩子复查，已与同事换好班",
    }
    return demo.send(page, "/flows/new/hr-leave", fields).split("?")[0]
