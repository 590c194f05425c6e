"""Personal data: everything a person wrote is handed out, only drafts are deleted."""

from plugins.flows import personal, queries, service
from plugins.flows.models import Draft, Instance
from tests.plugins.flows.support import LEAVE


def test_what_was_sent_decided_and_typed_is_handed_out(hospital):
    instance_id = hospital.leave()
    hospital.approve(hospital.head, comment="路上小心")
    service.comment(instance_id, hospital.answer(comment="谢谢"), actor=hospital.actor(hospital.nurse))
    service.comment(instance_id, hospital.answer(comment="不客气"), actor=hospital.actor(hospital.head))
    row = queries.definition_of(hospital.house.site, "hr-leave")
    service.save_draft(row, {"reason": "下一次"}, actor=hospital.actor(hospital.nurse))
    serial = Instance.get().serial

    nurse, head = (list(personal.export(one.id)) for one in (hospital.nurse, hospital.head))

    assert nurse == [
        {
            "kind": "申请",
            "serial": serial,
            "subject": "年假 2 天",
            "status": "approved",
            "values": {**LEAVE, "cover": hospital.cover.id},
            "comments": ["谢谢"],
        },
        {"kind": "草稿", "flow": "请假申请", "values": {"reason": "下一次"}},
    ]
    assert head == [
        {
            "kind": "任务",
            "serial": serial,
            "step": "科室负责人审批",
            "status": "approved",
            "comment": "路上小心",
        },
        {"kind": "评论", "serial": serial, "comment": "不客气"},
    ]


def test_nothing_of_others_is_handed_out(hospital):
    hospital.leave()

    assert list(personal.export(hospital.cover.id)) == []


def test_drafts_are_deleted_and_records_stay(hospital):
    hospital.leave()
    row = queries.definition_of(hospital.house.site, "hr-leave")
    for person in (hospital.nurse, hospital.head):
        service.save_draft(row, {"reason": "下一次"}, actor=hospital.actor(person))

    assert personal.erase(hospital.nurse.id) == 1
    assert [draft.person_id for draft in Draft.select()] == [hospital.head.id]
    assert Instance.select().count() == 1
    assert personal.erase(hospital.nurse.id) == 0
