"""Signing up: everything or nothing, once per person, first come first served."""

import pytest

from core.directory.models import Person
from miniapps import queries, roster, service
from miniapps.models import Entry
from miniapps.queries import Room
from miniapps.service import Receipt, signing_up
from qingban import Conflict, Invalid, NotAllowed, NotFound, clock
from tests.miniapps.builders import (
    NOTE,
    SESSIONS,
    Audience,
    Edit,
    Windows,
    at,
    clerk,
    join,
    live,
    make_app,
    person,
    republish,
)


def taken(app) -> dict[str, int]:
    return {key: room.taken for key, room in queries.rooms(app.id).items()}


def states(app) -> list[tuple[int, str]]:
    return [(row.position, row.state) for row in roster.entries(app.id)]


def test_first_ones_are_accepted_and_the_next_wait(ward):
    app = make_app(ward, places=2, wait=1)

    receipts = [join(app, person(ward)) for _ in range(3)]

    assert [(one.state, one.place) for one in receipts] == [("accepted", 1), ("accepted", 2), ("waiting", 1)]
    assert queries.rooms(app.id) == {"all": Room(places=2, taken=2, wait_places=1, waiting=1)}


def test_full_app_without_waiting_list_refuses_and_keeps_nothing(ward):
    app = make_app(ward, places=1)
    join(app, person(ward))

    with pytest.raises(Conflict, match="名额已满"):
        join(app, person(ward))

    assert states(app) == [(1, "accepted")]
    assert Entry.select().count() == 1


def test_full_waiting_list_refuses_too(ward):
    app = make_app(ward, places=1, wait=1)
    join(app, person(ward))
    join(app, person(ward))

    with pytest.raises(Conflict, match="名额已满"):
        join(app, person(ward))

    assert states(app) == [(1, "accepted"), (2, "waiting")]


def test_without_a_limit_as_many_as_come(ward):
    app = make_app(ward, places=None)

    assert [join(app, person(ward)).place for _ in range(3)] == [1, 2, 3]


def test_several_quotas_are_taken_all_or_none(ward):
    app = make_app(ward, places=10, by_option={"o1": 1, "o2": 5})
    join(app, person(ward), f1="o1")

    with pytest.raises(Invalid) as refused:
        join(app, person(ward), f1="o1")

    assert refused.value.fields == {"f1": "“静脉穿刺”刚刚满额，请选择其他选项，其余内容已保留"}
    assert taken(app) == {"all": 1, "f1.o1": 1, "f1.o2": 0}


def test_who_takes_two_options_needs_a_place_in_both(ward):
    app = make_app(ward, by_option={"o1": 1, "o2": 5}, fields=[{**SESSIONS, "type": "multiselect"}])
    join(app, person(ward), f1=["o1"])

    with pytest.raises(Invalid):
        join(app, person(ward), f1=["o1", "o2"])

    assert taken(app) == {"all": 1, "f1.o1": 1, "f1.o2": 0}


def test_full_option_has_its_own_waiting_list(ward):
    app = make_app(ward, places=10, wait=2, by_option={"o1": 1, "o2": 5})
    join(app, person(ward), f1="o1")

    receipt = join(app, person(ward), f1="o1")

    assert (receipt.state, receipt.place) == ("waiting", 1)
    assert queries.rooms(app.id)["f1.o1"] == Room(places=1, taken=1, wait_places=2, waiting=1)
    assert taken(app) == {"all": 1, "f1.o1": 1, "f1.o2": 0}


def test_same_request_gets_the_same_answer(ward):
    app, nurse = make_app(ward), person(ward)

    first = join(app, nurse, "the-same-request")
    again = join(app, nurse, "the-same-request")

    assert first == again == Receipt(entry_id=first.entry_id, state="accepted", place=1)
    assert taken(app) == {"all": 1}


def test_repeat_is_answered_after_the_end_too(ward, frozen_clock):
    app, nurse = make_app(ward), person(ward)
    first = join(app, nurse, "the-same-request")
    frozen_clock(days=30)

    assert join(app, nurse, "the-same-request") == first


def test_request_of_somebody_else_is_no_answer_for_me(ward):
    app = make_app(ward)
    join(app, person(ward), "the-same-request")

    with pytest.raises(Conflict, match="刷新"):
        join(app, person(ward), "the-same-request")


@pytest.mark.parametrize("key", ["", "short", "x" * 65])
def test_request_without_a_usable_key_is_refused(ward, key):
    with pytest.raises(Invalid):
        service.register(live(make_app(ward)), person(ward), {}, key)


def test_second_sign_up_of_a_person_is_refused(ward):
    app, nurse = make_app(ward), person(ward)
    join(app, nurse)

    with pytest.raises(Conflict, match="已经报过名"):
        join(app, nurse)

    assert taken(app) == {"all": 1}
    assert queries.rooms(app.id)["all"].taken == 1


def test_wrong_answer_is_said_at_its_field(ward):
    app = make_app(ward, by_option={"o1": 3})

    with pytest.raises(Invalid) as refused:
        join(app, person(ward), f1="o9", f7="?")

    assert set(refused.value.fields) == {"f1", "f7"}


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at(24, 7, 59), "还未开始，11-24 08:00 开放"),
        (at(24, 8), ""),
        (at(30, 17, 59), ""),
        (at(30, 18), "已于 11-30 18:00 截止"),
    ],
)
def test_window_opens_and_closes_on_the_minute(ward, moment, said):
    window = Windows(open_at="2026-11-24T08:00", close_at="2026-11-30T18:00")
    with clock.frozen(at(20, 8)):
        app = make_app(ward, windows=window)

    with clock.frozen(moment):
        assert signing_up.closed_words(live(app)) == said
        if said:
            with pytest.raises(Conflict, match=said):
                join(app, person(ward))
        else:
            assert join(app, person(ward)).state == "accepted"


def test_closed_app_takes_nobody_and_reopens(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker)
    before = live(app)
    service.close(app.id, maker)

    with pytest.raises(Conflict, match="已结束"):
        join(app, person(ward))
    with pytest.raises(Conflict, match="已结束"):
        service.register(before, person(ward), {}, "page-read-before")
    service.reopen(app.id, maker)

    assert join(app, person(ward)).state == "accepted"


def test_page_of_an_older_version_is_sent_back_to_look(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker)
    before = live(app)
    republish(app, maker, intro="改了说明")

    with pytest.raises(Conflict, match="表单已更新"):
        service.register(before, person(ward), {}, "page-read-before")

    assert taken(app) == {"all": 0}


AUDIENCES = {
    "site": (Audience(), {12: True, 20: True}),
    "department": (Audience(scope="departments", departments=[12]), {12: True, 20: False, 10: False}),
    "with those below": (Audience(scope="departments", departments=[10]), {12: True, 20: False, 10: True}),
    "everybody": (Audience(scope="installation"), {12: True, 20: True}),
}


@pytest.mark.parametrize(("audience", "expected"), AUDIENCES.values(), ids=AUDIENCES)
def test_only_those_meant_may_join(ward, audience, expected):
    app = make_app(ward, audience=audience)

    for department, may in expected.items():
        actor = person(ward, department=department)
        if may:
            assert join(app, actor).state == "accepted"
        else:
            with pytest.raises(NotAllowed, match=r"仅对.*开放，如有疑问请联系人事科 干事甲"):
                join(app, actor)


def test_cancel_frees_the_place_and_the_first_waiting_moves_up(ward):
    app = make_app(ward, places=1, wait=5)
    first, second, third = (person(ward) for _ in range(3))
    for one in (first, second, third):
        join(app, one)

    service.cancel(live(app), first)
    ward.run_jobs()

    assert states(app) == [(2, "accepted"), (3, "waiting")]
    assert queries.rooms(app.id)["all"] == Room(places=1, taken=1, wait_places=5, waiting=1)
    assert queries.entry_of(app.id, third.person_id).place == 1
    titles = [(who, card["main_title"]["title"]) for who, card in ward.wecom.sent]
    assert titles.count((second.userid, "报名成功：技能大赛报名")) == 2


def test_waiting_for_another_session_does_not_block_mine(ward):
    app = make_app(ward, wait=5, by_option={"o1": 1, "o2": 1})
    holder, waits_one, holder_two, waits_two = (person(ward) for _ in range(4))
    join(app, holder, f1="o1")
    join(app, waits_one, f1="o1")
    join(app, holder_two, f1="o2")
    join(app, waits_two, f1="o2")

    service.cancel(live(app), holder_two)

    assert queries.entry_of(app.id, waits_two.person_id).state == "accepted"
    assert queries.entry_of(app.id, waits_one.person_id).state == "waiting"


def test_who_cancels_may_come_again_at_the_end(ward):
    app = make_app(ward, places=1, wait=5)
    first, second = person(ward), person(ward)
    join(app, first)
    join(app, second)
    service.cancel(live(app), first)

    receipt = join(app, first)

    assert (receipt.state, receipt.place) == ("waiting", 1)


def test_leaving_the_waiting_list_keeps_the_counters_right(ward):
    app = make_app(ward, places=1, wait=5)
    first, second = person(ward), person(ward)
    join(app, first)
    join(app, second)

    service.cancel(live(app), second)

    assert queries.rooms(app.id)["all"] == Room(places=1, taken=1, wait_places=5, waiting=0)


def test_nobody_cancels_what_they_do_not_have(ward):
    app, nurse = make_app(ward), person(ward)

    with pytest.raises(NotFound):
        service.cancel(live(app), nurse)
    join(app, nurse)
    service.cancel(live(app), nurse)
    with pytest.raises(NotFound):
        service.cancel(live(app), nurse)

    assert taken(app) == {"all": 0}


@pytest.mark.parametrize(
    ("until", "days", "may"), [("close", 6, True), ("close", 8, False), ("never", 0, False)]
)
def test_cancel_only_within_its_time(ward, frozen_clock, until, days, may):
    app, nurse = make_app(ward, edit=Edit(until=until)), person(ward)
    join(app, nurse)
    frozen_clock(days=days)

    if may:
        service.cancel(live(app), nurse)
    else:
        with pytest.raises(Conflict, match="现在不能修改或取消了"):
            service.cancel(live(app), nurse)

    assert taken(app) == {"all": 0 if may else 1}


def test_edit_moves_the_place_with_the_answer(ward):
    app, nurse = make_app(ward, by_option={"o1": 1, "o2": 1}), person(ward)
    join(app, nurse, f1="o1")

    service.edit(live(app), nurse, {"f1": "o2", "f2": "改了"})

    assert taken(app) == {"all": 1, "f1.o1": 0, "f1.o2": 1}
    assert queries.entry_of(app.id, nurse.person_id).answers == {"f1": "o2", "f2": "改了"}


def test_edit_into_a_full_session_changes_nothing(ward):
    app, nurse = make_app(ward, by_option={"o1": 1, "o2": 1}), person(ward)
    join(app, nurse, f1="o1")
    join(app, person(ward), f1="o2")

    with pytest.raises(Invalid) as refused:
        service.edit(live(app), nurse, {"f1": "o2"})

    assert set(refused.value.fields) == {"f1"}
    assert taken(app) == {"all": 2, "f1.o1": 1, "f1.o2": 1}
    assert queries.entry_of(app.id, nurse.person_id).answers == {"f1": "o1"}


def test_edit_that_frees_a_session_moves_the_next_one_up(ward):
    app = make_app(ward, wait=5, by_option={"o1": 1, "o2": 5})
    first, second = person(ward), person(ward)
    join(app, first, f1="o1")
    join(app, second, f1="o1")

    service.edit(live(app), first, {"f1": "o2"})

    assert queries.entry_of(app.id, second.person_id).state == "accepted"


def test_waiting_person_who_chooses_a_free_session_is_in(ward):
    app = make_app(ward, wait=5, by_option={"o1": 1, "o2": 5})
    first, second = person(ward), person(ward)
    join(app, first, f1="o1")
    join(app, second, f1="o1")

    receipt = service.edit(live(app), second, {"f1": "o2"})

    assert receipt.state == "accepted"
    assert queries.rooms(app.id)["f1.o1"] == Room(places=1, taken=1, wait_places=5, waiting=0)
    assert service.drifted() == []


def test_fields_that_are_not_required_may_stay_empty(ward):
    app, nurse = make_app(ward, fields=[NOTE]), person(ward)

    join(app, nurse, f2="")

    assert queries.entry_of(app.id, nurse.person_id).answers == {}


def test_the_place_of_somebody_who_left_goes_to_the_next_who_waits(ward):
    app = make_app(ward, places=1, wait=1)
    leaver, next_one = person(ward), person(ward)
    join(app, leaver)
    join(app, next_one)

    freed = service.release(leaver.person_id)

    assert freed == 1
    assert states(app) == [(2, "accepted")]
    assert service.release(leaver.person_id) == 0


def test_hook_on_person_left_frees_places(ward):
    app = make_app(ward, places=1)
    leaver = person(ward)
    join(app, leaver)

    ward.platform.hooks.emit("on_person_left", arguments={"person": Person.get_by_id(leaver.person_id)})

    assert taken(app) == {"all": 0}
