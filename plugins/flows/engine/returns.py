"""Give the form back to its starter, and take it in again."""

from typing import Literal

from .commands import Resubmit
from .definition import START
from .errors import NotInState
from .events import FieldsChanged, Resubmitted, Returned, TaskDecided, VisitEnded
from .fields import changed, refuse_foreign, refuse_gaps, start_access
from .ledger import Ledger
from .picks import check_picks
from .routing import begin, leave
from .state import Act, Instance, Task, TaskStatus, VisitStatus
from .tasks import open_task
from .tree import node
from .visits import same_people, start


def return_to_starter(
    ledger: Ledger, resume: Literal["rerun", "back_to_me"], open_visits: tuple[str, ...], comment: str
) -> None:
    """Cancel what is open and open the starter's task; `back_to_me` keeps the branch tokens for later."""
    ledger.add(
        Returned(
            at=ledger.now,
            by=ledger.act.by,
            visit_id=ledger.world.new_id(),
            task_id=ledger.world.new_id(),
            resume=resume,
            parked=open_visits if resume == "back_to_me" else (),
            comment=comment,
            act=ledger.act,
        )
    )


def resubmit(ledger: Ledger, command: Resubmit) -> None:
    """Begin a new round: from the first step, or straight to whoever sent the form back."""
    task = open_task(ledger.state, command.task_id, command.actor, command.expected_version)
    if task.node_id != START:
        raise NotInState(state="not_offered")
    state, access = ledger.state, start_access(ledger.definition)
    values = {**state.values, **command.changes}
    picks = state.picks if command.picks is None else command.picks
    refuse_foreign(access, command.changes)
    refuse_gaps(access, values)
    check_picks(ledger.definition, values, state.starter, picks, ledger.world)

    changes = changed(state.values, command.changes)
    back = state.resume == "back_to_me" and not _moves_the_way(state, set(changes), picks)
    parked = state.parked
    if changes:
        _write_changes(ledger, command, task, changes)
    _close(ledger, command, task)
    ledger.add(
        Resubmitted(
            at=ledger.now,
            by=command.actor,
            task_id=task.id,
            resume="back_to_me" if back else "rerun",
            picks=picks,
            comment=command.comment,
        )
    )
    if back:
        _go_back(ledger, parked)
    else:
        begin(ledger)


def _moves_the_way(state: Instance, changed_fields: set[str], picks: dict[str, tuple[str, ...]]) -> bool:
    """Tell whether the correction touches what the way so far was chosen by; then all ask again (4.2)."""
    visited = {one.node_id for one in state.visits}
    moved = any(state.picks.get(one) != picks.get(one) for one in visited)
    return moved or bool(changed_fields & set(state.relied_on))


def _go_back(ledger: Ledger, parked: tuple[str, ...]) -> None:
    """Enter every visit again that was open when the form was sent back, with the same people."""
    for visit_id in parked:
        old = ledger.state.visit(visit_id)
        at = node(ledger.definition, old.node_id)
        visit = start(ledger, at, old.place, old.trail, same_people(ledger, at, old))
        if visit.status is VisitStatus.APPROVED:
            leave(ledger, visit)


def _write_changes(ledger: Ledger, command: Resubmit, task: Task, changes: dict[str, object]) -> None:
    before = {key: ledger.state.values.get(key) for key in changes}
    ledger.add(
        FieldsChanged(
            at=ledger.now, by=command.actor, task_id=task.id, node_id=START, before=before, changes=changes
        )
    )


def _close(ledger: Ledger, command: Resubmit, task: Task) -> None:
    act = Act(what="approved", by=command.actor, at=ledger.now, task_id=task.id)
    ledger.add(
        TaskDecided(
            at=ledger.now,
            by=command.actor,
            task_id=task.id,
            visit_id=task.visit_id,
            node_id=START,
            outcome=TaskStatus.APPROVED,
            comment=command.comment,
        )
    )
    ledger.add(
        VisitEnded(
            at=ledger.now,
            by=command.actor,
            visit_id=task.visit_id,
            node_id=START,
            outcome=VisitStatus.APPROVED,
            act=act,
        )
    )
