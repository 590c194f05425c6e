"""Rate limits: what passes at once, what passes in the long run, and who is counted together."""

import dataclasses
import threading

import pytest

from core import clock as house_clock
from core.auth import limits
from core.auth.limits import LIMITS, Counter, network
from core.auth.models import Bucket
from core.errors import Misconfigured, TooMany
from core.testing import make_config


class Watch:
    """A clock that stands still until it is told."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def counter(watch):
    return Counter(clock=watch)


def passed(counter, name, key="nurse", tries=1000):
    """How many of `tries` at once pass."""
    count = 0
    for _ in range(tries):
        try:
            counter.take(name, key)
        except TooMany:
            continue
        count += 1
    return count


def refused(counter, name, key="nurse"):
    with pytest.raises(TooMany) as caught:
        counter.take(name, key)
    return caught.value


@pytest.mark.parametrize(
    ("name", "burst", "a_minute_later"),
    [
        ("visitor", 40, 40),
        ("person", 30, 30),
        ("write", 10, 10),
        ("search", 40, 30),
        ("login", 30, 30),
        ("callback", 60, 60),
        ("download", 120, 120),
        ("wecom", 500, 500),
    ],
)
def test_so_many_at_once_and_so_many_a_minute_later(counter, watch, name, burst, a_minute_later):
    at_once = passed(counter, name)
    watch.seconds += 60

    assert (at_once, passed(counter, name)) == (burst, a_minute_later)


@pytest.mark.parametrize(
    ("name", "a_second"), [("visitor", 10), ("person", 5), ("write", 1), ("download", 20), ("wecom", 100)]
)
def test_the_long_run_is_as_the_table_says(counter, watch, name, a_second):
    passed(counter, name)
    later = []
    for _ in range(5):
        watch.seconds += 1
        later.append(passed(counter, name))

    assert later == [a_second] * 5


def test_two_processes_each_give_out_half(watch):
    ours, theirs = (Counter(processes=2, clock=watch) for _ in range(2))
    for one in (ours, theirs):
        passed(one, "person")
    watch.seconds += 10

    assert passed(ours, "person") + passed(theirs, "person") == 50


def test_a_house_behind_one_address_has_room_for_all(watch):
    counter = Counter(visitors=50, clock=watch)

    assert (passed(counter, "login", tries=5000), passed(counter, "person")) == (1500, 30)


def test_one_persons_haste_is_nobody_elses(counter):
    passed(counter, "person", "hasty")

    assert passed(counter, "person", "calm", tries=1) == 1
    assert passed(counter, "write", "hasty", tries=1) == 1


@pytest.mark.parametrize(
    ("name", "seconds", "sentence"),
    [
        ("person", 1, "操作太快了，请 1 秒后再试"),
        ("write", 1, "提交太快了，请 1 秒后再试，内容还在"),
        ("search", 2, "搜索太快了，请 2 秒后再试"),
        ("login", 2, "这里登录得太频繁了，请 2 秒后再打开"),
    ],
)
def test_the_refusal_says_when_to_come_back(counter, name, seconds, sentence):
    passed(counter, name)

    error = refused(counter, name)

    assert (error.retry_after, error.title, error.facts) == (seconds, sentence, {"limit": name})


def test_who_waits_as_told_passes(counter, watch):
    passed(counter, "search")
    watch.seconds += refused(counter, "search").retry_after

    assert passed(counter, "search") == 1


def test_knocking_does_not_make_it_longer(counter, watch):
    passed(counter, "write", tries=500)
    watch.seconds += 1

    assert passed(counter, "write") == 1


def test_many_threads_get_no_more_than_one(counter):
    counts = []
    threads = [
        threading.Thread(target=lambda: counts.append(passed(counter, "person", tries=20))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 30


# Room


def test_full_buckets_make_room(counter, watch, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 3)
    for key in "abc":
        counter.take("login", key)
    before = passed(counter, "login", "d", tries=1)
    watch.seconds += 60

    assert (before, passed(counter, "login", "d", tries=1)) == (0, 1)


def test_without_room_reading_is_open_and_signing_in_is_closed(counter, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 3)
    for key in "abc":
        counter.take("login", key)

    assert [passed(counter, name, "d", tries=5) for name in ("person", "visitor", "login", "callback")] == [
        5, 5, 0, 0,
    ]  # fmt: skip
    assert passed(counter, "login", "a", tries=1) == 1


# All processes together


@pytest.fixture
def shared(any_db, frozen_clock):
    return frozen_clock


def test_uploads_are_counted_over_all_processes(shared):
    ours, theirs = Counter(processes=2), Counter(processes=2)

    assert passed(ours, "upload", tries=45) + passed(theirs, "upload", tries=45) == 60


def test_an_hour_brings_sixty_uploads(shared, watch):
    counter = Counter(clock=watch)
    passed(counter, "upload", tries=70)
    error = refused(counter, "upload")
    shared(minutes=10)
    watch.seconds += 600

    assert (error.retry_after, error.title) == (60, "一小时最多上传 60 个文件，请 60 秒后再传")
    assert passed(counter, "upload", tries=70) == 10


def test_the_other_process_says_how_long_to_wait_too(shared):
    passed(Counter(), "upload", tries=60)

    assert refused(Counter(), "upload").retry_after == 60


def test_full_buckets_leave_no_row(shared):
    Counter().take("upload", "first")
    shared(hours=1)
    Counter().take("upload", "second")

    rows = [(row.key, row.full_at) for row in Bucket.select()]
    assert rows == [("upload:second", house_clock.now_ms() + 60_000)]


def test_the_whole_site_starts_three_hundred_sessions_a_minute(shared, watch):
    counter = Counter(clock=watch)
    at_once = passed(counter, "sessions", "", tries=320)
    shared(seconds=10)
    watch.seconds += 10

    assert (at_once, passed(counter, "sessions", "", tries=60)) == (300, 50)


def test_who_is_refused_here_asks_the_database_nothing(db, frozen_clock, statements, watch):
    counter = Counter(clock=watch)
    passed(counter, "upload", tries=60)
    with statements() as seen:
        refused(counter, "upload")

    assert seen == []


def test_ordinary_limits_ask_the_database_nothing(db, statements, counter):
    with statements() as seen:
        for name, limit in LIMITS.items():
            if not limit.is_shared:
                counter.take(name, "nurse")

    assert seen == []


# Who is counted together


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("not:an:address", "not:an:address"),
        ("", ""),
        ("x" * 500, "x" * 64),
    ],
)
def test_an_address_is_itself_or_its_network(address, who):
    assert network(address) == who


def test_neighbours_in_one_network_share_a_bucket(counter):
    passed(counter, "login", "2001:db8::1")

    assert passed(counter, "login", "2001:db8::2") == 0


def test_addresses_say_nothing_about_people(counter):
    for limit in ("person", "write", "search", "upload", "download"):
        assert not LIMITS[limit].by_address


# The deployment


@pytest.fixture
def config(tmp_path):
    yield make_config(tmp_path, "sqlite://", limits=True, web_processes=4)
    limits.install(make_config(tmp_path, "sqlite://"))


def test_the_deployment_says_how_many_processes_share(config, watch):
    limits.install(config, clock=watch)
    for _ in range(30):
        limits.take("person", "nurse")
    watch.seconds += 4

    assert passed(limits, "person") == 5


def test_switched_off_nothing_is_counted(config):
    limits.install(dataclasses.replace(config, limits=False))

    for _ in range(100):
        limits.take("write", "nurse")


def test_what_is_free_is_never_counted(config):
    limits.install(config)

    for _ in range(100):
        limits.take(limits.FREE, "10.0.0.1")


def test_a_limit_nobody_knows_stops_the_start():
    with pytest.raises(Misconfigured, match="没有叫 fast 的频率限制"):
        limits.check_name("fast")
