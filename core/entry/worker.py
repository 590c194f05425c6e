"""The worker process: background jobs, message delivery, the schedule."""

import os
import signal
import threading
from pathlib import Path

from core import jobs, log, platform
from core.config import load


def run() -> None:
    """Work until told to stop."""
    os.umask(0o077)
    log.setup(level=os.environ.get("QINGBAN_LOG", "INFO"))
    config = load(Path(os.environ["QINGBAN_CONFIG"]))
    platform.start(config)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    jobs.run_worker(config, stop)


if __name__ == "__main__":
    run()
