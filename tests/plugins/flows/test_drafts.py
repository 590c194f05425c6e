"""Drafts: kept as typed, one per person and flow, gone when sent."""

import pytest

from plugins.flows import queries, service
from plugins.flows.models import Draft
from qingban import TooLarge
from tests.plugins.flows.test_pages import LEAVE_FORM

DRAFT = "/flows/new/hr-leave/draft"


@pytest.fixture
def nurse(hospital):
    """Give the nurse's browser."""
    return hospital.house.browser(hospital.nurse)


def keep(browser, **fields):
    """Save a draft as the page's script does."""
    return browser.post_json(DRAFT, {"pairs": [[f"f.{name}", text] for name, text in fields.items()]})


def test_a_draft_comes_back_with_the_form(nurse):
    answer = keep(nurse, reason="还没写完", days="许多")

    page = nurse.get("/flows/new/hr-leave")

    assert (answer.status_code, answer.json) == (200, {"saved": True})
    assert "还没写完" in page.text
    assert 'value="许多"' in page.text
    assert 'data-saved-at=""' not in page.text


def test_a_later_draft_replaces_the_earlier(nurse):
    keep(nurse, reason="一")
    keep(nurse, reason="二")

    assert [draft.raw["reason"] for draft in Draft.select()] == ["二"]


def test_an_empty_draft_is_forgotten(nurse):
    keep(nurse, reason="一")

    assert keep(nurse, reason="").json == {"saved": False}
    assert Draft.select().count() == 0


def test_the_draft_is_gone_when_the_form_is_sent(hospital, nurse):
    keep(nurse, reason="一")

    nurse.post("/flows/new/hr-leave", {**LEAVE_FORM, "f.cover": hospital.cover.id})

    assert Draft.select().count() == 0


def test_a_refused_form_keeps_the_draft(nurse):
    keep(nurse, reason="一")

    nurse.post("/flows/new/hr-leave", {})

    assert Draft.select().count() == 1


def test_nobody_else_sees_a_draft(hospital, nurse):
    keep(nurse, reason="只给我看")

    assert "只给我看" not in hospital.house.browser(hospital.head).get("/flows/new/hr-leave").text


def test_the_page_after_sending_tells_the_browser_to_forget_its_copy(hospital, nurse):
    answer = nurse.post("/flows/new/hr-leave", {**LEAVE_FORM, "f.cover": hospital.cover.id})

    page = nurse.get(answer.headers["location"])

    assert f'data-done-key="{hospital.nurse.id}.hr-leave.1"' in page.text


@pytest.mark.parametrize("body", [[], {}, {"pairs": 7}, {"pairs": "x"}, "x"])
def test_what_is_no_draft_is_refused(nurse, body):
    assert nurse.post_json(DRAFT, body).status_code in (400, 422)
    assert Draft.select().count() == 0


def test_half_a_pair_is_left_out(nurse):
    answer = nurse.post_json(DRAFT, {"pairs": [["f.reason"], "x", ["f.reason", "好"], ["f.days", 3]]})

    assert answer.json == {"saved": True}
    assert Draft.get().raw == {"reason": "好", "days": "3"}


def test_more_than_a_form_can_hold_is_refused(hospital):
    row = queries.definition_of(hospital.house.site, "hr-leave")

    with pytest.raises(TooLarge):
        service.save_draft(
            row, {f"x{number}": "1" for number in range(601)}, actor=hospital.actor(hospital.nurse)
        )


def test_a_draft_of_an_older_form_does_no_harm(hospital, nurse):
    row = queries.definition_of(hospital.house.site, "hr-leave")
    service.save_draft(
        row, {"gone": "x", "period": "odd", "reason": "好"}, actor=hospital.actor(hospital.nurse)
    )

    page = nurse.get("/flows/new/hr-leave")

    assert page.status_code == 200
    assert "好" in page.text
