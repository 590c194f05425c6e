"""The console: every page for its administrator and nobody else, as quick for thirty rows as for one."""

import re
from urllib.parse import quote

import pytest

from core import audit, settings
from core.audit import AuditRecord
from core.auth import permissions
from core.auth.actor import system
from core.contributions import Action, Job, PersonalData, Setting, Tile
from core.db import atomic
from core.directory.models import Role, RoleMember, SyncRun
from core.jobs.models import Job as JobRow
from core.messaging.models import Outbox
from core.site import Site, switch_on
from core.testing import DESK
from tests.support.plugins import sample

SETTINGS = [
    Setting(key="alpha.days", type=int, default=7, title="保留天数", help="留几天，立即生效"),
    Setting(key="alpha.word", type=str, default="你好", title="问候", help="送什么话"),
    Setting(key="alpha.wards", type=list, default=["一区"], title="病区", help="哪些病区"),
    Setting(key="alpha.loud", type=bool, default=False, title="大声", help="要不要大声"),
    Setting(key="alpha.mode", type=str, default="早", title="班次", help="哪一班", choices=("早", "晚")),
    Setting(key="alpha.token", type=str, default="", title="口令", help="对接口令", secret=True),
]

PAGES = {
    "/admin/plugins": "admin",
    "/admin/plugins?view=matrix": "admin",
    "/admin/plugins?q=alpha": "admin",
    "/admin/plugins/alpha": "admin",
    "/admin/sites": "admin",
    "/admin/sync": "admin",
    "/admin/jobs": "admin",
    "/admin/jobs?state=dead": "admin",
    "/admin/jobs?state=ready": "admin",
    "/admin/jobs?state=running": "admin",
    "/admin/jobs?state=done": "admin",
    "/admin/jobs?state=messages": "admin",
    "/admin/jobs?state=nonsense": "admin",
    "/admin/roles": "security_admin",
    "/admin/roles?role=clerk": "security_admin",
    "/admin/roles?role=everyone": "security_admin",
    "/admin/audit": "audit_admin",
    "/admin/audit?event=core.plugin.&q=x&since=2026-01-01&until=2026-12-31": "audit_admin",
}
each_page = pytest.mark.parametrize("path", PAGES)
ROLES = ("admin", "security_admin", "audit_admin")


def alpha():
    return sample(
        "alpha",
        register_settings=SETTINGS,
        register_actions=[Action(name="alpha.see", title="看样例", default_groups=("everyone",))],
        register_tiles=[Tile(name="alpha", title="样例入口", path="/alpha/")],
        register_jobs=[Job(name="alpha_send", run=lambda payload: None)],
        register_personal_data=[
            PersonalData(name="alpha.x", title="祝福", export=lambda person: [], erase=lambda person: 0)
        ],
    )


@pytest.fixture
def house(house_of):
    return house_of(alpha(), sample("beta", requires=("alpha",)))


def desk(house, role, **values):
    return house.browser(house.person("管理员甲", roles=[role] if role else [], **values), user_agent=DESK)


def fill(house, number, mark):
    """Put `number` rows of everything the console lists."""
    role, _ = Role.get_or_create(slug="clerk", defaults={"title": "科室管理员"})
    with atomic():
        for n in range(number):
            Site.create(slug=f"{mark}{n}", title=f"分院{mark}{n}")
            SyncRun.create(
                source="wecom", state="done", counts={"人员": 3}, refused=[{"what": "x", "reason": "y"}]
            )
            for state in ("dead", "ready", "running", "done"):
                JobRow.create(name="alpha_send", effect_key=f"{mark}{state}{n}", state=state)
            person = house.person(f"员工{mark}{n}")
            RoleMember.create(role=role, person=person)
            Outbox.create(
                key=f"{mark}{n}",
                kind="alpha.card",
                site=house.site,
                person_id=person.id,
                about="1",
                task_id=f"{mark}{n}",
                state="failed",
            )
            actor = house.actor(person)
            audit.record("core.plugin.enabled", actor=actor, about=person.id, site=house.site)
        for one in Site.select():
            switch_on(one, "alpha")


@each_page
def test_a_page_opens_while_there_is_nothing_to_show(house, path):
    assert desk(house, PAGES[path]).get(path).status_code == 200


@each_page
@pytest.mark.parametrize("role", ["", "clerk", *ROLES])
def test_a_page_is_closed_to_everybody_else(house, path, role):
    if role == PAGES[path] or (path.startswith("/admin/audit") and role == "security_admin"):
        pytest.skip("this one may")

    answer = desk(house, role).get(path)

    assert answer.status_code == 403
    assert "没有权限" in answer.text


@each_page
def test_a_page_sends_nobody_to_sign_in(house, path):
    assert house.browser().get(path).status_code == 303


def test_every_page_asks_as_often_for_thirty_rows_as_for_one(house, statements):
    browsers = {role: desk(house, role) for role in set(PAGES.values())}

    def counts():
        found = {}
        for path, role in PAGES.items():
            browsers[role].get(path)  # the grants of this site version are remembered now
            with statements() as seen:
                assert browsers[role].get(path).status_code == 200
            found[path] = len(seen)
        return found

    fill(house, 1, "a")
    few = counts()
    fill(house, 30, "b")
    many = counts()

    assert few == many
    assert max(many.values()) <= 16


CHANGES = {
    "/admin/plugins/alpha/switch": "admin",
    "/admin/plugins/alpha/settings": "admin",
    "/admin/sites": "admin",
    "/admin/sync": "admin",
    "/admin/jobs": "admin",
    "/admin/roles/grant": "security_admin",
    "/admin/roles/clerk/members": "security_admin",
}


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("role", ["", "clerk", *ROLES])
def test_only_its_administrator_changes_anything(house, path, role):
    if role == CHANGES[path]:
        pytest.skip("this one may")
    before = AuditRecord.select().count()

    answer = desk(house, role).post(
        path, {"enabled": "1", "title": "x", "slug": "xx", "person": "x", "on": "1"}
    )

    assert (answer.status_code, AuditRecord.select().count()) == (403, before)


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_without_the_token_is_refused(house, path):
    browser = desk(house, CHANGES[path])
    browser.csrf = "0" * 64

    assert browser.post(path, {"enabled": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "first"),
    [("admin", "/admin/plugins"), ("security_admin", "/admin/roles"), ("audit_admin", "/admin/audit")],
)
def test_the_way_in_leads_to_the_first_page_one_may_open(house, role, first):
    answer = desk(house, role).get("/admin")

    assert (answer.status_code, answer.headers["location"]) == (303, first)


def test_the_menu_shows_what_one_may_open(house):
    pages = {
        role: desk(house, role).get(f"/admin/{page}").text
        for role, page in (("admin", "plugins"), ("security_admin", "roles"), ("audit_admin", "audit"))
    }

    shown = {
        role: {
            path
            for path in ("plugins", "sites", "sync", "roles", "jobs", "audit")
            if f'href="/admin/{path}"' in page
        }
        for role, page in pages.items()
    }
    assert shown == {
        "admin": {"plugins", "sites", "sync", "jobs"},
        "security_admin": {"roles", "audit"},
        "audit_admin": {"audit"},
    }


# Plugins


def test_the_switch_works_and_says_what_it_did(house):
    browser = desk(house, "admin")

    on = browser.post("/admin/plugins/beta/switch", {"site": "main", "enabled": "1"})
    busy = browser.post("/admin/plugins/alpha/switch", {"site": "main", "enabled": "0"})
    off = browser.post("/admin/plugins/beta/switch", {"site": "main", "enabled": "0"})

    assert [on.status_code, busy.status_code, off.status_code] == [303, 409, 303]
    assert "插件beta 还在用它" in busy.text
    assert Site.get(slug="main").plugins == {"alpha"}
    assert [(row.event, row.about) for row in AuditRecord.select().order_by(AuditRecord.id)] == [
        ("core.plugin.enabled", "alpha"),
        ("core.plugin.enabled", "beta"),
        ("core.plugin.disabled", "beta"),
    ]


@pytest.mark.parametrize("path", ["/admin/plugins/nobody", "/admin/plugins/core", "/admin/plugins/%E7%AB%A0"])
def test_an_unknown_plugin_is_not_found(house, path):
    browser = desk(house, "admin")

    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}/switch", {"enabled": "1"}).status_code == 404


@pytest.mark.parametrize("path", ["/admin/plugins?site=nowhere", "/admin/plugins/alpha?site=nowhere"])
def test_an_unknown_site_is_not_found(house, path):
    assert desk(house, "admin").get(path).status_code == 404


FORM = {"alpha.days": "7", "alpha.word": "你好", "alpha.wards": "一区", "alpha.mode": "早", "alpha.token": ""}


def test_only_settings_that_changed_are_in_the_trail(house):
    browser = desk(house, "admin")

    answer = browser.post("/admin/plugins/alpha/settings", {**FORM, "site": "main", "alpha.days": "9"})

    assert answer.status_code == 303
    assert settings.value(house.site, "alpha.days") == 9
    assert [(row.event, row.about) for row in AuditRecord.select()] == [
        ("core.setting.changed", "alpha.days")
    ]


def test_a_wrong_value_keeps_everything_as_it_was(house):
    browser = desk(house, "admin")

    answer = browser.post("/admin/plugins/alpha/settings", {**FORM, "alpha.word": "早安", "alpha.days": "七"})

    assert answer.status_code == 422
    assert "请填整数" in answer.text
    assert settings.value(house.site, "alpha.word") == "你好"
    assert AuditRecord.select().count() == 0


def test_a_setting_nobody_declared_is_ignored(house):
    browser = desk(house, "admin")

    browser.post(
        "/admin/plugins/alpha/settings", {**FORM, "core.help_contact": "x", "beta.x": "y", "site_id": "9"}
    )

    assert settings.value(house.site, "core.help_contact") == "信息科 8021"


def test_a_secret_is_never_shown_again(house):
    browser = desk(house, "admin")

    browser.post("/admin/plugins/alpha/settings", {**FORM, "alpha.token": "canary-4711"})
    page = browser.get("/admin/plugins/alpha").text

    assert settings.value(house.site, "alpha.token") == "canary-4711"
    assert "已设置，填写即更换" in page
    assert "canary" not in page
    assert "canary" not in str(list(AuditRecord.select().dicts()))


def test_an_empty_box_keeps_the_secret(house):
    browser = desk(house, "admin")
    browser.post("/admin/plugins/alpha/settings", {**FORM, "alpha.token": "canary-4711"})

    browser.post("/admin/plugins/alpha/settings", FORM)

    assert settings.value(house.site, "alpha.token") == "canary-4711"


def test_the_matrix_shows_each_site(house):
    Site.create(slug="clinic", title="分院")
    house.enable("alpha")

    page = desk(house, "admin").get("/admin/plugins?view=matrix").text

    assert ["示例医院" in page, "分院" in page] == [True, True]
    assert page.count("qb-state--on") == 1


def test_a_switch_at_another_site_needs_the_right_there(house):
    """A grant of one site must not open another: a clerk who runs plugins here does not run them there."""
    clinic = Site.create(slug="clinic", title="分院")
    permissions.set_grant(house.site, "clerk", "core.plugins", is_allowed=True)
    browser = desk(house, "clerk")

    here = browser.post("/admin/plugins/alpha/switch", {"site": "main", "enabled": "1"})
    there = browser.post("/admin/plugins/alpha/switch", {"site": "clinic", "enabled": "1"})

    assert (here.status_code, there.status_code) == (303, 403)
    assert browser.get("/admin/plugins?site=clinic").status_code == 403
    assert Site.get_by_id(clinic.id).plugins == frozenset()


def test_the_administrator_of_the_installation_runs_every_site(house):
    clinic = Site.create(slug="clinic", title="分院")

    answer = desk(house, "admin").post("/admin/plugins/alpha/switch", {"site": "clinic", "enabled": "1"})

    assert answer.status_code == 303
    assert Site.get_by_id(clinic.id).plugins == {"alpha"}


# Roles


def grant(browser, group, action, on="1"):
    return browser.post(
        "/admin/roles/grant?site=main", {"role": group, "action": action, "on": on}
    ).status_code


def test_a_grant_is_given_and_taken_with_a_trail(house):
    house.enable("alpha")
    browser = desk(house, "security_admin")
    nurse = house.person("护士甲")

    answers = [grant(browser, "everyone", "alpha.see", "0"), grant(browser, "clerk", "alpha.see", "1")]

    assert answers == [303, 303]
    assert "alpha.see" not in house.actor(nurse).grants
    trail = AuditRecord.select().where(AuditRecord.event == "core.grant.changed").order_by(AuditRecord.id)
    assert [(row.about, row.facts) for row in trail] == [
        ("全体人员：看样例", {"allowed": False}),
        ("科室管理员：看样例", {"allowed": True}),
    ]


@pytest.mark.parametrize(
    ("group", "action", "on"),
    [
        ("nobody", "alpha.see", "1"),
        ("clerk", "alpha.fly", "1"),
        ("", "", ""),
        ("everyone", "core.use", "0"),
        ("security_admin", "core.roles", "0"),
        ("security_admin", "core.admin", "0"),
        ("admin", "core.roles", "1"),
        ("admin", "core.audit", "1"),
        ("security_admin", "core.plugins", "1"),
        ("audit_admin", "core.roles", "1"),
        ("everyone", "core.roles", "1"),
        ("clerk", "core.jobs", "1"),
    ],
)
def test_a_grant_that_must_not_be_is_refused(house, group, action, on):
    assert grant(desk(house, "security_admin"), group, action, on) == 422
    assert AuditRecord.select().count() == 0


def member(browser, slug, person, on="1"):
    return browser.post(f"/admin/roles/{slug}/members?site=main", {"person": person, "on": on})


def held(person):
    return {one.role.slug for one in RoleMember.select().where(RoleMember.person == person.id)}


def test_a_person_is_put_into_a_role_and_taken_out(house):
    browser = desk(house, "security_admin")
    nurse = house.person("护士甲")

    answers = [
        member(browser, "clerk", nurse.staff_no).status_code,
        member(browser, "clerk", "护士甲").status_code,
    ]
    inside = held(nurse)
    answers.append(member(browser, "clerk", nurse.staff_no, "0").status_code)

    assert (answers, inside, held(nurse)) == ([303, 303, 303], {"clerk"}, set())
    assert AuditRecord.select().where(AuditRecord.event == "core.role.changed").count() == 3


@pytest.mark.parametrize("first", ROLES)
@pytest.mark.parametrize("second", ROLES)
def test_the_three_administrators_stay_apart(house, first, second):
    browser = desk(house, "security_admin")
    person = house.person("兼职乙", roles=[first])

    answer = member(browser, second, person.staff_no)

    assert answer.status_code == (303 if first == second else 422)
    assert held(person) == {first}


@pytest.mark.parametrize("slug", ["everyone", "leader", "made_up", "x" * 100, "%E7%AB%A0"])
def test_a_role_nobody_can_be_put_into_is_not_found(house, slug):
    nurse = house.person("护士甲")

    assert member(desk(house, "security_admin"), slug, nurse.staff_no).status_code == 404
    assert (held(nurse), Role.select().where(Role.slug != "security_admin").count()) == (set(), 0)


def test_a_duty_of_the_house_takes_members(house):
    Role.create(slug="seal_keeper", title="印章保管员")
    nurse = house.person("护士甲")

    assert member(desk(house, "security_admin"), "seal_keeper", nurse.staff_no).status_code == 303
    assert held(nurse) == {"seal_keeper"}


@pytest.mark.parametrize("person", ["", "没有这人", "%", "重名", "离职丙", "' OR 1=1 --"])
def test_who_is_not_one_person_is_refused(house, person):
    house.person("重名")
    house.person("重名")
    house.person("离职丙", status="left")

    answer = member(desk(house, "security_admin"), "clerk", person)

    assert answer.status_code == 422
    assert RoleMember.select().join(Role).where(Role.slug == "clerk").count() == 0


@pytest.mark.parametrize(
    ("person", "page", "words"),
    [
        ("护士甲", "alpha.see", "能"),
        ("护士甲", "core.plugins", "不能：缺 core.plugins"),
        ("护士甲", "/nowhere", "没有这个页面或权限"),
        ("没有这人", "alpha.see", "没有找到“没有这人”，请用工号"),
        ("没站点", "alpha.see", "没站点的科室还没有分到站点"),
        ("护士甲", "<script>", "没有这个页面或权限"),
    ],
)
def test_the_page_explains_why(house, person, page, words):
    house.enable("alpha")
    house.person("护士甲")
    house.person("没站点", site=None)

    answer = desk(house, "security_admin").get(f"/admin/roles?person={quote(person)}&page={quote(page)}")

    assert answer.status_code == 200
    assert words in answer.text


# Sites


def test_a_site_is_added_with_a_trail(house):
    browser = desk(house, "admin")

    answer = browser.post("/admin/sites", {"slug": "east", "title": "东院区"})

    assert answer.status_code == 303
    assert "东院区" in browser.get("/admin/sites").text
    assert [(row.event, row.about) for row in AuditRecord.select()] == [("core.site.added", "east")]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"slug": "east", "title": ""}, "请填写名称"),
        ({"slug": "", "title": "东院"}, "短名用小写字母和数字"),
        ({"slug": "East", "title": "东院"}, "短名用小写字母和数字"),
        ({"slug": "../x", "title": "东院"}, "短名用小写字母和数字"),
        ({"slug": "x" * 60, "title": "东院"}, "短名用小写字母和数字"),
        ({"slug": "main", "title": "东院"}, "这个短名已经有了"),
    ],
)
def test_a_site_with_odd_words_is_refused_beside_the_field(house, form, words):
    answer = desk(house, "admin").post("/admin/sites", form)

    assert answer.status_code == 422
    assert words in answer.text
    assert Site.select().count() == 1


# Background work, directory, trail


def test_a_job_that_gave_up_is_tried_again(house):
    row = JobRow.create(name="alpha_send", effect_key="x", state="dead", tries=8)

    answer = desk(house, "admin").post("/admin/jobs", {"id": str(row.id)})

    fresh = JobRow.get_by_id(row.id)
    assert (answer.status_code, fresh.state, fresh.tries) == (303, "ready", 0)
    assert [(one.event, one.about) for one in AuditRecord.select()] == [("core.job.revived", str(row.id))]


@pytest.mark.parametrize("number", ["", "x", "0", "-1", "²", "١", "9" * 30, "1 OR 1=1"])
def test_a_job_that_is_not_there_is_not_tried(house, number):
    JobRow.create(name="alpha_send", effect_key="x", state="done")

    assert desk(house, "admin").post("/admin/jobs", {"id": number}).status_code == 404
    assert AuditRecord.select().count() == 0


@pytest.mark.parametrize("path", ["/admin/jobs", "/admin/jobs?state=messages", "/admin/audit"])
@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1.5"])
def test_an_odd_place_to_go_on_from_is_refused(house, path, before):
    browser = desk(house, PAGES[path])
    joint = "&" if "?" in path else "?"

    assert browser.get(f"{path}{joint}before={before}").status_code == 400


@pytest.mark.parametrize("path", ["/admin/jobs?state=dead", "/admin/jobs?state=messages", "/admin/audit"])
def test_long_lists_go_on_where_they_stopped(house, path):
    fill(house, 60, "a")
    browser = desk(house, PAGES[path])

    first = browser.get(path).text
    link = re.search(r'href="(/admin/[a-z]+\?[^"]*before=\d+)"', first)[1].replace("&amp;", "&")
    second = browser.get(link).text

    assert browser.get(link).status_code == 200
    assert second != first


def test_a_synchronisation_is_started_in_the_background(house):
    answer = desk(house, "admin").post("/admin/sync")

    assert answer.status_code == 303
    assert [row.name for row in JobRow.select()] == ["core_directory_sync"]


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2026-13-40",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=2026-01-01&until=2025-01-01",
        "event=%27",
        "q=%25",
        "q=%E7%AE%A1%E7%90%86%E5%91%98",
        "since=&until=",
    ],
)
def test_odd_filters_of_the_trail_never_crash(house, query):
    fill(house, 1, "a")

    assert desk(house, "audit_admin").get(f"/admin/audit?{query}").status_code == 200


def test_the_trail_speaks_in_sentences(house):
    person = house.person("系统员甲", roles=["admin"])
    with atomic():
        audit.record("core.plugin.enabled", actor=house.actor(person), about="alpha", site=house.site)

    assert "系统员甲 启用了插件 alpha" in desk(house, "audit_admin").get("/admin/audit").text


def test_looking_at_the_trail_leaves_it_alone(house):
    fill(house, 3, "a")
    before = list(AuditRecord.select().tuples())

    desk(house, "audit_admin").get("/admin/audit")

    assert list(AuditRecord.select().tuples()) == before
    assert desk(house, "audit_admin").post("/admin/audit", {}).status_code == 405


def test_names_are_written_as_text(house):
    house.person("<img src=x onerror=alert(1)>", roles=["clerk"])
    house.platform.enable(house.site, "alpha", by=system(house.site))

    page = desk(house, "security_admin").get("/admin/roles?role=clerk").text

    assert "&lt;img" in page
    assert "<img" not in page
