"""The bell on PostgreSQL: processes that start together do not trip over each other."""

import subprocess
import sys

import pytest

OPEN = """
import sys
from pathlib import Path
from core import jobs
from core.testing import make_config

jobs.open_bell(make_config(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.postgres
def test_four_processes_open_the_queue_of_an_empty_database_at_once(empty_postgres_url, tmp_path):
    commands = []
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        commands.append([sys.executable, "-c", OPEN, str(folder), empty_postgres_url])

    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    errors = [one.communicate(timeout=60)[1].decode()[-400:] for one in running]

    assert [one.returncode for one in running] == [0, 0, 0, 0], errors
