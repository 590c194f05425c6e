"""A plugin can be absent or broken; the rest of the house does not notice."""

import pytest

from core import hookspecs, platform
from core.auth.models import Session
from core.clock import now
from core.contributions import Badge, Hit, Tile, Todo
from core.db import atomic
from core.directory import listeners
from core.errors import Misconfigured
from core.loader import find
from core.testing import House, make_config
from tests.laws.files import plugin_folders
from tests.support.plugins import failing, sample

NAMES = [folder.name for folder in plugin_folders()]
LIVE = sorted(name for name in vars(hookspecs) if name.startswith(("collect_", "vote_", "on_", "resolve_")))
PAGES = ["/", "/todo", "/messages", "/search?q=x", "/me", "/-/counts", "/-/people?q=x", "/-/health"]


def without(config, missing):
    """Find what is left when a folder and everything that requires it is gone."""
    gone = {missing}
    found = find(config)
    for one in found:
        if gone & set(one.plugin.requires):
            gone.add(one.name)
    return [one for one in found if one.name not in gone]


@pytest.mark.parametrize("missing", NAMES)
def test_any_plugin_can_be_taken_out(db, tmp_path, wecom, missing):
    config = make_config(tmp_path, db)
    house = House(platform.assemble(config, without(config, missing)), wecom)
    for name in house.platform.registry.plugins:
        house.enable(name)
    browser = house.browser(house.person("护士甲", head=True))

    answers = {path: browser.get(path).status_code for path in PAGES}

    assert missing not in house.platform.registry.plugins
    assert answers == dict.fromkeys(PAGES, 200)
    assert browser.get(f"/{missing}/").status_code == 404


def test_the_platform_stands_without_any_plugin(house_of):
    house = house_of()
    browser = house.browser(house.person("护士甲"))

    assert {path: browser.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize(
    "error",
    [RuntimeError("x"), SystemError(), RecursionError(), Misconfigured(), KeyError("k"), MemoryError()],
)
def test_a_plugin_that_always_fails_takes_down_nothing_but_itself(house_of, error):
    broken = sample(
        "broken",
        register_tiles=[Tile(name="broken", title="坏掉的", path="/broken/")],
        **dict.fromkeys(LIVE, failing(error)),
    )
    sound = sample(
        "sound",
        register_tiles=[Tile(name="sound", title="好好的", path="/sound/")],
        collect_todos=[Todo(key="sound:1", title="好事一件", path="/sound/1", since=now())],
        collect_badges=[Badge(tile="sound", count=3, title="待办", path="/todo")],
        collect_search_hits=[Hit(kind="document", title="好事一件", path="/sound/1")],
    )
    house = house_of(broken, sound)
    for name in ("broken", "sound"):
        house.enable(name)
    person = house.person("护士甲")
    browser = house.browser(person)

    answers = {path: browser.get(path).status_code for path in PAGES * 3}
    home, todo, search = (browser.get(path).text for path in ("/", "/todo", "/search?q=x"))

    assert answers == dict.fromkeys(PAGES, 200)
    assert ["好好的" in home, "“插件broken”暂时打不开" in home] == [True, True]
    assert ["好事一件" in todo, "好事一件" in search] == [True, True]


def test_a_plugin_that_always_fails_cannot_keep_anybody_in(house_of):
    """Leaving the house ends the sessions even when every listener is broken."""
    house = house_of(sample("broken", **dict.fromkeys(LIVE, failing())))
    house.enable("broken")
    person = house.person("离职甲")
    house.browser(person)

    with atomic():
        listeners.tell("left", person.id)

    assert Session.select().count() == 0


def test_a_plugin_that_always_fails_can_be_switched_off(house_of):
    from core.auth.actor import system

    house = house_of(sample("broken", **dict.fromkeys(LIVE, failing())))
    house.enable("broken")

    assert house.platform.disable(house.site, "broken", by=system(house.site))


@pytest.mark.parametrize("hook", sorted(name for name in vars(hookspecs) if name.startswith("register_")))
def test_a_plugin_that_cannot_register_stops_the_start_by_name(house_of, hook):
    with pytest.raises(Misconfigured, match=f"插件 broken 的 {hook} 出错"):
        house_of(sample("broken", **{hook: failing()}))
