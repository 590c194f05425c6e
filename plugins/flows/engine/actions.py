"""Say what a person may do now; the action bar is drawn from this."""

from typing import Literal, TypeAlias

from .decisions import can_withdraw, somebody_decided
from .definition import START, Definition, Kind, Node, Record
from .fields import Access, node_access, start_access
from .state import Instance, Task
from .tasks import holds
from .tree import node

ActionName: TypeAlias = Literal[
    "approve", "handle", "reject", "send_back", "resubmit", "withdraw", "urge", "comment"
]


class LegalAction(Record, frozen=True, kw_only=True):
    """One thing a person may do, with what it demands."""

    name: ActionName
    task_id: str = ""
    version: int = 0  # send it back as `expected_version`
    needs_comment: bool = False
    needs_signature: bool = False
    edit: tuple[str, ...] = ()  # fields that may be changed with it
    require: tuple[str, ...] = ()  # fields that must be filled, a part of `edit`
    targets: tuple[str, ...] = ()  # send_back: node ids


def actions_for(definition: Definition, state: Instance, person_id: str) -> list[LegalAction]:
    """List the legal actions, decisions first; empty for a stranger."""
    actions: list[LegalAction] = []
    for task in state.pending:
        if holds(state, task, person_id):
            actions.extend(_task_actions(definition, state, task))
    if can_withdraw(definition, state, person_id):
        actions.append(LegalAction(name="withdraw", needs_comment=somebody_decided(state)))
    if state.pending and not state.returned and person_id in state.starter.people:
        actions.append(LegalAction(name="urge"))
    if person_id in state.participants:
        actions.append(LegalAction(name="comment", needs_comment=True))
    return actions


def _task_actions(definition: Definition, state: Instance, task: Task) -> list[LegalAction]:
    if task.node_id == START:
        edit, require = _writable(start_access(definition))
        return [
            LegalAction(name="resubmit", task_id=task.id, version=task.version, edit=edit, require=require)
        ]
    at = node(definition, task.node_id)
    edit, require = _writable(node_access(definition, state, at))
    agree = LegalAction(
        name="approve" if at.kind is Kind.APPROVE else "handle",
        task_id=task.id,
        version=task.version,
        needs_comment=at.comment == "always",
        needs_signature=at.sign,
        edit=edit,
        require=require,
    )
    return [agree, *_refusals(at, task, edit)]


def _refusals(at: Node, task: Task, edit: tuple[str, ...]) -> list[LegalAction]:
    found: list[LegalAction] = []
    if at.kind is not Kind.APPROVE:
        return found
    words = at.comment != "optional"
    if at.can_reject:
        found.append(
            LegalAction(name="reject", task_id=task.id, version=task.version, needs_comment=words, edit=edit)
        )
    if at.can_send_back:
        found.append(
            LegalAction(
                name="send_back",
                task_id=task.id,
                version=task.version,
                needs_comment=words,
                edit=edit,
                targets=(START,),
            )
        )
    return found


def _writable(access: dict[str, Access]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    edit = tuple(key for key, mode in access.items() if mode in (Access.EDIT, Access.REQUIRED))
    return edit, tuple(key for key in edit if access[key] is Access.REQUIRED)
