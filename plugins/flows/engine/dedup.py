"""Spare a person who has just approved the same thing (2.8)."""

from .definition import Kind, Node
from .state import Instance, Task, TaskStatus


def justification(state: Instance, node: Node, person_id: str, trail: tuple[str, ...]) -> str:
    """Give the id of the earlier approval that answers for this person, or nothing (P16).

    It must be of this round, on the same form, and the node must not demand a hand (P17). A return begins a
    new round, so approvals before it never count. `trail` names the visits that led directly here.
    """
    if node.dedup == "off" or node.kind is not Kind.APPROVE or node.demands_a_hand:
        return ""
    for task in reversed(state.tasks):
        approval = _approval(state, task)
        if (
            approval is not None
            and task.person_id == person_id
            and task.round == state.round
            and approval.data_version == state.data_version
            and (node.dedup == "round" or task.visit_id in trail)
        ):
            return approval.id
    return ""


def _approval(state: Instance, task: Task) -> Task | None:
    """Follow a skipped task to the approval behind it; work done and forms sent are no approvals."""
    if state.visit(task.visit_id).kind is not Kind.APPROVE:
        return None
    if task.status is TaskStatus.SKIPPED:
        return state.task(task.because)
    return task if task.status is TaskStatus.APPROVED else None
