"""Start a few processes, restart what dies, stop all of them together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import log

logger = log.get(__name__)

PATIENCE = 8.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """One process to keep running."""

    name: str
    """A word for the log."""
    command: tuple[str, ...]
    """What to execute."""


def web(host: str, port: int, workers: int) -> Program:
    """The web server."""
    return Program(
        name="web",
        command=(
            sys.executable, "-m", "gunicorn", "core.entry.internal:app", "--bind", f"{host}:{port}",
            "--worker-class", "gthread", "--workers", str(workers), "--threads", "8", "--umask", "63",
            "--max-requests", "2000", "--max-requests-jitter", "200", "--graceful-timeout", "5",
            "--keep-alive", "20", "--log-level", "warning", "--no-control-socket",
        ),
    )  # fmt: skip


def worker() -> Program:
    """The worker."""
    return Program(name="worker", command=(sys.executable, "-m", "core.entry.worker"))


def run(
    programs: Sequence[Program],
    *,
    before: Callable[[], None] | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Keep the programs running until SIGINT or SIGTERM, then stop them cleanly.

    Args:
        before: Called when the first program has been started and before the others are.
        ready: Called once after all have been started, for the greeting.
    """
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    first, *others = programs
    running = {first: _start(first)}
    try:
        if before:
            before()
    except BaseException:
        _stop(list(running.values()))
        raise
    if not stop.is_set():
        running |= {program: _start(program) for program in others}
    if ready:
        threading.Thread(target=ready, daemon=True).start()
    while not stop.wait(0.5):
        for program, process in running.items():
            if process.poll() is not None:
                logger.error("supervisor.died program=%s code=%s", program.name, process.returncode)
                stop.wait(1.0)
                if not stop.is_set():
                    running[program] = _start(program)
    _stop(list(running.values()))


def _start(program: Program) -> subprocess.Popen[bytes]:
    return subprocess.Popen(program.command, start_new_session=True)  # its own group: Ctrl-C reaches us alone


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its children too: nobody may hold the port
            process.wait()
