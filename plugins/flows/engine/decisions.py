"""Judge a command against a state and say what happens: the one door of the engine."""

from .commands import (
    AddComment,
    Approve,
    Command,
    Decision,
    Handle,
    Reject,
    Resubmit,
    SendBack,
    Submit,
    Urge,
    Withdraw,
)
from .definition import START, Definition, Kind, Node
from .errors import InvalidTarget, MissingComment, MissingSignature, NotInState, NotYourTask
from .events import Commented, Ended, Event, FieldsChanged, Submitted, TaskDecided, Urged, Withdrawn
from .fields import changed, node_access, refuse_conflicts, refuse_foreign, refuse_gaps, start_access
from .ledger import Ledger
from .picks import check_picks
from .returns import resubmit, return_to_starter
from .routing import begin, leave
from .state import Act, Instance, Status, Task, TaskStatus, VisitStatus
from .tasks import open_task
from .tree import node
from .visits import end, settle
from .world import World

URGE_PAUSE = 60 * 60 * 1000
"""A person is reminded of an instance at most once in this time (5.1), milliseconds."""

_DECIDED = (TaskStatus.APPROVED, TaskStatus.REJECTED, TaskStatus.RETURNED)


def decide(definition: Definition, state: Instance, command: Command, world: World) -> list[Event]:
    """Give the facts that a command causes, or raise a `FlowError`; neither argument changes.

    The caller holds the instance's lock, appends the facts to the log and folds them with `evolve`.
    """
    pinned = (state.definition_id, state.definition_version)
    if state.status is not Status.DRAFT and pinned != (definition.id, definition.version):
        raise LookupError(
            f"{state.id} runs on {pinned}, not on version {definition.version} of {definition.id}"
        )
    ledger = Ledger(definition, state, world)
    match command:
        case Submit():
            _submit(ledger, command)
        case Resubmit():
            resubmit(ledger, command)
        case Approve() | Handle():
            _agree(ledger, command)
        case Reject():
            _reject(ledger, command)
        case SendBack():
            _send_back(ledger, command)
        case Withdraw():
            _withdraw(ledger, command)
        case AddComment():
            _comment(ledger, command)
        case Urge():
            _urge(ledger, command)
    return ledger.events


def somebody_decided(state: Instance) -> bool:
    """Tell whether a person has acted on the application; withdrawing then needs a reason (4.3)."""
    return any(one.status in _DECIDED and one.node_id != START for one in state.tasks)


def can_withdraw(definition: Definition, state: Instance, person_id: str) -> bool:
    """Tell whether a person may take the application out now."""
    early = definition.withdraw == "running" or not somebody_decided(state)
    return state.status is Status.RUNNING and person_id in state.starter.people and early


def people_to_urge(state: Instance, now: int) -> tuple[str, ...]:
    """Give the holders who were not reminded within the hour; waiting people are left alone."""
    holders = dict.fromkeys(one.person_id for one in state.pending if one.node_id != START)
    return tuple(person for person in holders if now - state.urged.get(person, -URGE_PAUSE) >= URGE_PAUSE)


def _submit(ledger: Ledger, command: Submit) -> None:
    if ledger.state.status is not Status.DRAFT:
        raise NotInState(state=ledger.state.status)
    if command.actor not in command.starter.people:
        raise NotYourTask()
    access = start_access(ledger.definition)
    refuse_foreign(access, command.values)
    refuse_gaps(access, command.values)
    check_picks(ledger.definition, command.values, command.starter, command.picks, ledger.world)
    ledger.add(
        Submitted(
            at=ledger.now,
            by=command.actor,
            instance_id=command.instance_id,
            definition_id=ledger.definition.id,
            definition_version=ledger.definition.version,
            starter=command.starter,
            values=command.values,
            picks=command.picks,
        )
    )
    begin(ledger)


def _agree(ledger: Ledger, command: Approve | Handle) -> None:
    kind = Kind.APPROVE if isinstance(command, Approve) else Kind.HANDLE
    task, at = _task_and_node(ledger, command, kind)
    _check_changes(ledger, at, command)
    refuse_gaps(node_access(ledger.definition, ledger.state, at), {**ledger.state.values, **command.changes})
    if at.comment == "always" and not command.comment.strip():
        raise MissingComment()
    if at.sign and not command.signature:
        raise MissingSignature()
    _decide_task(ledger, task, command, TaskStatus.APPROVED)
    if settle(ledger, at, task.visit_id, ledger.act) is VisitStatus.APPROVED:
        leave(ledger, ledger.state.visit(task.visit_id))
    elif ledger.state.visit(task.visit_id).status is VisitStatus.REJECTED:
        _rejected(ledger, at, command.comment)


def _reject(ledger: Ledger, command: Reject) -> None:
    task, at = _task_and_node(ledger, command, Kind.APPROVE)
    if not at.can_reject:
        raise NotInState(state="not_offered")
    _refuse_silence(at, command.comment)
    _check_changes(ledger, at, command)
    _decide_task(ledger, task, command, TaskStatus.REJECTED)
    status = settle(ledger, at, task.visit_id, ledger.act)
    if status is VisitStatus.REJECTED:
        _rejected(ledger, at, command.comment)
    elif status is VisitStatus.APPROVED:
        leave(ledger, ledger.state.visit(task.visit_id))


def _send_back(ledger: Ledger, command: SendBack) -> None:
    task, at = _task_and_node(ledger, command, Kind.APPROVE)
    if not at.can_send_back:
        raise NotInState(state="not_offered")
    if command.target != START:
        raise InvalidTarget(reason="not_offered", node_id=command.target)
    _refuse_silence(at, command.comment)
    _check_changes(ledger, at, command)
    open_visits = _open_visits(ledger.state)
    _decide_task(ledger, task, command, TaskStatus.RETURNED)
    end(ledger, at, task.visit_id, VisitStatus.RETURNED, ledger.act)
    return_to_starter(ledger, command.resume, open_visits, command.comment)


def _rejected(ledger: Ledger, at: Node, comment: str) -> None:
    """Follow the node's rule after its visit was rejected."""
    if at.on_reject == "starter":
        return_to_starter(ledger, "rerun", (), comment)
    else:
        ledger.add(Ended(at=ledger.now, by=ledger.act.by, outcome="rejected", act=ledger.act))


def _withdraw(ledger: Ledger, command: Withdraw) -> None:
    state = ledger.state
    if command.actor not in state.starter.people:
        raise NotYourTask()
    if not can_withdraw(ledger.definition, state, command.actor):
        raise NotInState(state="decided" if state.status is Status.RUNNING else state.status)
    if somebody_decided(state) and not command.comment.strip():
        raise MissingComment()
    ledger.add(Withdrawn(at=ledger.now, by=command.actor, comment=command.comment))


def _comment(ledger: Ledger, command: AddComment) -> None:
    if command.actor not in ledger.state.participants:
        raise NotYourTask()
    if not command.text.strip():
        raise MissingComment()
    comment_id = ledger.world.new_id()
    ledger.add(Commented(at=ledger.now, by=command.actor, comment_id=comment_id, text=command.text))


def _urge(ledger: Ledger, command: Urge) -> None:
    if command.actor not in ledger.state.starter.people:
        raise NotYourTask()
    if ledger.state.status is not Status.RUNNING or ledger.state.returned:
        raise NotInState(state="returned" if ledger.state.returned else ledger.state.status)
    people = people_to_urge(ledger.state, ledger.now)
    if people:
        ledger.add(Urged(at=ledger.now, by=command.actor, people=people))


def _task_and_node(ledger: Ledger, command: Decision, kind: Kind) -> tuple[Task, Node]:
    task = open_task(ledger.state, command.task_id, command.actor, command.expected_version)
    if ledger.state.visit(task.visit_id).kind is not kind:
        raise NotInState(state="not_offered")
    return task, node(ledger.definition, task.node_id)


def _check_changes(ledger: Ledger, at: Node, command: Decision) -> None:
    refuse_foreign(node_access(ledger.definition, ledger.state, at), command.changes)
    refuse_conflicts(ledger.state, command.changes, command.seen)


def _refuse_silence(at: Node, comment: str) -> None:
    if at.comment != "optional" and not comment.strip():
        raise MissingComment()


def _decide_task(ledger: Ledger, task: Task, command: Decision, outcome: TaskStatus) -> None:
    """Write the changed fields first, so that the approval covers the form as it then is."""
    values = ledger.state.values
    changes = changed(values, command.changes)
    if changes:
        before = {key: values.get(key) for key in changes}
        ledger.add(
            FieldsChanged(
                at=ledger.now,
                by=command.actor,
                task_id=task.id,
                node_id=task.node_id,
                before=before,
                changes=changes,
            )
        )
    ledger.act = Act(what=outcome, by=command.actor, at=ledger.now, task_id=task.id)
    ledger.add(
        TaskDecided(
            at=ledger.now,
            by=command.actor,
            task_id=task.id,
            visit_id=task.visit_id,
            node_id=task.node_id,
            outcome=outcome,
            comment=command.comment,
            signature=command.signature,
        )
    )


def _open_visits(state: Instance) -> tuple[str, ...]:
    return tuple(one.id for one in state.visits if one.status in (VisitStatus.OPEN, VisitStatus.BLOCKED))
