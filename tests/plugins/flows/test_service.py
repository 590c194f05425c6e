"""The verbs of approvals on real tables: a leave request from the form to the end."""

import pytest

from core.attachments import Attachment
from core.audit import AuditRecord
from core.db import database
from core.jobs.models import Job as JobRow
from core.messaging.models import Outbox
from plugins.flows import queries, service
from plugins.flows.errors import Handled, Moved, Reused
from plugins.flows.models import Copy, Draft, Event, Instance, Request, Serial, Task
from plugins.flows.service.commands import Answer
from qingban import Invalid, NotFound

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
    assert (userid, card["card_type"], card["main_title"]["title"]) == (
        head.userid,
        "button_interaction",
        "年假 2 天",
    )
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
    house, nurse, _head, cover = ward
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


# --- one effect per request (P45) -------------------------------------------------------------------


def test_an_approval_repeated_later_gets_the_first_answer(ward):
    house, nurse, head, cover = ward
    instance_id = leave(house, nurse, cover)
    task = Task.get(Task.person_id == head.id)

    answers = [service.approve(task.id, Answer(request_id="a-1"), actor=house.actor(head)) for _ in range(3)]

    assert answers == [instance_id] * 3
    assert Event.select().count() == queries.instance(instance_id).version


@pytest.mark.parametrize("trick", ["other application", "other command"])
def test_a_request_id_used_for_something_else_is_refused(ward, trick):
    house, nurse, head, cover = ward
    first, second = leave(house, nurse, cover), leave(house, nurse, cover, request_id="r-2")
    tasks = {task.instance_id: task.id for task in Task.select()}
    answer = Answer(request_id="a-1", comment="好")
    service.approve(tasks[first], answer, actor=house.actor(head))

    works = {
        "other application": lambda: service.approve(tasks[second], answer, actor=house.actor(head)),
        "other command": lambda: service.comment(first, answer, actor=house.actor(head)),
    }

    with pytest.raises(Reused):
        works[trick]()

    assert queries.instance(second).status == "running"


def test_two_people_may_use_the_same_request_id(ward):
    house, nurse, head, cover = ward
    leave(house, nurse, cover, request_id="same")

    service.approve(Task.get().id, Answer(request_id="same"), actor=house.actor(head))

    assert Request.select().count() == 2


# --- all or nothing (P46) ---------------------------------------------------------------------------


class PowerCut(Exception):
    """What the tests let go wrong."""


def cut(*_values, **_more):
    """Fail."""
    raise PowerCut


PLACES = {
    "audit record": "plugins.flows.service.{module}.record",
    "outbox": "plugins.flows.service.notify.send_card",
    "log": "plugins.flows.service.projection.append",
    "tables": "plugins.flows.service.projection.tasks",
    "commit": "",
}


def everything():
    """Return the rows of every table a command writes to."""
    tables = [Instance, Task, Event, Request, Copy, Serial, Draft, Outbox, AuditRecord, JobRow, Attachment]
    return {table.__name__: [row.__data__ for row in table.select()] for table in tables}


def break_at(monkeypatch, place, module):
    """Let a place fail."""
    if place == "commit":
        monkeypatch.setattr(database.obj, "commit", cut)
    else:
        monkeypatch.setattr(PLACES[place].format(module=module), cut)


@pytest.mark.parametrize("place", PLACES)
def test_a_crash_while_sending_leaves_nothing(ward, monkeypatch, place):
    house, nurse, _head, cover = ward
    row = queries.definition_of(house.site, "hr-leave")
    service.save_draft(row, {"reason": "还没写完"}, actor=house.actor(nurse))
    before = everything()

    with monkeypatch.context() as broken:
        break_at(broken, place, "start")
        with pytest.raises(PowerCut):
            leave(house, nurse, cover)

    assert everything() == before
    assert queries.instance(leave(house, nurse, cover)).serial.endswith("-0001")


@pytest.mark.parametrize("place", PLACES)
def test_a_crash_while_deciding_leaves_nothing(ward, monkeypatch, place):
    house, nurse, head, cover = ward
    instance_id = leave(house, nurse, cover)
    task = Task.get(Task.person_id == head.id)
    before = everything()

    with monkeypatch.context() as broken:
        break_at(broken, place, "commands")
        with pytest.raises(PowerCut):
            service.approve(task.id, Answer(request_id="a-1"), actor=house.actor(head))

    assert everything() == before
    service.approve(task.id, Answer(request_id="a-1"), actor=house.actor(head))
    assert queries.instance(instance_id).status == "approved"


def test_nothing_is_sent_before_the_commit(ward, monkeypatch):
    house, nurse, _head, cover = ward

    with monkeypatch.context() as broken:
        break_at(broken, "audit record", "start")
        with pytest.raises(PowerCut):
            leave(house, nurse, cover)
    house.run_jobs()

    assert house.wecom.sent == []


# --- only the holder (P51) --------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["approve", "handle", "reject", "send_back", "resubmit"])
@pytest.mark.parametrize("who", ["starter", "reader", "stranger"])
def test_a_task_of_somebody_else_looks_like_a_missing_one(ward, verb, who):
    house, nurse, _head, cover = ward
    leave(house, nurse, cover)
    person = {"starter": nurse, "reader": cover, "stranger": house.person("路人", department=20)}[who]
    answer = Answer(request_id="a-1", comment="好")
    sentences = set()

    for task_id in (Task.get().id, "nothing"):
        with pytest.raises(NotFound) as caught:
            getattr(service, verb)(task_id, answer, actor=house.actor(person))
        sentences.add(caught.value.title)

    assert sentences == {"没有找到，或不需要你处理"}


def test_an_administrator_of_the_site_decides_nothing_either(ward):
    house, nurse, _head, cover = ward
    leave(house, nurse, cover)
    admin = house.person("流程管理员", department=20, roles=["admin"])

    with pytest.raises(NotFound):
        service.approve(Task.get().id, Answer(request_id="a-1"), actor=house.actor(admin))
