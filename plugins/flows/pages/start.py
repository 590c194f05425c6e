"""Choose a flow, fill in its form, see who will decide, send it."""

from itertools import groupby
from typing import Any

from qingban import Actor, Invalid, Page, _, clock, forms, new_id, people

from .. import queries, service
from ..catalogue import load_vocabulary
from ..forms import start_fields
from ..models import Definition
from ..names import names_for
from .common import pick_views, picks_from, request_id_of, route_views, stored_files


class Choose(Page):
    """All flows of the site, the ones I use most first."""

    def on_get(self, req: Any, resp: Any) -> None:
        """Show them, or those that match `?q=`."""
        actor: Actor = req.context.actor
        query = (req.get_param("q") or "").strip()
        rows = [row for row in queries.definitions_of(actor.site) if query in row.name + row.summary]
        often = queries.often_started_by(actor.person_id, 4)
        by_id = {row.id: row for row in rows}
        titles = load_vocabulary().categories
        rows.sort(key=lambda row: list(titles).index(row.category) if row.category in titles else 99)
        groups = [
            {"title": titles.get(category, category), "entries": [_entry(row) for row in group]}
            for category, group in groupby(rows, key=lambda row: row.category)
        ]
        self.render(
            resp,
            "flows/choose.html",
            query=query,
            often=[_entry(by_id[key]) for key in often if key in by_id],
            groups=groups,
        )


class New(Page):
    """The form of a flow."""

    def on_get(self, req: Any, resp: Any, slug: str) -> None:
        """Show the form, with the draft when there is one."""
        actor: Actor = req.context.actor
        row = queries.definition_of(actor.site, slug)
        draft = queries.draft_of(actor.person_id, row)
        raw = dict(draft.raw) if draft else {}
        show_form(self, resp, row, actor, raw, {}, {}, saved_at=draft.saved_at if draft else None)

    def on_post(self, req: Any, resp: Any, slug: str) -> None:
        """Send it; what has to be changed comes back in the same form."""
        actor: Actor = req.context.actor
        row = queries.definition_of(actor.site, slug)
        form = self.form(req)
        fields = start_fields(queries.version_of(row.id, row.number))
        sent, refused = stored_files(form, fields, actor)
        raw = forms.raw_from_pairs(fields, [*form.pairs, *sent])
        picks = picks_from(form)
        request_id = request_id_of(form)
        try:
            if refused:
                raise Invalid({**service.check_start(row, raw, actor=actor).errors, **refused})
            instance_id = service.submit(row, raw, request_id=request_id, actor=actor, picks=picks)
        except Invalid as error:
            show_form(self, resp, row, actor, raw, picks, error.fields, status=422, request_id=request_id)
            return
        self.go(resp, f"/flows/{instance_id}?sent={row.slug}.{row.number}", say=_("已提交"))


class Preview(Page):
    """Who would decide, for the values typed so far."""

    def on_post(self, req: Any, resp: Any, slug: str) -> None:
        """Answer the part of the page that shows the way."""
        actor: Actor = req.context.actor
        row = queries.definition_of(actor.site, slug)
        form = self.form(req)
        raw = forms.raw_from_pairs(start_fields(queries.version_of(row.id, row.number)), form.pairs)
        self.render(resp, "flows/_route.html", **way(row, actor, raw, picks_from(form), {}))


class Draft(Page):
    """What was typed and not sent."""

    def on_post(self, req: Any, resp: Any, slug: str) -> None:
        """Keep it, or forget it when it is empty."""
        actor: Actor = req.context.actor
        row = queries.definition_of(actor.site, slug)
        fields = start_fields(queries.version_of(row.id, row.number))
        raw = forms.raw_from_pairs(fields, _pairs(self.json(req)))
        kept = {key: value for key, value in raw.items() if value not in (None, "", [])}
        if kept:
            service.save_draft(row, kept, actor=actor)
        else:
            service.drop_draft(row, actor=actor)
        self.answer(resp, {"saved": bool(kept)})


def show_form(
    page: Page,
    resp: Any,
    row: Definition,
    actor: Actor,
    raw: dict[str, Any],
    picks: dict[str, tuple[str, ...]],
    errors: dict[str, str],
    *,
    status: int = 200,
    request_id: str = "",
    saved_at: Any = None,
) -> None:
    """Show the form of a flow with what was typed."""
    definition = queries.version_of(row.id, row.number)
    fields = start_fields(definition)
    clean = service.check_start(row, raw, actor=actor)
    views = forms.form_views(
        fields,
        {},
        raw=raw or None,
        errors=errors,
        names=names_for(definition, clean.values),
        outcome=clean.outcome,
    )
    page.render(
        resp,
        "flows/new.html",
        status=status,
        flow=definition,
        fields=views,
        rules=forms.rules_data(fields, me=dict(_me(actor))),
        errors=errors,
        summary=forms.summary(errors),
        request_id=request_id or new_id(),
        draft_key=f"{actor.person_id}.{row.slug}.{row.number}",
        saved_at=clock.to_ms(saved_at) if saved_at and not errors else "",
        **way(row, actor, raw, picks, errors),
    )


def way(
    row: Definition,
    actor: Actor,
    raw: dict[str, Any],
    picks: dict[str, tuple[str, ...]],
    errors: dict[str, str],
) -> dict[str, Any]:
    """Return the way ahead and the people to choose, for the values typed so far."""
    values = service.check_start(row, raw, actor=actor).values
    steps = service.route_ahead(row, values, actor=actor, picks=picks)
    ids = [one for step in steps for one in step.people[:4]] + [
        one for chosen in picks.values() for one in chosen
    ]
    names = {key: one.name for key, one in people.by_ids(ids).items()}
    return {
        "slug": row.slug,
        "route": route_views(steps, names),
        "picks": pick_views(steps, picks, names, errors),
    }


def _pairs(given: Any) -> list[tuple[str, str]]:
    pairs = given.get("pairs") if isinstance(given, dict) else None
    if not isinstance(pairs, list):
        raise Invalid(title=_("草稿内容有误"))
    return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]


def _me(actor: Actor) -> dict[str, Any]:
    return {"dept": str(actor.department_id or ""), "line": actor.line, "post": actor.post}


def _entry(row: Definition) -> dict[str, Any]:
    return {
        "title": row.name,
        "note": row.summary,
        "path": f"/flows/new/{row.slug}",
        "icon": row.icon or "file-text",
    }
