"""Durable jobs: once per effect key, leased, tried again, put aside."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from core import clock, jobs
from core.contributions import Job
from core.db import atomic, database
from core.errors import Misconfigured, Unavailable
from core.jobs import gate, table
from core.jobs.models import Job as Row
from tests.core.jobs.support import install_jobs, make_site, states

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def install(run, **values) -> list:
    """Install one job of core; returns what it was called with."""
    calls = []

    def recording(payload):
        calls.append(payload)
        run(payload)

    install_jobs(("core", Job(name="core_test", run=recording, **values)))
    return calls


def fine(_payload) -> None:
    """Do nothing."""


def broken(_payload) -> None:
    """Fail."""
    raise ZeroDivisionError


def put(key: str = "k", **values) -> int | None:
    """Put one job."""
    return jobs.enqueue("core_test", {"key": key}, effect_key=key, **values)


def test_the_same_effect_key_is_put_once(any_store):
    calls = install(fine)

    numbers = [put("a"), put("a"), put("b")]

    assert [number is None for number in numbers] == [False, True, False]
    assert jobs.run_now() == 2
    assert calls == [{"key": "a"}, {"key": "b"}]
    assert put("a") is None


def test_a_job_is_put_with_the_change_or_not_at_all(any_store):
    install(fine)
    rung = []
    table.ring_with(rung.append)
    with suppress(ZeroDivisionError), atomic():
        put("lost")
        raise ZeroDivisionError
    with atomic():
        number = put("kept")
        assert rung == []
    table.ring_with(None)

    assert (states(), rung) == (["ready"], [number])


def test_a_burst_is_put_in_few_statements_and_rings_little(store):
    install(fine)
    rung = []
    table.ring_with(rung.append)
    made = jobs.enqueue_many("core_test", [({"n": n}, f"burst:{n % 250}") for n in range(300)])
    table.ring_with(None)

    assert (len(made), len(rung)) == (250, table.RINGS_PER_COMMIT)


def test_an_undeclared_job_is_refused(store):
    with pytest.raises(Misconfigured):
        jobs.enqueue("core_unheard_of", {}, effect_key="k")


def test_a_job_waits_for_its_moment(any_store):
    calls = install(fine)
    with clock.frozen(NOON):
        put(run_at=NOON + timedelta(minutes=5))

        assert jobs.run_now() == 0
        clock.advance(timedelta(minutes=5))
        assert jobs.run_now() == 1
    assert len(calls) == 1


def test_a_poison_job_is_tried_with_growing_delay_and_put_aside(store):
    calls = install(broken, retries=8)
    delays = []
    with clock.frozen(NOON):
        put()
        while states() != ["dead"]:
            jobs.run_now()
            row = Row.get()
            delays.append((row.run_at - clock.now()).total_seconds())
            clock.advance(timedelta(hours=1))

    assert delays[:-1] == [2, 4, 8, 16, 32, 64, 128]
    assert (len(calls), row.tries, row.last_error) == (8, 8, "ZeroDivisionError")
    assert table.backoff(30) == 3600


def test_a_poison_job_holds_nobody_up(store):
    def run(payload):
        if payload["key"] == "poison":
            raise SystemExit

    install(run)
    put("poison")
    put("good")

    assert (jobs.run_now(), states()) == (2, ["ready", "done"])


def test_a_revived_job_gets_all_its_tries_again(store):
    install(broken, retries=1)
    number = put()
    jobs.run_now()

    assert states() == ["dead"]
    assert (table.revive(number), table.revive(number)) == (True, False)
    row = Row.get()
    assert (row.state, row.tries, row.done_at) == ("ready", 0, None)


def test_an_absent_neighbour_says_when_to_come_back(store):
    def away(_payload):
        raise Unavailable(retry_after=90)

    install(away)
    with clock.frozen(NOON):
        put()
        jobs.run_now()

    assert Row.get().run_at == NOON + timedelta(seconds=90)


def test_asking_for_later_is_no_failed_try(store):
    def later(_payload):
        raise jobs.Later(30)

    install(later)
    with clock.frozen(NOON):
        put()
        jobs.run_now()

    row = Row.get()
    assert (row.state, row.tries, row.run_at) == ("ready", 0, NOON + timedelta(seconds=30))


def test_a_lease_keeps_others_away_until_it_runs_out(any_store, monkeypatch):
    install(fine, timeout=60)
    put()
    first = table.claim("one", 5)
    start = table.lease_now()

    assert table.claim("two", 5) == []
    monkeypatch.setattr(table, "lease_now", lambda: start + 61_000)
    second = table.claim("two", 5)
    assert [job.tries for job in first + second] == [1, 2]
    assert (table.finish(first[0]), table.finish(second[0])) == (False, True)
    assert states() == ["done"]


def test_a_job_that_kills_its_worker_counts_as_tried(any_store, monkeypatch):
    install(fine, timeout=60, retries=3)
    put()
    start = table.lease_now()
    for number in range(4):
        monkeypatch.setattr(table, "lease_now", lambda number=number: start + number * 61_000)
        table.claim("killed", 1)

    row = Row.get()
    assert (row.state, row.tries, row.last_error) == ("dead", 3, "lease ran out")


def test_leases_do_not_care_about_jumps_of_the_wall_clock(any_store):
    install(fine)
    put()
    table.claim("one", 1)

    for jump in (timedelta(days=3), timedelta(days=-2)):
        with clock.frozen(clock.now() + jump):
            assert table.claim("two", 1) == []


def test_a_lease_of_an_earlier_boot_is_worth_nothing(store):
    install(fine)
    put()
    table.claim("one", 1)
    Row.update(leased_by="0000dead:one").where(Row.state == "running").execute()

    assert [job.tries for job in table.claim("two", 1)] == [2]


def test_many_workers_take_each_job_once(any_store):
    install(fine)
    jobs.enqueue_many("core_test", [({"n": n}, f"job:{n}") for n in range(60)])
    taken: list[int] = []

    def work():
        while claimed := table.claim(threading.current_thread().name, 3):
            for job in claimed:
                taken.append(job.id)
                table.finish(job)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    left = table.claim("last", 60)  # a row another worker had locked at the end of the rush
    assert sorted(taken + [job.id for job in left]) == sorted(set(taken) | {job.id for job in left})
    assert len(taken) + len(left) == 60


def test_the_same_key_from_many_threads_is_one_row(any_store):
    install(fine)
    numbers = []

    def race():
        numbers.append(put("once"))
        database.close()

    threads = [threading.Thread(target=race) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(number is not None for number in numbers) == 1
    assert states() == ["ready"]


def test_a_job_of_a_plugin_that_is_off_is_cancelled(store):
    calls = []
    install_jobs(("flows", Job(name="flows_test", run=calls.append)))
    on, off = make_site("on", "flows"), make_site("off")
    for place in (on, off):
        jobs.enqueue("flows_test", {"site": place.slug}, effect_key=place.slug, site=place)
    jobs.run_now()

    assert (calls, states()) == ([{"site": "on"}], ["done", "cancelled"])


def test_a_job_of_a_newer_release_is_left_to_its_workers_for_a_day(store):
    install(fine)
    with clock.frozen(NOON):
        put()
        install_jobs()
        jobs.run_now()
        assert (states(), Row.get().tries) == (["ready"], 0)
        clock.advance(timedelta(days=2))
        jobs.run_now()

    assert states() == ["dead"]


def test_a_handler_knows_its_job(store):
    seen = []
    install(lambda _payload: seen.append(jobs.current().id))
    number = put()
    jobs.run_now()

    assert (seen, jobs.current()) == ([number], None)


def test_strict_runs_show_the_handlers_error(store):
    install(broken)
    put()

    with pytest.raises(ZeroDivisionError):
        jobs.run_now(strict=True)
    assert states() == ["ready"]


def test_old_finished_jobs_are_deleted_and_dead_ones_kept(store):
    install(fine)
    with clock.frozen(NOON):
        put("done")
        jobs.run_now()
        put("dead")
        Row.update(state="dead", done_at=clock.now()).where(Row.effect_key == "dead").execute()
        clock.advance(timedelta(days=31))
        install_jobs()
        gate.run(table.claim("t", 1, job_id=jobs.enqueue("core_tidy_jobs", {}, effect_key="tidy"))[0])

    assert [row.effect_key for row in Row.select().order_by(Row.id)] == ["dead", "tidy"]
