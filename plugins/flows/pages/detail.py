"""One application: what, who, how far; and the bar with what I may do."""

from typing import Any

from qingban import Actor, Conflict, Invalid, NotFound, Page, _, forms, new_id, people

from .. import engine, queries, service
from ..engine.fields import access_for
from ..forms import fields_of, start_fields
from ..lists import state_chip
from ..models import Instance
from ..service.commands import Answer
from .common import names_for, picks_from
from .timeline import steps_of

SAID = {
    "approve": "已同意",
    "handle": "已办结",
    "reject": "已驳回",
    "send_back": "已退回给申请人",
    "resubmit": "已再次提交",
    "withdraw": "已撤回",
    "comment": "已评论",
    "urge": "已提醒办理人",
}
ON_TASK = {
    "approve": service.approve,
    "handle": service.handle,
    "reject": service.reject,
    "send_back": service.send_back,
    "resubmit": service.resubmit,
}
ON_INSTANCE = {"withdraw": service.withdraw, "comment": service.comment, "urge": service.urge}


class Detail(Page):
    """The page of an application."""

    def on_get(self, req: Any, resp: Any, instance_id: str) -> None:
        """Show it to whoever takes part."""
        row, state = service.access(instance_id, req.context.actor)
        if any(one.person_id == req.context.actor.person_id for one in state.copies):
            service.mark_read(instance_id, actor=req.context.actor)
        show(self, resp, row, state, req.context.actor, sent=req.get_param("sent") or "")

    def on_get_edit(self, req: Any, resp: Any, instance_id: str) -> None:
        """Show the form again after it came back."""
        row, state = service.access(instance_id, req.context.actor)
        edit(self, resp, row, state, req.context.actor, None, {})


class Decide(Page):
    """What the bar does."""

    def on_get(self, req: Any, resp: Any, instance_id: str, command: str) -> None:
        """Without script the bar leads here: the same form as a page of its own."""
        row, state = service.access(instance_id, req.context.actor)
        definition = queries.version_of(row.definition_id, row.definition_version)
        sheets = _sheets(definition, state, row, req.context.actor, {}, {})
        sheet = next((one for one in sheets if one["name"] == command), None)
        if sheet is None:
            raise NotFound(_("现在不能这样操作，请回到申请页看最新状态"))
        self.render(resp, "flows/decide.html", row=row, sheet=sheet)

    def on_post(self, req: Any, resp: Any, instance_id: str, command: str) -> None:
        """Do it; the page comes back in its true state whatever happens."""
        actor: Actor = req.context.actor
        if command not in SAID:
            raise NotFound
        row, state = service.access(instance_id, actor)
        form = self.form(req)
        try:
            self._act(row, form, command, actor)
        except (Invalid, Conflict) as error:
            row, state = service.access(instance_id, actor)
            if command == "resubmit" and isinstance(error, Invalid):
                edit(self, resp, row, state, actor, form, error.fields)
                return
            fields = error.fields if isinstance(error, Invalid) else {}
            show(
                self,
                resp,
                row,
                state,
                actor,
                problem=error.title,
                status=error.status,
                failed=command,
                errors=fields,
            )
            return
        self.go(resp, f"/flows/{instance_id}", say=_(SAID[command]), then=_next(actor, instance_id, command))

    def _act(self, row: Instance, form: Any, command: str, actor: Actor) -> None:
        answer = _answer(row, form, command, actor)
        task_id = form.get("task_id")
        if command in ON_INSTANCE:
            ON_INSTANCE[command](row.id, answer, actor=actor)
            return
        if queries.instance_of_task(task_id) != row.id:
            raise NotFound
        more: dict[str, Any] = {}
        if command == "send_back":
            more["resume"] = form.get("resume")
        elif command == "resubmit":
            more["picks"] = picks_from(form) or None
        ON_TASK[command](task_id, answer, actor=actor, **more)


def show(
    page: Page,
    resp: Any,
    row: Instance,
    state: engine.Instance,
    actor: Actor,
    *,
    problem: str = "",
    status: int = 200,
    failed: str = "",
    errors: dict[str, str] | None = None,
    sent: str = "",
) -> None:
    """Show an application in its true state, with a sentence when something did not work."""
    definition = queries.version_of(row.definition_id, row.definition_version)
    ahead = service.steps_ahead(row, state)
    readable = access_for(definition, state, actor.person_id)
    values = {
        key: value for key, value in state.values.items() if readable.get(key) is not engine.Access.HIDDEN
    }
    coming = [one for step in ahead for one in step.people[:4]]
    names = names_for(definition, values, [*state.participants, *coming])
    word, tone = state_chip(row.status, is_returned=row.is_returned)
    starter = people.by_ids([row.starter_id]).get(row.starter_id)
    sheets = _sheets(definition, state, row, actor, names.people, errors or {}, failed=failed)
    page.render(
        resp,
        "flows/detail.html",
        status=status,
        row=row,
        flow=definition,
        starter=starter,
        state={"text": word, "tone": tone},
        problem=problem,
        failed=failed,
        facts=_facts(definition, row),
        values=forms.value_views(fields_of(definition), values, names=names, changed=_changed(state)),
        timeline=steps_of(definition, state, ahead, names.people),
        sheets=sheets,
        actions=_bar(row, sheets),
        draft_done=f"{actor.person_id}.{sent}" if sent else "",
    )


def edit(
    page: Page,
    resp: Any,
    row: Instance,
    state: engine.Instance,
    actor: Actor,
    form: Any,
    errors: dict[str, str],
) -> None:
    """Show the form of a returned application for correction."""
    definition = queries.version_of(row.definition_id, row.definition_version)
    task = next(
        (one for one in state.pending if one.person_id == actor.person_id and one.node_id == engine.START),
        None,
    )
    if task is None:
        raise NotFound(_("这条申请现在不在你手里，请回到申请页看最新状态"))
    fields = start_fields(definition)
    raw = forms.raw_from_pairs(fields, form.pairs) if form else None
    page.render(
        resp,
        "flows/edit.html",
        status=422 if errors else 200,
        row=row,
        flow=definition,
        task=task,
        fields=forms.form_views(
            fields, state.values, raw=raw, errors=errors, names=names_for(definition, state.values)
        ),
        rules=forms.rules_data(fields, me=dict(state.starter.facts)),
        errors=errors,
        summary=forms.summary(errors),
        request_id=(form.get("request_id") if form else "") or new_id(),
    )


def _answer(row: Instance, form: Any, command: str, actor: Actor) -> Answer:
    version = form.get("version")
    definition = queries.version_of(row.definition_id, row.definition_version)
    state = engine.state_from_json(row.state)
    return Answer(
        request_id=form.get("request_id") or new_id(),
        version=int(version) if version.isdigit() else None,
        comment=form.get("comment")[:2000],
        signature=form.get("f.signature"),
        changes=_changes(definition, state, form, command, actor, form.get("task_id")),
        seen={key: int(value) for key, value in _seen(form) if value.isdigit()},
    )


def _changes(
    definition: engine.Definition, state: engine.Instance, form: Any, command: str, actor: Actor, task_id: str
) -> dict[str, Any]:
    """Return the fields this person may and did fill in with the command, checked like any form."""
    legal = [
        one
        for one in engine.actions_for(definition, state, actor.person_id)
        if one.name == command and one.task_id == task_id
    ]
    editable = set(legal[0].edit) if legal else set()
    fields = [field for field in fields_of(definition) if field.id in editable]
    if not fields:
        return {}
    raw = forms.raw_from_pairs(fields, form.pairs)
    partial = command in ("reject", "send_back")
    clean = forms.validate(fields, raw, me=dict(state.starter.facts), stored=state.values, partial=partial)
    if clean.errors:
        raise Invalid(clean.errors)
    return {
        key: value
        for key, value in clean.values.items()
        if value not in (None, "", []) or key in state.values
    }


def _seen(form: Any) -> list[tuple[str, str]]:
    return [(name.removeprefix("seen."), value) for name, value in form.pairs if name.startswith("seen.")]


def _facts(definition: engine.Definition, row: Instance) -> list[dict[str, str]]:
    names = {field.id: field.name for field in definition.fields}
    keys = [key for key in definition.facts if key in names]
    return [{"label": names[key], "value": text} for key, text in zip(keys, row.facts, strict=False)]


def _changed(state: engine.Instance) -> set[str]:
    """Return the fields corrected since the round before."""
    if state.round < 2:
        return set()
    return {key for key, version in state.field_versions.items() if version > 1}


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


def _sheets(
    definition: engine.Definition,
    state: engine.Instance,
    row: Instance,
    actor: Actor,
    names: Any,
    errors: dict[str, str],
    *,
    failed: str = "",
) -> list[dict[str, Any]]:
    sheets = []
    for one in engine.actions_for(definition, state, actor.person_id):
        if one.name not in WORDS:
            continue
        title, confirm, tone, phrases = WORDS[one.name]
        mine = errors if one.name == failed else {}
        fields = [field for field in fields_of(definition) if field.id in one.edit]
        known = names_for(definition, {field.id: state.values.get(field.id) for field in fields})
        sheets.append(
            {
                "name": one.name,
                "id": f"sheet-{one.name}",
                "title": title,
                "confirm": confirm,
                "tone": tone,
                "phrases": phrases,
                "text": AFTER.get(one.name, ""),
                "path": f"/flows/{row.id}/{one.name}",
                "task_id": one.task_id,
                "version": one.version,
                "needs_comment": one.needs_comment,
                "has_comment": one.name != "urge",
                "needs_signature": one.needs_signature,
                "fields": forms.form_views(fields, state.values, errors=mine, names=known),
                "seen": {key: state.field_versions.get(key, 0) for key in one.edit},
                "errors": mine,
                "is_returning": one.name == "send_back",
            }
        )
    return sheets


def _bar(row: Instance, sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most three buttons: the decision under the thumb, its refusal beside it, the rest behind 更多."""
    by_name = {one["name"]: one for one in sheets}
    actions: list[dict[str, Any]] = []
    if row.is_returned and not {"approve", "handle"} & set(by_name):
        actions = [{"title": _("修改后再次提交"), "kind": "primary", "path": f"/flows/{row.id}/edit"}]
    primary = next((name for name in ("approve", "handle") if name in by_name), "")
    second = "reject" if "reject" in by_name else "urge" if "urge" in by_name and not primary else ""
    shown = [name for name in (second, primary) if name]
    rest = [name for name in by_name if name not in shown and not (name == "comment" and len(by_name) == 1)]
    kinds = {primary: "primary", "reject": "danger"}
    for name in shown:
        actions.insert(
            0 if name == second and actions else len(actions),
            _button(by_name[name], kinds.get(name, "second")),
        )
    if rest:
        actions.insert(
            0, {"title": _("更多"), "kind": "more", "sheet": "sheet-more", "path": f"/flows/{row.id}#more"}
        )
    elif not actions and "comment" in by_name:
        actions = [_button(by_name["comment"], "second")]
    return actions


def _button(sheet: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"title": sheet["title"], "kind": kind, "sheet": sheet["id"], "path": sheet["path"]}


def _next(actor: Actor, instance_id: str, command: str) -> tuple[str, str] | None:
    if command not in ("approve", "handle", "reject", "send_back"):
        return None
    waiting = [one for one in queries.waiting_for(actor.person_id, 20) if one.instance_id != instance_id]
    if not waiting:
        return None
    return _("下一条（还有 %(count)s 条）", count=len(waiting)), f"/flows/{waiting[0].instance_id}"
