"""Sessions: the cookie is never stored, time and leaving end them, the client class binds them."""

import hashlib

import pytest

from core.auth import session
from core.auth.models import Session
from core.db import database
from core.directory.models import Person
from core.testing import DESK, IPHONE
from tests.support.plugins import sample


@pytest.fixture
def house(house_of):
    return house_of(sample("alpha"))


def actor(token, client="mobile"):
    return session.actor_for(token, client=client, ip="")


def begin(person, client="mobile"):
    return session.start(person, client=client, device="test")


def test_only_the_hash_of_the_cookie_is_in_the_database(house):
    token = begin(house.person())

    dump = str([database.execute_sql(f"SELECT * FROM {t}").fetchall() for t in database.get_tables()])
    assert hashlib.sha256(token.encode()).hexdigest() in dump
    assert token not in dump


def test_tokens_are_long_and_never_the_same(house):
    person = house.person()

    tokens = {begin(person) for _ in range(50)}

    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}


def test_the_actor_is_the_person_of_the_session(house):
    person = house.person("护士甲", roles=["clerk"], post="护士")

    found = actor(begin(person))

    assert (
        found.person_id,
        found.userid,
        found.name,
        found.post,
        found.department_name,
        found.site.slug,
    ) == (person.id, person.userid, "护士甲", "护士", "心内科", "main")
    assert found.groups == {"everyone", "clerk"}


@pytest.mark.parametrize(("client", "hours"), [("mobile", 2), ("desktop", 2), ("unknown", 0.5)])
def test_an_idle_session_ends(house, frozen_clock, client, hours):
    token = begin(house.person(), client)
    frozen_clock(hours=hours)
    still = actor(token, client)
    frozen_clock(hours=hours, seconds=1)

    assert (still is not None, actor(token, client)) == (True, None)
    assert Session.select().count() == 0


def test_a_session_in_use_ends_after_twelve_hours(house, frozen_clock):
    token = begin(house.person())
    for _ in range(12):
        frozen_clock(hours=1)
        assert actor(token)

    frozen_clock(seconds=1)

    assert actor(token) is None


def test_use_is_noted_once_a_minute(house, frozen_clock, statements):
    token = begin(house.person())
    frozen_clock(seconds=30)
    with statements() as soon:
        actor(token)
    frozen_clock(seconds=40)
    with statements() as later:
        actor(token)

    assert [sum(sql.startswith("UPDATE") for sql in seen) for seen in (soon, later)] == [0, 1]


@pytest.mark.parametrize(("client", "most"), [("mobile", 3), ("desktop", 2), ("unknown", 1)])
def test_the_oldest_devices_make_room(house, frozen_clock, client, most):
    person = house.person()
    tokens = []
    for _ in range(most + 2):
        tokens.append(begin(person, client))
        frozen_clock(seconds=1)

    alive = [actor(token, client) is not None for token in tokens]

    assert alive == [False, False] + [True] * most


def test_a_phone_does_not_push_out_a_desk(house):
    person = house.person()
    desk = begin(person, "desktop")

    for _ in range(5):
        begin(person, "mobile")

    assert actor(desk, "desktop")


@pytest.mark.parametrize(
    ("made", "used"), [("mobile", "desktop"), ("desktop", "mobile"), ("mobile", "unknown")]
)
def test_a_cookie_of_another_class_of_client_does_not_count(house, made, used):
    token = begin(house.person(), made)

    assert actor(token, used) is None
    assert actor(token, made)


def test_a_cookie_copied_to_a_desk_leads_to_signing_in(house):
    browser = house.browser(house.person(), user_agent=IPHONE)

    assert browser.get("/").status_code == 200
    assert browser.get("/", **{"User-Agent": DESK}).status_code == 303


@pytest.mark.parametrize("status", ["disabled", "left", "", "unknown"])
def test_who_may_no_longer_be_here_is_cut_off_at_once(house, status):
    person = house.person()
    browser = house.browser(person)
    before = browser.get("/").status_code

    Person.update(status=status).where(Person.id == person.id).execute()

    assert (before, browser.get("/").status_code) == (200, 303)


def test_who_never_opened_wecom_before_may_sign_in(house):
    assert house.browser(house.person(status="inactive")).get("/").status_code == 200


def test_who_lost_their_site_is_cut_off_at_once(house):
    person = house.person()
    browser = house.browser(person)

    Person.update(site=None).where(Person.id == person.id).execute()

    assert browser.get("/").status_code == 303


def test_ending_all_leaves_others_signed_in(house):
    mine, theirs = begin(house.person()), begin(house.person())

    session.end_all(actor(mine).person_id)

    assert (actor(mine), actor(theirs) is not None) == (None, True)


@pytest.mark.parametrize(
    "token",
    ["", "x", "a" * 42, "a" * 44, "a" * 43 + "\n", "é" * 43, "' OR 1=1 --" + "a" * 32, "a" * 5000, "\0" * 43],
)
def test_a_cookie_of_another_shape_asks_nothing(house, statements, token):
    with statements() as seen:
        assert actor(token) is None

    assert seen == []


def test_a_made_up_cookie_is_nobody(house):
    assert actor("a" * 43) is None


def test_the_hash_itself_is_no_cookie(house):
    begin(house.person())

    assert actor(Session.get().token_hash[:43]) is None
