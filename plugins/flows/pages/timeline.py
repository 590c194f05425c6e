"""The trail of an application as steps: what happened, what is under way, what comes next."""

from typing import Any

from qingban import _, clock

from .. import engine
from ..engine import START, TaskStatus, VisitStatus
from ..engine.tree import nodes
from .common import route_views

MINUTE = 60_000

WORDS = {
    TaskStatus.APPROVED: "同意",
    TaskStatus.REJECTED: "驳回",
    TaskStatus.RETURNED: "退回",
    TaskStatus.SKIPPED: "自动跳过",
    TaskStatus.CLOSED: "由他人处理",
    TaskStatus.CANCELLED: "已取消",
    TaskStatus.WAITING: "排队中",
}


def steps_of(
    definition: engine.Definition,
    state: engine.Instance,
    ahead: list[engine.PreviewStep],
    names: Any,
    reason: str = "",
) -> list[dict[str, Any]]:
    """Return the steps in the order they happened, then those that follow.

    Args:
        reason: Why it was withdrawn, in the starter's words.
    """
    titles = {node.id: node for node in nodes(definition)}
    moments = [
        (visit.started_at, index, _visit(visit, state, titles, names))
        for index, visit in enumerate(state.visits)
    ]
    moments += [(one.at, 10_000 + index, _comment(one, names)) for index, one in enumerate(state.comments)]
    moments += [(at, 20_000 + index, step) for index, (at, step) in enumerate(_copies(state, titles, names))]
    steps = [_sent(state, names)]
    steps += [step for _at, _order, step in sorted(moments, key=lambda moment: moment[:2])]
    if state.status is not engine.Status.RUNNING:
        return [*steps, _end(state, reason)]
    return steps + route_views(ahead, names)


def _sent(state: engine.Instance, names: Any) -> dict[str, Any]:
    who = names.get(state.starter.person_id, "")
    return _step(_("发起申请"), who, "done", _when(state.submitted_at))


def _visit(
    visit: engine.Visit, state: engine.Instance, titles: dict[str, engine.Node], names: Any
) -> dict[str, Any]:
    node = titles.get(visit.node_id)
    title = node.name if node else (_("修改后再次提交") if visit.node_id == START else visit.node_id)
    tasks = state.tasks_of(visit.id)
    answered = [
        one for one in tasks if one.status in (TaskStatus.APPROVED, TaskStatus.REJECTED, TaskStatus.RETURNED)
    ]
    open_now = visit.status in (VisitStatus.OPEN, VisitStatus.BLOCKED)
    shown = tasks if open_now else (answered or tasks)
    people = "、".join(_person(one, names, alone=len(tasks) == 1) for one in shown[:6])
    if len(shown) > 6:
        people += f" 等 {len(shown)} 人"
    note = _mode(node, len(tasks)) if node else ""
    if visit.status is VisitStatus.BLOCKED:
        people, note = _("没有找到可办理的人"), _("已转管理员")
    comments = [
        f"{names.get(one.person_id, '')}：{one.comment}" if len(tasks) > 1 else one.comment
        for one in answered
        if one.comment
    ]
    state_word = (
        "current"
        if open_now
        else "refused"
        if visit.status in (VisitStatus.REJECTED, VisitStatus.RETURNED)
        else "done"
    )
    if visit.status is VisitStatus.CANCELLED:
        state_word = "waiting"
    time = _waited(visit.started_at) if open_now else _when(visit.ended_at)
    if not open_now and visit.ended_at:
        note = " · ".join(word for word in (note, _span(visit.ended_at - visit.started_at)) if word)
    return _step(title, people, state_word, time, note=note, comment="\n".join(comments))


def _person(task: engine.Task, names: Any, *, alone: bool) -> str:
    name = names.get(task.person_id, "")
    word = WORDS.get(task.status, "")
    if task.status is TaskStatus.PENDING or (alone and task.status is TaskStatus.APPROVED):
        return name
    return f"{name}（{word}）" if word else name


def _comment(comment: Any, names: Any) -> dict[str, Any]:
    return _step(_("评论"), names.get(comment.by, ""), "done", _when(comment.at), comment=comment.text)


def _copies(
    state: engine.Instance, titles: dict[str, engine.Node], names: Any
) -> list[tuple[int, dict[str, Any]]]:
    groups: dict[tuple[str, int], list[Any]] = {}
    for one in state.copies:
        groups.setdefault((one.node_id, one.round), []).append(one)
    found = []
    for (node_id, _round), copies in groups.items():
        node = titles.get(node_id)
        people = "、".join(names.get(one.person_id, "") for one in copies[:6])
        more = f" 等 {len(copies)} 人" if len(copies) > 6 else ""
        found.append(
            (
                copies[0].at,
                _step(
                    node.name if node else _("抄送"),
                    people + more,
                    "done",
                    _when(copies[0].at),
                    note=_("抄送"),
                ),
            )
        )
    return found


def _end(state: engine.Instance, reason: str) -> dict[str, Any]:
    word = {"approved": "流程结束，已通过", "rejected": "流程结束，已驳回", "withdrawn": "申请人已撤回"}
    refused = state.status is not engine.Status.APPROVED
    return _step(
        _(word.get(state.status.value, "流程结束")),
        "",
        "refused" if refused else "done",
        _when(state.ended_at),
        comment=reason,
    )


def _mode(node: engine.Node, people: int) -> str:
    if people < 2:
        return ""
    return {"any": "或签", "all": "会签", "seq": "依次", "vote": "票签"}[node.mode.value]


def _when(ms: int) -> str:
    return clock.from_ms(ms).astimezone(clock.LOCAL).strftime("%m-%d %H:%M") if ms else ""


def _waited(since: int) -> str:
    ms = clock.now_ms() - since
    return _("已等 %(time)s", time=_span(ms)) if ms >= MINUTE else _("刚到")


def _span(ms: int) -> str:
    minutes = max(ms // MINUTE, 0)
    if minutes < 1:
        return _("不到 1 分钟")
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 60 * 24:
        return f"{minutes // 60} 小时"
    return f"{minutes // 60 // 24} 天"


def _step(
    title: str, people: str, state: str, time: str, *, note: str = "", comment: str = ""
) -> dict[str, Any]:
    return {"title": title, "people": people, "state": state, "time": time, "note": note, "comment": comment}
