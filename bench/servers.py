"""Web servers on loopback, and a small client that keeps its connections."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.common import Batch, Side
from core.config import Config

WORKERS = 2
CONNECTIONS = 8
ROOT = Path(__file__).parents[1]


def write_config(config: Config) -> Path:
    """Write the deployment file the web process reads."""
    path = config.data_dir / "qingban.toml"
    path.write_text(
        f'origin = "{config.origin}"\ndata_dir = "{config.data_dir}"\nkeys_dir = "{config.keys_dir}"\n'
        f'database_url = "{config.database_url}"\nentry_points = false\n'
        f"limits = {str(config.limits).lower()}\n"
        f'[wecom]\ncorpid = "{config.wecom.corpid}"\nagentid = 1000002\nsecret = "{config.wecom.secret}"\n',
        "utf-8",
    )
    return path


@contextmanager
def gunicorn(app: str, *, config: Path | None = None) -> Iterator[int]:
    """Serve an app with the workers and threads of the house; gives the port."""
    port = _free_port()
    command = (
        sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", str(WORKERS), "--threads", "8", "--keep-alive", "20", "--log-level", "warning",
        "--no-control-socket",
    )  # fmt: skip
    environment = {**os.environ, "QINGBAN_LOG": "WARNING"}
    if config:
        environment["QINGBAN_CONFIG"] = str(config)
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the web server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(0.5)  # the second worker
            return
    raise RuntimeError("the web server does not answer")


def over_http(port: int, path: str, headers: dict[str, str]) -> Side:
    """Make a side that asks for a page over a few kept connections, each from its own thread."""
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()

    def side(count: int) -> Batch:
        waits: list[float] = []
        errors: list[int] = []
        each = max(count // CONNECTIONS, 1)
        threads = [
            threading.Thread(target=_ask, args=(port, request, each, waits, errors))
            for _ in range(min(CONNECTIONS, count))
        ]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Batch(seconds=time.perf_counter() - begin, waits=waits, errors=sum(errors))

    return side


def _ask(port: int, request: bytes, count: int, waits: list[float], errors: list[int]) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            before = time.perf_counter()
            connection.sendall(request)
            good = _answered(connection)
            waits.append(time.perf_counter() - before)
            errors.append(not good)


def _answered(connection: socket.socket) -> bool:
    """Read one answer to its end; tell whether it was a page."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("the web server hung up")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    _, _, rest = head.lower().partition(b"content-length:")
    missing = int(rest.split(b"\r\n")[0]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return head.startswith(b"HTTP/1.1 200")
