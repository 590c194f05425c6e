"""The form of an application that came back, to correct and send again."""

from typing import Any

from qingban import Actor, NotFound, Page, _, forms, people

from .. import engine, queries, service
from ..forms import start_fields
from ..models import Instance
from ..names import names_for
from .common import pick_views, picks_from, request_id_of, route_views


class Edit(Page):
    """The returned form."""

    def on_get(self, req: Any, resp: Any, instance_id: str) -> None:
        """Show it to its starter, filled in as it was sent."""
        row, state = service.access(instance_id, req.context.actor)
        edit(self, resp, row, state, req.context.actor, None, {})


def edit(
    page: Page,
    resp: Any,
    row: Instance,
    state: engine.Instance,
    actor: Actor,
    form: Any,
    errors: dict[str, str],
) -> None:
    """Show the form of a returned application; after a refusal with what was typed."""
    definition = queries.version_of(row.definition_id, row.definition_version)
    task = _task(definition, state, actor)
    fields = start_fields(definition)
    raw = forms.raw_from_pairs(fields, form.pairs) if form else None
    picks = (picks_from(form) if form else {}) or state.picks
    page.render(
        resp,
        "flows/edit.html",
        status=422 if errors else 200,
        row=row,
        flow=definition,
        task=task,
        fields=forms.form_views(
            fields, state.values, raw=raw, errors=errors, names=names_for(definition, state.values)
        ),
        rules=forms.rules_data(fields, me=dict(state.starter.facts)),
        errors=errors,
        summary=forms.summary(errors),
        request_id=request_id_of(form) if form else "",
        **_way(row, state, picks, errors),
    )


def _task(definition: engine.Definition, state: engine.Instance, actor: Actor) -> engine.LegalAction:
    for one in engine.actions_for(definition, state, actor.person_id):
        if one.name == "resubmit":
            return one
    raise NotFound(_("这条申请现在不在你手里，请回到申请页看最新状态"))


def _way(
    row: Instance, state: engine.Instance, picks: dict[str, tuple[str, ...]], errors: dict[str, str]
) -> dict[str, Any]:
    steps = service.steps_after_resubmit(row, state, picks)
    shown = [one for step in steps for one in step.people[:4]]
    chosen = [one for some in picks.values() for one in some]
    names = {key: one.name for key, one in people.by_ids([*shown, *chosen]).items()}
    return {"route": route_views(steps, names), "picks": pick_views(steps, picks, names, errors)}
