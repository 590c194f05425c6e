"""No overselling: many at once, and a process that dies at any step."""

import threading
from collections import Counter

import pytest

from miniapps import queries, roster, service
from miniapps.models import Entry
from miniapps.service import signing_up
from qingban import QingbanError, database
from tests.miniapps.builders import join, live, make_app, person


def at_once(calls) -> list[object]:
    """Run every call in a thread of its own, all let go at the same moment; give results or refusals."""
    results: list[object] = [None] * len(calls)
    gate = threading.Barrier(len(calls), timeout=20)
    if not database.is_closed():
        database.close()  # the pool has as many connections as there are threads

    def run(index, call):
        try:
            database.connect(reuse_if_open=True)
            gate.wait()
            results[index] = call()
        except QingbanError as refused:
            results[index] = refused
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def outcome(results) -> Counter[str]:
    return Counter(getattr(one, "state", "refused") for one in results)


def test_32_people_on_10_places(any_ward):
    app = make_app(any_ward, places=10, wait=5)
    people = [person(any_ward) for _ in range(32)]
    page = live(app)

    results = at_once(
        [lambda one=one: service.register(page, one, {}, f"request-{one.userid}") for one in people]
    )

    room = queries.rooms(app.id)["all"]
    positions = [row.position for row in roster.entries(app.id)]
    assert outcome(results) == {"accepted": 10, "waiting": 5, "refused": 17}
    assert (room.taken, room.waiting) == (10, 5)
    assert positions == list(range(1, 16))
    assert sorted(one.place for one in results if getattr(one, "state", "") == "waiting") == [1, 2, 3, 4, 5]
    assert service.drifted() == []


def test_two_sessions_fill_exactly(any_ward):
    app = make_app(any_ward, places=12, by_option={"o1": 5, "o2": 9})
    people = [person(any_ward) for _ in range(24)]
    page = live(app)

    results = at_once(
        [
            lambda one=one, option=f"o{index % 2 + 1}": service.register(
                page, one, {"f1": option}, f"request-{one.userid}"
            )
            for index, one in enumerate(people)
        ]
    )

    rooms = queries.rooms(app.id)
    assert outcome(results) == {"accepted": 12, "refused": 12}
    assert rooms["all"].taken == 12
    assert rooms["f1.o1"].taken + rooms["f1.o2"].taken == 12
    assert rooms["f1.o1"].taken <= 5
    assert service.drifted() == []


@pytest.mark.parametrize("same_key", [True, False])
def test_double_tap_makes_one_entry(any_ward, same_key):
    app, nurse = make_app(any_ward), person(any_ward)
    page = live(app)

    results = at_once(
        [
            lambda key=("one-request" if same_key else f"request-{n}"): service.register(page, nurse, {}, key)
            for n in range(8)
        ]
    )

    assert outcome(results) == ({"accepted": 8} if same_key else {"accepted": 1, "refused": 7})
    assert queries.rooms(app.id)["all"].taken == 1
    assert Entry.select().count() == 1


def test_cancels_and_newcomers_at_once_leave_nobody_behind(any_ward):
    app = make_app(any_ward, places=8, wait=20)
    holders, waiters, newcomers = ([person(any_ward) for _ in range(8)] for _ in range(3))
    for one in [*holders, *waiters]:
        join(app, one)
    page = live(app)

    at_once(
        [lambda one=one: service.cancel(page, one) for one in holders]
        + [lambda one=one: service.register(page, one, {}, f"request-{one.userid}") for one in newcomers]
    )

    room = queries.rooms(app.id)["all"]
    assert (room.taken, room.waiting) == (8, 8)
    assert all(queries.entry_of(app.id, one.person_id).state == "accepted" for one in waiters)
    assert service.drifted() == []


STEPS = ["issue", "state_of", "take", "join_queue", "settle"]


@pytest.mark.parametrize("step", STEPS)
def test_death_at_any_step_of_signing_up_leaves_nothing(ward, monkeypatch, step):
    app = make_app(ward, places=1, wait=1, by_option={"o1": 1})
    if step == "join_queue":
        join(app, person(ward), f1="o1")
    before = (queries.rooms(app.id), Entry.select().count())
    nurse, page = person(ward), live(app)

    with monkeypatch.context() as dying:
        dying.setattr(queries, step, die)
        with pytest.raises(KeyboardInterrupt):
            service.register(page, nurse, {"f1": "o1"}, "request-dying")

    assert (queries.rooms(app.id), Entry.select().count()) == before
    assert service.register(page, nurse, {"f1": "o1"}, "request-dying").place == 1


@pytest.mark.parametrize("step", ["record", "_tell"])
def test_death_before_the_commit_leaves_nothing(ward, monkeypatch, step):
    app, nurse = make_app(ward, places=1), person(ward)

    with monkeypatch.context() as dying:
        dying.setattr(signing_up, step, die)
        with pytest.raises(KeyboardInterrupt):
            join(app, nurse)
    ward.run_jobs()

    assert (queries.rooms(app.id)["all"].taken, Entry.select().count(), ward.wecom.sent) == (0, 0, [])


@pytest.mark.parametrize("step", ["free", "cancel", "leave_queue", "accept"])
def test_death_at_any_step_of_a_cancel_leaves_everything(ward, monkeypatch, step):
    app = make_app(ward, places=1, wait=1)
    first, second = person(ward), person(ward)
    join(app, first)
    join(app, second)
    before = queries.rooms(app.id)

    with monkeypatch.context() as dying:
        dying.setattr(queries, step, die)
        with pytest.raises(KeyboardInterrupt):
            service.cancel(live(app), first)

    assert queries.rooms(app.id) == before
    assert [row.state for row in roster.entries(app.id)] == ["accepted", "waiting"]
    assert service.drifted() == []


def die(*_arguments, **_named):
    """Stand in for a process that is killed here."""
    raise KeyboardInterrupt
