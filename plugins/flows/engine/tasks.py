"""Let only the present holder at an open task, and tell everybody else the truth that is theirs to know."""

from .definition import Kind
from .errors import AlreadyHandled, NotInState, NotYourTask, StaleVersion
from .state import SYSTEM, Instance, Task, TaskStatus


def open_task(state: Instance, task_id: str, actor: str, expected_version: int | None = None) -> Task:
    """Give the pending task of the actor, or raise what the race matrix (7.1) says the late one gets."""
    task = state.task(task_id)
    if task is None or not holds(state, task, actor) or task.status is TaskStatus.TRANSFERRED:
        raise NotYourTask()
    if task.status is not TaskStatus.PENDING:
        raise _too_late(task)
    if expected_version is not None and expected_version != task.version:
        raise StaleVersion(current=task.version)
    return task


def holds(state: Instance, task: Task, person_id: str) -> bool:
    """Tell whether a task is this person's; a returned form is also the assistant's who sent it."""
    if state.visit(task.visit_id).kind is Kind.START:
        return person_id in state.starter.people
    return task.person_id == person_id


def _too_late(task: Task) -> AlreadyHandled | NotInState:
    if task.status is TaskStatus.WAITING:
        return NotInState(state="waiting")
    if task.status is TaskStatus.SKIPPED:
        return AlreadyHandled(by=SYSTEM, when=task.ended_at, what=task.status)
    if task.status in (TaskStatus.CLOSED, TaskStatus.CANCELLED):
        act = task.ended_by
        if act is None or act.what == "withdrawn":
            return NotInState(state=act.what if act else task.status)
        return AlreadyHandled(by=act.by, when=act.at, what=act.what)
    return AlreadyHandled(by=task.person_id, when=task.ended_at, what=task.status)
