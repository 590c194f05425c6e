"""The audit page: a truthful integrity line, filters that find, an export that leaves a trace."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from lxml import etree

from core import audit, clock
from core.audit import AuditRecord
from core.db import atomic
from core.testing import DESK
from core.web.admin import trail, trail_sheet

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def house(house_of):
    return house_of()


def reader(house, role="audit_admin"):
    return house.browser(house.person("审计员甲", roles=[role] if role else []), user_agent=DESK)


def write(house, person=None, event="core.plugin.enabled", count=1, **values):
    actor = house.actor(person) if person else None
    with atomic():
        for number in range(count):
            audit.record(event, actor=actor, **{"about": f"thing{number}", "site": house.site, **values})


def tend(house):
    config = house.platform.config
    audit.tend(config.data_dir, config.key("audit"))


def export(browser, query="", **form):
    return browser.post(f"/admin/audit/export{query}", {"reason": "季度检查", **form})


def cells(answer):
    """Return the rows of the sheet as texts; fail when anything is not a text."""
    with zipfile.ZipFile(BytesIO(answer.content)) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.findall(".//m:f", NS) == []
    assert {cell.get("t") for cell in sheet.iterfind(".//m:c", NS)} <= {"inlineStr"}
    return [
        ["".join(cell.itertext()) for cell in row.iterfind("m:c", NS)]
        for row in sheet.iterfind(".//m:row", NS)
    ]


# The integrity line


def test_the_page_says_until_when_the_trail_was_checked(house, frozen_clock):
    browser = reader(house)
    texts = [browser.get("/admin/audit").text]
    write(house)
    audit.seal(house.platform.config.key("audit"))
    texts.append(browser.get("/admin/audit").text)
    tend(house)
    texts.append(browser.get("/admin/audit").text)

    assert ["校验" in text for text in texts] == [False, True, True]
    assert "还没有校验过" in texts[1]
    assert "已校验至 10:00" in texts[2]


def test_a_check_that_stopped_is_a_warning(house, frozen_clock):
    write(house)
    tend(house)
    clock.advance(timedelta(minutes=31))
    write(house)
    audit.seal(house.platform.config.key("audit"))

    assert "校验停在 10:00" in reader(house).get("/admin/audit").text


def test_the_page_asks_as_often_for_fifty_rows_as_for_one(house, statements):
    browser = reader(house)

    def asked():
        browser.get("/admin/audit?q=护士甲")
        with statements() as seen:
            assert browser.get("/admin/audit?q=护士甲").status_code == 200
        return len(seen)

    nurse = house.person("护士甲")
    write(house, nurse)
    few = asked()
    write(house, nurse, count=60)
    tend(house)

    assert asked() == few


# Filters


@pytest.mark.parametrize("query", ["护士甲", "A0002"])
def test_a_person_is_found_by_name_and_by_staff_number(house, query):
    browser = reader(house)
    write(house, house.person("护士甲"), about="hers")
    write(house, house.person("护士乙"), about="others")

    page = browser.get(f"/admin/audit?q={query}").text

    assert ("hers" in page, "others" in page) == (True, False)


def test_namesakes_and_who_has_left_are_found_too(house):
    browser = reader(house)
    write(house, house.person("王芳"), about="first-one")
    write(house, house.person("王芳", status="left"), about="second-one")

    page = browser.get("/admin/audit?q=王芳").text

    assert ("first-one" in page, "second-one" in page) == (True, True)


def test_event_and_days_narrow_page_and_export_alike(house, frozen_clock):
    write(house, about="early")
    clock.advance(timedelta(days=2))
    browser = reader(house)
    write(house, about="late")
    write(house, event="core.plugin.disabled", about="other")
    query = "?event=core.plugin.enabled&since=2026-11-25&until=2026-11-26"

    page, sheet = browser.get(f"/admin/audit{query}").text, cells(export(browser, query))

    assert [word in page for word in ("early", "late", "other")] == [False, True, False]
    assert [row[7] for row in sheet] == ["对象", "late"]


# Export


def test_the_export_says_everything_in_words(house, frozen_clock):
    browser = reader(house)
    nurse = house.person("护士甲")
    write(house, nurse, about="alpha")
    tend(house)

    answer = export(browser, "?event=core.plugin.enabled")

    assert answer.headers["content-type"] == trail.XLSX
    assert ".xlsx" in answer.headers["content-disposition"]
    told = ["护士甲", nurse.staff_no, "", "core.plugin.enabled", "护士甲 启用了插件 alpha", "alpha"]
    assert cells(answer) == [
        list(trail_sheet.HEADINGS),
        ["1", "2026-11-24 10:00:00", *told, "", "", ""],
    ]


def test_the_export_leaves_a_trace_with_count_and_reason(house):
    browser = reader(house)
    write(house, count=3)

    export(browser, "?event=core.plugin.enabled", reason="季度检查")

    row = AuditRecord.get(AuditRecord.event == "core.audit.exported")
    assert row.facts == {"count": 3, "reason": "季度检查", "narrowed": "core.plugin.enabled"}
    assert "审计员甲 导出了 3 条审计日志（季度检查）" in browser.get("/admin/audit").text


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_export_without_a_reason_is_refused_beside_the_field(house, reason):
    browser = reader(house)
    write(house, about="alpha")

    answer = export(browser, "?q=alpha", reason=reason)

    assert (answer.status_code, answer.text.count("请写明导出原因")) == (422, 2)
    assert 'value="alpha"' in answer.text
    assert AuditRecord.select().where(AuditRecord.event == "core.audit.exported").count() == 0


def test_too_many_rows_are_refused_with_the_reason_kept(house, monkeypatch):
    monkeypatch.setattr(trail, "MOST_EXPORTED", 2)
    browser = reader(house)
    write(house, count=3)

    answer = export(browser, reason="季度检查")

    assert (answer.status_code, "季度检查</textarea>" in answer.text) == (422, True)
    assert "超过 2 条" in answer.text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "https://a.example", "00123", "\ttab"]
)
def test_no_cell_is_more_than_a_text(house, text):
    browser = reader(house)
    write(house, about=text)

    assert cells(export(browser, "?event=core.plugin.enabled"))[1][7] == text


def test_an_export_goes_on_over_many_pieces(house, monkeypatch):
    monkeypatch.setattr(trail_sheet, "CHUNK", 4)
    browser = reader(house)
    write(house, count=10)

    sheet = cells(export(browser, "?event=core.plugin.enabled"))

    assert [row[7] for row in sheet[1:]] == [f"thing{number}" for number in reversed(range(10))]


@pytest.mark.parametrize("role", ["", "clerk", "admin"])
def test_nobody_else_takes_the_trail_away(house, role):
    write(house)

    answer = export(reader(house, role))

    assert (answer.status_code, AuditRecord.select().count()) == (403, 1)


def test_an_export_without_the_token_is_refused(house):
    browser = reader(house)
    browser.csrf = "0" * 64

    assert export(browser).status_code == 403
