"""Run every benchmark and print a table: `python -m bench`, or what `make bench` does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SHARED = {"__init__", "__main__", "applications", "common", "hello", "servers"}
HEAD = ("benchmark", "case", "product/s", "floor/s", "ratio", "target", "errors")


def names() -> list[str]:
    """Name the benchmarks: every module here that is not shared by others."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in SHARED)


def main() -> None:
    """Run one after the other, each in a process of its own; options are handed on."""
    results = []
    for name in names():
        print(f"== {name}", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}", *sys.argv[1:]],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        print(done.stdout, end="", flush=True)
        results.append(json.loads(done.stdout))
    print()
    for row in table(results):
        print(row)


def table(results: list[dict[str, Any]]) -> list[str]:
    """Return the figures as lines of a table."""
    rows = [HEAD] + [_row(result, case) for result in results for case in result["cases"]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows]


def _row(result: dict[str, Any], case: dict[str, Any]) -> tuple[str, ...]:
    target = case.get("target", result["target"])
    return (
        result["name"],
        case["case"],
        str(case["product"]["median_per_s"]),
        str(case["floor"]["median_per_s"]),
        f"{case['ratio']:.3f} ({case['ratio_min']:.3f}–{case['ratio_max']:.3f})",
        f"{target:.2f}" if target else "–",
        str(case["errors"]),
    )


if __name__ == "__main__":
    main()
