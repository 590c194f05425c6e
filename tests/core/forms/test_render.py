"""View models and templates: what a page shows, before any script runs."""

import pytest
from lxml import html

from core.forms import (
    FileRef,
    Names,
    Scope,
    apply,
    fields_from,
    form_views,
    raw_from_pairs,
    rules_data,
    summary,
    value_views,
)
from tests.core.forms.sample import FIELDS, environment

NAMES = Names(
    people={"u1": "护士长甲"}, files={"a1": FileRef(id="a1", name="现场.jpg", size=49152, url="/f/a1")}
)
FORM = '{% import "forms/fields.html" as forms with context %}{{ forms.form_fields(views) }}'
VALUES = '{% import "forms/_value.html" as read with context %}{{ read.values(views) }}'


def draw(template, **context):
    return html.fromstring(f"<div>{environment().from_string(template).render(**context)}</div>")


def drawn(fields, values=None, **options):
    return draw(FORM, views=form_views(fields_from(fields), values, **options))


def posted(tree):
    """What a browser would send."""
    form = html.Element("form")
    form.append(tree)
    return [(name, value or "") for name, value in form.form_values()]


def test_every_control_is_labelled_and_every_id_is_unique():
    tree = draw(FORM, views=form_views(FIELDS))
    ids = tree.xpath("//*[not(ancestor::template) and not(ancestor::noscript)]/@id")
    controls = tree.xpath(
        "//*[self::input or self::select or self::textarea][not(@type='hidden')][not(ancestor::template)]"
    )

    assert len(ids) == len(set(ids))
    assert len(controls) > 30
    for control in controls:
        labelled = (
            control.get("aria-label")
            or control.xpath("ancestor::label")
            or control.get("id") in set(tree.xpath("//label/@for"))
        )
        assert labelled, html.tostring(control)


def test_no_markup_carries_style_or_handlers():
    text = (
        environment()
        .from_string(FORM)
        .render(views=form_views(FIELDS, raw={"device": '"><script>x</script>'}))
    )

    assert "style=" not in text
    assert " on" not in [name[:3] for name in html.fromstring(text).xpath("//@*/..")]
    assert "<script>x" not in text


def test_what_was_stored_is_what_the_form_would_send_again():
    fields = fields_from(
        [
            {"id": "m", "type": "money", "label": "金额"},
            {"id": "s", "type": "select", "label": "种类", "options": ["甲", "乙"]},
            {"id": "w", "type": "multiselect", "label": "需要", "options": ["甲", "乙", "丙"]},
            {"id": "p", "type": "daterange", "label": "时段", "precision": "half"},
            {"id": "u", "type": "person", "label": "人", "many": True},
            {"id": "f", "type": "photo", "label": "照片"},
            {
                "id": "t",
                "type": "table",
                "label": "明细",
                "columns": ["名称", {"name": "数", "type": "number"}],
            },
            {"id": "c", "type": "consent", "label": "承诺"},
        ]
    )
    values = {
        "m": 128650, "s": "乙", "w": ["甲", "丙"], "p": ["2026-11-26/pm", "2026-11-27/am"],
        "u": ["u1"], "f": ["a1"],
        "t": [{"c1": "导联线", "c2": "2"}], "c": True,
    }  # fmt: skip
    tree = draw(FORM, views=form_views(fields, values, names=NAMES))

    raw = raw_from_pairs(fields, posted(tree))

    assert raw == {
        "m": "1286.50", "s": "乙", "w": ["甲", "丙"], "p": ["2026-11-26/pm", "2026-11-27/am"],
        "u": ["u1"], "f": ["a1"],
        "t": [{"c1": "导联线", "c2": "2"}], "c": "1",
    }  # fmt: skip


def test_errors_stand_with_their_field_and_cell():
    errors = {"device": "请填写故障设备", "parts.1.count": "数量要填数字，比如 12 或 12.5"}
    raw = {"parts": [{"what": "a"}, {"what": "b", "count": "两"}]}

    tree = draw(FORM, views=form_views(FIELDS, raw=raw, errors=errors))

    assert tree.xpath("string(//*[@id='f-device-error']/span)") == "请填写故障设备"
    assert tree.xpath("//*[@id='f-device']/@aria-describedby") == ["f-device-error"]
    assert tree.xpath("//*[@aria-invalid='true']/@name") == ["f.device", "f.parts.1.count"]
    assert tree.xpath("//input[@name='f.parts.1.count']/@value") == ["两"]
    assert summary(errors) == "还有 2 处要改"


def test_up_to_five_options_are_buttons_and_more_are_a_list():
    five = {"id": "a", "type": "select", "label": "一", "options": list("甲乙丙丁戊")}
    six = {"id": "b", "type": "select", "label": "二", "options": list("甲乙丙丁戊己")}

    tree = drawn([five, six])

    assert len(tree.xpath("//input[@type='radio']")) == 5
    assert len(tree.xpath("//select/option")) == 7


def test_fields_that_may_not_be_changed_are_shown_and_send_nothing():
    fields = [
        {"id": "m", "type": "money", "label": "金额"},
        {"id": "u", "type": "person", "label": "人"},
        {"id": "note", "type": "text", "label": "备注", "visible_if": ["gt", ["f", "m"], 5]},
    ]
    values = {"m": 128650, "u": "u1"}

    tree = drawn(fields, values, names=NAMES, readonly=["m", "u"])

    assert posted(tree) == [("f.note", "")]
    assert [text.strip() for text in tree.xpath("//*[@class='qb-shown']/text()")] == [
        "¥ 1,286.50",
        "护士长甲",
    ]
    assert rules_data(fields_from(fields), kept=values)["kept"] == {"m": "1286.50", "u": "u1"}


def test_hidden_fields_are_away_and_needs_are_marked_from_the_start():
    outcome = apply(FIELDS, (), {"urgency": "停用"}, Scope(now="2026-11-23T08:41"))

    views = {view.id: view for view in form_views(FIELDS, {"urgency": "停用"}, outcome=outcome)}

    assert (views["since"].is_away, views["cause"].required) == (False, True)
    assert form_views(FIELDS, outcome=apply(FIELDS, (), {}, Scope(now="")))[3].is_away


def test_full_sessions_can_no_longer_be_chosen():
    views = form_views(FIELDS, {"course": "a"}, full={"course": {"a", "b"}})
    course = next(view for view in views if view.id == "course")

    assert [(option.value, option.is_chosen, option.is_disabled) for option in course.options] == [
        ("a", True, False),
        ("b", False, True),
    ]


def test_values_are_read_in_the_order_of_the_form():
    values = {
        "device": "监护仪", "parts": [{"what": "导联线", "count": "2", "c3": None}], "files": ["a1"],
        "photo": ["a1"],
        "budget": 128650, "detail": "长" * 200,
    }  # fmt: skip

    tree = draw(VALUES, views=value_views(FIELDS, values, names=NAMES, changed={"budget"}))

    assert tree.xpath("//dt/text()") == ["故障设备", "故障描述", "预算金额", "配件明细", "现场照片", "附件"]
    assert "¥ 1,286.50" in tree.xpath("string(//dt[.='预算金额']/../dd)")
    assert tree.xpath("string(//dt[.='预算金额']/../dd/span)") == "改"
    assert tree.xpath("//td/text()") == ["导联线", "2"]
    assert tree.xpath("//img/@src") == ["/f/a1"]
    assert "48 KB" in tree.xpath("string(//dt[.='附件']/../dd)")


@pytest.mark.parametrize("masked", [True, False])
def test_sensitive_values_can_be_masked(masked):
    fields = fields_from([{"id": "idno", "type": "text", "label": "证件号", "sensitive": True}])

    shown = value_views(fields, {"idno": "330100"}, masked=masked)[0].text

    assert shown == ("已填写，不在此显示" if masked else "330100")
