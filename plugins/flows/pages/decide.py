"""What the bar does, and the same forms as pages of their own for browsers without script."""

from typing import Any

from qingban import Actor, Conflict, Invalid, NotFound, Page, _, forms

from .. import engine, queries, service
from ..errors import Stale
from ..forms import fields_of
from ..models import Instance
from ..names import names_for
from .answers import answer_from
from .common import picks_from
from .detail import Failure, show
from .edit import edit
from .sheets import sheets_of

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
MORE_TO_DO = ("approve", "handle", "reject", "send_back")
AHEAD = 21
"""How many waiting tasks are looked at for 还有 N 条."""


class Decide(Page):
    """One action."""

    def on_get(self, req: Any, resp: Any, instance_id: str, command: str) -> None:
        """Without script the bar leads here: the same form as a page of its own."""
        actor: Actor = req.context.actor
        row, state = service.access(instance_id, actor)
        sheets = sheets_of(_definition(row), state, row, actor)
        sheet = next((one for one in sheets if one["name"] == command), None)
        if sheet is None:
            raise NotFound(_("现在不能这样操作，请回到申请页看最新状态"))
        self.render(resp, "flows/decide.html", row=row, sheet=sheet)

    def on_get_more(self, req: Any, resp: Any, instance_id: str) -> None:
        """Without script 更多 leads here: everything that may be done now."""
        row, state = service.access(instance_id, req.context.actor)
        sheets = sheets_of(_definition(row), state, row, req.context.actor)
        self.render(resp, "flows/more.html", row=row, sheets=sheets)

    def on_post(self, req: Any, resp: Any, instance_id: str, command: str) -> None:
        """Do it; the page comes back in its true state whatever happens."""
        actor: Actor = req.context.actor
        if command not in SAID:
            raise NotFound
        row, state = service.access(instance_id, actor)
        form = self.form(req)
        try:
            _act(row, state, form, command, actor)
        except (Invalid, Conflict) as error:
            row, state = service.access(instance_id, actor)
            if command == "resubmit" and isinstance(error, Invalid):
                edit(self, resp, row, state, actor, form, error.fields)
                return
            failure = Failure(
                command=command,
                status=error.status,
                sentence=error.title,
                errors=_sentences(row, error),
                form=form,
            )
            show(self, resp, row, state, actor, failure=failure)
            return
        self.go(resp, f"/flows/{instance_id}", say=_(SAID[command]), then=_next(actor, instance_id, command))


def _act(row: Instance, state: engine.Instance, form: Any, command: str, actor: Actor) -> None:
    task_id = form.get("task_id")
    if command in ON_TASK and queries.instance_of_task(task_id) != row.id:
        raise NotFound(_("没有找到，或不需要你处理"))
    answer = answer_from(form, command, definition=_definition(row), state=state, actor=actor)
    if command in ON_INSTANCE:
        ON_INSTANCE[command](row.id, answer, actor=actor)
        return
    more: dict[str, Any] = {}
    if command == "send_back":
        more["resume"] = form.get("resume")
    elif command == "resubmit":
        more["picks"] = picks_from(form) or None
    ON_TASK[command](task_id, answer, actor=actor, **more)


def _definition(row: Instance) -> engine.Definition:
    return queries.version_of(row.definition_id, row.definition_version)


def _sentences(row: Instance, error: Invalid | Conflict) -> dict[str, str]:
    """Return what to say at which field; who writes over somebody else's words sees both."""
    if isinstance(error, Invalid):
        return error.fields
    if not isinstance(error, Stale):
        return {}
    definition = _definition(row)
    fields = [field for field in fields_of(definition) if field.id in error.theirs]
    names = names_for(definition, error.theirs)
    return {field.id: _theirs(field, error.theirs[field.id], names) for field in fields}


def _theirs(field: forms.Field, value: Any, names: forms.Names) -> str:
    if value in (None, "", []):
        return _("刚被清空，再次确认会以你填写的为准")
    text = forms.kind(field).show(field, value, names)
    return _("刚被改为“%(text)s”，再次确认会以你填写的为准", text=text)


def _next(actor: Actor, instance_id: str, command: str) -> tuple[str, str] | None:
    if command not in MORE_TO_DO:
        return None
    waiting = [one for one in queries.waiting_for(actor.person_id, AHEAD) if one.instance_id != instance_id]
    if not waiting:
        return None
    count = f"{AHEAD - 1}+" if len(waiting) >= AHEAD else str(len(waiting))
    return _("下一条（还有 %(count)s 条）", count=count), f"/flows/{waiting[0].instance_id}"
