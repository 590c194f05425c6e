"""Presses: verified, stored once, one effect, and the card tells how the thing stands."""

import threading

import pytest

from core import jobs, messaging
from core.crypto.callback import CallbackRefused
from core.db import database
from core.errors import Conflict, Unavailable
from core.jobs import table
from core.messaging import callbacks
from core.messaging.models import Inbox, Outbox
from core.site import switch_off
from tests.core.jobs.support import states
from tests.core.messaging.support import CONFIG, Desk, click, delivered, outbox, receive


@pytest.fixture
def desk(any_store) -> Desk:
    """Give a plugin with one kind of card."""
    return Desk()


@pytest.fixture
def sent(desk) -> Outbox:
    """Give a card that u1 has."""
    desk.send(desk.person("u1"))
    jobs.run_now(strict=True)
    return outbox()[0]


def inbox() -> list[tuple[str, str]]:
    """Return (state, reason) of all callbacks."""
    return [(row.state, row.last_error) for row in Inbox.select().order_by(Inbox.id)]


def test_a_press_runs_the_button_as_the_person(desk, sent):
    more = (
        "<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey>"
        "<OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds></SelectedItem></SelectedItems>"
    )
    receive(click(sent, "u1", more=more))
    jobs.run_now(strict=True)

    (press,) = desk.presses
    assert (press.kind, press.about, press.key, press.site) == (
        "flows.approval",
        "leave-1",
        "approve",
        desk.site,
    )
    assert (press.actor.person_id, press.selected) == (sent.person_id, {"q": ("a", "b")})
    assert inbox() == [("handled", "")]


def test_the_fresh_code_updates_the_card_once(desk, sent):
    receive(click(sent, "u1"))
    jobs.run_now(strict=True)

    assert [(code, card["sub_title_text"]) for _, code, card in desk.wecom.updated] == [("fresh-1", "已同意")]


def test_a_handler_that_updates_the_card_itself_causes_no_second_call(desk, sent):
    def press(press):
        desk.answers["leave-1"] = "已同意"
        messaging.update_card("flows.approval", about="leave-1")

    desk.press = press
    desk_install(desk)
    receive(click(sent, "u1"))
    jobs.run_now(strict=True)

    assert [code for _, code, _ in desk.wecom.updated] == ["fresh-1"]


def desk_install(desk) -> None:
    """Install the card again with the present handler."""
    from core.contributions import Card, CardButton

    button = CardButton(key="approve", handle=desk.press)
    messaging.install([("flows", Card(kind="flows.approval", build=desk.build, buttons=(button,)))])


def test_the_same_callback_sixteen_times_at_once_is_one_row_and_one_effect(desk, sent):
    query, body = delivered(click(sent, "u1"))

    def call():
        messaging.receive(query, body, CONFIG)
        database.close()

    threads = [threading.Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receive(click(sent, "u1"))
    jobs.run_now(strict=True)

    assert (inbox(), len(desk.presses)) == ([("handled", "")], 1)


def test_one_callback_worked_on_by_many_has_one_effect(desk, sent):
    receive(click(sent, "u1"))
    number = Inbox.get().id

    def work():
        callbacks.handle({"inbox_id": number})
        database.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(desk.presses) == 1


def test_two_events_of_one_second_are_both_handled(desk, sent):
    desk.send(Outbox and desk.person("u2"), about="leave-2", key="leave:2")
    jobs.run_now()
    receive(click(sent, "u1", code="c1"))
    receive(click(sent, "u1", code="c2"))
    jobs.run_now(strict=True)

    assert (inbox(), len(desk.presses)) == ([("handled", "")] * 2, 2)


def test_a_refusal_becomes_words_on_the_card(desk, sent):
    desk.error = Conflict("已由张三处理")
    desk.answers["leave-1"] = "已同意"
    receive(click(sent, "u1"))
    jobs.run_now(strict=True)

    (_, code, card) = desk.wecom.updated[0]
    assert (code, card["card_type"], card["sub_title_text"]) == (
        "fresh-1",
        "text_notice",
        "已由张三处理。已同意",
    )
    assert inbox() == [("handled", "")]


def test_a_refusal_about_something_gone_still_has_words(desk, sent):
    desk.error = Conflict("申请已撤回")
    desk.answers["leave-1"] = "gone"
    receive(click(sent, "u1"))
    jobs.run_now(strict=True)

    (_, _, card) = desk.wecom.updated[0]
    assert (card["main_title"], card["sub_title_text"], card["card_action"]["url"]) == (
        {"title": "请假"},
        "申请已撤回",
        "http://localhost/1",
    )


def test_what_a_refused_handler_had_written_is_undone(desk, sent):
    def press(press):
        desk.person("half-done")
        raise Conflict

    desk.press = press
    desk_install(desk)
    receive(click(sent, "u1"))
    jobs.run_now(strict=True)

    from core.directory.models import Person

    assert Person.get_or_none(Person.userid == "half-done") is None
    assert inbox() == [("handled", "")]


@pytest.mark.parametrize("error", [ZeroDivisionError(), Unavailable()])
def test_a_crash_leaves_the_callback_for_the_next_try(desk, sent, error):
    desk.error = error
    receive(click(sent, "u1"))
    jobs.run_now()
    assert (inbox(), desk.wecom.updated, outbox()[0].response_code) == ([("new", "")], [], "rc-1")

    desk.error = None
    callbacks.handle({"inbox_id": Inbox.get().id})
    assert (inbox(), desk.answers) == ([("handled", "")], {"leave-1": "已同意"})


@pytest.mark.parametrize("point", ["ask_refresh", "_mark"])
def test_a_failure_between_effect_and_mark_leaves_nothing_half_done(desk, sent, monkeypatch, point):
    def fail(*_arguments, **_names):
        raise ZeroDivisionError

    receive(click(sent, "u1"))
    with monkeypatch.context() as patch:
        patch.setattr(callbacks, point, fail)
        with pytest.raises(ZeroDivisionError):
            callbacks.handle({"inbox_id": Inbox.get().id})
    assert (inbox(), outbox()[0].version, outbox()[0].response_code) == ([("new", "")], 0, "rc-1")

    jobs.run_now(strict=True)
    assert inbox() == [("handled", "")]


def test_a_failure_between_row_and_job_stores_neither(desk, sent, monkeypatch):
    def fail(*_arguments, **_names):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(table, "enqueue", fail)
        with pytest.raises(ZeroDivisionError):
            receive(click(sent, "u1"))
    assert inbox() == []

    receive(click(sent, "u1"))
    jobs.run_now()
    assert inbox() == [("handled", "")]


@pytest.mark.parametrize(
    ("userid", "task", "reason"),
    [("nobody", None, "unknown_person"), ("u2", None, "not_theirs"), ("u1", "other", "unknown_card")],
)
def test_a_press_that_is_not_theirs_is_ignored(desk, sent, userid, task, reason):
    desk.person("u2")
    sent.task_id = task or sent.task_id
    receive(click(sent, userid))
    jobs.run_now(strict=True)

    assert (inbox(), desk.presses) == ([("ignored", reason)], [])


def test_a_press_for_a_plugin_that_is_off_says_so(desk, sent):
    receive(click(sent, "u1"))
    switch_off(desk.site, "flows")
    jobs.run_now(strict=True)

    assert (desk.presses, inbox()) == ([], [("handled", "")])


def test_an_unknown_button_is_answered_with_words(desk, sent):
    receive(click(sent, "u1", key="explode"))
    jobs.run_now(strict=True)

    assert "按钮已经失效" in desk.wecom.updated[0][2]["sub_title_text"]


def test_other_events_are_told_to_whoever_listens(desk):
    heard = []
    messaging.install_events(heard.append)
    receive("<xml><MsgType>event</MsgType><Event>change_contact</Event><UserID>u1</UserID></xml>")
    jobs.run_now(strict=True)

    assert (heard[0]["UserID"], inbox()) == ("u1", [("handled", "")])


def test_a_forged_callback_is_refused_and_not_stored(desk, sent):
    query, body = delivered(click(sent, "u1"))

    with pytest.raises(CallbackRefused):
        messaging.receive({**query, "msg_signature": "0" * 40}, body, CONFIG)
    assert (inbox(), states()) == ([], ["done"])


def test_the_address_check_is_answered_with_the_plain_text(desk):
    query, body = delivered("<xml/>")
    encrypt = body.decode().split("<Encrypt>")[1].split("</Encrypt>")[0]

    assert messaging.echo({**query, "echostr": encrypt}, CONFIG) == "<xml/>"
