"""The verbs of approvals on real tables: a leave request from the form to the end."""

import pytest
from qingban import Invalid, NotFound

from plugins.flows import queries, service
from plugins.flows.errors import Handled, Moved
from plugins.flows.models import Event, Instance, Task
from plugins.flows.service.commands import Answer

LEAVE = {
    "leave_kind": "年假",
    "period": ["2026-12-01/am", "2026-12-02/pm"],
    "days": "2",
    "reason": "回家看望父母",
}


@pytest.fixture
def ward(house):
    """A ward with a head nurse and a nurse; flows switched on."""
    house.enable("flows")
    head = house.person("护士长甲", head=True)
    nurse = house.person("护士乙", post="护士")
    cover = house.person("护士丙")
    return house, nurse, head, cover


def leave(house, nurse, cover, request_id="r-1", **changes):
    """Send a leave request; returns the instance id."""
    actor = house.actor(nurse)
    row = queries.definition_of(house.site, "hr-leave")
    return service.submit(row, {**LEAVE, "cover": cover.id, **changes}, request_id=request_id, actor=actor)


def test_a_leave_request_waits_for_the_head_nurse(ward):
    house, nurse, head, cover = ward

    instance_id = leave(house, nurse, cover)

    waiting = queries.waiting_for(head.id, 20)
    assert [(row.instance_id, row.subject, row.node_name) for row in waiting] == [
        (instance_id, "年假 2 天", "科室负责人审批")
    ]


def test_the_same_request_sent_twice_makes_one_application(ward):
    house, nurse, _head, cover = ward

    first = leave(house, nurse, cover)
    second = leave(house, nurse, cover)

    assert first == second
    assert Instance.select().count() == 1


def test_a_missing_field_is_named_in_words(ward):
    house, nurse, _head, cover = ward

    with pytest.raises(Invalid) as caught:
        leave(house, nurse, cover, reason="")

    assert set(caught.value.fields) == {"reason"}


def test_the_card_reaches_the_head_nurse_after_the_commit(ward):
    house, nurse, head, cover = ward

    leave(house, nurse, cover)
    house.run_jobs()

    userid, card = house.wecom.sent[0]
    assert (userid, card["card_type"], card["main_title"]["title"]) == (head.userid, "button_interaction", "年假 2 天")
    assert [button["key"] for button in card["button_list"]] == ["approve", "reject"]


def test_an_approval_ends_a_short_leave_and_tells_the_starter(ward):
    house, nurse, head, cover = ward
    leave(house, nurse, cover)
    task = Task.get(Task.person_id == head.id)

    service.approve(task.id, Answer(request_id="a-1"), actor=house.actor(head))
    house.run_jobs()

    row = Instance.get()
    assert row.status == "approved"
    assert [card["main_title"]["title"] for userid, card in house.wecom.sent if userid == nurse.userid] == [
        "已通过：年假 2 天"
    ]


def test_a_second_approval_reads_who_was_faster(ward):
    house, nurse, head, cover = ward
    instance_id = leave(house, nurse, cover)
    task = Task.get(Task.person_id == head.id)
    service.approve(task.id, Answer(request_id="a-1"), actor=house.actor(head))

    with pytest.raises((Handled, Moved)):
        service.approve(task.id, Answer(request_id="a-2"), actor=house.actor(head))

    assert queries.instance(instance_id).status == "approved"


def test_a_stranger_learns_nothing(ward):
    house, nurse, head, cover = ward
    instance_id = leave(house, nurse, cover)
    stranger = house.person("医师丁", department=20)

    with pytest.raises(NotFound):
        service.access(instance_id, house.actor(stranger))


def test_the_log_replays_to_the_stored_state(ward):
    from plugins.flows import engine

    house, nurse, head, cover = ward
    instance_id = leave(house, nurse, cover)
    service.approve(Task.get(Task.person_id == head.id).id, Answer(request_id="a-1"), actor=house.actor(head))

    replayed = engine.replay(queries.facts_of(instance_id))

    row = queries.instance(instance_id)
    assert engine.state_to_json(replayed).decode() == row.state
    assert Event.select().count() == row.version
