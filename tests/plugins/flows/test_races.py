"""Two at the same moment: the race matrix (flow-semantics 7.1) with real threads on both databases.

Whoever takes the lock first wins; both orders are right, nothing else is. Every test runs a few times:
a race that is lost one time in three is lost.
"""

from itertools import count

import pytest

from plugins.flows import queries, service
from plugins.flows.errors import Handled, Moved
from plugins.flows.models import Event, Instance, Request, Task
from plugins.flows.service.commands import Answer
from qingban import Invalid, QingbanError
from tests.plugins.flows.support import (
    LEAVE,
    check_invariants,
    holders,
    node,
    state,
    status,
    task_of,
    together,
)

ROUNDS = 3
numbers = count(1)


def answer(**values):
    """Make an answer; threads need their ids before they start."""
    return Answer(**{"request_id": f"t-{next(numbers)}", **values})


def said(result):
    """Say in a word how a command ended."""
    if isinstance(result, QingbanError):
        return type(result).__name__
    assert isinstance(result, str), repr(result)
    return "done"


def ways(*results):
    """Return the outcomes of all commands."""
    return tuple(said(result) for result in results)


class Race:
    """Applications that wait for the same people again and again."""

    def __init__(self, hospital, *nodes):
        self.hospital = hospital
        self.slug = hospital.publish(*nodes)

    def send(self):
        """Send one more application; returns its id."""
        return self.hospital.submit(self.slug, {"topic": "一件事"})

    def approve(self, person, of="pending", **values):
        """Return the command by which this person agrees to the newest task."""
        task, actor, given = task_of(person, of), self.hospital.actor(person), answer(**values)
        return lambda: service.approve(task.id, given, actor=actor)

    def reject(self, person):
        """Return the command by which this person refuses."""
        task, actor, given = task_of(person), self.hospital.actor(person), answer(comment="不行")
        return lambda: service.reject(task.id, given, actor=actor)

    def send_back(self, person):
        """Return the command by which this person sends it back."""
        task, actor, given = task_of(person), self.hospital.actor(person), answer(comment="请改")
        return lambda: service.send_back(task.id, given, actor=actor)

    def withdraw(self, instance_id):
        """Return the command by which the starter takes it out."""
        actor, given = self.hospital.actor(self.hospital.nurse), answer(comment="不用了")
        return lambda: service.withdraw(instance_id, given, actor=actor)

    def comment(self, instance_id, person):
        """Return the command by which this person says something."""
        actor, given = self.hospital.actor(person), answer(comment="知道了")
        return lambda: service.comment(instance_id, given, actor=actor)

    def urge(self, instance_id):
        """Return the command by which the starter asks to hurry."""
        actor, given = self.hospital.actor(self.hospital.nurse), answer()
        return lambda: service.urge(instance_id, given, actor=actor)


@pytest.fixture
def pair(any_hospital):
    """Give two deciders."""
    return [any_hospital.house.person(name) for name in ("主任甲", "主任乙")]


def test_the_two_last_signers_of_all_enter_the_next_step_once(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="all"), node("n2", any_hospital.head))
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(*map(race.approve, pair))

        assert ways(*results) == ("done", "done")
        assert [visit.node_id for visit in state(instance_id).visits] == ["n1", "n2"]
        assert holders(instance_id) == {"护士长甲"}
        check_invariants(instance_id)


def test_approve_and_reject_of_all(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="all"))
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(race.approve(pair[0]), race.reject(pair[1]))

        assert ways(*results) in {("done", "done"), ("Handled", "done")}
        assert status(instance_id) == "rejected"
        check_invariants(instance_id)


def test_approve_and_reject_of_any(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="any"))
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(race.approve(pair[0]), race.reject(pair[1]))

        allowed = {("done", "Handled"): "approved", ("Handled", "done"): "rejected"}
        assert status(instance_id) == allowed[ways(*results)]
        winner, done = ("主任甲", "同意") if said(results[0]) == "done" else ("主任乙", "驳回")
        loser = results[1] if said(results[0]) == "done" else results[0]
        assert loser.title.startswith(f"已由 {winner} ")
        assert loser.title.endswith(f" {done}，无需再处理")
        check_invariants(instance_id)


def test_one_of_many_decides_for_any(any_hospital):
    crowd = [any_hospital.house.person(f"审核人{number}") for number in range(16)]
    race = Race(any_hospital, node("n1", *crowd, mode="any"), node("n2", any_hospital.head))
    instance_id = race.send()

    results = together(*map(race.approve, crowd))

    assert sorted(ways(*results)) == ["Handled"] * 15 + ["done"]
    assert holders(instance_id) == {"护士长甲"}
    check_invariants(instance_id)


def test_every_one_of_many_counts_for_all(any_hospital):
    crowd = [any_hospital.house.person(f"会签人{number}") for number in range(16)]
    race = Race(any_hospital, node("n1", *crowd, mode="all"), node("n2", any_hospital.head))
    instance_id = race.send()

    results = together(*map(race.approve, crowd))

    assert set(ways(*results)) == {"done"}
    assert [visit.node_id for visit in state(instance_id).visits] == ["n1", "n2"]
    check_invariants(instance_id)


def test_the_deciding_vote_and_another(any_hospital):
    committee = [any_hospital.house.person(f"委员{number}") for number in range(3)]
    race = Race(any_hospital, node("n1", *committee, mode="vote", threshold=66))
    for _round in range(ROUNDS):
        instance_id = race.send()
        race.approve(committee[0])()

        results = together(race.approve(committee[1]), race.reject(committee[2]))

        assert ways(*results) in {("done", "Handled"), ("done", "done")}
        assert status(instance_id) == "approved"
        check_invariants(instance_id)


def test_in_sequence_the_next_may_be_too_early(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="seq"))
    for _round in range(ROUNDS):
        instance_id = race.send()
        results = together(race.approve(pair[0]), race.approve(pair[1], of="waiting"))

        allowed = {("done", "Moved"): "running", ("done", "done"): "approved"}
        assert status(instance_id) == allowed[ways(*results)]
        if status(instance_id) == "running":
            any_hospital.approve(pair[1])
        check_invariants(instance_id)


@pytest.mark.parametrize("last", [True, False], ids=["last approval", "approval on the way"])
def test_approve_and_withdraw(any_hospital, pair, last):
    steps = [node("n1", pair[0])] if last else [node("n1", pair[0]), node("n2", pair[1])]
    race = Race(any_hospital, *steps)
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(race.approve(pair[0]), race.withdraw(instance_id))

        late = ("done", "Moved") if last else ("done", "done")
        allowed = {late: "approved" if last else "withdrawn", ("Moved", "done"): "withdrawn"}
        assert status(instance_id) == allowed[ways(*results)]
        check_invariants(instance_id)


def test_return_and_approve_of_all(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="all"))
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(race.send_back(pair[0]), race.approve(pair[1]))

        assert ways(*results) in {("done", "Handled"), ("done", "done")}
        assert (status(instance_id), state(instance_id).returned) == ("running", True)
        assert holders(instance_id) == {"护士乙"}
        check_invariants(instance_id)


@pytest.mark.parametrize("fingers", [2, 8])
def test_a_double_tap_has_one_effect_and_one_answer(any_hospital, fingers):
    race = Race(any_hospital, node("n1", any_hospital.head), node("n2", any_hospital.head, dedup="off"))
    for _round in range(ROUNDS):
        instance_id = race.send()
        tap = race.approve(any_hospital.head)

        results = together(*[tap] * fingers)

        assert results == [instance_id] * fingers
        assert [visit.status for visit in state(instance_id).visits] == ["approved", "open"]
        check_invariants(instance_id)


def test_two_devices_of_one_person(any_hospital):
    race = Race(any_hospital, node("n1", any_hospital.head), node("n2", any_hospital.cover))
    for _round in range(ROUNDS):
        instance_id = race.send()
        phone, desk = race.approve(any_hospital.head), race.reject(any_hospital.head)

        results = together(phone, desk)

        allowed = {("done", "Handled"): "running", ("Handled", "done"): "rejected"}
        assert status(instance_id) == allowed[ways(*results)]
        check_invariants(instance_id)


def test_comment_and_end(any_hospital):
    race = Race(any_hospital, node("n1", any_hospital.head))
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(race.approve(any_hospital.head), race.comment(instance_id, any_hospital.nurse))

        assert ways(*results) == ("done", "done")
        assert (status(instance_id), len(state(instance_id).comments)) == ("approved", 1)
        check_invariants(instance_id)


def test_urge_and_decide(any_hospital):
    race = Race(any_hospital, node("n1", any_hospital.head))
    for _round in range(ROUNDS):
        instance_id = race.send()

        results = together(race.approve(any_hospital.head), race.urge(instance_id))

        assert ways(*results) in {("done", "done"), ("done", "Moved")}
        assert status(instance_id) == "approved"
        check_invariants(instance_id)


def test_two_holders_edit_one_field(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="all", edit=("topic",)))
    for _round in range(ROUNDS):
        instance_id = race.send()
        seen = {"topic": state(instance_id).field_versions.get("topic", 0)}

        results = together(
            race.approve(pair[0], changes={"topic": "甲说"}, seen=seen),
            race.approve(pair[1], changes={"topic": "乙说"}, seen=seen),
        )

        kept = {("done", "Stale"): "甲说", ("Stale", "done"): "乙说"}[ways(*results)]
        loser = next(one for one in results if said(one) == "Stale")
        assert state(instance_id).values == {"topic": kept}
        assert loser.theirs == {"topic": kept}
        check_invariants(instance_id)


def test_the_same_form_sent_many_times_at_once_is_one_application(any_hospital):
    row = queries.definition_of(any_hospital.house.site, "hr-leave")
    actor, raw = any_hospital.actor(any_hospital.nurse), {**LEAVE, "cover": any_hospital.cover.id}

    results = together(*[lambda: service.submit(row, raw, request_id="same", actor=actor)] * 8)

    assert len(set(results)) == 1, results
    assert (Instance.select().count(), Request.select().count()) == (1, 1)


def test_many_people_send_at_once_and_every_number_is_given_once(any_hospital):
    row = queries.definition_of(any_hospital.house.site, "hr-leave")
    people = [any_hospital.actor(any_hospital.house.person(f"申请人{number}")) for number in range(24)]
    raw = {**LEAVE, "cover": any_hospital.cover.id}

    def send(actor):
        return lambda: service.submit(row, raw, request_id="mine", actor=actor)

    results = together(*map(send, people))

    assert set(ways(*results)) == {"done"}
    serials = sorted(int(row.serial[-4:]) for row in Instance.select())
    assert serials == [*range(1, 25)]


def test_thirty_threads_on_one_application_leave_one_story(any_hospital):
    crowd = [any_hospital.house.person(f"审核人{number}") for number in range(8)]
    race = Race(any_hospital, node("n1", *crowd, mode="all"), node("n2", any_hospital.head))
    instance_id = race.send()
    works = [race.approve(one) for one in crowd] * 2
    works += [race.comment(instance_id, one) for one in crowd[:6]]
    works += [race.withdraw(instance_id), race.urge(instance_id)] * 2
    works += [race.reject(crowd[0]), race.send_back(crowd[1])] * 2

    results = together(*works)

    assert set(ways(*results)) <= {"done", "Handled", "Moved", "Stale"}
    check_invariants(instance_id)


def test_applications_do_not_wait_for_each_other(any_hospital):
    """P53: while one application is locked another is decided."""
    from core.db import atomic, is_sqlite

    if is_sqlite():
        pytest.skip("SQLite writes one at a time")
    race = Race(any_hospital, node("n1", any_hospital.head))
    locked, free = race.send(), race.send()
    task = Task.get(Task.instance == free)
    actor, given = any_hospital.actor(any_hospital.head), answer()

    with atomic():
        queries.locked(locked)
        results = together(lambda: service.approve(task.id, given, actor=actor))

    assert ways(*results) == ("done",)
    assert (status(free), status(locked)) == ("approved", "running")


def test_two_applications_in_parallel_keep_their_own_logs(any_hospital, pair):
    race = Race(any_hospital, node("n1", *pair, mode="all"))
    sent = [race.send() for _number in range(4)]
    tasks = Task.select().where(Task.status == "pending")
    actors = {one.id: any_hospital.actor(one) for one in pair}

    def decide(task):
        given = answer()
        return lambda: service.approve(task.id, given, actor=actors[task.person_id])

    results = together(*map(decide, tasks))

    assert set(ways(*results)) == {"done"}
    assert {status(one) for one in sent} == {"approved"}
    assert Event.select().count() == sum(Instance.get_by_id(one).version for one in sent)
    for one in sent:
        check_invariants(one)


def test_the_loser_of_a_race_for_a_withdrawn_application_reads_so(any_hospital):
    race = Race(any_hospital, node("n1", any_hospital.head))
    instance_id = race.send()
    late = race.approve(any_hospital.head)
    race.withdraw(instance_id)()

    with pytest.raises(Moved) as caught:
        late()

    assert caught.value.title == "这条申请已被撤回，你不用处理了"
    assert not isinstance(caught.value, Handled | Invalid)
