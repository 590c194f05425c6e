"""Switching plugins on and off per site, without a restart, with everything that follows."""

import pytest

from core import jobs, platform
from core.audit import AuditRecord
from core.auth.actor import system
from core.contributions import Action, Job, Route, Tile
from core.directory.models import Department
from core.errors import Conflict, Misconfigured, NotFound
from core.jobs.models import Job as JobRow
from core.site import Site, SitePlugin
from core.testing import make_config
from core.web.page import Page
from tests.support.plugins import failing, sample


class Greeting(Page):
    """A page that says hello."""

    def on_get(self, req, resp):
        self.answer(resp, {"hello": req.context.actor.name})


def greetings(**more):
    hooks = {
        "register_routes": [Route(path="/", resource=Greeting(), action="greetings.view")],
        "register_actions": [Action(name="greetings.view", title="看", default_groups=("everyone",))],
        "register_tiles": [
            Tile(name="greetings", title="生日祝福", path="/greetings/", action="greetings.view")
        ],
        "register_jobs": [Job(name="greetings_send", run=more.get("sent", []).append)],
    }
    return sample("greetings", **{**hooks, **{k: v for k, v in more.items() if k != "sent"}})


@pytest.fixture
def house(house_of):
    return house_of(greetings(sent=[]))


def other_site(house, slug="clinic", department=50):
    made = Site.create(slug=slug, title="分院", name="分院")
    Department.create(id=department, parent_id=1, name="门诊", path=f"/1/{department}/", site=made)
    return made


def switches(house):
    rows = AuditRecord.select().where(AuditRecord.event.startswith("core.plugin.")).order_by(AuditRecord.id)
    return [(row.event, row.about, row.site_id) for row in rows]


def test_a_page_opens_and_closes_with_the_switch_at_once(house):
    browser = house.browser(house.person())
    before = browser.get("/greetings/").status_code

    house.enable("greetings")
    on = browser.get("/greetings/").status_code
    house.platform.disable(house.site, "greetings", by=system(house.site))
    off = browser.get("/greetings/").status_code

    assert (before, on, off) == (404, 200, 404)


def test_the_tile_comes_and_goes_with_the_switch(house):
    browser = house.browser(house.person())
    before = browser.get("/").text

    house.enable("greetings")
    on = browser.get("/").text
    house.platform.disable(house.site, "greetings", by=system(house.site))
    off = browser.get("/").text

    assert ["生日祝福" in page for page in (before, on, off)] == [False, True, False]


def test_a_job_of_a_plugin_that_was_switched_off_is_cancelled(house_of):
    sent = []
    house = house_of(greetings(sent=sent))
    house.enable("greetings")
    jobs.enqueue("greetings_send", {"n": 1}, effect_key="one", site=house.site)
    house.run_jobs()
    jobs.enqueue("greetings_send", {"n": 2}, effect_key="two", site=house.site)

    house.platform.disable(house.site, "greetings", by=system(house.site))
    house.run_jobs()

    assert sent == [{"n": 1}]
    assert [row.state for row in JobRow.select().order_by(JobRow.id)] == ["done", "cancelled"]


def test_enabling_twice_writes_one_row_and_tells_once(house_of):
    heard = []
    house = house_of(greetings(on_plugin_enabled=lambda site, by: heard.append((site.slug, by.name))))
    by = system(house.site)

    first = house.platform.enable(house.site, "greetings", by=by)
    second = house.platform.enable(house.site, "greetings", by=by)

    assert (first, second, heard) == (["greetings"], [], [("main", "系统")])
    assert switches(house) == [("core.plugin.enabled", "greetings", house.site.id)]


def test_disabling_is_told_and_recorded_once(house_of):
    heard = []
    house = house_of(greetings(on_plugin_disabled=lambda site: heard.append(site.slug)))
    house.enable("greetings")
    by = system(house.site)

    first = house.platform.disable(house.site, "greetings", by=by)
    second = house.platform.disable(house.site, "greetings", by=by)

    assert (first, second, heard) == (True, False, ["main"])
    assert switches(house)[1:] == [("core.plugin.disabled", "greetings", house.site.id)]


def test_the_plugin_hears_after_the_commit(house_of):
    seen = []
    house = house_of(greetings(on_plugin_enabled=lambda site: seen.append(SitePlugin.select().count())))
    from core.db import atomic

    with atomic():
        house.enable("greetings")
        inside = list(seen)

    assert (inside, seen) == ([], [1])


def test_a_plugin_that_fails_to_hear_stays_switched_on(house_of):
    house = house_of(greetings(on_plugin_enabled=failing()))

    house.enable("greetings")

    assert house.browser(house.person()).get("/greetings/").status_code == 200


def test_enabling_pulls_what_is_required(house_of):
    house = house_of(
        sample("alpha"), sample("beta", requires=("alpha",)), sample("gamma", requires=("beta", "alpha"))
    )

    done = house.platform.enable(house.site, "gamma", by=system(house.site))

    assert done == ["alpha", "beta", "gamma"]
    assert [about for _, about, _ in switches(house)] == ["alpha", "beta", "gamma"]


def test_disabling_is_refused_while_somebody_needs_it(house_of):
    house = house_of(sample("alpha"), sample("beta", requires=("alpha",)))
    house.enable("beta")
    by = system(house.site)

    with pytest.raises(Conflict, match="插件beta 还在用它"):
        house.platform.disable(house.site, "alpha", by=by)

    house.platform.disable(house.site, "beta", by=by)
    assert house.platform.disable(house.site, "alpha", by=by)


@pytest.mark.parametrize("verb", ["enable", "disable"])
@pytest.mark.parametrize("name", ["nobody", "", "core"])
def test_an_unknown_plugin_has_no_switch(house, verb, name):
    with pytest.raises(NotFound):
        getattr(house.platform, verb)(house.site, name, by=system(house.site))


def test_a_plugin_without_a_switch_is_on_everywhere_and_stays_on(house_of):
    one = sample(
        "alpha",
        always_on=True,
        register_routes=[Route(path="/", resource=Greeting(), action="core.use")],
        register_tiles=[Tile(name="alpha", title="常在", path="/alpha/")],
    )
    house = house_of(one)
    browser = house.browser(house.person())

    with pytest.raises(Conflict, match="不能停用"):
        house.platform.disable(house.site, "alpha", by=system(house.site))

    assert house.platform.enable(house.site, "alpha", by=system(house.site)) == []
    assert browser.get("/alpha/").status_code == 200
    assert "常在" in browser.get("/").text


def test_two_sites_have_their_own_sets(house_of):
    house = house_of(
        greetings(sent=[]),
        sample("alpha", register_tiles=[Tile(name="alpha", title="报修入口", path="/alpha/")]),
    )
    clinic = other_site(house)
    here, there = house.person("甲"), house.person("乙", department=50, site=clinic)

    house.enable("greetings")
    house.enable("alpha", clinic)

    main, other = house.browser(here), house.browser(there)
    assert (main.get("/greetings/").status_code, other.get("/greetings/").status_code) == (200, 404)
    assert ["生日祝福" in main.get("/").text, "生日祝福" in other.get("/").text] == [True, False]
    assert ["报修入口" in main.get("/").text, "报修入口" in other.get("/").text] == [False, True]


def test_requirements_count_per_site(house_of):
    house = house_of(sample("alpha"), sample("beta", requires=("alpha",)))
    clinic = other_site(house)
    house.enable("beta")
    house.enable("alpha", clinic)

    assert house.platform.disable(clinic, "alpha", by=system(clinic))


def test_every_switch_changes_the_version_of_the_site_alone(house_of):
    house = house_of(sample("alpha"))
    clinic = other_site(house)

    house.enable("alpha")

    assert Site.get_by_id(house.site.id).version > 1
    assert Site.get_by_id(clinic.id).version == 1


def test_nothing_is_switched_when_the_audit_row_cannot_be_written(house, monkeypatch):
    monkeypatch.setattr("core.platform.audit.record", failing())

    with pytest.raises(RuntimeError, match="broken on purpose"):
        house.enable("greetings")

    assert SitePlugin.select().count() == 0


def test_data_stays_when_a_plugin_is_switched_off(house_of):
    from core import settings
    from core.contributions import Setting

    setting = Setting(key="greetings.hour", type=int, default=8, title="几点", help="几点送")
    house = house_of(greetings(sent=[], register_settings=[setting]))
    house.enable("greetings")
    settings.store(house.site, "greetings.hour", "9", by="")

    house.platform.disable(house.site, "greetings", by=system(house.site))

    assert settings.value(house.site, "greetings.hour") == 9


def test_migrations_are_listed_core_first(house):
    assert [owner for owner, _ in house.platform.migrations] == ["core", "greetings"]


@pytest.mark.parametrize("purpose", ["csrf", "audit", "fields", "links"])
def test_the_platform_does_not_start_without_every_key(tmp_path, purpose):
    config = make_config(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    (config.keys_dir / purpose).unlink()

    with pytest.raises(Misconfigured, match=purpose):
        platform.start(config)


def test_an_event_of_wecom_that_nobody_took_reaches_every_plugin(house_of):
    heard = []
    house = house_of(
        sample("alpha", on_wecom_event=failing()),
        sample("beta", on_wecom_event=lambda event: heard.append(event)),  # noqa: PLW0108 - pluggy reads names
    )

    house.platform.hooks.emit("on_wecom_event", arguments={"event": {"Event": "enter_agent"}})

    assert heard == [{"Event": "enter_agent"}]


def test_who_left_loses_every_session_and_plugins_hear(house_of):
    from core.auth.models import Session
    from core.db import atomic
    from core.directory import listeners

    heard = []
    house = house_of(sample("alpha", on_person_left=lambda person: heard.append(person.name)))
    leaver, other = house.person("离职甲"), house.person("在岗乙")
    for one in (leaver, leaver, other):
        house.browser(one)

    with atomic():
        listeners.tell("left", leaver.id)

    assert [row.person_id for row in Session.select()] == [other.id]
    assert heard == ["离职甲"]
    assert AuditRecord.select().where(AuditRecord.event == "core.person.left").count() == 1
