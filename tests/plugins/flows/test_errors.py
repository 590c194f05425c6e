"""Refusals in words a nurse can read."""

import pytest

from plugins.flows import engine
from plugins.flows.errors import STATES, Handled, Moved, Reused, Stale, refusal
from qingban import Conflict, Invalid, NotFound


@pytest.mark.parametrize(
    ("what", "word"),
    [("approved", "同意"), ("rejected", "驳回"), ("returned", "退回"), ("withdrawn", "撤回"), ("x", "处理")],
)
def test_the_late_one_reads_who_when_and_what(what, word):
    said = refusal(engine.AlreadyHandled(by="p1", when=0, what=what), name="主任甲", time="10:32")

    assert (type(said), said.status, said.kind) == (Handled, 409, "already_handled")
    assert said.title == f"已由 主任甲 10:32 {word}，无需再处理"


def test_a_changed_field_carries_the_words_of_the_other():
    error = engine.StaleVersion(conflicts={"topic": {"yours": "乙说", "theirs": "甲说"}})

    said = refusal(error)

    assert (type(said), said.status, said.theirs, said.facts) == (
        Stale,
        409,
        {"topic": "甲说"},
        {"conflicts": ["topic"]},
    )


def test_missing_and_foreign_look_the_same():
    assert type(refusal(engine.NotYourTask())) is NotFound


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (engine.MissingField(fields=("result",)), {"result": "请填写处理结果"}),
        (engine.MissingField(fields=("other",)), {"other": "请填写other"}),
        (engine.MissingComment(), {"comment": "请写明原因，对方才知道怎么改"}),
        (engine.MissingSignature(), {"signature": "请先手写签名"}),
        (engine.FieldNotEditable(fields=("topic",)), {"topic": "这一步不能修改这一项"}),
        (engine.InvalidTarget(reason="self", node_id="n2"), {"pick.n2": "请重新选择这一步的办理人"}),
    ],
)
def test_what_can_be_corrected_is_said_at_its_place(error, fields):
    said = refusal(error, fields={"result": "处理结果"})

    assert (type(said), said.status, said.fields) == (Invalid, 422, fields)


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_has_a_sentence(state):
    said = refusal(engine.NotInState(state=state))

    assert (type(said), said.status, said.title) == (Moved, 409, STATES[state])


def test_a_state_without_a_sentence_gets_the_general_one():
    assert refusal(engine.NotInState(state="draft")).title == "当前状态不能这样操作"


def test_a_request_used_for_something_else_says_what_to_do():
    assert (issubclass(Reused, Conflict), Reused().title) == (True, "这次操作已经提交过了，请刷新页面后再试")


def test_no_refusal_shows_an_error_code():
    for error in (engine.NotYourTask(), engine.StaleVersion(), engine.NotInState(state="approved")):
        assert not any(letter.isascii() and letter.isalpha() for letter in refusal(error).title)
