"""The check on the server, complete without anything the browser did."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms import fields_from, raw_from_pairs, rules_from, validate

NOW = datetime(2026, 11, 23, 0, 41, tzinfo=UTC)
FIELDS = fields_from(
    [
        {"id": "device", "type": "text", "label": "故障设备", "required": True},
        {"id": "urgency", "type": "select", "label": "紧急程度", "options": ["一般", "停用"]},
        {"id": "since", "type": "date", "label": "停用时间", "required": True, "latest": "0d",
         "visible_if": ["eq", ["f", "urgency"], "停用"]},
        {"id": "wants", "type": "multiselect", "label": "需要", "options": ["备机", "培训"]},
        {"id": "period", "type": "daterange", "label": "时段", "precision": "half"},
        {"id": "detail", "type": "table", "label": "明细",
         "columns": [{"id": "what", "name": "品名", "required": True},
                     {"id": "hours", "name": "小时", "type": "number"}]},
        {"id": "total", "type": "computed", "label": "合计", "expression": ["sum", ["f", "detail.hours"]]},
        {"id": "no", "type": "staff_no", "label": "工号"},
        {"id": "s", "type": "section", "label": "其他"},
    ]
)  # fmt: skip


def check(raw, **options):
    return validate(FIELDS, raw, now=NOW, **options)


def test_a_complete_form_becomes_values():
    pairs = [
        ("_csrf", "t"), ("request_id", "r"), ("f.device", " 监护仪 "), ("f.urgency", "停用"),
        ("f.since", "2026-11-22"),
        ("f.wants", "培训"), ("f.wants", "备机"),
        ("f.period.from", "2026-11-26"), ("f.period.from_half", "pm"),
        ("f.period.to", "2026-11-27"), ("f.period.to_half", "pm"),
        ("f.detail.0.what", "导联线"), ("f.detail.0.hours", "1.5"),
        ("f.detail.1.what", ""), ("f.detail.1.hours", " "),
        ("f.detail.12.what", "电池"), ("f.detail.12.hours", ""),
    ]  # fmt: skip

    clean = check(raw_from_pairs(FIELDS, pairs), me={"staff_no": "8001"})

    assert clean.errors == {}
    assert clean.values == {
        "device": "监护仪",
        "urgency": "停用",
        "since": "2026-11-22",
        "wants": ["备机", "培训"],
        "period": ["2026-11-26/pm", "2026-11-27/pm"],
        "detail": [{"what": "导联线", "hours": "1.5"}, {"what": "电池", "hours": None}],
        "total": "1.5",
        "no": "8001",
    }


def test_errors_name_fields_and_cells_in_sentences():
    raw = {"urgency": "停用", "detail": [{"what": "导联线"}, {"what": "电池", "hours": "两"}, {"hours": "2"}]}

    clean = check(raw)

    assert clean.errors == {
        "device": "请填写故障设备",
        "since": "请选择停用时间",
        "detail.1.hours": "小时要填数字，比如 12 或 12.5",
    }
    assert "detail" not in clean.values


def test_cells_are_checked_where_they_can_be_read():
    assert check({"device": "x", "detail": [{"what": "a"}, {"hours": "2"}]}).errors == {
        "detail.1.what": "请填写品名"
    }


def test_unknown_ids_and_unknown_columns_are_refused():
    clean = check({"device": "x", "gone": "1", "detail": [{"what": "a", "price": "1"}]})

    assert set(clean.errors) == {"gone", "detail"}


def test_values_of_hidden_fields_are_dropped_with_their_errors():
    clean = check({"device": "x", "urgency": "一般", "since": "2026-02-30"})

    assert clean.errors == {}
    assert "since" in clean.outcome.hidden
    assert "since" not in clean.values


def test_relative_bounds_count_from_the_hospitals_today():
    clean = check({"device": "x", "urgency": "停用", "since": "2026-11-24"})

    assert clean.errors == {"since": "最晚只能选 2026-11-23（周一）"}


def test_fields_that_may_not_be_changed_are_refused_not_ignored():
    clean = check({"device": "新", "urgency": "停用"}, editable=["urgency"], stored={"device": "旧"})

    assert set(clean.errors) == {"device"}
    assert clean.values == {"urgency": "停用", "total": "0"}


def test_conditions_see_stored_values_and_the_result_only_what_may_change():
    clean = check({"since": "2026-11-20"}, editable=["since"], stored={"device": "x", "urgency": "停用"})

    assert clean.errors == {}
    assert clean.values == {"since": "2026-11-20", "total": "0"}


def test_missing_is_forgiven_in_a_partial_check_but_wrong_is_not():
    clean = check({"urgency": "红"}, partial=True)

    assert clean.errors == {"urgency": "紧急程度没有这个选项，请重新选择"}


def test_staff_number_comes_from_the_session_whatever_was_sent():
    assert check({"device": "x", "no": "9999"}, me={"staff_no": "8001"}).values["no"] == "8001"


def test_computed_values_ignore_what_was_sent():
    clean = check({"device": "x", "total": "999", "detail": [{"what": "a", "hours": "2"}]})

    assert clean.values["total"] == "2"


def test_a_rule_can_require_and_fill_in():
    rules = rules_from(
        [
            {
                "when": ["eq", ["f", "urgency"], "停用"],
                "require": ["wants"],
                "set": {"device": ["concat", "急修"]},
            }
        ]
    )

    clean = check({"urgency": "停用", "since": "2026-11-22"}, rules=rules)

    assert clean.errors == {"wants": "请选择需要"}
    assert clean.values["device"] == "急修"


RAW = st.dictionaries(
    st.one_of(st.sampled_from([field.id for field in FIELDS]), st.text(max_size=3)),
    st.one_of(
        st.none(), st.text(max_size=8), st.integers(), st.lists(st.text(max_size=4), max_size=3),
        st.lists(st.dictionaries(st.sampled_from(["what", "hours", "x"]), st.text(max_size=3)), max_size=3),
    ),
    max_size=6,
)  # fmt: skip


@given(RAW)
def test_whatever_is_sent_is_checked_to_the_end(raw):
    clean = check(raw)
    known = {field.id for field in FIELDS}

    assert set(clean.values) <= known - clean.outcome.hidden
    assert {id for id in raw if id not in known} <= set(clean.errors)
    assert not {id.split(".")[0] for id in clean.errors} & set(clean.values)
    assert all(clean.errors.values())


@given(RAW)
def test_accepted_values_are_accepted_again(raw):
    first = check(raw)
    if not first.ok:
        return

    again = check(first.values)

    assert again.errors == {}
    assert again.values == first.values


@pytest.mark.parametrize("name", ["f.detail.x.what", "f.detail.99999.what", "f.detail.-1.what", "f.detail.0"])
def test_odd_row_names_are_not_rows(name):
    assert raw_from_pairs(FIELDS, [(name, "a")]) == {"detail": []}
