"""Making an app: drafts are private, versions are frozen, places are counted from the entries."""

import pytest

from core.audit import AuditRecord
from miniapps import documents, queries, roster, service
from miniapps.documents import QuotaRule, Wait
from miniapps.models import App, Version
from qingban import Conflict, Invalid, NotFound, Vote, allowed
from tests.miniapps.builders import (
    SESSIONS,
    Audience,
    clerk,
    join,
    live,
    make_app,
    make_document,
    person,
    republish,
)


def events(about: str) -> list[str]:
    rows = AuditRecord.select(AuditRecord.event).where(AuditRecord.about == about).order_by(AuditRecord.id)
    return [row.event for row in rows]


def test_app_belongs_to_the_department_of_its_maker(ward):
    maker = clerk(ward)

    app = service.create(maker, "training")

    assert (app.state, app.version, app.department_id, app.owner_id) == ("draft", 0, 20, maker.person_id)
    assert len(app.code) == 10
    assert events(app.id) == ["miniapps.app.created"]


def test_unknown_template_is_not_found(ward):
    with pytest.raises(NotFound):
        service.create(clerk(ward), "../../etc/passwd")


def test_published_version_is_frozen_while_the_copy_changes(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker)

    service.save(app.id, maker, make_document(title="改了名字"), 20)

    assert live(app).title == "技能大赛报名"
    assert service.is_changed(App.get_by_id(app.id))
    service.publish(app.id, maker)
    assert live(app).title == "改了名字"
    assert not service.is_changed(App.get_by_id(app.id))
    assert [row.document["title"] for row in Version.select().order_by(Version.version)] == [
        "技能大赛报名",
        "改了名字",
    ]


def test_document_with_problems_is_not_published(ward):
    maker = clerk(ward)
    app = service.create(maker, "signup")
    service.save(app.id, maker, make_document(title=""), 5)

    with pytest.raises(Invalid) as refused:
        service.publish(app.id, maker)

    assert set(refused.value.fields) == {"title"}
    assert App.get_by_id(app.id).state == "draft"


def test_raised_limit_moves_people_up(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker, places=1, wait=5)
    people = [person(ward) for _ in range(3)]
    for one in people:
        join(app, one)

    republish(app, maker, quotas=[QuotaRule(id="all", limit=2, wait=Wait(limit=5))])

    states = [queries.entry_of(app.id, one.person_id).state for one in people]
    assert states == ["accepted", "accepted", "waiting"]
    assert service.drifted() == []


def test_limit_cannot_fall_below_who_is_in(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker, places=5)
    join(app, person(ward))
    join(app, person(ward))

    with pytest.raises(Invalid, match="已有 2 人报上名"):
        republish(app, maker, quotas=[QuotaRule(id="all", limit=1)])

    assert queries.rooms(app.id)["all"].places == 5
    assert live(app).version == 1


def test_places_of_a_new_option_rule_count_who_chose_it_before(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker, fields=[SESSIONS])
    join(app, person(ward), f1="o1")

    republish(app, maker, quotas=make_document(by_option={"o1": 3}).quotas)

    assert queries.rooms(app.id)["f1.o1"].taken == 1
    assert service.drifted() == []


def test_rule_that_goes_away_lets_its_waiting_list_in(ward):
    maker = clerk(ward)
    app = make_app(ward, by=maker, places=10, wait=5, by_option={"o1": 1})
    first, second = person(ward), person(ward)
    join(app, first, f1="o1")
    join(app, second, f1="o1")

    republish(app, maker, quotas=[QuotaRule(id="all", limit=10)])

    assert queries.entry_of(app.id, second.person_id).state == "accepted"
    assert service.drifted() == []


def test_close_and_reopen(ward, frozen_clock):
    maker = clerk(ward)
    app = make_app(ward, by=maker)

    assert service.close(app.id, maker).state == "closed"
    with pytest.raises(Conflict):
        service.close(app.id, maker)
    assert service.reopen(app.id, maker).state == "published"
    service.close(app.id, maker)
    frozen_clock(days=8)
    with pytest.raises(Conflict, match="截止时间已过"):
        service.reopen(app.id, maker)

    assert events(app.id)[1:] == [
        "miniapps.app.published",
        "miniapps.app.closed",
        "miniapps.app.reopened",
        "miniapps.app.closed",
    ]


def test_only_drafts_can_be_thrown_away(ward):
    maker = clerk(ward)
    draft, app = service.create(maker, "signup"), make_app(ward, by=maker)

    service.discard(draft.id, maker)
    with pytest.raises(Conflict):
        service.discard(app.id, maker)

    assert [row.id for row in App.select()] == [app.id]


@pytest.mark.parametrize("key", ["miniapps.most_published", "miniapps.most_per_department"])
def test_so_many_apps_may_be_published_at_once(ward, key):
    from core import settings

    maker = clerk(ward)
    first = make_app(ward, by=maker)
    settings.store(ward.site, key, "1", by="")

    with pytest.raises(Conflict, match="已发布的应用太多"):
        make_app(ward, by=maker)
    republish(first, maker, title="还能改")
    service.close(first.id, maker)

    assert make_app(ward, by=maker).state == "published"


ACTS = {
    "see": service.managed,
    "save": lambda id, actor: service.save(id, actor, make_document(), 1),
    "publish": service.publish,
    "close": service.close,
    "reopen": service.reopen,
    "discard": service.discard,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_other_departments_find_nothing(ward, act):
    app = make_app(ward)
    strangers = [clerk(ward, "干事乙", department=12), person(ward, department=20)]

    for stranger in strangers:
        with pytest.raises(NotFound):
            act(app.id, stranger)

    assert App.get_by_id(app.id).state == "published"


def test_draft_is_found_by_its_makers_only(ward):
    maker = clerk(ward)
    app = service.create(maker, "signup")

    assert service.visible(app.code, maker).is_draft
    for stranger in (person(ward), clerk(ward, "干事乙", department=12)):
        with pytest.raises(NotFound):
            service.visible(app.code, stranger)


def test_plugin_votes_against_foreign_apps(ward):
    from miniapps import hooks

    maker, stranger = clerk(ward), clerk(ward, "干事乙", department=12)
    app = make_app(ward, by=maker)

    assert hooks.vote_permission(stranger, "miniapps.make", app) is Vote.DENY
    assert hooks.vote_permission(maker, "miniapps.make", app) is None
    assert (allowed(maker, "miniapps.make", app), allowed(stranger, "miniapps.make", app)) == (True, False)


def test_counters_that_differ_raise_an_alarm(ward):
    from miniapps import hooks
    from miniapps.models import Quota

    app = make_app(ward)
    join(app, person(ward))

    assert hooks.check_places(None).level == "ok"
    Quota.update(taken=0).where(Quota.app == app.id).execute()
    assert (hooks.check_places(None).level, service.drifted()) == ("bad", [app.id])


def test_answers_are_handed_out_and_blanked_on_demand(ward):
    app, nurse = make_app(ward, by_option={"o1": 3}), person(ward)
    join(app, nurse, f1="o1", f2="吃素")

    given = [(row["app"], row["answers"]) for row in service.export(nurse.person_id)]
    blanked = service.erase(nurse.person_id)

    assert given == [("技能大赛报名", {"f1": "o1", "f2": "吃素"})]
    assert (blanked, service.erase(nurse.person_id)) == (1, 0)
    assert queries.entry_of(app.id, nurse.person_id).answers == {}
    assert service.drifted() == []


def test_search_shows_what_one_may_join_or_makes(ward):
    from miniapps import hooks

    maker, nurse = clerk(ward), person(ward)
    make_app(ward, by=maker, title="静脉穿刺比赛")
    make_app(ward, by=maker, title="人事穿刺", audience=Audience(scope="departments", departments=[20]))
    service.create(maker, "signup")

    def found(actor, words):
        return sorted(hit.title for hit in hooks.collect_search_hits(actor, words, 20))

    assert found(nurse, "穿刺") == ["静脉穿刺比赛"]
    assert found(maker, "穿刺") == ["人事穿刺", "静脉穿刺比赛"]
    assert (found(nurse, "活动"), found(maker, "活动")) == ([], ["活动报名"])
    assert found(nurse, "%") == []


def test_documents_of_versions_are_what_was_published(ward):
    app = make_app(ward)

    assert [documents.stored(text).title for text in roster.versions(app.id)] == ["技能大赛报名"]
