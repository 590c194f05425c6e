"""Message cards and what their buttons do: a card is a hint, the state of the server decides."""

from typing import Any

from qingban import CardPress, _, address, cards, clock, people, setting, site_by_id

from . import engine, queries, service
from .engine import Kind, TaskStatus
from .engine.tree import node as node_of
from .forms import facts_of
from .lists import state_chip
from .models import Instance, Task
from .names import names_for
from .service.commands import Answer

WORDS = {
    "approved": "已同意",
    "rejected": "已驳回",
    "returned": "已退回",
    "closed": "已由他人处理",
    "cancelled": "已取消",
    "skipped": "已跳过",
}


def approval(task_id: str, reader: Any) -> dict[str, Any] | None:
    """Build the card of a task: buttons while it waits, the outcome afterwards."""
    task = queries.task(task_id)
    if task is None:
        return None
    row = queries.instance(task.instance_id)
    state = engine.state_from_json(row.state)
    if task.status == TaskStatus.PENDING:
        return _waiting(row, task, state)
    return _notice(row, state, _outcome(task, state))


def result(instance_id: str, reader: Any) -> dict[str, Any] | None:
    """Build the card that tells the starter how it ended, or that it came back."""
    row = queries.instance(instance_id)
    state = engine.state_from_json(row.state)
    word, _tone = state_chip(row.status, is_returned=row.is_returned)
    text = {"待修改": _("请按意见修改后再次提交"), "已通过": _("全部环节已通过")}.get(word, _("点开看原因"))
    return _notice(row, state, text, title=f"{word}：{row.subject}", desc=row.definition.name)


def copy(instance_id: str, reader: Any) -> dict[str, Any] | None:
    """Build the card for somebody who only reads."""
    row = queries.instance(instance_id)
    return _notice(row, engine.state_from_json(row.state), _("抄送给你，供了解"))


def press_approve(press: CardPress) -> None:
    """Agree from the card."""
    service.approve(press.about, Answer(request_id=press.request_id), actor=press.actor)


def press_reject(press: CardPress) -> None:
    """Refuse from the card; the reason says that it came from there."""
    answer = Answer(request_id=press.request_id, comment=_("在消息卡片上驳回，可联系审批人了解原因"))
    service.reject(press.about, answer, actor=press.actor)


def _waiting(row: Instance, task: Task, state: engine.Instance) -> dict[str, Any]:
    definition = queries.version_of(row.definition_id, row.definition_version)
    buttons = _buttons(row, definition, state, task)
    if not buttons:  # this step asks for more than a tap: a signature, fields, words
        return _notice(row, state, _("%(step)s：请打开办理", step=task.node_name))
    return cards.with_buttons(
        row.subject,
        url=_url(row),
        desc=_head(row),
        text=task.node_name,
        facts=_facts(row, state),
        buttons=buttons,
    )


def _notice(
    row: Instance, state: engine.Instance, text: str, *, title: str = "", desc: str = ""
) -> dict[str, Any]:
    return cards.notice(
        title or row.subject, url=_url(row), desc=desc or _head(row), text=text, facts=_facts(row, state)
    )


def _buttons(
    row: Instance, definition: engine.Definition, state: engine.Instance, task: Task
) -> list[tuple[str, str, int]]:
    at = node_of(definition, task.node_id)
    if at.kind is not Kind.APPROVE or at.demands_a_hand:
        return []
    legal = {
        one.name for one in engine.actions_for(definition, state, task.person_id) if one.task_id == task.id
    }
    if "approve" not in legal:
        return []
    buttons = [("approve", _("同意"), 1)]
    if "reject" in legal and setting(site_by_id(row.site_id), "flows.reject_from_card"):
        buttons.append(("reject", _("驳回"), 2))
    return buttons


def _outcome(task: Task, state: engine.Instance) -> str:
    kept = state.task(task.id)
    if kept is not None and kept.ended_by is not None:
        return said(kept.ended_by)
    word = WORDS.get(task.status, _("已处理"))
    at = (
        clock.from_ms(kept.ended_at).astimezone(clock.LOCAL).strftime("%m-%d %H:%M")
        if kept and kept.ended_at
        else ""
    )
    return f"{word} {at}".strip()


def said(act: engine.Act) -> str:
    """Say who did what and when: 已由 甲 11-24 10:32 同意."""
    who = people.by_ids([act.by]).get(act.by)
    done = {"approved": "同意", "rejected": "驳回", "returned": "退回", "withdrawn": "撤回"}.get(
        act.what, "处理"
    )
    at = clock.from_ms(act.at).astimezone(clock.LOCAL).strftime("%m-%d %H:%M")
    return _("已由 %(name)s %(at)s %(done)s", name=who.name if who else _("系统"), at=at, done=done)


def _head(row: Instance) -> str:
    starter = people.by_ids([row.starter_id]).get(row.starter_id)
    place = f" · {starter.department_name}" if starter and starter.department_name else ""
    return f"{row.definition.name} · {starter.name if starter else ''}{place}"


def _facts(row: Instance, state: engine.Instance) -> list[tuple[str, str]]:
    definition = queries.version_of(row.definition_id, row.definition_version)
    held = {key: state.values.get(key) for key in definition.facts}
    return [*facts_of(definition, held, names_for(definition, held)), (_("单号"), row.serial)]


def _url(row: Instance) -> str:
    return address(f"/flows/{row.id}")
