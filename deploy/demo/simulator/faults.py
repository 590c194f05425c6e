"""Things that go wrong on purpose: error codes, slow answers, lost and doubled callbacks."""

import threading
from typing import Any

FLAGS = (
    "untrusted_ip",
    "html",
    "callbacks_off",
    "callbacks_double",
    "callbacks_shuffle",
    "callbacks_retry_status",
)


class Faults:
    """Switches of the fault panel plus a list of errors still to be given out."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Make everything healthy."""
        self.flags = dict.fromkeys(FLAGS, False)
        self.slow = 0.0
        self.planned: list[dict[str, Any]] = []

    def plan(self, *, code: int, path: str = "*", times: int = 1) -> None:
        """Answer the next calls of a path with an error code."""
        with self.lock:
            self.planned.append({"code": int(code), "path": path, "times": int(times)})

    def change(self, wanted: dict[str, Any]) -> None:
        """Apply a request of the fault panel or of a test."""
        if wanted.get("clear"):
            self.clear()
        for flag in FLAGS:
            if flag in wanted:
                self.flags[flag] = bool(wanted[flag])
        if "slow" in wanted:
            self.slow = max(0.0, min(float(wanted["slow"]), 30.0))
        if wanted.get("code"):
            plan = {"code": wanted["code"], "path": wanted.get("path", "*"), "times": wanted.get("times", 1)}
            self.plan(**plan)

    def due(self, path: str) -> int | None:
        """Return the error this call must give, using it up."""
        with self.lock:
            for one in self.planned:
                if one["path"] in ("*", path):
                    one["times"] -= 1
                    if one["times"] <= 0:
                        self.planned.remove(one)
                    return int(one["code"])
        return None

    def show(self) -> dict[str, Any]:
        """Return the switches for the panel."""
        return {**self.flags, "slow": self.slow, "planned": list(self.planned)}
