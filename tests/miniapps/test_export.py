"""The spreadsheet: texts only, nothing that computes, everything that was asked, and a line in the trail."""

import io
import zipfile

import pytest
from lxml import etree

from core import settings
from core.audit import AuditRecord
from miniapps import export, service
from tests.miniapps.builders import NOTE, SESSIONS, clerk, join, live, make_app, person, republish

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HEADINGS = ["序号", "状态", "姓名", "工号", "科室", "报名时间"]


def sheet(data: bytes) -> list[list[str]]:
    """Read the cells of the first sheet; every cell must be a text."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        xml = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        strings = "xl/sharedStrings.xml" in book.namelist()
        shared = etree.fromstring(book.read("xl/sharedStrings.xml")) if strings else []
    words = ["".join(item.itertext()) for item in shared]
    assert xml.findall(f".//{MAIN}f") == []
    rows = []
    for row in xml.iter(f"{MAIN}row"):
        cells = []
        for cell in row.iter(f"{MAIN}c"):
            assert cell.get("t") in ("s", "inlineStr")
            text = "".join(cell.itertext())
            cells.append(words[int(text)] if cell.get("t") == "s" else text)
        rows.append(cells)
    return rows


def written(app) -> list[list[str]]:
    file, size, _rows = export.write(app.id)
    with file:
        data = file.read()
    assert len(data) == size
    return sheet(data)


def test_every_entry_that_counts_is_a_row(ward):
    app = make_app(ward, places=1, wait=5, by_option={"o1": 1})
    first, second, gone = (person(ward, f"护士{name}") for name in "甲乙丙")
    join(app, first, f1="o1", f2="吃素")
    join(app, second, f1="o1")
    join(app, gone, f1="o2")
    service.cancel(live(app), gone)

    rows = [[cell for index, cell in enumerate(row) if index != 5] for row in written(app)]

    assert rows == [
        ["序号", "状态", "姓名", "工号", "科室", "专场", "专场（时间）", "专场（地点）", "备注"],
        ["1", "已报名", "护士甲", first.staff_no, "心内科", "静脉穿刺", "", "", "吃素"],
        ["2", "候补", "护士乙", second.staff_no, "心内科", "静脉穿刺", "", "", ""],
    ]


@pytest.mark.parametrize(
    "evil",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "＝1+1",
        "https://evil.example/",
        "12345678901234567890",
    ],
)
def test_cell_that_looks_like_a_formula_stays_a_text(ward, evil):
    app = make_app(ward)
    join(app, person(ward), f2=evil)

    assert written(app)[1][-1] == evil


def test_dangerous_cells_carry_the_quote_prefix(ward):
    app = make_app(ward)
    join(app, person(ward), f2="=1+1")
    file, _size, _rows = export.write(app.id)

    with file, zipfile.ZipFile(io.BytesIO(file.read())) as book:
        styles = book.read("xl/styles.xml").decode()

    assert 'quotePrefix="1"' in styles


def test_fields_and_options_that_are_gone_keep_their_columns_and_words(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker, fields=[SESSIONS, NOTE])
    join(app, person(ward), f1="o2", f2="吃素")
    republish(app, maker, fields=[{**SESSIONS, "options": SESSIONS["options"][:1]}])

    rows = written(app)

    assert rows[0][6:] == ["专场", "专场（时间）", "专场（地点）", "备注"]
    assert rows[1][6:] == ["心肺复苏", "", "", "吃素"]


def test_sensitive_answers_are_left_out(ward):
    app = make_app(ward, fields=[{**NOTE, "sensitive": True}])
    join(app, person(ward), f2="秘密")

    assert written(app)[0] == HEADINGS


def test_export_leaves_a_line_in_the_trail(ward):
    person_ = ward.person("干事甲", department=20, roles=["clerk"])
    app = make_app(ward, by=ward.actor(person_))
    join(app, person(ward))

    answer = ward.browser(person_).get(f"/miniapps/apps/{app.id}/export.xlsx")

    line = AuditRecord.get(AuditRecord.event == "miniapps.app.exported")
    assert answer.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    assert len(sheet(answer.content)) == 2
    assert (line.actor, line.about, line.facts) == (person_.id, app.id, {"count": 1, "reason": ""})


def test_long_list_needs_a_reason(ward):
    person_ = ward.person("干事甲", department=20, roles=["clerk"])
    app = make_app(ward, by=ward.actor(person_))
    for _ in range(2):
        join(app, person(ward))
    settings.store(ward.site, "miniapps.reason_above", "1", by="")
    desk, path = ward.browser(person_), f"/miniapps/apps/{app.id}/export.xlsx"

    assert desk.get(path).status_code == 422
    assert desk.get(f"{path}?reason=%E5%AE%89%E6%8E%92%E5%9C%BA%E5%9C%B0").status_code == 200
    assert AuditRecord.get(AuditRecord.event == "miniapps.app.exported").facts == {
        "count": 2,
        "reason": "安排场地",
    }


def test_more_rows_than_one_chunk_are_all_there(ward, monkeypatch):
    monkeypatch.setattr(export, "CHUNK", 3)
    app = make_app(ward, places=None)
    for _ in range(8):
        join(app, person(ward))

    assert [row[0] for row in written(app)[1:]] == [str(number) for number in range(1, 9)]
