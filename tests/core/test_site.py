"""Sites and their switches."""

import pytest

from core import site
from core.errors import NotFound
from core.site import Site, SitePlugin


def make(slug, *plugins):
    made = Site.create(slug=slug, title=slug)
    for plugin in plugins:
        site.switch_on(made, plugin)
    return made


@pytest.fixture(autouse=True)
def _no_plugin_is_always_on(db):
    site.install(())


def test_core_has_no_switch():
    assert make("a").has("core")


def test_a_switch_counts_at_once_for_the_site_in_hand():
    one = make("a")
    before = one.has("flows")

    site.switch_on(one, "flows")
    on = one.has("flows")
    site.switch_off(one, "flows")

    assert (before, on, one.has("flows")) == (False, True, False)


def test_switching_tells_whether_anything_changed():
    one = make("a")

    assert [
        site.switch_on(one, "x"),
        site.switch_on(one, "x"),
        site.switch_off(one, "x"),
        site.switch_off(one, "x"),
    ] == [True, False, True, False]


def test_the_version_grows_with_every_change():
    one = make("a")
    versions = []
    for change in (site.switch_on, site.switch_off):
        change(one, "x")
        versions.append(Site.get_by_id(one.id).version)

    assert versions == [2, 3]


def test_sites_are_found_by_slug_and_number():
    one = make("a")

    assert (site.get("a"), site.by_id(one.id)) == (one, one)


@pytest.mark.parametrize("ask", [lambda: site.get("nowhere"), lambda: site.get(""), lambda: site.by_id(999)])
def test_an_unknown_site_is_not_found(ask):
    with pytest.raises(NotFound):
        ask()


def test_everyone_knows_the_switches_of_each():
    make("a", "x", "y")
    make("b")
    make("c", "y")

    assert [(one.slug, one.plugins) for one in site.everyone()] == [
        ("a", {"x", "y"}),
        ("b", set()),
        ("c", {"y"}),
    ]


def test_everyone_takes_two_statements_for_any_number_of_sites(statements):
    make("a", "x")
    with statements() as few:
        [one.has("x") for one in site.everyone()]
    for number in range(20):
        make(f"s{number}", "x")

    with statements() as many:
        [one.has("x") for one in site.everyone()]

    assert (len(few), len(many)) == (2, 2)


def test_what_is_always_on_is_on_everywhere():
    site.install(["flows"])

    assert (make("a").has("flows"), make("b").has("other")) == (True, False)


def test_the_switches_go_with_the_site():
    one = make("a", "x")

    Site.delete().where(Site.id == one.id).execute()

    assert SitePlugin.select().count() == 0
