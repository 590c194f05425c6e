"""The worker: woken at once, sweeping, losing nothing when killed, stopping when asked."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from huey.registry import Message

from core import jobs
from core.config import Config, WeComConfig, make_keys
from core.contributions import Job
from core.db import database
from core.jobs import queue, table, worker
from core.jobs.models import Job as Row
from tests.core.jobs.support import install_jobs, states

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("worker_process.py")


def make_config(folder: Path, url: str) -> Config:
    """Build a deployment with a place for the queue."""
    make_keys(folder / "keys")
    return Config(
        data_dir=folder,
        database_url=url,
        origin="http://localhost",
        keys_dir=folder / "keys",
        wecom=WeComConfig(corpid="ww1", agentid=1, secret="s"),
    )


def wait_for(condition, seconds: float = 30.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@contextmanager
def running(config: Config, **options):
    """Run a worker in a thread of this process."""
    stop = threading.Event()

    def run():
        jobs.run_worker(config, stop, **options)
        database.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_for(lambda: table._bell)  # noqa: SLF001 - the bell hangs when the worker is ready
        yield stop
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def install(run, **values) -> None:
    """Install one job of core."""
    install_jobs(("core", Job(name="core_note", run=run, **values)))


def put(number: int) -> int | None:
    """Put one job."""
    return jobs.enqueue("core_note", {"n": number}, effect_key=f"note:{number}")


def test_a_commit_wakes_the_worker_without_the_sweep(any_store, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "sweep", lambda bell: 0)
    done = threading.Event()
    install(lambda _payload: done.set())
    with running(make_config(tmp_path, any_store)):
        put(1)

        assert done.wait(30)
        wait_for(lambda: states() == ["done"])


def test_the_sweep_finds_what_nobody_rang_for(store, tmp_path):
    done = threading.Event()
    install(lambda _payload: done.set())
    put(1)

    with running(make_config(tmp_path, store)):
        assert done.wait(30)


def test_a_hanging_job_does_not_hold_up_the_others(store, tmp_path):
    release, done = threading.Event(), threading.Event()

    def run(payload):
        if payload["n"] == 0:
            release.wait(60)
        else:
            done.set()

    install(run, timeout=1, retries=1)
    put(0)
    with running(make_config(tmp_path, store), threads=1):
        time.sleep(0.2)
        put(1)

        assert done.wait(30)
        release.set()


def test_chores_are_done_and_their_failures_stay_theirs(store, tmp_path):
    calls = []

    def broken():
        calls.append("broken")
        raise ZeroDivisionError

    chores = [
        worker.Chore(name="broken", seconds=0.1, run=broken),
        worker.Chore(name="fine", seconds=0.1, run=lambda: calls.append("fine")),
    ]
    with running(make_config(tmp_path, store), chores=chores):
        wait_for(lambda: calls.count("fine") >= 2)

    assert calls.count("broken") >= 2


def test_messages_of_the_queue_are_one_number():
    serializer = queue.NumberOnly()
    message = Message("id", "core.jobs.queue.core_run_job", None, 0, 0, None, (7,), {})

    text = serializer.serialize(message)

    assert orjson.loads(text) == ["id", "core.jobs.queue.core_run_job", 7]
    assert serializer.deserialize(text).args == (7,)
    with pytest.raises(ValueError, match="message"):
        serializer.deserialize(b'["id", "core.jobs.queue.core_run_job", "7"]')


def test_a_broken_store_of_the_queue_is_replaced(store, tmp_path):
    (tmp_path / "queue.db").write_bytes(b"not a database at all" * 100)

    bell = queue.open_bell(make_config(tmp_path, store))
    bell.ring(1)

    assert bell.waiting() == 1
    queue.close_bell()


def test_what_was_just_asked_for_goes_first(store, tmp_path):
    bell = queue.open_bell(make_config(tmp_path, store))
    bell.ring(1, priority=queue.SWEPT)
    bell.ring(2)

    assert [bell.huey.dequeue().args for _ in range(2)] == [(2,), (1,)]
    queue.close_bell()


def start_process(folder: Path, url: str, ledger: Path) -> subprocess.Popen:
    """Start a worker that can be killed."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), url, str(ledger)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )


def test_killing_the_worker_loses_nothing(any_store, tmp_path):
    install(print, timeout=1, retries=50)
    ledger = tmp_path / "ledger"
    ledger.touch()
    jobs.enqueue_many("core_note", [({"n": n}, f"note:{n}") for n in range(60)])

    process = start_process(tmp_path, any_store, ledger)
    wait_for(lambda: len(ledger.read_text().split()) >= 8)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    last = start_process(tmp_path, any_store, ledger)
    wait_for(lambda: Row.select().where(Row.state != "done").count() == 0)
    last.send_signal(signal.SIGTERM)

    assert last.wait(30) == 0
    assert {int(line) for line in ledger.read_text().split()} == set(range(60))
