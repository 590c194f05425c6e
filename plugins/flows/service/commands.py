"""Decide under the lock: read the state, ask the engine, append the facts, tell people after the commit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from qingban import Actor, QingbanError, _, clock, people, record, site_by_id

from .. import engine, queries
from ..errors import STATES, Moved, refusal
from ..forms import labels
from ..models import Instance
from ..world import House
from . import files, notify, projection
from .requests import once

EVENTS = {
    "approve": "flows.task.approved",
    "handle": "flows.task.handled",
    "reject": "flows.task.rejected",
    "send_back": "flows.task.returned",
    "resubmit": "flows.instance.resubmitted",
    "withdraw": "flows.instance.withdrawn",
    "comment": "flows.instance.commented",
    "urge": "flows.instance.urged",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a decision carries besides the task."""

    request_id: str
    """Made by the client; the same one has one effect."""
    version: int | None = None
    """Version of the task the person saw."""
    comment: str = ""
    """Words."""
    signature: str = ""
    """Attachment id of a drawn signature."""
    changes: dict[str, Any] = field(default_factory=dict)
    """Fields filled in at this step."""
    seen: dict[str, int] = field(default_factory=dict)
    """Versions of those fields when the page was drawn."""

    def parts(self, actor: Actor, task_id: str) -> dict[str, Any]:
        """Return the arguments every decision of the engine takes."""
        return {
            "actor": actor.person_id,
            "request_id": self.request_id,
            "task_id": task_id,
            "expected_version": self.version,
            "comment": self.comment.strip(),
            "signature": self.signature,
            "changes": self.changes,
            "seen": self.seen,
        }


def approve(task_id: str, answer: Answer, *, actor: Actor) -> str:
    """Agree to a task; returns the instance id.

    Raises:
        Handled: Somebody was faster.
        Stale: The task or a field changed since the page was drawn.
        Moved: The application is no longer in a state for it.
        Invalid: A required field, comment or signature is missing.
        NotFound: It is not this person's task.
    """
    return _decide(task_id, actor, engine.Approve(**answer.parts(actor, task_id)), "approve")


def handle(task_id: str, answer: Answer, *, actor: Actor) -> str:
    """Report that the work of a task is done; raises as `approve`."""
    return _decide(task_id, actor, engine.Handle(**answer.parts(actor, task_id)), "handle")


def reject(task_id: str, answer: Answer, *, actor: Actor) -> str:
    """Refuse a task with a reason; raises as `approve`."""
    return _decide(task_id, actor, engine.Reject(**answer.parts(actor, task_id)), "reject")


def send_back(task_id: str, answer: Answer, *, resume: str = "rerun", actor: Actor) -> str:
    """Return the application to its starter for correction; raises as `approve`.

    Args:
        resume: `rerun` goes through all steps again, `back_to_me` comes straight back.
    """
    mode: Literal["rerun", "back_to_me"] = "back_to_me" if resume == "back_to_me" else "rerun"
    command = engine.SendBack(**answer.parts(actor, task_id), resume=mode)
    return _decide(task_id, actor, command, "send_back")


def resubmit(
    task_id: str, answer: Answer, *, picks: dict[str, tuple[str, ...]] | None = None, actor: Actor
) -> str:
    """Send a returned application again with its corrections; raises as `approve`."""
    command = engine.Resubmit(
        actor=actor.person_id,
        request_id=answer.request_id,
        task_id=task_id,
        expected_version=answer.version,
        changes=answer.changes,
        picks=picks,
        comment=answer.comment.strip(),
    )
    return _decide(task_id, actor, command, "resubmit")


def withdraw(instance_id: str, answer: Answer, *, actor: Actor) -> str:
    """Take the own application out; raises as `approve`."""
    command = engine.Withdraw(
        actor=actor.person_id, request_id=answer.request_id, comment=answer.comment.strip()
    )
    return _execute(instance_id, actor, command, "withdraw")


def comment(instance_id: str, answer: Answer, *, actor: Actor) -> str:
    """Say something without deciding; raises as `approve`."""
    command = engine.AddComment(
        actor=actor.person_id, request_id=answer.request_id, text=answer.comment.strip()
    )
    return _execute(instance_id, actor, command, "comment")


def urge(instance_id: str, answer: Answer, *, actor: Actor) -> str:
    """Ask the holders to hurry, each at most once an hour; raises as `approve`."""
    return _execute(
        instance_id, actor, engine.Urge(actor=actor.person_id, request_id=answer.request_id), "urge"
    )


def _decide(task_id: str, actor: Actor, command: engine.Command, name: str) -> str:
    return _execute(queries.instance_of_task(task_id), actor, command, name, task_id=task_id)


def _execute(instance_id: str, actor: Actor, command: engine.Command, name: str, *, task_id: str = "") -> str:
    return once(
        actor,
        command.request_id,
        name,
        lambda row: _apply(row, actor, command, name, task_id),
        instance_id=instance_id,
    )


def _apply(row: Instance, actor: Actor, command: engine.Command, name: str, task_id: str) -> str:
    definition = queries.version_of(row.definition_id, row.definition_version)
    before = engine.state_from_json(row.state)
    site = actor.site if actor.site.id == row.site_id else site_by_id(row.site_id)
    world = House(site, definition)
    events = ask(lambda: engine.decide(definition, before, command, world), definition)
    if not events:  # everybody was reminded within the hour
        raise Moved(_(STATES["urged"]), state="urged")
    files.bind_values(definition, getattr(command, "changes", {}), row.id, by=actor)
    if signature := getattr(command, "signature", ""):
        files.bind_signature(signature, row.id, by=actor)
    commit(row, definition, before, events, actor=actor, request_id=command.request_id, name=name)
    about_task = {"task": task_id} if task_id else {}
    record(EVENTS[name], actor=actor, about=row.id, site=row.site_id, subject=row.serial, **about_task)
    return row.id


def commit(
    row: Instance,
    definition: engine.Definition,
    before: engine.Instance,
    events: list[engine.Event],
    *,
    actor: Actor,
    request_id: str,
    name: str,
) -> engine.Instance:
    """Append the facts, bring the tables to the new state, queue the messages: in one transaction."""
    after = before
    for event in events:
        after = engine.evolve(after, event)
    projection.append(row.id, before.version, events)
    projection.save(row, definition, before, after)
    projection.answer(row.id, actor.person_id, request_id, name)
    notify.tell(row, before, after, events)
    return after


def ask(question: Callable[[], list[engine.Event]], definition: engine.Definition) -> list[engine.Event]:
    """Ask the engine; its refusal becomes one of the house, with names."""
    try:
        return question()
    except engine.FlowError as error:
        raise _named(error, definition) from error


def _named(error: engine.FlowError, definition: engine.Definition) -> QingbanError:
    if isinstance(error, engine.AlreadyHandled):
        who = people.by_ids([error.by]).get(error.by)
        time = clock.from_ms(error.when).astimezone(clock.LOCAL).strftime("%H:%M")
        return refusal(error, name=who.name if who else "系统", time=time)
    return refusal(error, fields=labels(definition))
