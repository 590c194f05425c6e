"""A circuit breaker: stop calling a neighbour that is down, let one call in to see whether it is back."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from core import log

logger = log.get(__name__)

FAILURES = 5
PROBE_SECONDS = 30.0
RETURN_SECONDS = 10.0
WINDOWS = (60.0, 3600.0, 86_400.0)
"""Call limits end with the minute, the hour or the day; the answer does not say which."""


class Circuit:
    """Counts failures in a row. After five the way is shut; one call each 30 s may try."""

    def __init__(self, name: str, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._name, self._timer, self._lock = name, timer, threading.Lock()
        self._failures, self._next_probe = 0, 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are being refused."""
        return self._failures >= FAILURES

    def wait(self) -> float:
        """Return 0 when a call may go now (and count it as the probe), else the seconds to wait."""
        with self._lock:
            if self._failures < FAILURES:
                return 0.0
            left = self._next_probe - self._timer()
            if left > 0:
                return left
            self._next_probe = self._timer() + PROBE_SECONDS
            return 0.0

    def failed(self) -> None:
        """Count a failure; the fifth in a row opens the circuit."""
        with self._lock:
            self._failures += 1
            if self._failures < FAILURES:
                return
            self._next_probe = self._timer() + PROBE_SECONDS
            if self._failures == FAILURES:
                logger.error("%s.away failures=%s", self._name, FAILURES)

    def worked(self) -> None:
        """Close the circuit."""
        with self._lock:
            was_open, self._failures = self._failures >= FAILURES, 0
        if was_open:
            logger.warning("%s.back", self._name)


@dataclass(frozen=True, slots=True)
class _Pause:
    until: float
    ends: float
    window: int


class Pauses:
    """Calls over their limit: each waits for its own window, longer when the first guess was short."""

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer, self._lock = timer, threading.Lock()
        self._pauses: dict[str, _Pause] = {}

    def wait(self, call: str) -> float:
        """Return how many seconds `call` still has to wait; 0 when it may go.

        The first caller after the end goes alone as the probe: others wait until its answer can be there.
        """
        with self._lock:
            pause = self._pauses.get(call)
            if pause is None:
                return 0.0
            left = pause.until - self._timer()
            if left <= 0:
                self._pauses[call] = replace(pause, until=self._timer() + RETURN_SECONDS)
                return 0.0
            return left

    def limited(self, call: str) -> float:
        """Begin a pause, or a longer one when the probe after the last was refused too."""
        with self._lock:
            before, moment = self._pauses.get(call), self._timer()
            if before is not None and moment < before.ends:  # a call that was already under way
                return before.ends - moment
            window = 0 if before is None else min(before.window + 1, len(WINDOWS) - 1)
            ends = moment + WINDOWS[window]
            self._pauses[call] = _Pause(until=ends, ends=ends, window=window)
        logger.warning("wecom.limited call=%s seconds=%s", call, WINDOWS[window])
        return WINDOWS[window]

    def worked(self, call: str) -> None:
        """Forget the pause of a call that went through."""
        if call in self._pauses:
            with self._lock:
                self._pauses.pop(call, None)
