"""No stranger opens a route: every address of core and of every plugin, walked without a key."""

import re

import pytest

from core.auth import permissions
from core.contributions import Action
from core.registry import SIGNED_IN
from core.web.app import declared
from tests.laws.files import plugin_folders

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPEN = {"/auth/start", "/auth/callback", "/wecom/callback", "/-/health"}
"""What may be open, and nothing else; a new one needs a reason here as well."""


def address(template):
    """Fill a template with harmless words."""
    return re.sub(r"\{[^}]*\}", "1", template)


def methods(route):
    """List the methods a route answers."""
    tail = f"_{route.suffix}" if route.suffix else ""
    return [one for one in METHODS if hasattr(route.resource, f"on_{one.lower()}{tail}")]


@pytest.fixture
def walk(house):
    """Give every (method, address, owner, route) of the installation, all plugins switched on."""
    for folder in plugin_folders():
        house.enable(folder.name)
    return [
        (method, address(template), owner, route)
        for template, owner, route in declared(house.platform)
        for method in methods(route)
    ]


def test_only_listed_routes_are_open_and_say_why(house):
    public = {template: route.public for template, _, route in declared(house.platform) if route.public}

    assert set(public) == OPEN
    assert [template for template, reason in public.items() if len(reason) < 4] == []


def test_every_route_names_an_action_somebody_declared(house):
    known = {action.name for _, action in house.platform.registry.actions}

    wrong = [
        template
        for template, _, route in declared(house.platform)
        if not route.public and route.action not in known
    ]

    assert wrong == []


def test_every_route_answers_some_method(house):
    assert [template for template, _, route in declared(house.platform) if not methods(route)] == []


def test_nobody_opens_anything(house, walk):
    stranger = house.browser()
    wrong = []
    for method, path, _, route in walk:
        if route.public:
            continue
        is_page = method == "GET" and not path.startswith("/-/") and "/api/" not in path
        answer = stranger.request(method, path, headers={"Accept": "text/html"})
        is_told = answer.status_code == 303 and answer.headers["location"].startswith("/auth/start?next=")
        if not (is_told if is_page else answer.status_code == 401):
            wrong.append(f"{method} {path} → {answer.status_code}")

    assert wrong == []
    assert len(walk) > 40


def test_a_machine_without_a_cookie_is_told_in_json(house, walk):
    stranger = house.browser()

    kinds = {
        stranger.request(method, path, headers={"Accept": "application/json"}).headers["content-type"]
        for method, path, _, route in walk
        if not route.public
    }

    assert kinds == {"application/problem+json"}


def test_without_the_action_nobody_passes(house, walk):
    """Take every action from everybody, then knock at every door."""
    for action in permissions.actions():
        permissions.set_grant(house.site, "everyone", action, is_allowed=False)
    nurse = house.browser(house.person("护士甲"))

    wrong = [
        f"{method} {path}"
        for method, path, _, route in walk
        if not route.public
        and route.action != SIGNED_IN
        and nurse.request(method, path, headers={"X-QB-CSRF": nurse.csrf}).status_code not in (403, 404)
    ]

    assert wrong == []


def test_where_a_plugin_is_off_its_pages_do_not_exist(house):
    nurse = house.browser(house.person("护士甲", roles=["admin"]))

    found = {
        nurse.request(method, address(template), headers={"X-QB-CSRF": nurse.csrf}).status_code
        for template, owner, route in declared(house.platform)
        if owner != "core" and not route.public
        for method in methods(route)
    }

    assert found == {404}


def test_no_change_passes_without_the_token(house, walk):
    person = house.person("护士甲", roles=["admin"])
    keeper = house.person("安全员乙", roles=["security_admin"])
    browsers = [house.browser(person), house.browser(keeper)]

    wrong = [
        f"{method} {path}"
        for method, path, _, route in walk
        if method != "GET" and not route.public
        for browser in browsers
        if browser.request(method, path).status_code not in (403, 404)
    ]

    assert wrong == []


def test_no_page_crashes_on_an_unknown_thing(house, walk):
    """Whoever may open everything still meets words, not a crash, when the thing is not there."""
    for action in permissions.actions():
        permissions.set_grant(house.site, "everyone", action, is_allowed=True)
    boss = house.browser(house.person("总管甲"))

    crashed = [
        f"{path} → {status}"
        for method, path, _, route in walk
        if method == "GET" and not route.public and "jssdk" not in path
        for status in [boss.get(path).status_code]
        if status >= 500
    ]

    assert crashed == []


def test_administrators_hold_nothing_in_common(house):
    """Separation of duties: what changes the platform belongs to one of the three."""
    apart = {"admin", "security_admin", "audit_admin"}
    core: list[Action] = [one for owner, one in house.platform.registry.actions if owner == "core"]

    holders = {
        one.name: apart & set(one.default_groups)
        for one in core
        if one.name not in ("core.use", "core.admin")
    }

    assert {name for name, groups in holders.items() if len(groups) > 1} == {"core.audit"}
    assert {name for name, groups in holders.items() if not groups} == set()
