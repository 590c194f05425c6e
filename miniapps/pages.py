"""Pages for everyone: what I can join, and the page behind the QR code."""

from typing import Any

import falcon

from qingban import Actor, Conflict, Invalid, NotAllowed, Page, Route, _, clock, departments, forms

from . import lists, queries, service, views
from .models import ACCEPTED, WAITING
from .queries import Held, Live
from .service.access import MAKE, USE


class Index(Page):
    """What I can join now, what I joined, what my department made."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the lists, each one query whatever its length."""
        actor: Actor = req.context.actor
        above = departments.ancestors(actor.department_id) if actor.department_id else []
        joined = lists.joined_apps(actor.person_id)
        mine = actor.department_id if actor.can(MAKE) else None
        made = lists.made_apps(actor.site.id, mine, actor.person_id) if mine is not None else []
        found = [
            app
            for app in lists.open_apps(actor.site.id, actor.person_id)
            if not app.mine and service.fits(app.audience, app.site_id, actor, above)
        ]
        units = departments.by_ids(sorted({app.department_id for app in [*found, *joined]}))
        names = {id: unit.name for id, unit in units.items()}
        self.render(
            resp,
            "miniapps/index.html",
            found=[views.joinable(app, names) for app in found],
            joined=[views.joinable(app, names) for app in joined],
            made=[views.made(app) for app in made],
            is_maker=mine is not None,
        )


class SignUp(Page):
    """The page behind the QR code: read, fill in, done; later change or cancel."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        """Show the form, or how the reader's entry stands, or why it is not possible now."""
        actor: Actor = req.context.actor
        live = service.visible(code, actor)
        self._show(resp, live, actor, is_edit=req.get_param("edit") == "1")

    def on_post(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        """Sign up."""
        actor: Actor = req.context.actor
        live = service.visible(code, actor)
        form = self.form(req)
        raw = forms.raw_from_pairs(live.fields, form.pairs)
        try:
            receipt = service.register(live, actor, raw, form.get("request_id"))
        except (Invalid, Conflict, NotAllowed) as refused:
            self._refused(resp, code, actor, raw, refused)
            return
        said = (
            _("报名成功，第 %(place)s 位") if receipt.state == ACCEPTED else _("已进入候补，第 %(place)s 位")
        )
        self.go(resp, f"/miniapps/q/{code}", say=said % {"place": receipt.place})

    def on_post_edit(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        """Change one's answers."""
        actor: Actor = req.context.actor
        live = service.visible(code, actor)
        raw = forms.raw_from_pairs(live.fields, self.form(req).pairs)
        try:
            service.edit(live, actor, raw)
        except (Invalid, Conflict) as refused:
            self._refused(resp, code, actor, raw, refused, is_edit=True)
            return
        self.go(resp, f"/miniapps/q/{code}", say=_("已修改"))

    def on_post_cancel(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        """Give the place back."""
        actor: Actor = req.context.actor
        live = service.visible(code, actor)
        try:
            service.cancel(live, actor)
        except Conflict as refused:
            self._refused(resp, code, actor, {}, refused)
            return
        self.go(resp, f"/miniapps/q/{code}", say=_("已取消报名，名额已让给后面的同事"))

    def on_get_counts(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        """Answer the live counts only."""
        live = service.visible(code, req.context.actor)
        self.render(resp, "miniapps/_counts.html", **_counts(live))

    def _refused(
        self,
        resp: falcon.Response,
        code: str,
        actor: Actor,
        raw: dict[str, Any],
        refused: Invalid | Conflict | NotAllowed,
        *,
        is_edit: bool = False,
    ) -> None:
        live = service.visible(code, actor)  # once more: the true state of now
        errors = refused.fields if isinstance(refused, Invalid) else {}
        known = {field.id for field in live.fields}
        self._show(
            resp,
            live,
            actor,
            status=refused.status,
            raw={id: value for id, value in raw.items() if id in known},
            errors=errors,
            said="" if errors else refused.title,
            is_edit=is_edit,
        )

    def _show(
        self,
        resp: falcon.Response,
        live: Live,
        actor: Actor,
        *,
        status: int = 200,
        raw: dict[str, Any] | None = None,
        errors: dict[str, str] | None = None,
        said: str = "",
        is_edit: bool = False,
    ) -> None:
        held = None if live.is_draft else queries.entry_of(live.id, actor.person_id)
        is_welcome = live.is_draft or service.fits(live.document.audience, live.site_id, actor)
        if not is_welcome and held is None:
            self.render(
                resp, "miniapps/signup.html", status=403, **_frame(live), said=service.not_for_you(live)
            )
            return
        rooms = {} if live.is_draft else queries.rooms(live.id)
        closed = service.closed_words(live)
        until = service.may_change_until(live)
        may_change = held is not None and until is not None and clock.now() < until
        wants_form = (held is None and not closed) or live.is_draft or (is_edit and may_change)
        self.render(
            resp,
            "miniapps/signup.html",
            status=status,
            **{**_frame(live), **_counts(live, rooms)},
            said=said,
            closed=closed,
            held=held and _held(live, held),
            may_change=may_change,
            until=until and views.deadline(until),
            fields=_fields(live, rooms, held, raw, errors) if wants_form else None,
            is_edit=wants_form and held is not None,
            errors=errors or {},
            summary=forms.summary(errors or {}),
            draft_key=f"{actor.person_id}:{live.id}:{live.version}",
        )


def _frame(live: Live) -> dict[str, Any]:
    owner = departments.by_ids([live.department_id]).get(live.department_id)
    return {"live": live, "owner": owner.name if owner else "", "deadline": views.deadline(live.closes_at)}


def _counts(live: Live, rooms: dict[str, queries.Room] | None = None) -> dict[str, Any]:
    known = queries.rooms(live.id) if rooms is None else rooms
    return {
        "live": live,
        "total": views.total(live.document, known),
        "options": views.by_option(live.document, live.fields, known),
        "is_open": service.standing(live) == "open",
    }


def _fields(
    live: Live,
    rooms: dict[str, queries.Room],
    held: Held | None,
    raw: dict[str, Any] | None,
    errors: dict[str, str] | None,
) -> list[forms.FieldView]:
    return views.form_views(live, rooms, answers=held.answers if held else None, raw=raw, errors=errors)


def _held(live: Live, held: Held) -> dict[str, Any]:
    return {
        "is_waiting": held.state == WAITING,
        "place": held.place,
        "ahead": held.place - 1,
        "values": forms.value_views(live.fields, held.answers),
        "at": held.created_at,
    }


def routes() -> list[Route]:
    """The addresses for everyone."""
    sign_up = SignUp()
    return [
        Route(path="/", resource=Index(), action=USE),
        Route(path="/q/{code}", resource=sign_up, action=USE),
        Route(path="/q/{code}/counts", resource=sign_up, suffix="counts", action=USE),
        Route(path="/q/{code}/edit", resource=sign_up, suffix="edit", action=USE),
        Route(path="/q/{code}/cancel", resource=sign_up, suffix="cancel", action=USE),
    ]
