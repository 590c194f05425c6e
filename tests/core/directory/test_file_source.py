"""A file completes what WeCom says: encodings, mapping, bad rows, and failing before anything changes."""

from dataclasses import replace

import pytest
import xlsxwriter

from core.directory import file_source
from core.directory.snapshot import PersonRow, Refusal, Snapshot, merge
from core.errors import Misconfigured, Unavailable
from core.testing import make_config

TEXT = "工号,姓名,职称,岗位\n0012,护士甲,主管护师,\n0013,医生乙,,组长\n"
COLUMNS = {"工号": "staff_no", "姓名": "name", "职称": "title", "岗位": "post"}
HOUSE = Snapshot(
    source="wecom",
    people=(
        PersonRow(userid="u1", name="护士甲", staff_no="0012", title="护师", post="护理"),
        PersonRow(userid="u2", name="医生乙", staff_no="0013", title="主治医师"),
    ),
)
WANTED = (
    replace(HOUSE.people[0], title="主管护师"),
    replace(HOUSE.people[1], post="组长"),
)


@pytest.fixture
def read(tmp_path):
    """Write a file and read it: `read(content, key="userid")`."""

    def run(content, *, name="hr.csv", encoding="utf-8", **section):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding)
        elif content is not None:
            book(path, content)
        return file_source.fetch(file_source.read_section({"path": str(path), "columns": COLUMNS, **section}))

    return run


def book(path, rows, sheet="在职"):
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("说明").write(0, 0, "这一页没有人员")
        page = made.add_worksheet(sheet)
        for number, cells in enumerate(rows):
            page.write_row(number, 0, cells)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_file_completes_people_and_an_empty_cell_blanks_nothing(read, encoding):
    merged = merge(HOUSE, read(TEXT, encoding=encoding))

    assert (merged.people, merged.refused) == (WANTED, ())


def test_an_xlsx_file_reads_like_the_csv(read):
    rows = [line.split(",") for line in TEXT.splitlines()]

    assert merge(HOUSE, read(rows, name="hr.xlsx", sheet="在职")).people == WANTED


def test_numbers_of_a_sheet_are_read_as_written(read):
    found = read(
        [["工号", "姓名", "职称", "岗位"], [1001, "护士甲", "护师", 3.5]], name="a.xlsx", sheet="在职"
    )

    assert found.people == (PersonRow(userid="", name="护士甲", staff_no="1001", title="护师", post="3.5"),)


def test_bad_rows_are_left_out_with_line_and_reason(read):
    text = TEXT + f",无名,,\n0012,护士甲,护师,\n\n0014,丙,#N/A,\n0015,丁,{'长' * 41},\n0016,戊\n"

    found = read(text)

    assert [row.staff_no for row in found.people] == ["0012", "0013"]
    assert found.refused == (
        Refusal(about="hr.csv 第 4 行", reason="没有工号"),
        Refusal(about="hr.csv 第 5 行", reason="工号 0012 重复，只取第一行"),
        Refusal(about="hr.csv 第 7 行", reason="单元格里是错误值 #N/A"),
        Refusal(about="hr.csv 第 8 行", reason=f"{'长' * 12}… 太长，最多 40 个字"),
        Refusal(about="hr.csv 第 9 行", reason="这一行的列数不够，可能没有写完"),
    )


def test_rows_find_people_by_wecom_id_whatever_the_case(read):
    found = read("账号,职称\nU1,主任护师\n", columns={"账号": "userid", "职称": "title"}, key="userid")

    assert merge(HOUSE, found).people[0] == replace(HOUSE.people[0], title="主任护师")


def test_a_row_that_fits_nobody_or_two_people_is_refused(read):
    columns = {"账号": "userid", "工号": "staff_no", "职称": "title"}
    found = read("账号,工号,职称\nu1,0013,院长\nx9,0099,院长\n", columns=columns)

    merged = merge(HOUSE, found)

    assert merged.people == HOUSE.people
    assert merged.refused == (
        Refusal(about="directory_file:0013", reason="工号和账号是两个人的，未采用"),
        Refusal(about="directory_file:0099", reason="企业微信里没有这个人，未采用"),
    )


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (None, "hr.csv", "读不了"),
        ("工号,姓名\n1,甲\n", "hr.csv", "没有这些列：职称、岗位"),
        ("工号,姓名,职称,岗位\n", "hr.csv", "没有一行能用的数据"),
        ("", "hr.csv", "没有这些列"),
        ('工号,姓名,职称,岗位\n1,"甲,,\n', "hr.csv", "引号不成对"),
        ("不是表格", "hr.xlsx", "不是完整的 xlsx"),
    ],
)
def test_a_file_that_is_missing_or_broken_fails_as_a_whole(read, content, name, words):
    with pytest.raises(Unavailable, match=words):
        read(content, name=name)


def test_an_unknown_sheet_is_named(read):
    with pytest.raises(Unavailable, match="没有工作表 离职，有：说明、在职"):
        read([["工号"]], name="hr.xlsx", sheet="离职")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"path": "hr.csv"}, "完整路径"),
        ({"path": "/srv/hr.doc"}, "完整路径"),
        ({"file": "x"}, "不认识的项：file"),
        ({"columns": {}}, "columns"),
        ({"columns": {"工号": "staff_no", "状态": "status"}}, "不认识的字段：status"),
        ({"columns": {"工号": "staff_no", "编号": "staff_no"}}, "同一个字段"),
        ({"key": "name"}, "key 应是"),
        ({"key": "userid"}, "key 应是"),
    ],
)
def test_a_section_that_makes_no_sense_refuses_the_start(change, words):
    with pytest.raises(Misconfigured, match=words):
        file_source.read_section({"path": "/srv/hr.csv", "columns": COLUMNS, **change})


def test_the_file_is_a_source_only_when_it_is_configured(tmp_path):
    extra = {"directory_file": {"path": "/srv/hr.csv", "title": "人事文件"}}
    bare, full = (make_config(tmp_path, "sqlite:///x", extra=one) for one in ({}, extra))

    assert file_source.configured(bare) is None
    assert file_source.configured(full).title == "人事文件"
