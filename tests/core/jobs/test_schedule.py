"""Cron lines, in the hospital's time, once however many clocks tick."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import LOCAL
from core.contributions import Job
from core.errors import Misconfigured
from core.jobs import schedule
from core.jobs.models import Job as Row
from tests.core.jobs.support import install_jobs, make_site

SEVEN_FIFTEEN = datetime(2026, 11, 24, 7, 15, 30, tzinfo=LOCAL)


def install(**values) -> None:
    """Install one scheduled job of a plugin."""
    install_jobs(("flows", Job(name="flows_remind", run=print, schedule="15 7 * * *", **values)))


@pytest.mark.parametrize(
    ("line", "moment", "expected"),
    [
        ("15 7 * * *", SEVEN_FIFTEEN, True),
        ("15 7 * * *", SEVEN_FIFTEEN + timedelta(minutes=1), False),
        ("*/5 * * * *", SEVEN_FIFTEEN, True),
        ("15 7 * * 2", SEVEN_FIFTEEN, True),
        ("15 7 * * 1-5", SEVEN_FIFTEEN, True),
        ("15 7 * * 0,6", SEVEN_FIFTEEN, False),
        ("15 7 1 * *", SEVEN_FIFTEEN, False),
    ],
)
def test_a_line_means_its_minutes(line, moment, expected):
    assert schedule.matcher(line)(moment.replace(second=0)) is expected


@pytest.mark.parametrize("line", ["", "15 7", "61 * * * *", "x * * * *", "* * * * * *"])
def test_a_line_that_means_nothing_is_refused(line):
    with pytest.raises(Misconfigured):
        schedule.matcher(line)


def test_two_clocks_put_one_job_per_site_with_the_plugin(any_store):
    install()
    first, second, _ = make_site("a", "flows"), make_site("b", "flows"), make_site("c")

    made = [
        schedule.tick(SEVEN_FIFTEEN.astimezone(UTC)),
        schedule.tick(SEVEN_FIFTEEN + timedelta(seconds=20)),
    ]

    assert [len(numbers) for numbers in made] == [2, 0]
    assert [row.payload for row in Row.select().order_by(Row.id)] == [
        {"site_id": place.id, "minute": "2026-11-24T07:15:00+08:00"} for place in (first, second)
    ]


def test_a_job_for_the_whole_house_is_put_once(store):
    install(per_site=False)
    assert schedule.tick(SEVEN_FIFTEEN) == []
    make_site("a", "flows")
    make_site("b", "flows")

    assert len(schedule.tick(SEVEN_FIFTEEN)) == 1
    assert Row.get().site_id is None


def test_other_minutes_put_nothing(store):
    install()
    make_site("a", "flows")

    assert schedule.tick(SEVEN_FIFTEEN + timedelta(minutes=1)) == []


@pytest.mark.parametrize(("sleep", "count"), [(20, 0), (60, 1), (190, 3), (86_400 * 3, 10), (-86_400, 0)])
def test_a_short_sleep_loses_no_minute_and_a_jump_no_more_than_ten(sleep, count):
    last = SEVEN_FIFTEEN
    found = schedule.minutes(last, last + timedelta(seconds=sleep))

    assert len(found) == count
    assert found == sorted(found)
