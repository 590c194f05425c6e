"""The ways an application takes on real tables: sign modes, conditions, empty posts, returns, copies."""

import pytest

from plugins.flows import engine, queries, service
from plugins.flows.errors import Handled, Moved
from plugins.flows.models import Copy, Instance, Task
from qingban import Conflict, Invalid, NotFound
from tests.plugins.flows.support import check_invariants, holders, node, state, status, task_of


def names(*people):
    """Return the names of people."""
    return {one.name for one in people}


def own(hospital, *nodes, **values):
    """Publish a flow of these steps and send it once; returns the instance id."""
    slug = hospital.publish(*nodes, **values)
    return hospital.submit(slug, {"topic": "购置一台打印机"})


# --- conditions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "asked"), [("3", False), ("3.5", True), ("8", True)])
def test_more_than_three_days_ask_the_personnel_office(hospital, days, asked):
    (hr,) = hospital.staff("hr")
    hospital.duty("vp", "院长助理戊")
    instance_id = hospital.leave(days=days)

    hospital.approve(hospital.head)

    assert (hr.name in holders(instance_id)) is asked
    check_invariants(instance_id)


def test_the_nursing_line_asks_the_nursing_office(hospital):
    (nursing,) = hospital.staff("nursing")
    hospital.nurse.line = "护理线"
    hospital.nurse.save()
    instance_id = hospital.leave()

    hospital.approve(hospital.head)

    assert holders(instance_id) == names(nursing)


def test_without_anybody_the_administrator_of_the_flows_is_asked(hospital):
    (admin,) = hospital.duty("admin", "流程管理员")
    instance_id = hospital.leave(days="5")  # no personnel office in this house

    hospital.approve(hospital.head)

    assert holders(instance_id) == names(admin)
    visit = state(instance_id).visits[-1]
    assert "empty" in [why.step for why in visit.why]


def test_without_an_administrator_the_application_waits_in_the_exception_box(hospital):
    instance_id = hospital.leave(days="5")

    hospital.approve(hospital.head)

    assert (status(instance_id), holders(instance_id)) == ("running", set())
    assert [visit.node_id for visit in state(instance_id).blocked] == ["n3"]
    check_invariants(instance_id)


def test_the_head_of_the_department_is_not_asked_about_the_own_leave(hospital):
    above = hospital.house.person("内科主任", department=10, head=True)

    instance_id = hospital.leave(by=hospital.head)

    assert holders(instance_id) == names(above)


def test_a_step_for_the_starter_alone_is_skipped(hospital):
    boss = hospital.house.person("院长甲")

    instance_id = own(hospital, node("n1", hospital.nurse), node("n2", boss))

    assert holders(instance_id) == names(boss)


# --- sign modes -------------------------------------------------------------------------------------


def test_all_departments_must_clear_a_resignation(hospital):
    hospital.duty("vp", "副院长丁")
    (hr,) = hospital.staff("hr")
    clearing = [hospital.staff(code)[0] for code in ("equip", "it", "finance", "logistics")]
    browser = hospital.house.browser(hospital.nurse)
    from tests.plugins.flows.support import upload

    raw = {
        "last_day": "2027-01-31",
        "reason_kind": engine_option(hospital, "hr-resign", "reason_kind"),
        "reason": "回原籍",
        "assets": first_row(hospital, "hr-resign", "assets"),
        "successor": hospital.cover.id,
        "sign": [upload(browser, "signature")],
    }
    instance_id = hospital.submit("hr-resign", raw)
    hospital.approve(hospital.head)
    hospital.approve(hr)
    hospital.approve(task_holder(instance_id))
    assert holders(instance_id) == names(*clearing)

    for person in clearing[:3]:
        hospital.handle(person)
        assert [visit.node_id for visit in state(instance_id).visits if visit.status == "open"] == ["n4"]
    hospital.handle(clearing[3])

    assert holders(instance_id) == names(hr)
    check_invariants(instance_id)


def engine_option(hospital, slug, field_id):
    """Return the first option of a field."""
    row = queries.definition_of(hospital.house.site, slug)
    fields = queries.version_of(row.id, row.number).fields
    return next(one.options[0] for one in fields if one.id == field_id)


def first_row(hospital, slug, field_id):
    """Return one row of a table with something in every column."""
    row = queries.definition_of(hospital.house.site, slug)
    field = next(one for one in queries.version_of(row.id, row.number).fields if one.id == field_id)
    sample = {"number": "1", "money": "1", "date": "2026-12-01"}
    return [
        {one.id: one.options[0] if one.options else sample.get(one.type, "电脑") for one in field.columns}
    ]


def task_holder(instance_id):
    """Return the one person an application waits for."""
    from core.directory.models import Person

    return Person.get_by_id(Task.get(Task.instance == instance_id, Task.status == "pending").person_id)


def test_the_first_answer_of_any_decides_and_closes_the_others(hospital):
    one, two = (hospital.house.person(name) for name in ("甲某", "乙某"))
    instance_id = own(hospital, node("n1", one, two, mode="any"))

    hospital.approve(one)

    closed = state(instance_id).task(task_of(two, "closed").id)
    assert (status(instance_id), closed.ended_by.by, closed.ended_by.what) == ("approved", one.id, "approved")
    check_invariants(instance_id)


def test_the_first_refusal_of_all_ends_it(hospital):
    one, two = (hospital.house.person(name) for name in ("甲某", "乙某"))
    instance_id = own(hospital, node("n1", one, two, mode="all"))
    hospital.approve(one)

    hospital.reject(two)

    assert status(instance_id) == "rejected"
    check_invariants(instance_id)


def test_in_sequence_the_second_is_asked_after_the_first(hospital):
    one, two = (hospital.house.person(name) for name in ("甲某", "乙某"))
    instance_id = own(hospital, node("n1", one, two, mode="seq"))
    assert holders(instance_id) == {"甲某"}
    early = Task.get(Task.person_id == two.id)

    with pytest.raises(Moved) as caught:
        service.approve(early.id, hospital.answer(), actor=hospital.actor(two))
    hospital.approve(one)

    assert caught.value.title == "还没轮到你"
    assert holders(instance_id) == {"乙某"}


def test_a_vote_passes_with_two_thirds(hospital):
    committee = [hospital.house.person(f"委员{number}") for number in range(3)]
    instance_id = own(hospital, node("n1", *committee, mode="vote", threshold=66))

    hospital.reject(committee[0])
    hospital.approve(committee[1])
    assert status(instance_id) == "running"
    hospital.approve(committee[2])

    assert status(instance_id) == "approved"
    check_invariants(instance_id)


def test_vice_presidents_read_an_incoming_document_one_after_the_other(hospital):
    (office,) = hospital.staff("office", "办公室主任")
    hospital.duty("president", "院长己")
    hospital.duty("vp", "副院长甲", "副院长乙")
    doer = hospital.house.person("承办人")
    from tests.plugins.flows.support import upload

    raw = {
        "from_unit": "市卫健委",
        "title": "关于冬季防控的通知",
        "received": "2026-11-24",
        "original": [upload(hospital.house.browser(hospital.nurse))],
    }
    instance_id = hospital.submit("admin-incoming", raw, picks={"n4": (doer.id,)})
    hospital.approve(office)
    hospital.approve(task_holder(instance_id))
    first = holders(instance_id)
    hospital.approve(task_holder(instance_id))
    second = holders(instance_id)
    hospital.approve(task_holder(instance_id))

    assert (first, second, holders(instance_id)) == ({"副院长甲"}, {"副院长乙"}, {"承办人"})


def test_the_people_the_starter_chose_are_asked(hospital):
    chosen = hospital.house.person("会签人")
    picked = node("n1", mode="all")
    picked = engine.Node(
        id="n1", name="会签", kind=picked.kind, mode=picked.mode, by=(engine.Rule(kind="starter_pick"),)
    )
    slug = hospital.publish(picked)

    with pytest.raises(Invalid) as caught:
        hospital.submit(slug, {"topic": "一件事"})
    instance_id = hospital.submit(slug, {"topic": "一件事"}, picks={"n1": (chosen.id,)})

    assert caught.value.fields == {"pick.n1": "请重新选择这一步的办理人"}
    assert holders(instance_id) == {"会签人"}


@pytest.mark.parametrize("wrong", ["left", "self", "twice", "unknown"])
def test_a_choice_that_may_not_be_is_refused(hospital, wrong):
    person = hospital.house.person("会签人", status="left" if wrong == "left" else "active")
    slug = hospital.publish(
        engine.Node(id="n1", name="会签", kind=engine.Kind.APPROVE, by=(engine.Rule(kind="starter_pick"),))
    )
    picks = {
        "left": (person.id,),
        "self": (hospital.nurse.id,),
        "twice": (person.id, person.id),
        "unknown": ("nobody",),
    }[wrong]

    with pytest.raises(Invalid) as caught:
        hospital.submit(slug, {"topic": "一件事"}, picks={"n1": picks})

    assert set(caught.value.fields) == {"pick.n1"}
    assert Instance.select().count() == 0


# --- fields at a step -------------------------------------------------------------------------------


def filled(hospital, **values):
    """Publish a flow whose second step fills in a result."""
    fields = (
        engine.Field(id="topic", name="事由", type="text", required=True),
        engine.Field(id="result", name="处理结果", type="textarea"),
    )
    return own(
        hospital,
        node("n1", hospital.head, kind="handle", **values),
        fields=fields,
        hidden_at_start=("result",),
    )


def test_who_handles_fills_in_the_fields_of_the_step(hospital):
    instance_id = filled(hospital, edit=("result",))

    hospital.handle(hospital.head, changes={"result": "已更换"})

    assert state(instance_id).values == {"topic": "购置一台打印机", "result": "已更换"}
    assert status(instance_id) == "approved"
    check_invariants(instance_id)


def test_a_required_field_of_the_step_must_be_filled(hospital):
    filled(hospital, require=("result",))

    with pytest.raises(Invalid) as caught:
        hospital.handle(hospital.head)

    assert caught.value.fields == {"result": "请填写处理结果"}


def test_a_field_that_is_not_of_the_step_is_refused(hospital):
    instance_id = filled(hospital, edit=("result",))

    with pytest.raises(Invalid) as caught:
        hospital.handle(hospital.head, changes={"topic": "别的事"})

    assert caught.value.fields == {"topic": "这一步不能修改这一项"}
    assert state(instance_id).values == {"topic": "购置一台打印机"}


def test_a_field_the_starter_does_not_have_is_refused_at_the_start(hospital):
    filled(hospital, edit=("result",))

    with pytest.raises(Invalid) as caught:
        hospital.submit("own-flow", {"topic": "一件事", "result": "混进来的"})

    assert set(caught.value.fields) == {"result"}


def test_a_changed_fact_shows_in_the_lists(hospital):
    fields = (engine.Field(id="topic", name="事由", type="text", required=True),)
    instance_id = own(
        hospital,
        node("n1", hospital.head, edit=("topic",)),
        node("n2", hospital.cover),
        fields=fields,
        facts=("topic",),
        subject=["f", "topic"],
    )

    hospital.approve(hospital.head, changes={"topic": "购置两台打印机"})

    row = Instance.get_by_id(instance_id)
    assert (row.subject, row.facts) == ("购置两台打印机", ["购置两台打印机"])


# --- return, withdraw, comment, urge ---------------------------------------------------------------


def test_a_returned_application_goes_through_all_steps_again(hospital):
    (hr,) = hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    hospital.approve(hospital.head)
    hospital.send_back(hr)
    assert (holders(instance_id), Instance.get_by_id(instance_id).is_returned) == ({"护士乙"}, True)

    hospital.resubmit(hospital.nurse, days="4")

    row = Instance.get_by_id(instance_id)
    assert (holders(instance_id), row.is_returned, row.subject) == ({"护士长甲"}, False, "年假 4 天")
    check_invariants(instance_id)


def test_a_small_correction_comes_straight_back(hospital):
    (hr,) = hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    hospital.approve(hospital.head)
    hospital.send_back(hr, resume="back_to_me")

    hospital.resubmit(hospital.nurse, reason="回家看望父母和祖母")

    assert holders(instance_id) == names(hr)
    check_invariants(instance_id)


def test_a_correction_that_changes_the_way_goes_through_all_steps(hospital):
    (hr,) = hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    hospital.approve(hospital.head)
    hospital.send_back(hr, resume="back_to_me")

    hospital.resubmit(hospital.nurse, days="2")

    assert holders(instance_id) == {"护士长甲"}


def test_only_the_starter_sends_a_returned_form_again(hospital):
    hospital.leave()
    hospital.send_back(hospital.head)
    task = task_of(hospital.nurse)

    with pytest.raises(NotFound):
        service.resubmit(task.id, hospital.answer(), actor=hospital.actor(hospital.head))


def test_a_withdrawn_application_waits_for_nobody(hospital):
    instance_id = hospital.leave()

    service.withdraw(instance_id, hospital.answer(), actor=hospital.actor(hospital.nurse))

    assert (status(instance_id), holders(instance_id)) == ("withdrawn", set())
    check_invariants(instance_id)


def test_withdrawing_after_a_decision_asks_for_a_reason(hospital):
    hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    hospital.approve(hospital.head)
    nurse = hospital.actor(hospital.nurse)

    with pytest.raises(Invalid) as caught:
        service.withdraw(instance_id, hospital.answer(), actor=nurse)
    service.withdraw(instance_id, hospital.answer(comment="不去了"), actor=nurse)

    assert (set(caught.value.fields), status(instance_id)) == ({"comment"}, "withdrawn")


def test_a_refusal_needs_words(hospital):
    hospital.leave()

    with pytest.raises(Invalid) as caught:
        hospital.reject(hospital.head, comment="  ")

    assert set(caught.value.fields) == {"comment"}


def test_who_takes_part_may_comment_also_after_the_end(hospital):
    instance_id = hospital.leave()
    hospital.approve(hospital.head)

    service.comment(instance_id, hospital.answer(comment="路上小心"), actor=hospital.actor(hospital.head))

    assert [one.text for one in state(instance_id).comments] == ["路上小心"]
    check_invariants(instance_id)


def test_a_stranger_may_not_comment(hospital):
    instance_id = hospital.leave()
    stranger = hospital.house.person("路人", department=20)

    with pytest.raises(NotFound):
        service.comment(instance_id, hospital.answer(comment="路过"), actor=hospital.actor(stranger))


def test_nobody_is_reminded_twice_within_the_hour(hospital, frozen_clock):
    instance_id = hospital.leave()
    nurse = hospital.actor(hospital.nurse)
    service.urge(instance_id, hospital.answer(), actor=nurse)

    frozen_clock(minutes=59)
    with pytest.raises(Moved) as caught:
        service.urge(instance_id, hospital.answer(), actor=nurse)
    frozen_clock(minutes=1)
    service.urge(instance_id, hospital.answer(), actor=nurse)
    hospital.house.run_jobs()

    reminded = [userid for userid, _card in hospital.house.wecom.sent if userid == hospital.head.userid]
    assert caught.value.title == "一小时内已经提醒过了，请稍后再催"
    assert len(reminded) == 3
    check_invariants(instance_id)


# --- copies -----------------------------------------------------------------------------------------


def test_a_copy_arrives_once_and_is_marked_when_read(hospital):
    reader = hospital.house.person("备案人")
    instance_id = own(
        hospital, node("n1", hospital.head), node("c1", reader, kind="cc"), node("n2", hospital.cover)
    )
    hospital.approve(hospital.head)
    unread = [row.instance_id for row in queries.unread_by(reader.id, 20)]

    service.mark_read(instance_id, actor=hospital.actor(reader))

    assert unread == [instance_id]
    assert (queries.unread_by(reader.id, 20), Copy.select().count()) == ([], 1)


def test_a_second_round_copies_again(hospital):
    reader = hospital.house.person("备案人")
    instance_id = own(hospital, node("c1", reader, kind="cc"), node("n1", hospital.head))
    hospital.send_back(hospital.head)
    hospital.resubmit(hospital.nurse, topic="另一件事")
    hospital.house.run_jobs()

    assert [copy.round for copy in queries.reader_rows(instance_id)] == [1, 2]
    assert len([1 for userid, _card in hospital.house.wecom.sent if userid == reader.userid]) == 2


# --- definitions ------------------------------------------------------------------------------------


def test_a_new_version_leaves_running_applications_alone(hospital):
    slug = hospital.publish(node("n1", hospital.head), node("n2", hospital.cover))
    old = hospital.submit(slug, {"topic": "旧版"})
    hospital.publish(node("n1", hospital.cover))
    new = hospital.submit(slug, {"topic": "新版"})

    hospital.approve(hospital.head)

    assert (holders(old), holders(new)) == ({"护士丙"}, {"护士丙"})
    assert [Instance.get_by_id(one).definition_version for one in (old, new)] == [1, 2]


def test_a_field_of_the_lists_may_not_be_hidden_from_anybody(hospital):
    with pytest.raises(Conflict) as caught:
        hospital.publish(node("n1", hospital.head, hide=("topic",)), facts=("topic",))

    assert caught.value.title == ("“自定流程”还不能发布：“事由”出现在标题或列表摘要里，不能对“环节n1”隐藏")


def test_the_late_one_reads_who_when_and_what(hospital, frozen_clock):
    one, two = (hospital.house.person(name) for name in ("主任甲", "主任乙"))
    own(hospital, node("n1", one, two, mode="any"), node("n2", hospital.head))
    late = task_of(two)
    hospital.approve(one)

    with pytest.raises(Handled) as caught:
        service.reject(late.id, hospital.answer(comment="不行"), actor=hospital.actor(two))

    assert caught.value.title == "已由 主任甲 10:00 同意，无需再处理"
