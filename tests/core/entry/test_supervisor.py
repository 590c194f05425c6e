"""The supervisor: starts children, restarts what dies, stops all of them together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

CHILD = """
import os, pathlib, signal, sys, time
folder, name, how = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def stop(*_):
    (folder / f"{name}.stopped").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if how == "stubborn" else stop)
with (folder / f"{name}.pids").open("a") as file:
    file.write(f"{os.getpid()}\\n")
while True:
    time.sleep(0.05)
"""

PARENT = """
import sys
from core.entry import supervisor
supervisor.PATIENCE = 1.0
folder, hows = sys.argv[1], sys.argv[2:]
programs = [
    supervisor.Program(
        name=f"child{n}", command=(sys.executable, f"{folder}/child.py", folder, f"child{n}", how)
    )
    for n, how in enumerate(hows)
]
supervisor.run(programs, ready=lambda: print("ready", flush=True))
print("done", flush=True)
"""


def until(condition, seconds=20.0):
    """Wait for something to become so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def supervise(tmp_path):
    """Start a supervisor of children of the given manners; everything is gone afterwards."""
    (tmp_path / "child.py").write_text(CHILD)
    started = []

    def start(*hows):
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(tmp_path), *hows],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        assert until(lambda: all(pids(n) for n in range(len(hows))))
        return process

    def pids(number):
        path = tmp_path / f"child{number}.pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    start.pids = pids
    start.folder = tmp_path
    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    for path in tmp_path.glob("*.pids"):
        for pid in map(int, path.read_text().split()):
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_all_children_are_stopped_together(supervise, name):
    parent = supervise("polite", "polite")

    parent.send_signal(name)
    output, _ = parent.communicate(timeout=20)

    assert (output.split(), parent.returncode) == (["ready", "done"], 0)
    assert [(supervise.folder / f"child{n}.stopped").exists() for n in range(2)] == [True, True]
    assert not any(is_alive(pid) for n in range(2) for pid in supervise.pids(n))


def test_a_child_that_dies_is_started_again(supervise):
    supervise("polite", "polite")
    (first,), (neighbour,) = supervise.pids(0), supervise.pids(1)

    os.kill(first, signal.SIGKILL)

    assert until(lambda: len(supervise.pids(0)) == 2)
    assert is_alive(supervise.pids(0)[1])
    assert supervise.pids(1) == [neighbour]


def test_a_child_that_will_not_go_is_ended(supervise):
    parent = supervise("stubborn")

    parent.send_signal(signal.SIGTERM)
    parent.communicate(timeout=20)

    assert parent.returncode == 0
    assert not any(is_alive(pid) for pid in supervise.pids(0))


def test_the_web_program_asks_for_safe_files_and_renewal():
    from core.entry.supervisor import web, worker

    command = " ".join(web("127.0.0.1", 8700, 2).command)

    for words in ("core.entry.internal:app", "--bind 127.0.0.1:8700", "--umask 63", "--max-requests 2000"):
        assert words in command
    assert worker().command[-2:] == ("-m", "core.entry.worker")
