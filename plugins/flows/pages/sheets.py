"""The form of each action a person may take now, as a half screen or as a page of its own."""

from typing import Any

from qingban import Actor, _, forms

from .. import engine
from ..forms import fields_of
from ..models import Instance
from ..names import names_for

WORDS = {
    "approve": ("同意", "确认同意", "brand", ("同意", "已阅，同意", "请按规定执行")),
    "handle": ("办结", "确认办结", "brand", ("已办理", "已登记")),
    "reject": ("驳回", "确认驳回", "danger", ("材料不全", "时间冲突，请调整", "不符合规定")),
    "send_back": ("退回修改", "退回给申请人", "danger", ("请补充材料", "请核对后再提交")),
    "withdraw": ("撤回", "撤回申请", "danger", ("填错了", "不需要了")),
    "comment": ("评论", "发表评论", "brand", ()),
    "urge": ("催办", "提醒办理人", "brand", ()),
}
AFTER = {
    "reject": "申请到此结束，申请人会收到通知和你写的原因。",
    "send_back": "申请人会收到通知，修改后可再次提交。",
    "withdraw": "撤回后审批人不用再处理，你可以重新发起。",
    "urge": "给正在办理的人发一条提醒，每人一小时内只提醒一次。",
}
FILLED_IN = ("approve", "handle")
"""Where a step's fields are filled in; who refuses has nothing to fill."""


def sheets_of(
    definition: engine.Definition,
    state: engine.Instance,
    row: Instance,
    actor: Actor,
    failure: Any = None,
) -> list[dict[str, Any]]:
    """Return the sheets of what this person may do, the failed one with what was typed and what is wrong."""
    legal = engine.actions_for(definition, state, actor.person_id)
    failed = failure.command if failure else ""
    return [
        _sheet(definition, state, row, one, failure if one.name == failed else None)
        for one in legal
        if one.name in WORDS
    ]


def _sheet(
    definition: engine.Definition,
    state: engine.Instance,
    row: Instance,
    one: engine.LegalAction,
    failure: Any,
) -> dict[str, Any]:
    title, confirm, tone, phrases = WORDS[one.name]
    edit = one.edit if one.name in FILLED_IN else ()
    fields = tuple(field for field in fields_of(definition) if field.id in edit)
    errors = failure.errors if failure else {}
    typed = failure.form if failure else None
    views = _views(definition, state, fields, one, errors, typed)
    return {
        "name": one.name,
        "id": f"sheet-{one.name}",
        "title": _(title),
        "confirm": _(confirm),
        "tone": tone,
        "phrases": phrases,
        "text": _(AFTER.get(one.name, "")),
        "path": f"/flows/{row.id}/{one.name}",
        "task_id": one.task_id,
        "version": one.version,
        "needs_comment": one.needs_comment,
        "has_comment": one.name != "urge",
        "comment": typed.get("comment") if typed else "",
        "fields": views,
        "has_files": any(view.type in forms.FILE_TYPES for view in views),
        "seen": {field.id: state.field_versions.get(field.id, 0) for field in fields},
        "errors": errors,
        "is_returning": one.name == "send_back",
        "resume": (typed.get("resume") if typed else "") or "rerun",
    }


def _views(
    definition: engine.Definition,
    state: engine.Instance,
    fields: tuple[forms.Field, ...],
    one: engine.LegalAction,
    errors: dict[str, str],
    typed: Any,
) -> list[forms.FieldView]:
    raw = forms.raw_from_pairs(fields, typed.pairs) if typed and fields else None
    names = names_for(definition, {field.id: state.values.get(field.id) for field in fields})
    views = forms.form_views(fields, state.values, raw=raw, errors=errors, names=names)
    if one.needs_signature:
        field = forms.from_dict(
            {"id": "signature", "type": "signature", "name": _("手写签名"), "required": True}
        )
        views.append(forms.field_view(field, [], errors=errors))
    return views
