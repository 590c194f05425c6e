"""Each benchmark runs and says one line; how fast it is, is no question for a test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import HEAD, names, table

ROOT = Path(__file__).parents[2]
FIGURES = {"ratio", "ratio_min", "ratio_max", "product", "floor", "errors"}


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_benchmark_prints_one_line_of_json(name):
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--rounds", "1", "--scale", "0.01", "--only", "sqlite"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    (line,) = done.stdout.splitlines()
    result = json.loads(line)
    assert (result["name"], result["rounds"], result["errors"]) == (name, 1, 0)
    assert result["cases"] != []
    assert all(case.keys() >= FIGURES for case in result["cases"])


def test_table_has_a_row_per_case():
    side = {"median_per_s": 100}
    case = {"ratio": 0.5, "ratio_min": 0.4, "ratio_max": 0.6, "product": side, "floor": side, "errors": 0}
    result = {
        "name": "todo_page",
        "target": 0.15,
        "cases": [{"case": "sqlite", **case}, {"case": "other", **case}],
    }

    head, first, second = [row.split() for row in table([result])]

    assert head == list(HEAD)
    assert first == ["todo_page", "sqlite", "100", "100", "0.500", "(0.400–0.600)", "0.15", "0"]
    assert second[:2] == ["todo_page", "other"]
