"""One application: what, who, how far; and the bar with what I may do."""

from dataclasses import dataclass, field
from typing import Any

from qingban import Actor, Page, clock, forms, people

from .. import engine, queries, service
from ..forms import facts_of, fields_of
from ..lists import state_chip
from ..models import Instance
from ..names import names_for
from .bar import bar_of
from .sheets import sheets_of
from .timeline import steps_of


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an action was not done, and what was typed for it."""

    command: str
    """The action."""
    status: int
    """Of the answer."""
    sentence: str
    """For the head of the page."""
    errors: dict[str, str] = field(default_factory=dict)
    """By field."""
    form: Any = None
    """What was posted, to be shown again."""


class Detail(Page):
    """The page of an application."""

    def on_get(self, req: Any, resp: Any, instance_id: str) -> None:
        """Show it to whoever takes part; a reader's copy is then read."""
        actor: Actor = req.context.actor
        row, state = service.access(instance_id, actor)
        if any(one.person_id == actor.person_id for one in state.copies):
            service.mark_read(instance_id, actor=actor)
        show(self, resp, row, state, actor, sent=req.get_param("sent") or "")


def show(
    page: Page,
    resp: Any,
    row: Instance,
    state: engine.Instance,
    actor: Actor,
    *,
    failure: Failure | None = None,
    sent: str = "",
) -> None:
    """Show an application in its true state, with a sentence when something did not work."""
    definition = queries.version_of(row.definition_id, row.definition_version)
    ahead = service.steps_ahead(row, state)
    values = service.visible(definition, state, actor)
    coming = [one for step in ahead for one in step.people[:4]]
    names = names_for(definition, values, [*state.participants, *coming])
    word, tone = state_chip(row.status, is_returned=row.is_returned)
    sheets = sheets_of(definition, state, row, actor, failure)
    page.render(
        resp,
        "flows/detail.html",
        status=failure.status if failure else 200,
        row=row,
        flow=definition,
        starter=people.by_ids([row.starter_id]).get(row.starter_id),
        state={"text": word, "tone": tone},
        problem=failure.sentence if failure else "",
        failed=failure.command if failure else "",
        facts=[{"label": label, "value": text} for label, text in facts_of(definition, values, names)],
        values=forms.value_views(fields_of(definition), values, names=names, changed=_changed(state)),
        timeline=steps_of(definition, state, ahead, names.people, queries.withdrawal_reason(row)),
        signatures=_signatures(state, names),
        sheets=sheets,
        actions=bar_of(row, sheets),
        draft_done=f"{actor.person_id}.{sent}" if sent else "",
    )


def _changed(state: engine.Instance) -> set[str]:
    """Return the fields corrected since the first round."""
    if state.round < 2:
        return set()
    return {key for key, version in state.field_versions.items() if version > 1}


def _signatures(state: engine.Instance, names: forms.Names) -> list[dict[str, str]]:
    signed = [task for task in state.tasks if task.signature]
    return [
        {
            "name": names.people.get(task.person_id, ""),
            "url": f"/-/attachments/{task.signature}",
            "time": clock.from_ms(task.ended_at).astimezone(clock.LOCAL).strftime("%m-%d %H:%M"),
        }
        for task in signed
    ]
