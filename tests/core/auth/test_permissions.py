"""Permissions: grants by group, changes by site, votes by plugins, silence means no."""

import pytest

from core.auth import permissions
from core.auth.actor import system
from core.auth.permissions import Verdict
from core.contributions import Action, Route, Vote
from core.errors import NotAllowed
from core.site import Site
from core.web.page import Page
from tests.support.plugins import failing, sample

ACTIONS = [
    Action(name="alpha.see", title="看", default_groups=("everyone",)),
    Action(name="alpha.lead", title="管科室", default_groups=("leader",)),
    Action(name="alpha.clerk", title="办事", default_groups=("clerk", "admin")),
    Action(name="alpha.none", title="没人有"),
    Action(name="alpha.print", title="打印", default_groups=("everyone",), also_requires=("alpha.see",)),
    Action(name="alpha.stamp", title="盖章", default_groups=("everyone",), also_requires=("alpha.print",)),
]


class Door(Page):
    """A page behind one action."""

    def on_get(self, req, resp):
        self.answer(resp, {})


ROUTES = [Route(path=f"/{one.name.split('.')[1]}", resource=Door(), action=one.name) for one in ACTIONS]


@pytest.fixture
def house(house_of):
    house = house_of(sample("alpha", register_actions=ACTIONS, register_routes=ROUTES), sample("beta"))
    house.enable("alpha")
    return house


def grants(house, person):
    return {name for name in house.actor(person).grants if name.startswith("alpha.")}


EVERYONE = {"alpha.see", "alpha.print", "alpha.stamp"}


@pytest.mark.parametrize(
    ("person", "more"),
    [
        ({}, set()),
        ({"head": True}, {"alpha.lead"}),
        ({"roles": ["clerk"]}, {"alpha.clerk"}),
        ({"roles": ["admin"]}, {"alpha.clerk"}),
        ({"roles": ["audit_admin"]}, set()),
        ({"roles": ["seal_keeper"]}, set()),
        ({"roles": ["clerk"], "head": True}, {"alpha.clerk", "alpha.lead"}),
    ],
)
def test_default_groups_decide_at_first(house, person, more):
    assert grants(house, house.person(**person)) == EVERYONE | more


def test_groups_are_everyone_leader_and_the_roles_held(house):
    person = house.person(head=True, roles=["clerk", "seal_keeper"])

    assert permissions.groups_of(person.id) == {"everyone", "leader", "clerk", "seal_keeper"}


def test_a_site_adds_to_the_defaults(house):
    permissions.set_grant(house.site, "clerk", "alpha.none", is_allowed=True)

    assert "alpha.none" in grants(house, house.person(roles=["clerk"]))
    assert "alpha.none" not in grants(house, house.person())


def test_a_site_takes_from_the_defaults(house):
    permissions.set_grant(house.site, "everyone", "alpha.see", is_allowed=False)

    assert grants(house, house.person()) == set()


def test_a_no_for_one_group_wins_over_a_yes_for_another(house):
    permissions.set_grant(house.site, "clerk", "alpha.see", is_allowed=False)

    assert "alpha.see" not in grants(house, house.person(roles=["clerk"]))
    assert "alpha.see" in grants(house, house.person())


def test_the_last_word_of_a_site_counts(house):
    for is_allowed in (True, False, True):
        permissions.set_grant(house.site, "everyone", "alpha.none", is_allowed=is_allowed)

    assert "alpha.none" in grants(house, house.person())


def test_another_site_is_not_touched(house):
    other = Site.create(slug="other", title="分院")
    house.enable("alpha", other)
    permissions.set_grant(house.site, "everyone", "alpha.see", is_allowed=False)

    person = house.person(site=other)

    assert grants(house, person) == EVERYONE


def test_what_an_action_leans_on_is_needed_through_and_through(house):
    """Without seeing no printing, and without printing no stamping."""
    permissions.set_grant(house.site, "everyone", "alpha.see", is_allowed=False)

    assert grants(house, house.person()) == set()


def test_a_plugin_that_is_off_gives_nothing(house):
    house.platform.disable(house.site, "alpha", by=system(house.site))
    permissions.set_grant(house.site, "everyone", "alpha.none", is_allowed=True)

    assert grants(house, house.person()) == set()


def test_a_grant_of_an_action_that_is_gone_is_no_harm(house):
    permissions.set_grant(house.site, "everyone", "gone.thing", is_allowed=True)

    assert grants(house, house.person()) == EVERYONE


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_change_counts_at_once_for_who_is_signed_in(house, is_allowed):
    browser = house.browser(house.person())
    address = "/alpha/none" if is_allowed else "/alpha/see"
    before = browser.get(address).status_code

    permissions.set_grant(
        house.site, "everyone", "alpha.none" if is_allowed else "alpha.see", is_allowed=is_allowed
    )

    assert (before, browser.get(address).status_code) == ((403, 200) if is_allowed else (200, 403))


def test_a_role_taken_away_counts_at_once(house):
    from core.directory.models import RoleMember

    person = house.person(roles=["clerk"])
    browser = house.browser(person)
    before = browser.get("/alpha/clerk").status_code

    RoleMember.delete().where(RoleMember.person == person.id).execute()

    assert (before, browser.get("/alpha/clerk").status_code) == (200, 403)


def voting(house_of, **votes):
    """Build a hospital whose plugins answer every question the same way."""
    plugins = [
        sample(
            name,
            vote_permission=vote if callable(vote) else (lambda vote=vote: vote),
            register_actions=[
                Action(name=f"{name}.see", title="看", default_groups=("everyone",)),
                Action(name=f"{name}.none", title="没人有"),
            ],
        )
        for name, vote in votes.items()
    ]
    house = house_of(*plugins)
    for name in votes:
        house.enable(name)
    return house


@pytest.mark.parametrize(
    ("votes", "action", "allowed"),
    [
        ({"alpha": None}, "alpha.see", True),
        ({"alpha": None}, "alpha.none", False),
        ({"alpha": Vote.ALLOW}, "alpha.none", True),
        ({"alpha": Vote.DENY}, "alpha.see", False),
        ({"alpha": Vote.ALLOW, "beta": Vote.DENY}, "alpha.see", False),
        ({"alpha": Vote.DENY, "beta": Vote.ALLOW}, "alpha.none", False),
        ({"alpha": None, "beta": Vote.ALLOW}, "alpha.none", True),
        ({"alpha": failing(), "beta": Vote.ALLOW}, "alpha.see", False),
    ],
)
def test_votes_about_a_target(house_of, votes, action, allowed):
    house = voting(house_of, **votes)
    actor = house.actor(house.person())

    assert permissions.allowed(actor, action, target="this one") is allowed


def test_nobody_votes_without_a_target(house_of):
    house = voting(house_of, alpha=Vote.DENY)

    assert permissions.allowed(house.actor(house.person()), "alpha.see")


def test_a_plugin_that_is_off_does_not_vote(house_of):
    house = voting(house_of, alpha=None, beta=Vote.DENY)
    house.platform.disable(house.site, "beta", by=system(house.site))

    assert permissions.allowed(house.actor(house.person()), "alpha.see", target="this one")


def test_a_verdict_gives_every_voice(house_of):
    house = voting(house_of, alpha=Vote.ALLOW, beta=Vote.DENY)

    answer = permissions.verdict(house.actor(house.person()), "alpha.see", target="this one")

    assert answer == Verdict(allowed=False, reasons=("授权：全体人员", "alpha：同意", "beta：反对"))


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("alpha.none", Verdict(allowed=False, reasons=("没有人授予",))),
        ("alpha.unknown", Verdict(allowed=False, reasons=("没有人授予",))),
        ("", Verdict(allowed=False, reasons=("没有人授予",))),
        ("alpha.clerk", Verdict(allowed=True, reasons=("授权：系统管理员、科室管理员",))),
    ],
)
def test_a_verdict_says_who_granted(house, action, answer):
    person = house.person(roles=["clerk", "admin"])

    assert permissions.verdict(house.actor(person), action) == answer


def test_a_verdict_names_a_grant_of_the_site(house):
    permissions.set_grant(house.site, "everyone", "alpha.none", is_allowed=True)

    assert permissions.verdict(house.actor(house.person()), "alpha.none") == Verdict(
        allowed=True, reasons=("授权：本站点单独授予",)
    )


def test_the_platform_itself_may(house):
    assert permissions.allowed(system(house.site), "alpha.none", target="this one")


def test_a_refusal_names_the_action_in_words(house):
    with pytest.raises(NotAllowed, match="你没有“没人有”的权限") as refusal:
        permissions.require(house.actor(house.person()), "alpha.none")

    assert refusal.value.facts == {"action": "alpha.none"}


ADMIN_DOORS = {
    "admin": {"/admin/plugins", "/admin/sites", "/admin/sync", "/admin/jobs"},
    "security_admin": {"/admin/roles", "/admin/audit"},
    "audit_admin": {"/admin/audit"},
}


@pytest.mark.parametrize("role", [*ADMIN_DOORS, "clerk", "leader_by_role"])
def test_each_administrator_opens_only_their_own_pages(house, role):
    browser = house.browser(house.person(roles=[role]))
    doors = set().union(*ADMIN_DOORS.values())

    opened = {door for door in doors if browser.get(door).status_code == 200}

    assert opened == ADMIN_DOORS.get(role, set())
