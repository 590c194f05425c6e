"""The grammar of hooks: what each verb promises when a plugin fails."""

import logging
from types import ModuleType, SimpleNamespace

import pytest

from core import hooks as hooks_module
from core.contributions import Vote
from core.errors import Misconfigured
from core.hooks import FAILURES_ALLOWED, REST_SECONDS, Hooks
from core.hookspecs import hookimpl, hookspec
from tests.support.plugins import failing, sample


def build(*plugins):
    hooks = Hooks()
    for plugin in plugins:
        hooks.add(plugin.name, plugin.hooks)
    return hooks


def site(*names):
    return SimpleNamespace(has=lambda name: name in names)


@pytest.fixture
def seconds(monkeypatch):
    """Hold the breaker's clock; add to it to let time pass."""
    at = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(hooks_module, "time", SimpleNamespace(monotonic=lambda: at.now))
    return at


def test_register_gives_pairs_in_order_of_plugin_name():
    hooks = build(
        sample("beta", register_tiles=[3]),
        sample("gamma", register_tiles=lambda: None),
        sample("alpha", register_tiles=[1, 2]),
    )

    assert hooks.register("register_tiles") == [("alpha", 1), ("alpha", 2), ("beta", 3)]


def test_a_failing_register_stops_and_names_plugin_and_hook():
    hooks = build(sample("alpha", register_tiles=[1]), sample("beta", register_tiles=failing()))

    with pytest.raises(Misconfigured, match=r"beta.*register_tiles.*broken on purpose"):
        hooks.register("register_tiles")


def test_a_failing_collect_costs_only_itself(caplog):
    hooks = build(
        sample("gamma", collect_badges=["c"]),
        sample("beta", collect_badges=failing()),
        sample("alpha", collect_badges=["a"]),
    )

    found = hooks.collect("collect_badges", site("alpha", "beta", "gamma"), actor=None)

    assert (found.items, found.missing) == (["a", "c"], ["beta"])
    assert [record.getMessage() for record in caplog.records] == [
        "hook.failed hook=collect_badges plugin=beta"
    ]


def test_half_an_answer_is_no_answer():
    def badges(actor):
        yield "first"
        raise RuntimeError("then broken")

    found = build(sample("alpha", collect_badges=badges)).collect("collect_badges", site("alpha"), actor=None)

    assert (found.items, found.missing) == ([], ["alpha"])


def test_collect_asks_only_plugins_that_are_on():
    hooks = build(sample("alpha", collect_badges=["a"]), sample("beta", collect_badges=["b"]))

    found = hooks.collect("collect_badges", site("beta"), actor=None)

    assert (found.items, found.missing) == (["b"], [])


def test_a_hook_gets_only_the_arguments_it_names():
    hooks = build(sample("alpha", collect_search_hits=lambda query: [query]))

    found = hooks.collect("collect_search_hits", site("alpha"), actor=None, query="章", limit=3)

    assert found.items == ["章"]


def test_a_plugin_rests_after_five_failures_and_is_asked_again_later(seconds):
    calls = []

    def broken(actor):
        calls.append(seconds.now)
        raise RuntimeError

    hooks = build(sample("alpha", collect_badges=broken))

    def ask():
        return hooks.collect("collect_badges", site("alpha"), actor=None).missing

    missing = [ask() for _ in range(FAILURES_ALLOWED + 3)]
    rested = len(calls)
    seconds.now += REST_SECONDS + 1
    ask()

    assert missing == [["alpha"]] * (FAILURES_ALLOWED + 3)
    assert (rested, len(calls)) == (FAILURES_ALLOWED, FAILURES_ALLOWED + 1)


def test_failures_far_apart_bring_no_rest(seconds):
    calls = []

    def broken(actor):
        calls.append(1)
        raise RuntimeError

    hooks = build(sample("alpha", collect_badges=broken))
    for _ in range(FAILURES_ALLOWED * 2):
        hooks.collect("collect_badges", site("alpha"), actor=None)
        seconds.now += REST_SECONDS / (FAILURES_ALLOWED - 1)

    assert len(calls) == FAILURES_ALLOWED * 2


def test_a_resting_plugin_costs_its_neighbours_nothing(seconds):
    hooks = build(sample("alpha", collect_badges=failing()), sample("beta", collect_badges=["b"]))
    for _ in range(FAILURES_ALLOWED):
        hooks.collect("collect_badges", site("alpha", "beta"), actor=None)

    found = hooks.collect("collect_badges", site("alpha", "beta"), actor=None)

    assert (found.items, found.missing) == (["b"], ["alpha"])


def test_votes_are_listed_by_plugin_and_silence_is_left_out():
    hooks = build(
        sample("gamma", vote_permission=lambda action: Vote.DENY),
        sample("beta", vote_permission=lambda target: None),
        sample("alpha", vote_permission=lambda actor, action, target: Vote.ALLOW),
        sample("delta", vote_permission=lambda: Vote.DENY),
    )

    votes = hooks.votes(site("alpha", "beta", "gamma"), None, "alpha.view", "thing")

    assert votes == [("alpha", Vote.ALLOW), ("gamma", Vote.DENY)]


def test_a_vote_that_fails_is_a_no(caplog):
    hooks = build(sample("alpha", vote_permission=failing()))

    assert hooks.votes(site("alpha"), None, "alpha.view", "thing") == [("alpha", Vote.DENY)]
    assert "vote.failed plugin=alpha action=alpha.view" in caplog.text


def test_a_listener_that_fails_is_logged_and_the_others_hear(caplog):
    heard = []
    hooks = build(
        sample("alpha", on_person_left=failing()),
        sample("beta", on_person_left=lambda person: heard.append(person)),  # noqa: PLW0108 - pluggy reads names
    )

    hooks.emit("on_person_left", arguments={"person": "甲"})

    assert heard == ["甲"]
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.ERROR, "hook.failed hook=on_person_left plugin=alpha")
    ]


def test_only_the_plugin_concerned_hears_of_its_switch():
    heard = []
    hooks = build(
        sample("alpha", on_plugin_enabled=lambda site: heard.append("alpha")),
        sample("beta", on_plugin_enabled=lambda site: heard.append("beta")),
    )

    hooks.emit("on_plugin_enabled", only="beta", arguments={"site": None, "by": None})

    assert heard == ["beta"]


def test_implementers_are_listed_by_name():
    hooks = build(sample("beta", collect_todos=[]), sample("alpha", collect_todos=[]), sample("gamma"))

    assert hooks.implementers("collect_todos") == ["alpha", "beta"]


def test_an_unknown_hook_is_refused_by_name():
    hooks = build(sample("alpha", register_cakes=[]))

    with pytest.raises(Misconfigured, match="register_cakes"):
        hooks.check()


def test_an_unknown_argument_is_refused_and_names_the_plugin():
    with pytest.raises(Misconfigured, match=r"(?s)alpha.*cake"):
        build(sample("alpha", collect_badges=lambda actor, cake: []))


def test_the_same_plugin_twice_is_refused():
    with pytest.raises(Misconfigured, match="alpha"):
        build(sample("alpha"), sample("alpha"))


def test_a_plugin_may_offer_hooks_to_others():
    specs = ModuleType("specs")

    @hookspec
    def alpha_collect_cakes(size):
        """Give cakes."""

    specs.alpha_collect_cakes = alpha_collect_cakes
    baker = ModuleType("baker")
    baker.alpha_collect_cakes = hookimpl(optionalhook=True)(lambda size: [size])
    hooks = Hooks()
    hooks.add_specs(specs)

    hooks.add("beta", baker)

    hooks.check()
    assert hooks.implementers("alpha_collect_cakes") == ["beta"]
