"""Begin a visit with its people, and give it a result when the ballots allow."""

from .approvers import Panel, choose, empty
from .dedup import justification
from .definition import Kind, Mode, Node
from .events import CopySent, Seat, TaskOpened, TaskReplaced, VisitEnded, VisitStarted
from .ledger import Ledger
from .state import SYSTEM, Act, Place, Task, TaskStatus, Visit, VisitStatus, Why
from .tree import fields_naming_people
from .voting import Result, ballots, tally

_GONE = (TaskStatus.TRANSFERRED, TaskStatus.CANCELLED)


def copy(ledger: Ledger, node: Node) -> None:
    """Tell the readers of a cc node; the same person once per node and round (P34)."""
    state = ledger.state
    told = {one.person_id for one in state.copies if (one.node_id, one.round) == (node.id, state.round)}
    panel = choose(node, ledger.case, ledger.world)
    people = tuple(person for person in panel.people if person not in told)
    ledger.add(CopySent(at=ledger.now, by=SYSTEM, node_id=node.id, people=people, why=panel.why))


def start(
    ledger: Ledger, node: Node, place: Place, trail: tuple[str, ...], panel: Panel | None = None
) -> Visit:
    """Enter a node and give the visit as it is then; without open tasks it has a result or is blocked."""
    panel = panel or choose(node, ledger.case, ledger.world)
    visit_id = ledger.world.new_id()
    seats = _seats(ledger, node, panel, trail)
    skipped = tuple(one.person_id for one in seats if one.status is TaskStatus.SKIPPED)
    noted = (Why(step="dedup", note=node.dedup, people=skipped),) if skipped else ()
    ledger.add(
        VisitStarted(
            at=ledger.now,
            by=SYSTEM,
            visit_id=visit_id,
            node_id=node.id,
            kind=node.kind,
            place=place,
            trail=trail,
            seats=seats,
            why=(*panel.why, *noted),
            blocked=panel.result == "blocked",
            relied_on=tuple(sorted(fields_naming_people([node]))),
        )
    )
    settle(ledger, node, visit_id, Act(what="approved", by=SYSTEM, at=ledger.now))
    return ledger.state.visit(visit_id)


def settle(ledger: Ledger, node: Node, visit_id: str, act: Act) -> VisitStatus:
    """Count; end the visit or ask the next in line. Gives the status after that."""
    while ledger.state.visit(visit_id).status is VisitStatus.OPEN:
        result = tally(node, ballots(ledger.state.tasks_of(visit_id)))
        if result is not Result.UNDECIDED:
            outcome = VisitStatus.APPROVED if result is Result.PASSED else VisitStatus.REJECTED
            end(ledger, node, visit_id, outcome, act)
        elif any(one.status is TaskStatus.PENDING for one in ledger.state.tasks_of(visit_id)):
            break
        else:
            _ask_next(ledger, node, visit_id)
    return ledger.state.visit(visit_id).status


def end(ledger: Ledger, node: Node, visit_id: str, outcome: VisitStatus, act: Act) -> None:
    """Write the result down; what is still open in the visit is closed by the act (P06)."""
    ledger.add(
        VisitEnded(at=ledger.now, by=act.by, visit_id=visit_id, node_id=node.id, outcome=outcome, act=act)
    )


def same_people(ledger: Ledger, node: Node, visit: Visit) -> Panel:
    """Give the people of an earlier visit again, as far as they are still here."""
    present = [one for one in ledger.state.tasks_of(visit.id) if not _was_replaced(one)]
    seats = tuple((one.person_id, one.weight) for one in present if ledger.world.is_active(one.person_id))
    if not seats:
        return choose(node, ledger.case, ledger.world)
    return Panel(
        seats=seats, why=(Why(step="resumed", note=visit.id, people=tuple(who for who, _ in seats)),)
    )


def _seats(ledger: Ledger, node: Node, panel: Panel, trail: tuple[str, ...]) -> tuple[Seat, ...]:
    seats: list[Seat] = []
    asked = False
    for person, weight in panel.seats:
        because = justification(ledger.state, node, person, trail)
        if because:
            status = TaskStatus.SKIPPED
        elif node.mode is Mode.SEQ and asked:
            status = TaskStatus.WAITING
        else:
            status, asked = TaskStatus.PENDING, True
        task_id = ledger.world.new_id()
        seats.append(Seat(task_id=task_id, person_id=person, status=status, weight=weight, because=because))
    return tuple(seats)


def _ask_next(ledger: Ledger, node: Node, visit_id: str) -> None:
    """Open the first waiting task; only now a person who left meanwhile is replaced, by the empty rule."""
    tasks = ledger.state.tasks_of(visit_id)
    task = next(one for one in tasks if one.status is TaskStatus.WAITING)
    if ledger.world.is_active(task.person_id):
        ledger.add(TaskOpened(at=ledger.now, by=SYSTEM, task_id=task.id))
        return
    panel = empty(node, ledger.case, ledger.world, (Why(step="replaced", note=task.person_id),))
    seated = {one.person_id for one in tasks if one.status not in _GONE}
    heir = next((person for person in panel.people if person not in seated), None)
    seat = heir and Seat(
        task_id=ledger.world.new_id(),
        person_id=heir,
        status=TaskStatus.PENDING,
        weight=task.weight,
        because=task.id,
    )
    ledger.add(
        TaskReplaced(
            at=ledger.now,
            by=SYSTEM,
            task_id=task.id,
            visit_id=visit_id,
            seat=seat or None,
            blocked=panel.result == "blocked",
            why=panel.why,
        )
    )


def _was_replaced(task: Task) -> bool:
    return task.status is TaskStatus.TRANSFERRED or (
        task.status is TaskStatus.CANCELLED and task.ended_by is None
    )


def is_transparent(ledger: Ledger, visit: Visit) -> bool:
    """Tell whether nobody was asked, so that the visit does not stand between two approvals."""
    return visit.kind is Kind.APPROVE and not ledger.state.tasks_of(visit.id)
