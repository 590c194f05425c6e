"""A worker in a process of its own, to be killed: `worker_process.py <data folder> <database> <log>`."""

import signal
import sys
import threading
import time
from pathlib import Path

from core import jobs
from core.config import Config, WeComConfig, make_keys
from core.contributions import Job
from core.db import connect


def main(folder: Path, url: str, ledger: Path) -> None:
    """Run jobs that write their effect key to the ledger, slowly, until SIGTERM."""
    connect(url, durable=False)
    make_keys(folder / "keys")

    def note(payload):
        time.sleep(0.02)
        with ledger.open("a") as file:
            file.write(f"{payload['n']}\n")

    jobs.install([("core", Job(name="core_note", run=note, timeout=1, retries=50))])
    wecom = WeComConfig(corpid="ww1", agentid=1, secret="s")
    config = Config(
        data_dir=folder,
        database_url=url,
        origin="http://localhost",
        keys_dir=folder / "keys",
        wecom=wecom,
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    jobs.run_worker(config, stop, threads=2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
