"""Pages: every form opens, what is sent arrives, the bar shows what is legal, trouble is one sentence."""

import re

import lxml.html
import pytest

from core.audit import AuditRecord
from plugins.flows import engine, queries, service
from plugins.flows.models import Instance, Task
from tests.plugins.flows.support import LEAVE, PNG, node, send_parts, state, status, task_of, upload, words

LEAVE_FORM = {
    "f.leave_kind": "年假",
    "f.period.from": "2026-12-01",
    "f.period.to": "2026-12-02",
    "f.days": "2",
    "f.reason": "回家看望父母",
}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


@pytest.fixture
def nurse(hospital):
    """Give the nurse's browser."""
    return hospital.house.browser(hospital.nurse)


def bar(page):
    """Return the words of the buttons at the foot."""
    tree = lxml.html.fromstring(page.text)
    buttons = tree.cssselect(".qb-bar__row a, .qb-bar__row button")
    return [one.text_content().strip() for one in buttons]


def sheets(page):
    """Return the names of the actions offered."""
    return re.findall(r'<dialog[^>]* id="sheet-(\w+)"', page.text)


def form(task, **values):
    """Make the form of a decision."""
    return {"task_id": task.id, "version": 1, **values}


# --- start ------------------------------------------------------------------------------------------


def test_every_form_of_the_gallery_opens(hospital, nurse):
    rows = queries.definitions_of(hospital.house.site)

    pages = {row.slug: nurse.get(f"/flows/new/{row.slug}") for row in rows}

    assert len(pages) == 100
    assert {slug: page.status_code for slug, page in pages.items() if page.status_code != 200} == {}
    for row in rows:
        tree = lxml.html.fromstring(pages[row.slug].text)
        definition = queries.version_of(row.id, row.number)
        asked = {field.id for field in definition.fields if field.id not in definition.hidden_at_start}
        shown = {one.get("data-field") for one in tree.cssselect("#flow-form [data-field]")}
        assert asked <= shown, row.slug
        assert len(tree.cssselect("[data-part=route] li")) > 0, row.slug


def test_every_empty_form_comes_back_and_says_what_is_missing(hospital, nurse):
    for row in queries.definitions_of(hospital.house.site):
        page = nurse.post(f"/flows/new/{row.slug}", {})

        tree = lxml.html.fromstring(page.text)
        definition = queries.version_of(row.id, row.number)
        missing = {
            field.id
            for field in definition.fields
            if field.required and field.id not in definition.hidden_at_start
        }
        wrong = {one.get("data-field") for one in tree.cssselect(".qb-field.has-error[data-field]")}
        assert (page.status_code, missing - wrong) == (422, set()), row.slug
        first = tree.cssselect(".qb-field.has-error")[0]
        assert first.cssselect("input:not([type=hidden]), textarea, select, button"), row.slug
        assert "处要改" in words(page), row.slug
    assert Instance.select().count() == 0


def test_what_is_sent_arrives_and_the_browser_is_sent_on(hospital, nurse):
    answer = nurse.post("/flows/new/hr-leave", {**LEAVE_FORM, "f.cover": hospital.cover.id})

    row = Instance.get()
    page = nurse.get(answer.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/flows/{row.id}?sent=hr-leave.1")
    assert page.status_code == 200
    assert "年假 2 天" in words(page)
    assert state(row.id).values == {**LEAVE, "cover": hospital.cover.id}


def test_the_same_form_twice_leads_to_the_same_application(hospital, nurse):
    filled = {**LEAVE_FORM, "f.cover": hospital.cover.id, "request_id": "abc123"}

    first, second = (nurse.post("/flows/new/hr-leave", filled).headers["location"] for _ in range(2))

    assert (first, Instance.select().count()) == (second, 1)


@pytest.mark.parametrize("request_id", ["x" * 500, "空 格", "../../etc", "a\nb"])
def test_a_strange_request_id_does_no_harm(hospital, nurse, request_id):
    filled = {**LEAVE_FORM, "f.cover": hospital.cover.id, "request_id": request_id}

    assert nurse.post("/flows/new/hr-leave", filled).status_code == 303


def test_a_refused_form_keeps_what_was_typed_and_its_request(hospital, nurse):
    page = nurse.post("/flows/new/hr-leave", {**LEAVE_FORM, "f.days": "很多", "request_id": "keepme"})

    tree = lxml.html.fromstring(page.text)
    assert page.status_code == 422
    assert tree.cssselect("[name='f.reason']")[0].text.strip() == "回家看望父母"
    assert tree.cssselect("#flow-form [name=request_id]")[0].get("value") == "keepme"
    assert tree.cssselect("[data-field=days] .qb-field__error")


def test_a_field_of_a_later_step_is_refused_at_the_start(hospital, nurse):
    page = nurse.post("/flows/new/equip-repair", {"f.result": "我自己修好了"})

    assert page.status_code == 422
    assert Instance.select().count() == 0


@pytest.mark.parametrize("address", ["/flows/new/no-such-flow", "/flows/no-such-thing", "/flows/x/approve"])
def test_what_is_not_there_says_so(nurse, address):
    page = nurse.get(address)

    assert page.status_code == 404
    assert "没有" in words(page)


def test_the_chooser_finds_a_flow_by_its_name(nurse):
    page = nurse.get("/flows/?q=%E7%94%A8%E5%8D%B0")

    assert "/flows/new/admin-seal-use" in page.text
    assert "/flows/new/hr-leave" not in page.text


def test_the_chooser_shows_first_what_is_used_most(hospital, nurse):
    hospital.leave()

    tree = lxml.html.fromstring(nurse.get("/flows/").text)

    assert [one.get("href") for one in tree.cssselect(".qb-tiles a")] == ["/flows/new/hr-leave"]


def test_the_way_ahead_follows_what_is_typed(hospital, nurse):
    hospital.staff("hr", "人事科长")
    short = nurse.post("/flows/new/hr-leave/route", {**LEAVE_FORM})
    long = nurse.post("/flows/new/hr-leave/route", {**LEAVE_FORM, "f.days": "5"})

    assert (short.status_code, long.status_code) == (200, 200)
    assert "护士长甲" in short.text
    assert "人事科审核" not in short.text
    assert "人事科审核 · 人事科长" in words(long).replace("</span>", "")


def test_people_are_chosen_on_the_form(hospital, nurse):
    office = hospital.staff("office")[0]
    hospital.house.person("会签人")
    page = nurse.get("/flows/new/admin-dispatch")
    refused = nurse.post("/flows/new/admin-dispatch", {})

    assert 'data-name="pick.n2"' in page.text
    assert refused.status_code == 422
    assert office.name


def test_without_a_choice_the_form_comes_back_at_the_choice(hospital, nurse):
    chosen = hospital.house.person("会签人")
    by = (engine.Rule(kind="starter_pick"),)
    slug = hospital.publish(engine.Node(id="n1", name="会签", kind=engine.Kind.APPROVE, by=by))

    refused = nurse.post(f"/flows/new/{slug}", {"f.topic": "一件事"})
    taken = nurse.post(f"/flows/new/{slug}", {"f.topic": "一件事", "pick.n1": chosen.id})

    tree = lxml.html.fromstring(refused.text)
    assert refused.status_code == 422
    assert tree.cssselect("[data-field='pick.n1'].has-error")
    assert (taken.status_code, Task.get().person_id) == (303, chosen.id)


# --- files ------------------------------------------------------------------------------------------


def test_a_photo_sent_without_script_is_kept(hospital, nurse):
    parts = list(LEAVE_FORM.items())
    parts += [("f.cover", hospital.cover.id), ("f.proof", "证明.png", PNG)]

    answer = send_parts(nurse, "/flows/new/hr-leave", parts)

    (photo,) = state(Instance.get().id).values["proof"]
    assert answer.status_code == 303
    head = hospital.house.browser(hospital.head)
    stranger = hospital.house.browser(hospital.house.person("路人", department=20))
    assert head.get(f"/-/attachments/{photo}").status_code == 200
    assert stranger.get(f"/-/attachments/{photo}").status_code == 404


def test_a_file_that_is_no_photo_is_said_at_its_field(hospital, nurse):
    parts = list(LEAVE_FORM.items())
    parts += [("f.cover", hospital.cover.id), ("f.proof", "证明.png", b"MZ this is a program")]

    page = send_parts(nurse, "/flows/new/hr-leave", parts)

    tree = lxml.html.fromstring(page.text)
    assert page.status_code == 422
    assert tree.cssselect("[data-field=proof].has-error")
    assert tree.cssselect("[name='f.reason']")[0].text.strip() == "回家看望父母"


def test_a_file_of_somebody_else_is_refused_at_its_field(hospital, nurse):
    foreign = upload(hospital.house.browser(hospital.cover))

    page = nurse.post("/flows/new/hr-leave", {**LEAVE_FORM, "f.cover": hospital.cover.id, "f.proof": foreign})

    assert page.status_code == 422
    assert lxml.html.fromstring(page.text).cssselect("[data-field=proof].has-error")
    assert Instance.select().count() == 0


def signing(hospital):
    """Publish a flow whose step asks for a signature and send it; returns the instance id."""
    return hospital.submit(hospital.publish(node("n1", hospital.head, sign=True)), {"topic": "一件事"})


def test_a_signature_is_demanded_and_shown(hospital, nurse):
    instance_id = signing(hospital)
    head = hospital.house.browser(hospital.head)
    task = task_of(hospital.head)

    refused = head.post(f"/flows/{instance_id}/approve", form(task, comment="同意"))
    signature = upload(head, "signature")
    signed = head.post(f"/flows/{instance_id}/approve", form(task, **{"f.signature": signature}))

    assert (refused.status_code, signed.status_code) == (422, 303)
    assert "请先手写签名" in words(refused)
    assert ">同意</textarea>" in refused.text
    assert state(instance_id).tasks[0].signature == signature
    assert f"/-/attachments/{signature}" in nurse.get(f"/flows/{instance_id}").text
    assert nurse.get(f"/-/attachments/{signature}").status_code == 200


@pytest.mark.parametrize("trick", ["invented", "foreign", "photo", "used"])
def test_only_a_fresh_signature_of_ones_own_counts(hospital, trick):
    head = hospital.house.browser(hospital.head)
    used = upload(head, "signature")
    first = signing(hospital)
    head.post(f"/flows/{first}/approve", form(task_of(hospital.head), **{"f.signature": used}))
    instance_id = hospital.submit("own-flow", {"topic": "第二件事"})
    signature = {
        "invented": "sig.png",
        "foreign": upload(hospital.house.browser(hospital.cover), "signature"),
        "photo": upload(head, "photo"),
        "used": used,
    }[trick]

    page = head.post(
        f"/flows/{instance_id}/approve", form(task_of(hospital.head), **{"f.signature": signature})
    )

    assert (page.status_code, status(instance_id)) == (422, "running")
    assert "请重新签名" in words(page)


def test_a_signature_sent_without_script_counts(hospital):
    instance_id = signing(hospital)
    head = hospital.house.browser(hospital.head)
    sheet = head.get(f"/flows/{instance_id}/approve")
    task = task_of(hospital.head)

    parts = [("task_id", task.id), ("version", "1"), ("f.signature", "sig.png", PNG)]
    answer = send_parts(head, f"/flows/{instance_id}/approve", parts)

    assert 'enctype="multipart/form-data"' in sheet.text
    assert (answer.status_code, status(instance_id)) == (303, "approved")


def test_a_photo_added_by_a_handler_is_read_by_the_others(hospital, nurse):
    fields = (
        engine.Field(id="topic", name="事由", type="text", required=True),
        engine.Field(id="done", name="完工照片", type="photo"),
    )
    slug = hospital.publish(
        node("n1", hospital.head, kind="handle", edit=("done",)), fields=fields, hidden_at_start=("done",)
    )
    instance_id = hospital.submit(slug, {"topic": "一件事"})
    head = hospital.house.browser(hospital.head)
    parts = [("task_id", task_of(hospital.head).id), ("seen.done", "0"), ("f.done", "a.png", PNG)]

    answer = send_parts(head, f"/flows/{instance_id}/handle", parts)

    (photo,) = state(instance_id).values["done"]
    assert answer.status_code == 303
    assert nurse.get(f"/-/attachments/{photo}").status_code == 200


# --- detail and bar ---------------------------------------------------------------------------------


def test_the_bar_shows_everybody_what_is_theirs(hospital, nurse):
    (hr,) = hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    address = f"/flows/{instance_id}"
    head = hospital.house.browser(hospital.head)
    stranger = hospital.house.browser(hospital.house.person("路人", department=20))

    assert bar(nurse.get(address)) == ["更多", "催办"]
    assert bar(head.get(address)) == ["更多", "驳回", "同意"]
    assert hospital.house.browser(hr).get(address).status_code == 404
    assert stranger.get(address).status_code == 404
    assert sheets(head.get(address)) == ["approve", "reject", "send_back", "comment", "more"]
    assert sheets(nurse.get(address)) == ["withdraw", "urge", "comment", "more"]


def test_after_the_decision_the_approver_reads_and_comments(hospital, nurse):
    instance_id = hospital.leave()
    hospital.approve(hospital.head)
    page = hospital.house.browser(hospital.head).get(f"/flows/{instance_id}")

    assert bar(page) == ["评论"]
    assert "已通过" in words(page)
    assert bar(nurse.get(f"/flows/{instance_id}")) == ["评论"]


def test_a_reader_of_a_copy_reads_it_by_opening_it(hospital):
    reader = hospital.house.person("备案人")
    slug = hospital.publish(node("c1", reader, kind="cc"), node("n1", hospital.head))
    instance_id = hospital.submit(slug, {"topic": "一件事"})

    page = hospital.house.browser(reader).get(f"/flows/{instance_id}")

    assert (page.status_code, bar(page)) == (200, ["评论"])
    assert queries.unread_by(reader.id, 20) == []


def test_a_returned_form_offers_the_correction_to_its_starter_only(hospital, nurse):
    instance_id = hospital.leave()
    hospital.send_back(hospital.head)

    page = nurse.get(f"/flows/{instance_id}")

    assert bar(page) == ["更多", "修改后再次提交"]
    assert "待修改" in words(page)
    assert "请补充材料" in words(page)
    assert nurse.get(f"/flows/{instance_id}/edit").status_code == 200
    assert hospital.house.browser(hospital.head).get(f"/flows/{instance_id}/edit").status_code == 404


def test_the_approver_who_sent_it_back_is_offered_no_correction(hospital):
    instance_id = hospital.leave()
    hospital.send_back(hospital.head)

    assert bar(hospital.house.browser(hospital.head).get(f"/flows/{instance_id}")) == ["评论"]


def test_a_correction_is_sent_from_the_form(hospital, nurse):
    instance_id = hospital.leave()
    hospital.send_back(hospital.head)
    task = task_of(hospital.nurse)
    filled = {**LEAVE_FORM, "f.cover": hospital.cover.id, "f.days": "1"}

    refused = nurse.post(f"/flows/{instance_id}/resubmit", form(task, **{**filled, "f.reason": ""}))
    answer = nurse.post(f"/flows/{instance_id}/resubmit", form(task, **filled))

    assert refused.status_code == 422
    assert lxml.html.fromstring(refused.text).cssselect("[data-field=reason].has-error")
    assert (answer.status_code, Instance.get().subject) == (303, "年假 1 天")
    page = hospital.house.browser(hospital.head).get(f"/flows/{instance_id}")
    assert "改" in words(page)


def test_a_correction_may_choose_other_people(hospital, nurse):
    one, two = (hospital.house.person(name) for name in ("会签人甲", "会签人乙"))
    by = (engine.Rule(kind="starter_pick"),)
    slug = hospital.publish(
        node("n1", hospital.head), engine.Node(id="n2", name="会签", kind=engine.Kind.APPROVE, by=by)
    )
    instance_id = hospital.submit(slug, {"topic": "一件事"}, picks={"n2": (one.id,)})
    hospital.send_back(hospital.head)
    page = nurse.get(f"/flows/{instance_id}/edit")

    sent = {"f.topic": "一件事", "pick.n2": two.id}
    nurse.post(f"/flows/{instance_id}/resubmit", form(task_of(hospital.nurse), **sent))

    assert "会签人甲" in page.text
    assert state(instance_id).picks == {"n2": (two.id,)}


# --- decide -----------------------------------------------------------------------------------------


def test_a_decision_leads_back_and_offers_the_next(hospital):
    first, second = hospital.leave(), hospital.leave()
    head = hospital.house.browser(hospital.head)
    task = Task.get(Task.instance == second)

    answer = head.post(f"/flows/{second}/approve", form(task))

    assert (answer.status_code, answer.headers["location"]) == (303, f"/flows/{second}")
    from urllib.parse import unquote

    said = unquote(answer.headers["set-cookie"])
    assert "已同意" in said
    assert f"/flows/{first}" in said


def test_who_was_slower_sees_the_true_state_and_one_sentence(hospital, frozen_clock):
    one, two = (hospital.house.person(name) for name in ("主任甲", "主任乙"))
    instance_id = hospital.submit(hospital.publish(node("n1", one, two, mode="any")), {"topic": "一件事"})
    task = task_of(two)
    hospital.approve(one)

    page = hospital.house.browser(two).post(f"/flows/{instance_id}/reject", form(task, comment="不行"))

    assert page.status_code == 409
    assert words(page).count("已由 主任甲 10:00 同意，无需再处理") == 1
    assert "已通过" in words(page)
    assert bar(page) == ["评论"]


def test_a_withdrawn_application_says_so(hospital):
    instance_id = hospital.leave()
    task = task_of(hospital.head)
    service.withdraw(instance_id, hospital.answer(), actor=hospital.actor(hospital.nurse))

    page = hospital.house.browser(hospital.head).post(f"/flows/{instance_id}/approve", form(task))

    assert page.status_code == 409
    assert "这条申请已被撤回，你不用处理了" in words(page)


def test_a_refusal_without_words_comes_back_with_the_sheet_open(hospital):
    instance_id = hospital.leave()
    head = hospital.house.browser(hospital.head)

    page = head.post(f"/flows/{instance_id}/reject", form(task_of(hospital.head)))

    tree = lxml.html.fromstring(page.text)
    assert (page.status_code, status(instance_id)) == (422, "running")
    assert tree.cssselect(
        "#sheet-reject form[data-open] [data-field=comment].has-error textarea[aria-invalid]"
    )
    assert not tree.cssselect("#sheet-approve form[data-open]")


def test_two_who_fill_in_one_field_see_both_words(hospital):
    one, two = (hospital.house.person(name) for name in ("主任甲", "主任乙"))
    slug = hospital.publish(node("n1", one, two, mode="all", edit=("topic",)))
    instance_id = hospital.submit(slug, {"topic": "一件事"})
    hospital.approve(one, changes={"topic": "甲的说法"})
    second = hospital.house.browser(two)
    typed = {"f.topic": "乙的说法", "seen.topic": "1", "comment": "我看过了"}
    seen = {"seen.topic": "0"}

    page = second.post(f"/flows/{instance_id}/approve", form(task_of(two), **{**typed, **seen}))

    tree = lxml.html.fromstring(page.text)
    assert page.status_code == 409
    assert tree.cssselect("#sheet-approve [name='f.topic']")[0].get("value") == "乙的说法"
    assert "刚被改为“甲的说法”" in words(page)
    assert tree.cssselect("#sheet-approve textarea")[0].text == "我看过了"
    fresh = tree.cssselect("#sheet-approve [name='seen.topic']")[0].get("value")
    again = form(task_of(two), **{**typed, "seen.topic": fresh})
    assert second.post(f"/flows/{instance_id}/approve", again).status_code == 303
    assert state(instance_id).values == {"topic": "乙的说法"}


def test_a_field_that_is_not_of_the_step_is_refused(hospital):
    instance_id = hospital.leave()
    head = hospital.house.browser(hospital.head)

    page = head.post(f"/flows/{instance_id}/approve", form(task_of(hospital.head), **{"f.days": "30"}))

    assert (page.status_code, status(instance_id)) == (422, "running")
    assert state(instance_id).values["days"] == "2"


def test_a_refusal_leaves_the_fields_of_the_step_as_they_were(hospital):
    slug = hospital.publish(node("n1", hospital.head, edit=("topic",), on_reject="starter"))
    instance_id = hospital.submit(slug, {"topic": "一件事"})
    head = hospital.house.browser(hospital.head)

    answer = head.post(f"/flows/{instance_id}/reject", form(task_of(hospital.head), comment="不行"))

    assert answer.status_code == 303
    assert state(instance_id).values == {"topic": "一件事"}


def test_a_guessed_task_answers_like_a_missing_one(hospital):
    (hr,) = hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    hospital.approve(hospital.head)
    foreign = hospital.leave()
    head = hospital.house.browser(hospital.head)
    guesses = [task_of(hr).id, Task.get(Task.instance == foreign).id, "1234", "", "x" * 300]

    answers = [head.post(f"/flows/{instance_id}/approve", {"task_id": one}) for one in guesses]

    texts = {lxml.html.fromstring(one.text).cssselect("main p, .qb-empty p")[0].text for one in answers}
    assert [one.status_code for one in answers] == [404] * 5
    assert texts == {"没有找到，或不需要你处理"}
    assert (status(instance_id), status(foreign)) == ("running", "running")


@pytest.mark.parametrize("version", ["", "²", "-1", "9" * 40, "1.5", "abc"])
def test_a_strange_version_does_no_harm(hospital, version):
    instance_id = hospital.leave()
    head = hospital.house.browser(hospital.head)

    answer = head.post(
        f"/flows/{instance_id}/approve", {"task_id": task_of(hospital.head).id, "version": version}
    )

    assert answer.status_code in (303, 409)


def test_an_unknown_command_is_not_found(hospital):
    instance_id = hospital.leave()

    assert hospital.house.browser(hospital.nurse).post(f"/flows/{instance_id}/explode", {}).status_code == 404


@pytest.mark.parametrize("command", ["approve", "reject", "send_back", "comment", "more"])
def test_without_script_every_action_has_its_page(hospital, command):
    instance_id = hospital.leave()
    head = hospital.house.browser(hospital.head)

    page = head.get(f"/flows/{instance_id}/{command}")

    tree = lxml.html.fromstring(page.text)
    assert page.status_code == 200
    if command == "more":
        offered = [one.get("href") for one in tree.cssselect("main a, section a")]
        assert f"/flows/{instance_id}/send_back" in offered
    else:
        assert tree.cssselect(f"form[action='/flows/{instance_id}/{command}'] [name=request_id]")


def test_the_bar_leads_somewhere_without_script(hospital):
    instance_id = hospital.leave()
    head = hospital.house.browser(hospital.head)
    tree = lxml.html.fromstring(head.get(f"/flows/{instance_id}").text)

    links = [one.get("href") for one in tree.cssselect(".qb-bar__row a")]

    assert {link: head.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert len(links) == 3


# --- what must not be seen --------------------------------------------------------------------------


def hiding(hospital):
    """Publish a flow that hides the salary from its first step and send it; returns the instance id."""
    fields = (
        engine.Field(id="topic", name="事由", type="text", required=True),
        engine.Field(id="salary", name="薪资", type="text"),
        engine.Field(id="slip", name="工资条", type="photo"),
    )
    slug = hospital.publish(
        node("n1", hospital.head, hide=("salary", "slip")),
        node("n2", hospital.cover),
        fields=fields,
        facts=("topic",),
        subject=["f", "topic"],
    )
    slip = upload(hospital.house.browser(hospital.nurse))
    return hospital.submit(slug, {"topic": "调薪", "salary": "机密八千八", "slip": [slip]}), slip


def test_a_hidden_field_is_nowhere_for_whom_it_is_hidden(hospital):
    instance_id, slip = hiding(hospital)
    hospital.house.run_jobs()
    head, cover = (hospital.house.browser(one) for one in (hospital.head, hospital.cover))
    page = head.get(f"/flows/{instance_id}")
    cards = [str(card) for userid, card in hospital.house.wecom.sent if userid == hospital.head.userid]
    search = head.get("/search?q=%E6%9C%BA%E5%AF%86")

    assert page.status_code == 200
    for place in (page.text, *cards, search.text, head.get("/todo").text):
        assert "机密八千八" not in place
        assert slip not in place
    assert head.get(f"/-/attachments/{slip}").status_code == 404
    hospital.approve(hospital.head)
    assert "机密八千八" in cover.get(f"/flows/{instance_id}").text
    assert cover.get(f"/-/attachments/{slip}").status_code == 200


def test_the_starter_sees_the_whole_form(hospital, nurse):
    instance_id, _slip = hiding(hospital)

    assert "机密八千八" in nurse.get(f"/flows/{instance_id}").text


def test_nothing_typed_becomes_code(hospital, nurse):
    fields = (
        engine.Field(id="topic", name="事由", type="text", required=True),
        engine.Field(id="more", name="说明", type="textarea"),
    )
    evil = hospital.house.person(f"恶{HOSTILE[:20]}", head=True)
    slug = hospital.publish(
        node("n1", evil, edit=("more",), name=f"环节{HOSTILE}"),
        fields=fields,
        subject=["f", "topic"],
        facts=("more",),
    )
    filled = {"f.topic": HOSTILE, "f.more": HOSTILE}
    nurse.post(f"/flows/new/{slug}", filled)
    instance_id = Instance.get().id
    service.comment(instance_id, hospital.answer(comment=HOSTILE), actor=hospital.actor(hospital.nurse))
    boss = hospital.house.browser(evil)

    pages = [
        nurse.get(f"/flows/{instance_id}?sent={'%22%3E%3Cscript%3E'}"),
        boss.get(f"/flows/{instance_id}"),
        boss.get(f"/flows/{instance_id}/approve"),
        boss.post(f"/flows/{instance_id}/reject", {"task_id": task_of(evil).id, "f.more": HOSTILE}),
        nurse.get("/flows/mine"),
        boss.get("/todo"),
        nurse.post(f"/flows/new/{slug}", {**filled, "f.topic": "", "pick.x": HOSTILE}),
        nurse.post(f"/flows/new/{slug}/route", filled),
        nurse.get("/flows/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"),
    ]

    for page in pages:
        assert page.status_code in (200, 422)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert ">49<" not in page.text
    assert "&lt;script&gt;" in pages[1].text


# --- who looks after the flows ----------------------------------------------------------------------


def test_every_deed_leaves_an_audit_row_with_a_sentence(hospital):
    from core import audit

    (hr,) = hospital.staff("hr")
    instance_id = hospital.leave(days="5")
    service.comment(instance_id, hospital.answer(comment="急"), actor=hospital.actor(hospital.nurse))
    service.urge(instance_id, hospital.answer(), actor=hospital.actor(hospital.nurse))
    hospital.approve(hospital.head)
    hospital.send_back(hr)
    hospital.resubmit(hospital.nurse, days="4")
    hospital.reject(hospital.head)

    rows = list(AuditRecord.select().where(AuditRecord.about == instance_id).order_by(AuditRecord.id))
    serial = Instance.get().serial
    assert [(row.event, row.actor) for row in rows] == [
        ("flows.instance.submitted", hospital.nurse.id),
        ("flows.instance.commented", hospital.nurse.id),
        ("flows.instance.urged", hospital.nurse.id),
        ("flows.task.approved", hospital.head.id),
        ("flows.task.returned", hr.id),
        ("flows.instance.resubmitted", hospital.nurse.id),
        ("flows.task.rejected", hospital.head.id),
    ]
    assert {row.facts["subject"] for row in rows} == {serial}
    sentences = [audit.declared()[row.event].phrase for row in rows]
    assert sentences[0] == "{actor} 提交了申请 {subject}"
    assert all("{subject}" in sentence for sentence in sentences)


def test_who_looks_after_a_site_reads_its_applications_and_only_those(hospital):
    from core.auth import permissions
    from core.directory.models import Person
    from core.site import Site

    instance_id = hospital.leave()
    keeper = hospital.house.person("院办管理员", department=20, roles=["keepers"])
    before = hospital.house.browser(keeper).get(f"/flows/{instance_id}").status_code

    permissions.set_grant(hospital.house.site, "keepers", "flows.read_all", is_allowed=True)
    permissions.forget()
    page = hospital.house.browser(keeper).get(f"/flows/{instance_id}")
    elsewhere = Site.create(slug="east", title="东院", name="东院")
    permissions.set_grant(elsewhere, "keepers", "flows.read_all", is_allowed=True)
    Person.update(site=elsewhere.id).where(Person.id == keeper.id).execute()
    hospital.house.enable("flows", elsewhere)
    permissions.forget()

    assert (before, page.status_code) == (404, 200)
    assert "回家看望父母" in page.text
    assert bar(page) == []
    assert hospital.house.browser(keeper).get(f"/flows/{instance_id}").status_code == 404
