"""Contributions against each other: every conflict stops the start and names who."""

from types import SimpleNamespace

import pytest

from core import settings
from core.contributions import (
    Action,
    AttachmentRule,
    AuditEvent,
    Card,
    Check,
    DirectorySource,
    Finding,
    Job,
    PersonalData,
    Route,
    Setting,
    Tile,
    TodoTab,
)
from core.errors import Misconfigured
from core.hooks import Hooks
from core.registry import build, install
from tests.support.plugins import sample


def assembled(*plugins):
    hooks = Hooks()
    for plugin in plugins:
        hooks.add(plugin.name, plugin.hooks)
    return build(plugins, hooks)


def action(name):
    return Action(name=name, title="看")


def page():
    return SimpleNamespace(on_get=lambda req, resp: None)


RECORDS = {
    "register_actions": action,
    "register_settings": lambda name: Setting(key=name, type=str, default="", title="词", help="说明"),
    "register_audit_events": lambda name: AuditEvent(name=name, phrase="{actor} 做了"),
    "register_cards": lambda name: Card(kind=name, build=lambda about, reader: None),
    "register_attachment_rules": lambda name: AttachmentRule(kind=name, can_read=lambda a, b: False),
    "register_checks": lambda name: Check(
        name=name, title="查", run=lambda config: Finding(level="ok", message="好")
    ),
    "register_personal_data": lambda name: PersonalData(
        name=name, title="数据", export=lambda person: [], erase=lambda person: 0
    ),
    "register_jobs": lambda name: Job(name=name, run=lambda payload: None),
    "register_tiles": lambda name: Tile(name=name, title="入口", path="/alpha/"),
    "register_todo_tabs": lambda name: TodoTab(name=name, title="我的", path="/alpha/mine"),
}
"""How to make a contribution of each kind that carries a name."""

JOINTS = {"register_jobs": "_", "register_tiles": "_", "register_todo_tabs": "_"}

each_kind = pytest.mark.parametrize("hook", RECORDS)


def named(hook, owner, rest="thing"):
    return RECORDS[hook](f"{owner}{JOINTS.get(hook, '.')}{rest}")


@each_kind
def test_a_contribution_under_its_own_name_is_taken(hook):
    record = named(hook, "alpha")

    registry = assembled(sample("alpha", **{hook: [record]}))

    assert registry.contributions[hook] == [("alpha", record)]


@each_kind
@pytest.mark.parametrize("name", ["beta.thing", "beta_thing", "thing", "alphabet.thing", "alphabet", ""])
def test_a_contribution_under_another_name_is_refused(hook, name):
    with pytest.raises(Misconfigured, match="alpha") as refusal:
        assembled(sample("alpha", **{hook: [RECORDS[hook](name)]}))

    assert repr(name) in refusal.value.title


@each_kind
def test_the_same_name_twice_is_refused(hook):
    twice = [named(hook, "alpha"), named(hook, "alpha")]

    with pytest.raises(Misconfigured, match=r"alpha.thing'? 被 alpha 和 alpha 同时声明"):
        assembled(sample("alpha", **{hook: twice}))


def test_directory_sources_of_one_name_name_both_plugins():
    source = DirectorySource(name="hr", title="人事", fetch=lambda config: None)

    with pytest.raises(Misconfigured, match="'hr' 被 alpha 和 beta 同时声明"):
        assembled(
            sample("alpha", register_directory_sources=[source]),
            sample("beta", register_directory_sources=[source]),
        )


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ({"path": "/", "action": ""}, "没有写 action，也没有写 public"),
        ({"path": "items", "action": "alpha.view"}, "要以 / 开头"),
        ({"path": "/", "action": "alpha.fly"}, "没声明的权限 alpha.fly"),
        ({"path": "/", "action": "beta.view"}, "没声明的权限 beta.view"),
    ],
)
def test_a_route_that_does_not_say_who_may_is_refused(route, words):
    with pytest.raises(Misconfigured, match=words) as refusal:
        assembled(
            sample(
                "alpha",
                register_actions=[action("alpha.view")],
                register_routes=[Route(resource=page(), **route)],
            )
        )

    assert "插件 alpha" in refusal.value.title


@pytest.mark.parametrize(
    "route", [{"action": "alpha.view"}, {"action": "core.use"}, {"public": "登录前要看"}]
)
def test_a_route_with_an_action_or_a_public_reason_is_taken(route):
    one = Route(path="/", resource=page(), **route)

    registry = assembled(sample("alpha", register_actions=[action("alpha.view")], register_routes=[one]))

    assert registry.routes == [("alpha", one)]


def test_one_address_twice_is_refused():
    routes = [Route(path="/x", resource=page(), action="core.use") for _ in range(2)]

    with pytest.raises(Misconfigured, match="插件 alpha 的地址 /x 声明了两次"):
        assembled(sample("alpha", register_routes=routes))


def test_a_tile_that_asks_for_an_undeclared_action_is_refused():
    tile = Tile(name="alpha", title="入口", path="/alpha/", action="alpha.fly")

    with pytest.raises(Misconfigured, match=r"插件 alpha 的 alpha 用了没声明的权限 alpha\.fly"):
        assembled(sample("alpha", register_tiles=[tile]))


def test_an_action_that_leans_on_an_undeclared_one_is_refused():
    one = Action(name="alpha.view", title="看", also_requires=("alpha.fly",))

    with pytest.raises(Misconfigured, match=r"alpha\.view 用了没声明的权限 alpha\.fly"):
        assembled(sample("alpha", register_actions=[one]))


def test_tiles_stand_by_order_then_by_name():
    def tile(name, order):
        return Tile(name=name, title="入口", path="/", order=order)

    registry = assembled(
        sample("beta", register_tiles=[tile("beta", 1)]),
        sample("alpha", register_tiles=[tile("alpha_late", 9), tile("alpha", 1)]),
    )

    assert [one.name for _, one in registry.tiles] == ["alpha", "beta", "alpha_late"]


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ([("/items/{a}", page(), ""), ("/items/{b}", page(), "")], "alpha.*/items/"),
        ([("/x", page(), "export")], "alpha.*/alpha/x.*suffix"),
        ([("/{bad-name}", page(), "")], "alpha.*bad-name"),
    ],
)
def test_addresses_the_router_cannot_take_name_their_plugin(house_of, routes, words):
    records = [Route(path=path, resource=one, suffix=s, action="core.use") for path, one, s in routes]

    with pytest.raises(Misconfigured, match=words):
        house_of(sample("alpha", register_routes=records))


def test_tables_of_all_plugins_are_listed():
    class Wish:
        """A table."""

    assert assembled(sample("beta"), sample("alpha", register_models=[Wish])).models == [Wish]


def test_installing_again_replaces_what_was_there():
    install(assembled(sample("alpha", register_settings=[named("register_settings", "alpha")])))
    before = [setting.key for setting in settings.declared("alpha")]

    install(assembled(sample("beta")))

    assert (before, settings.declared("alpha")) == (["alpha.thing"], [])
