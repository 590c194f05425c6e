"""How often somebody may knock: token buckets in this process, a small table for the slow ones."""

import ipaddress
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core import log
from core.auth.models import Bucket
from core.clock import now_ms
from core.config import Config
from core.db import atomic, database
from core.errors import Misconfigured, TooMany

logger = log.get(__name__)

MOST = 20_000
"""Buckets one process remembers; an idle one is full again and forgotten."""
FREE = "free"
"""The limit of addresses that have none."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many in so long, and a handful at once."""

    count: int
    """How many in the long run …"""
    seconds: int
    """… in so many seconds, over all web processes."""
    burst: int
    """How many at once after a pause, in each process."""
    sentence: str = "操作太快了，请 {wait}后再试"
    """What people read; `{wait}` is how long to wait."""
    by_address: bool = False
    """Whether strangers are told apart by their address; otherwise people by who they are."""
    is_shared: bool = False
    """Whether all processes count together in the database; for what is slow and writes anyway."""
    replaces_usual: bool = False
    """Whether it stands in place of the limit for all pages, instead of beside it."""
    replaces_writes: bool = False
    """Whether it stands in place of the limit for changes."""
    is_closed: bool = False
    """Whether nobody passes while this process has no room to count."""


LIMITS = {
    "visitor": Limit(count=10, seconds=1, burst=40, by_address=True),
    "person": Limit(count=5, seconds=1, burst=30),
    "write": Limit(count=1, seconds=1, burst=10, sentence="提交太快了，请 {wait}后再试，内容还在"),
    "search": Limit(count=30, seconds=60, burst=40, sentence="搜索太快了，请 {wait}后再试"),
    "upload": Limit(
        count=60, seconds=3600, burst=60, is_shared=True, replaces_writes=True,
        sentence="一小时最多上传 60 个文件，请 {wait}后再传",
    ),
    "download": Limit(count=20, seconds=1, burst=120, replaces_usual=True),
    "login": Limit(
        count=30, seconds=60, burst=30, by_address=True, is_closed=True,
        sentence="这里登录得太频繁了，请 {wait}后再打开",
    ),
    "callback": Limit(
        count=60, seconds=60, burst=60, by_address=True, is_closed=True,
        sentence="这里登录得太频繁了，请 {wait}后再打开",
    ),
    "sessions": Limit(
        count=300, seconds=60, burst=300, is_shared=True, is_closed=True,
        sentence="现在登录的人很多，请 {wait}后再打开",
    ),
    "wecom": Limit(count=100, seconds=1, burst=500, by_address=True, replaces_usual=True),
    FREE: Limit(count=1, seconds=1, burst=1, by_address=True, replaces_usual=True),
}  # fmt: skip
"""Every limit by the name a `Route` may give; visitor, person, write and sessions are the platform's own."""

# One row per bucket with the moment it is full again. The condition decides in the statement itself, so two
# processes never both take the last token.
_TAKE = """
INSERT INTO core_bucket (key, full_at) VALUES ({mark}, {mark})
ON CONFLICT (key) DO UPDATE
SET full_at = CASE WHEN core_bucket.full_at < {mark} THEN {mark} ELSE core_bucket.full_at END + {mark}
WHERE core_bucket.full_at <= {mark}
"""


class Counter:
    """The buckets of one process.

    Args:
        processes: Web processes; each gives out its share of a rate.
        visitors: People who may stand behind one address; strangers' limits are so many times as high.
        clock: Seconds that never go back.
    """

    def __init__(
        self, *, processes: int = 1, visitors: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._full_at: dict[tuple[str, str], float] = {}
        self._swept_at = -math.inf
        self._noted: dict[str, int] = {}
        self._tidied = 0
        self._pace = {name: _pace(limit, processes, visitors) for name, limit in LIMITS.items()}

    def take(self, name: str, key: str) -> None:
        """Take one token from the bucket of `key`.

        Raises:
            TooMany: There is none; `retry_after` says when there will be.
        """
        limit = LIMITS[name]
        if limit.by_address:
            key = network(key)
        wait = self._wait_here(name, key, is_closed=limit.is_closed)
        if not wait and limit.is_shared:
            self._tidy()
            wait = _wait_shared(f"{name}:{key}", *self._pace[name])
        if wait:
            self._note(name)
            seconds = max(1, math.ceil(wait))
            raise TooMany(limit.sentence.format(wait=_words(seconds)), retry_after=seconds, limit=name)

    def _wait_here(self, name: str, key: str, *, is_closed: bool) -> float:
        """Take a token of this process; return 0, or the seconds until there is one."""
        interval, slack = self._pace[name]
        bucket = (name, key)
        with self._lock:
            moment = self._clock()
            full_at = self._full_at.get(bucket)
            if full_at is None and len(self._full_at) >= MOST and not self._sweep(moment):
                return 1.0 if is_closed else 0.0
            full_at = moment if full_at is None or full_at < moment else full_at
            if full_at > moment + slack:
                return full_at - moment - slack
            self._full_at[bucket] = full_at + interval
        return 0.0

    def _sweep(self, moment: float) -> bool:
        """Forget buckets that are full again, at most once a second; tell whether there is room."""
        if moment - self._swept_at >= 1:
            self._swept_at = moment
            self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > moment}
        return len(self._full_at) < MOST

    def _tidy(self) -> None:
        """Delete rows of full buckets once a minute, apart from taking: no deadlock."""
        minute = now_ms() // 60_000
        if self._tidied != minute:
            self._tidied = minute
            with atomic():
                Bucket.delete().where(Bucket.full_at < now_ms()).execute()

    def _note(self, name: str) -> None:
        minute = now_ms() // 60_000
        if self._noted.get(name) != minute:  # somebody who hammers must not fill the log as well
            self._noted[name] = minute
            logger.warning("limit.reached name=%s", name)


def _pace(limit: Limit, processes: int, visitors: int) -> tuple[float, float]:
    """Return the seconds one token takes to come back, and those a whole burst takes less one token."""
    people = visitors if limit.by_address else 1
    share = 1 if limit.is_shared else processes
    interval = limit.seconds * share / (limit.count * people)
    return interval, interval * (limit.burst * people - 1) + 1e-6


def _wait_shared(key: str, interval: float, slack: float) -> float:
    moment, step, ahead = now_ms(), round(interval * 1000), int(slack * 1000)
    with atomic():
        values = (key, moment + step, moment, moment, step, moment + ahead)
        if database.execute_sql(_TAKE.format(mark=database.param), values).rowcount:
            return 0.0
        row = Bucket.get_or_none(Bucket.key == key)
    return max(row.full_at - moment - ahead, 1) / 1000 if row else 1.0


def _words(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 120 else f"{math.ceil(seconds / 60)} 分钟"


def network(address: str) -> str:
    """Return whom an address belongs to: itself, or the /64 network a single IPv6 customer has."""
    if ":" not in address:
        return address[:64]
    try:
        full = ipaddress.IPv6Address(address.split("%")[0])
    except ValueError:
        return address[:64]
    return str(full.ipv4_mapped or ipaddress.IPv6Network((int(full) >> 64 << 64, 64)))


_counter: list[Counter | None] = [None]


def install(config: Config, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Start counting anew, as the deployment says."""
    _counter[0] = (
        Counter(processes=config.web_processes, visitors=config.visitors_per_address, clock=clock)
        if config.limits
        else None
    )


def check_name(name: str) -> None:
    """Refuse a route that asks for a limit nobody knows.

    Raises:
        Misconfigured: There is no such limit.
    """
    if name and name not in LIMITS:
        raise Misconfigured(f"没有叫 {name} 的频率限制")


def take(name: str, key: str) -> None:
    """Count one for `key`, unless this deployment has no limits.

    Raises:
        TooMany: That was too often.
    """
    counter = _counter[0]
    if counter is not None and name != FREE:
        counter.take(name, key)
