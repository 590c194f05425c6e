"""Cards: sent once after the commit, paced, changed when the thing changes, quiet about lost causes."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from core import clock, jobs, messaging
from core.db import atomic
from core.errors import Misconfigured
from core.jobs import table
from core.messaging import delivery
from core.messaging.wecom_errors import WeComAway, WeComRefused
from core.site import switch_off
from tests.core.messaging.support import Desk, outbox

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def desk(store) -> Desk:
    """Give a plugin with one kind of card."""
    return Desk()


def test_a_card_goes_to_each_person_after_the_commit(desk):
    people = [desk.person("u1"), desk.person("u2")]
    with atomic():
        desk.send(*people)
        assert desk.wecom.sent == []
    jobs.run_now(strict=True)

    assert [userid for userid, _ in desk.wecom.sent] == ["u1", "u2"]
    assert [(row.state, row.msgid, row.response_code) for row in outbox()] == [
        ("sent", "msg-1", "rc-1"),
        ("sent", "msg-2", "rc-2"),
    ]
    assert desk.wecom.sent[0][1] == outbox()[0].card
    assert outbox()[0].card["task_id"] == outbox()[0].task_id


def test_nothing_leaves_when_the_change_is_rolled_back(desk):
    with suppress(ZeroDivisionError), atomic():
        desk.send(desk.person("u1"))
        raise ZeroDivisionError
    jobs.run_now()

    assert (outbox(), desk.wecom.sent) == ([], [])


def test_the_same_key_sends_once_to_each_person(desk):
    first, second = desk.person("u1"), desk.person("u2")

    assert [desk.send(first), desk.send(first, second, second), desk.send(first, key="leave:2")] == [1, 1, 1]
    jobs.run_now()
    assert len(desk.wecom.sent) == 3


def test_a_kind_nobody_declared_is_refused(desk):
    with pytest.raises(Misconfigured):
        messaging.send_card("flows.unknown", to=["p"], about="a", key="k", site=desk.site)


def test_a_repeated_delivery_sends_the_same_bytes(desk):
    desk.send(desk.person("u1"))
    claimed = table.claim("killed after the call", 1)[0]
    delivery.deliver(claimed.payload)
    row = outbox()[0]
    type(row).update(state="sending").where(type(row).id == row.id).execute()
    desk.answers["leave-1"] = "已同意"
    delivery.deliver(claimed.payload)

    assert desk.wecom.sent[0] == desk.wecom.sent[1]


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (WeComRefused(81013), "failed", "recipient"),
        (WeComRefused(42014), "failed", "wecom 42014"),
        (WeComAway(retry_after=60), "sending", ""),
        (WeComRefused(60020), "sending", ""),
    ],
)
def test_a_refusal_is_treated_by_its_kind(desk, error, state, reason):
    desk.send(desk.person("u1"))
    desk.wecom.failures = [error]
    with clock.frozen(clock.now()):
        jobs.run_now(strict=True)
        row = outbox()[0]
        assert (row.state, row.last_error) == (state, reason)

        clock.advance(timedelta(minutes=15))
        jobs.run_now()
    assert len(desk.wecom.sent) == (1 if state == "sending" else 0)


def test_somebody_wecom_cannot_reach_is_marked(desk):
    desk.wecom.invalid = ("u1",)
    person = desk.person("U1")
    desk.send(person)
    jobs.run_now()

    from core.messaging.outbox import unreachable

    assert unreachable(desk.site) == [(person.id, "recipient")]


def test_a_card_is_given_up_after_a_day(desk):
    with clock.frozen(NOON):
        desk.send(desk.person("u1"))
        desk.wecom.failures = [WeComAway(retry_after=60)] * 5
        jobs.run_now()
        clock.advance(timedelta(hours=25))
        jobs.run_now()

    assert (outbox()[0].state, outbox()[0].last_error) == ("failed", "too late")


def test_a_person_gets_no_more_than_twenty_a_minute(desk):
    person = desk.person("u1")
    with clock.frozen(NOON):
        for number in range(25):
            desk.send(person, key=f"leave:{number}")
        jobs.run_now()
        assert len(desk.wecom.sent) == 20
        clock.advance(timedelta(minutes=1, seconds=5))
        jobs.run_now()

    assert len(desk.wecom.sent) == 25


@pytest.mark.parametrize("why", ["gone", "left", "off"])
def test_a_card_with_nobody_or_nothing_to_tell_is_dropped(desk, why):
    desk.send(
        desk.person("u1", status="left" if why == "left" else "active"),
        about="gone" if why == "gone" else "a",
    )
    if why == "off":
        switch_off(desk.site, "flows")
    jobs.run_now()

    assert (desk.wecom.sent, outbox()[0].state) == ([], "superseded")


def test_a_card_built_late_shows_the_present(desk):
    desk.send(desk.person("u1"))
    desk.answers["leave-1"] = "已同意"
    messaging.update_card("flows.approval", about="leave-1")
    jobs.run_now()

    assert [card["card_type"] for _, card in desk.wecom.sent] == ["text_notice"]
    assert desk.wecom.updated == []


def test_cards_follow_the_thing(desk):
    people = [desk.person("u1"), desk.person("u2")]
    desk.send(*people)
    jobs.run_now()
    with atomic():
        desk.answers["leave-1"] = "已同意"
        assert messaging.update_card("flows.approval", about="leave-1") == 2
    jobs.run_now(strict=True)

    assert [(userid, code, card["sub_title_text"]) for userid, code, card in desk.wecom.updated] == [
        ("u1", "rc-1", "已同意"),
        ("u2", "rc-2", "已同意"),
    ]
    assert [(row.state, row.response_code, row.shown) for row in outbox()] == [("updated", "", 1)] * 2


def test_a_card_about_something_gone_gets_dead_buttons(desk):
    desk.send(desk.person("u1"))
    jobs.run_now()
    desk.answers["leave-1"] = "gone"
    messaging.update_card("flows.approval", about="leave-1")
    messaging.update_card("flows.approval", about="other")
    jobs.run_now(strict=True)

    assert desk.wecom.updated == [("u1", "rc-1", "已处理")]


def test_the_caller_may_name_the_dead_button(desk):
    desk.send(desk.person("u1"))
    jobs.run_now()
    messaging.update_card("flows.approval", about="leave-1", replace_text="已由张三同意，无需再处理")
    jobs.run_now(strict=True)

    assert desk.wecom.updated == [("u1", "rc-1", "已由张三同意，无需…")]


def test_two_changes_at_once_are_one_call(desk):
    desk.send(desk.person("u1"))
    jobs.run_now()
    for words in ("一", "二"):
        desk.answers["leave-1"] = words
        messaging.update_card("flows.approval", about="leave-1")
    jobs.run_now(strict=True)

    assert [card["sub_title_text"] for _, _, card in desk.wecom.updated] == ["二"]


def test_a_change_while_the_card_is_under_way_follows_it(desk):
    desk.send(desk.person("u1"))

    def send(userid, card):
        desk.answers["leave-1"] = "已同意"
        messaging.update_card("flows.approval", about="leave-1")
        return {"msgid": "m", "response_code": "rc-9", "invaliduser": ""}

    desk.wecom.send_template_card = send
    jobs.run_now(strict=True)

    assert [(code, card["sub_title_text"]) for _, code, card in desk.wecom.updated] == [("rc-9", "已同意")]


def test_an_unchanged_card_costs_no_call_and_keeps_its_code(desk):
    desk.send(desk.person("u1"))
    jobs.run_now()
    messaging.update_card("flows.approval", about="leave-1")
    jobs.run_now(strict=True)

    assert (desk.wecom.updated, outbox()[0].response_code, outbox()[0].shown) == ([], "rc-1", 1)


@pytest.mark.parametrize("code", [60140, 42045])
def test_a_spent_code_ends_the_matter(desk, code):
    desk.send(desk.person("u1"))
    jobs.run_now()
    desk.answers["leave-1"] = "已同意"
    desk.wecom.failures = [WeComRefused(code)]
    messaging.update_card("flows.approval", about="leave-1")
    jobs.run_now(strict=True)
    jobs.run_now(strict=True)

    assert (desk.wecom.updated, outbox()[0].response_code) == ([], "")
    assert outbox()[0].last_error == f"update {code}"


def test_a_person_sees_the_cards_they_were_sent(desk):
    person = desk.person("u1")
    with clock.frozen(NOON):
        desk.send(person)
        jobs.run_now()

    assert messaging.cards_for(person.id) == [
        messaging.ShownCard(title="请假", text="", url="http://localhost/1", at=NOON)
    ]


def test_a_thousand_cards_are_put_with_few_statements(desk):
    with atomic():
        count = messaging.send_card(
            "flows.approval", to=[f"p{n}" for n in range(1000)], about="a", key="k" * 190, site=desk.site
        )

    assert (count, len(outbox())) == (1000, 1000)
