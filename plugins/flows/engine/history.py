"""Fold facts into a state: total, deterministic, without a clock."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from msgspec.structs import replace

from .definition import START, Kind
from .events import (
    BlockEntered,
    BlockJoined,
    BranchFinished,
    Commented,
    ConditionRead,
    CopySent,
    Ended,
    Event,
    Fact,
    FieldsChanged,
    Resubmitted,
    Returned,
    Seat,
    Submitted,
    TaskDecided,
    TaskOpened,
    TaskReplaced,
    Urged,
    VisitEnded,
    VisitStarted,
    Withdrawn,
)
from .state import Act, Comment, Copy, Instance, Split, Status, Task, TaskStatus, Visit, VisitStatus

OPEN_TASKS = (TaskStatus.WAITING, TaskStatus.PENDING)
OPEN_VISITS = (VisitStatus.OPEN, VisitStatus.BLOCKED)


def evolve(state: Instance, event: Event) -> Instance:
    """Give the state after one more fact; a fact that fits nothing only raises the version."""
    return replace(_APPLY[type(event)](state, event), version=state.version + 1)


def replay(events: Iterable[Event]) -> Instance:
    """Give the state that a whole log describes (P50)."""
    return reduce(evolve, events, Instance())


def _submitted(state: Instance, event: Submitted) -> Instance:
    return replace(
        state,
        id=event.instance_id,
        definition_id=event.definition_id,
        definition_version=event.definition_version,
        status=Status.RUNNING,
        round=1,
        starter=event.starter,
        values=dict(event.values),
        picks=dict(event.picks),
        submitted_at=event.at,
    )


def _resubmitted(state: Instance, event: Resubmitted) -> Instance:
    back = event.resume == "back_to_me"
    return replace(
        state,
        returned=False,
        round=state.round + 1,
        picks=dict(event.picks),
        resume="",
        parked=(),
        relied_on=state.relied_on if back else (),
        splits=tuple(
            replace(one, status="open" if back else "cancelled") if one.status == "parked" else one
            for one in state.splits
        ),
    )


def _fields_changed(state: Instance, event: FieldsChanged) -> Instance:
    version = state.data_version + 1
    return replace(
        state,
        values={**state.values, **event.changes},
        data_version=version,
        field_versions={**state.field_versions, **dict.fromkeys(event.changes, version)},
    )


def _condition_read(state: Instance, event: ConditionRead) -> Instance:
    return _rely(state, tuple(event.operands))


def _block_entered(state: Instance, event: BlockEntered) -> Instance:
    split = Split(
        id=event.split_id,
        block_id=event.block_id,
        round=state.round,
        place=event.place,
        started=event.branches,
    )
    return replace(state, splits=(*state.splits, split))


def _branch_finished(state: Instance, event: BranchFinished) -> Instance:
    def arrive(split: Split) -> Split:
        trail = tuple(dict.fromkeys((*split.trail, *event.trail)))
        return replace(split, arrived=(*split.arrived, event.branch_id), trail=trail)

    return _change_split(state, event.split_id, arrive)


def _block_joined(state: Instance, event: BlockJoined) -> Instance:
    return _change_split(state, event.split_id, lambda split: replace(split, status="joined"))


def _visit_started(state: Instance, event: VisitStarted) -> Instance:
    visit = Visit(
        id=event.visit_id,
        node_id=event.node_id,
        kind=event.kind,
        round=state.round,
        place=event.place,
        status=VisitStatus.BLOCKED if event.blocked else VisitStatus.OPEN,
        trail=event.trail,
        why=event.why,
        started_at=event.at,
    )
    tasks = tuple(_task(state, visit, seat, event.at) for seat in event.seats)
    state = replace(state, visits=(*state.visits, visit), tasks=(*state.tasks, *tasks))
    return _rely(state, event.relied_on)


def _task_opened(state: Instance, event: TaskOpened) -> Instance:
    return _change_task(state, event.task_id, status=TaskStatus.PENDING, opened_at=event.at)


def _task_replaced(state: Instance, event: TaskReplaced) -> Instance:
    """Put the successor right behind the seat, so that the order of the others stays."""
    visit = next((one for one in state.visits if one.id == event.visit_id), None)
    if visit is None:
        return state
    seat = event.seat
    gone = TaskStatus.TRANSFERRED if seat else TaskStatus.CANCELLED
    state = _change_task(state, event.task_id, status=gone, ended_at=event.at)
    tasks: list[Task] = []
    for task in state.tasks:
        tasks.append(task)
        if task.id == event.task_id and seat:
            tasks.append(_task(state, visit, seat, event.at))
    status = VisitStatus.BLOCKED if event.blocked else visit.status
    changed = replace(visit, why=(*visit.why, *event.why), status=status)
    visits = tuple(changed if one.id == changed.id else one for one in state.visits)
    return replace(state, tasks=tuple(tasks), visits=visits)


def _task_decided(state: Instance, event: TaskDecided) -> Instance:
    return _change_task(
        state,
        event.task_id,
        status=event.outcome,
        ended_at=event.at,
        comment=event.comment,
        signature=event.signature,
        data_version=state.data_version,
    )


def _visit_ended(state: Instance, event: VisitEnded) -> Instance:
    def close(task: Task) -> Task:
        if task.visit_id != event.visit_id or task.status not in OPEN_TASKS:
            return task
        return _end(task, TaskStatus.CLOSED, event.act)

    visits = tuple(
        replace(one, status=event.outcome, ended_at=event.at, ended_by=event.act)
        if one.id == event.visit_id
        else one
        for one in state.visits
    )
    return replace(state, visits=visits, tasks=tuple(map(close, state.tasks)))


def _copy_sent(state: Instance, event: CopySent) -> Instance:
    copies = (
        Copy(node_id=event.node_id, person_id=one, round=state.round, at=event.at) for one in event.people
    )
    return replace(state, copies=(*state.copies, *copies))


def _returned(state: Instance, event: Returned) -> Instance:
    state = _stop(state, event.act, splits="parked" if event.resume == "back_to_me" else "cancelled")
    visit = Visit(id=event.visit_id, node_id=START, kind=Kind.START, round=state.round, started_at=event.at)
    seat = Seat(task_id=event.task_id, person_id=state.starter.person_id, status=TaskStatus.PENDING)
    return replace(
        state,
        returned=True,
        resume=event.resume,
        parked=event.parked,
        visits=(*state.visits, visit),
        tasks=(*state.tasks, _task(state, visit, seat, event.at)),
    )


def _withdrawn(state: Instance, event: Withdrawn) -> Instance:
    act = Act(what="withdrawn", by=event.by, at=event.at)
    return _finish(state, Status.WITHDRAWN, act, event)


def _ended(state: Instance, event: Ended) -> Instance:
    return _finish(state, Status(event.outcome), event.act, event)


def _commented(state: Instance, event: Commented) -> Instance:
    remark = Comment(id=event.comment_id, by=event.by, text=event.text, at=event.at)
    return replace(state, comments=(*state.comments, remark))


def _urged(state: Instance, event: Urged) -> Instance:
    return replace(state, urged={**state.urged, **dict.fromkeys(event.people, event.at)})


def _finish(state: Instance, status: Status, act: Act, event: Fact) -> Instance:
    state = _stop(state, act, splits="cancelled")
    return replace(
        state, status=status, returned=False, resume="", parked=(), ended_at=event.at, ended_by=act
    )


def _stop(state: Instance, act: Act, *, splits: Any) -> Instance:
    """Leave nothing open: tasks and visits are cancelled, tokens cancelled or parked."""
    return replace(
        state,
        tasks=tuple(
            _end(one, TaskStatus.CANCELLED, act) if one.status in OPEN_TASKS else one for one in state.tasks
        ),
        visits=tuple(
            replace(one, status=VisitStatus.CANCELLED, ended_at=act.at, ended_by=act)
            if one.status in OPEN_VISITS
            else one
            for one in state.visits
        ),
        splits=tuple(
            replace(one, status=splits) if one.status in ("open", "parked") else one for one in state.splits
        ),
    )


def _task(state: Instance, visit: Visit, seat: Seat, at: int) -> Task:
    return Task(
        id=seat.task_id,
        visit_id=visit.id,
        node_id=visit.node_id,
        round=visit.round,
        person_id=seat.person_id,
        status=seat.status,
        weight=seat.weight,
        because=seat.because,
        opened_at=at if seat.status is TaskStatus.PENDING else 0,
        ended_at=at if seat.status is TaskStatus.SKIPPED else 0,
        data_version=state.data_version if seat.status is TaskStatus.SKIPPED else 0,
    )


def _end(task: Task, status: TaskStatus, act: Act) -> Task:
    return replace(task, status=status, version=task.version + 1, ended_at=act.at, ended_by=act)


def _change_task(state: Instance, task_id: str, **changes: Any) -> Instance:
    tasks = tuple(
        replace(one, version=one.version + 1, **changes) if one.id == task_id else one for one in state.tasks
    )
    return replace(state, tasks=tasks)


def _change_split(state: Instance, split_id: str, change: Callable[[Split], Split]) -> Instance:
    return replace(state, splits=tuple(change(one) if one.id == split_id else one for one in state.splits))


def _rely(state: Instance, fields: tuple[str, ...]) -> Instance:
    return replace(state, relied_on=tuple(dict.fromkeys((*state.relied_on, *fields))))


_APPLY: dict[type[Any], Callable[[Instance, Any], Instance]] = {
    Submitted: _submitted,
    Resubmitted: _resubmitted,
    FieldsChanged: _fields_changed,
    ConditionRead: _condition_read,
    BlockEntered: _block_entered,
    BranchFinished: _branch_finished,
    BlockJoined: _block_joined,
    VisitStarted: _visit_started,
    TaskOpened: _task_opened,
    TaskReplaced: _task_replaced,
    TaskDecided: _task_decided,
    VisitEnded: _visit_ended,
    CopySent: _copy_sent,
    Returned: _returned,
    Withdrawn: _withdrawn,
    Ended: _ended,
    Commented: _commented,
    Urged: _urged,
}
