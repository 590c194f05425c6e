"""Field types: what each reads, refuses, shows and exports."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms import (
    TYPES,
    BadField,
    FileRef,
    Names,
    Option,
    Unreadable,
    as_raw,
    facts,
    fields_from,
    from_dict,
    heading_row,
    kind,
    to_dict,
)

TODAY = date(2026, 11, 23)
NAMES = Names(
    people={"u1": "护士长甲", "u2": "医师乙"},
    departments={"d1": "急诊科"},
    files={"a1": FileRef(id="a1", name="现场.jpg", url="/-/attachments/a1")},
)


def make(type, **settings):
    return from_dict({"id": "x", "label": "项目", "type": type, **settings})


def read(field, raw):
    return kind(field).parse(field, raw)


def judged(field, raw):
    return kind(field).check(field, read(field, raw), TODAY)


@pytest.mark.parametrize(
    ("field", "raw", "value", "shown"),
    [
        (make("text"), "  心电  监护仪\n", "心电 监护仪", "心电 监护仪"),
        (make("textarea"), "一\r\n二\x00", "一\n二", "一\n二"),
        (make("number", unit="台"), " １,2００.50 ", "1200.5", "1200.5 台"),
        (make("money"), "¥286,000", 28600000, "¥ 286,000.00"),
        (make("money"), "0.05", 5, "¥ 0.05"),
        (make("date"), "2026-11-26", "2026-11-26", "2026-11-26（周四）"),
        (make("time"), "09:30", "09:30", "09:30"),
        (make("datetime"), "2026-11-26T09:00", "2026-11-26T09:00", "2026-11-26（周四）09:00"),
        (
            make("daterange", precision="half"),
            ["2026-11-26/pm", "2026-11-27/am"],
            ["2026-11-26/pm", "2026-11-27/am"],
            "2026-11-26（周四）下午 至 2026-11-27（周五）上午 · 1 天",
        ),
        (make("select", options=[{"id": "a", "label": "甲"}]), "a", "a", "甲"),
        (make("multiselect", options=["甲", "乙"]), ["乙", "甲", "乙"], ["甲", "乙"], "甲、乙"),
        (make("person"), "u1", "u1", "护士长甲"),
        (make("person", many=True), ["u2", "u1"], ["u2", "u1"], "医师乙、护士长甲"),
        (make("department"), "d1", "d1", "急诊科"),
        (make("photo"), ["a1"], ["a1"], "现场.jpg"),
        (make("rating"), "4", 4, "4 / 5"),
        (make("consent"), "1", True, "同意"),
        (
            make("table", columns=["名称", {"id": "n", "name": "数量", "type": "number"}]),
            [{"c1": "导联线", "n": "2"}, {"c1": "", "n": ""}],
            [{"c1": "导联线", "n": "2"}],
            "1. 导联线，2",
        ),
    ],
    ids=lambda given: getattr(given, "type", None),
)
def test_value_is_read_and_shown(field, raw, value, shown):
    assert read(field, raw) == value
    assert kind(field).show(field, value, NAMES) == shown
    assert read(field, as_raw(field, value)) == value


@pytest.mark.parametrize("type", sorted(TYPES))
def test_nothing_entered_is_empty(type):
    field = make(type, options=["甲"], columns=["名称"], expression=1)

    assert read(field, None) is None
    assert kind(field).show(field, None, NAMES) == ""
    assert len(kind(field).export(field, None, NAMES)) == len(heading_row([field]))


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        (make("number"), "十二"),
        (make("number"), "1e5"),
        (make("number"), "9" * 19),
        (make("number"), 1e18),
        (make("money"), "1.005"),
        (make("money"), 12.5),
        (make("money"), [1]),
        (make("date"), "2026-02-30"),
        (make("time"), "25:00"),
        (make("daterange"), ["2026-11-26", ""]),
        (make("daterange"), ["2026-11-26T09:00", "2026-11-27"]),
        (make("select", options=["甲"]), ["甲", "乙"]),
        (make("person"), {"id": 1}),
        (make("rating"), "4.5"),
        (make("table", columns=["名称"]), "x"),
        (make("text"), 5),
    ],
    ids=lambda given: getattr(given, "type", repr(given)[:20]),
)
def test_what_cannot_be_read_is_told(field, raw):
    with pytest.raises(Unreadable) as told:
        read(field, raw)

    assert str(told.value)


@pytest.mark.parametrize(
    ("field", "raw", "said"),
    [
        (make("text", min=5), "屏幕闪", "再写几个字：至少 5 个字"),
        (make("text", max=2), "屏幕闪", "写得太长了：最多 2 个字，现在 3 个"),
        (make("textarea"), "长" * 5001, "写得太长了：最多 5000 个字，现在 5001 个"),
        (make("number", digits=0), "1.5", "项目要填整数"),
        (make("number", max=9), "9.01", "项目不能大于 9"),
        (make("money"), "-1", "项目不能小于 0"),
        (make("money", max=500), "500.01", "项目不能大于 500"),
        (make("date", earliest="+3d"), "2026-11-25", "最早只能选 2026-11-26（周四）"),
        (make("date", latest="2026-12-01"), "2026-12-02", "最晚只能选 2026-12-01（周二）"),
        (
            make("daterange", precision="time"),
            ["2026-11-26T09:00", "2026-11-26T08:00"],
            "结束时间要晚于开始时间（2026-11-26（周四）09:00）",
        ),
        (make("daterange", longest=3), ["2026-11-26", "2026-11-29"], "最长 3 天，现在 4 天"),
        (make("select", options=["甲"]), "乙", "项目没有这个选项，请重新选择"),
        (
            make("multiselect", options=["甲", "乙", "无"], exclusive="无"),
            ["甲", "无"],
            "选了“无”就不能再选别的",
        ),
        (make("multiselect", options=["甲", "乙"], max=1), ["甲", "乙"], "最多选 1 项"),
        (make("photo", max=1), ["a", "b"], "最多选 1 个"),
        (make("signature"), ["a", "b"], "最多选 1 个"),
        (make("rating"), "6", "项目不能大于 5"),
        (make("phone"), "123456789012", "电话号码不对，请核对（手机号是 11 位数字）"),
        (make("email"), "a@b", "邮箱不对，请核对（比如 name@example.cn）"),
        (make("staff_no"), "80 01", "工号只有字母和数字，请核对"),
        (make("table", columns=["名称"], max=1), [{"c1": "a"}, {"c1": "b"}], "最多 1 行，现在 2 行"),
        (make("phone"), "138-0013-8000", None),
        (make("daterange"), ["2026-11-26", "2026-11-26"], None),
    ],
    ids=lambda given: getattr(given, "type", None),
)
def test_what_is_wrong_is_said(field, raw, said):
    assert judged(field, raw) == said


def test_session_exports_its_time_and_place():
    option = {
        "id": "s1",
        "label": "静脉穿刺",
        "start": "2026-11-30T14:00",
        "end": "2026-11-30T15:30",
        "place": "示教室",
    }
    field = make("session", options=[option])

    assert dict(zip(heading_row([field]), kind(field).export(field, "s1"), strict=True)) == {
        "项目": "静脉穿刺",
        "项目（时间）": "2026-11-30（周一）14:00–15:30",
        "项目（地点）": "示教室",
    }


def test_facts_of_money_are_yuan_and_tables_have_columns():
    fields = fields_from(
        [
            {"id": "m", "type": "money", "label": "金额"},
            {
                "id": "t",
                "type": "table",
                "label": "明细",
                "columns": [{"id": "n", "name": "数", "type": "number"}],
            },
        ]
    )

    assert facts(fields, {"m": 128650, "t": [{"n": "2"}, {"n": None}]}) == {
        "m": Decimal("1286.5"),
        "t": [1, 2],
        "t.n": [Decimal(2), None],
    }


def test_names_of_mini_app_documents_mean_the_same_types():
    aliases = ("radio", "checkbox", "date_range", "staff", "dept", "image", "upload", "nps")
    found = [make(name, options=["甲"]).type for name in aliases]

    assert found == ["select", "multiselect", "daterange", "person", "department", "photo", "file", "rating"]


def test_options_and_columns_may_be_plain_names():
    field = make("table", columns=["名称", {"name": "数量", "type": "number"}])

    assert [(column.id, column.label, column.type) for column in field.columns] == [
        ("c1", "名称", "text"),
        ("c2", "数量", "number"),
    ]
    assert make("select", options=["甲"]).options == (Option(id="甲"),)


@pytest.mark.parametrize(
    "raw",
    [
        {"id": "x", "type": "text"},
        {"id": "x", "type": "txt", "label": "项目"},
        {"id": "X", "type": "text", "label": "项目"},
        {"id": "x", "type": "text", "label": "项目", "colour": "red"},
        {"id": "x", "type": "text", "label": "项目", "name": "项目"},
        {"id": "x", "type": "select", "label": "项目"},
        {"id": "x", "type": "select", "label": "项目", "options": ["甲", "甲"]},
        {"id": "x", "type": "select", "label": "项目", "options": [{"id": "a", "colour": "red"}]},
        {"id": "x", "type": "table", "label": "项目"},
        {"id": "x", "type": "table", "label": "项目", "columns": [{"name": "照片", "type": "photo"}]},
        {
            "id": "x",
            "type": "table",
            "label": "项目",
            "columns": [{"id": "a", "name": "一"}, {"id": "a", "name": "二"}],
        },
    ],
)
def test_unusable_fields_are_refused(raw):
    with pytest.raises(BadField):
        from_dict(raw)


def test_field_ids_may_not_repeat():
    with pytest.raises(BadField):
        fields_from([{"id": "x", "type": "text", "label": "一"}, {"id": "x", "type": "text", "label": "二"}])


SETTINGS = st.fixed_dictionaries(
    {"label": st.text(min_size=1, max_size=8), "type": st.sampled_from(sorted(TYPES))},
    optional={
        "required": st.booleans(),
        "min": st.integers(0, 9),
        "max": st.one_of(st.integers(0, 9), st.just("2.5")),
        "help": st.text(max_size=5),
        "visible_if": st.just(["eq", ["f", "x"], 1]),
        "precision": st.sampled_from(["day", "half", "time"]),
        "default": st.one_of(st.none(), st.integers(), st.text(max_size=3)),
    },
)


@given(SETTINGS)
def test_a_field_survives_being_written_down(settings):
    field = from_dict({"id": "x", "options": ["甲", "乙"], "columns": ["名称"], **settings})

    assert from_dict(to_dict(field)) == field


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just("2026-11-26")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(set(TYPES) - {"computed"})), ANYTHING)
def test_whatever_is_sent_is_a_value_or_a_sentence(type, raw):
    field = make(type, options=["甲"], columns=["名称"])
    value = None
    with suppress(Unreadable):
        value = read(field, raw)

    if value is not None:
        said = kind(field).check(field, value, TODAY)
        assert said is None or said
        kind(field).show(field, value, NAMES)
        assert read(field, as_raw(field, value)) == value
