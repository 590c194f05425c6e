"""Pages for those who make apps: choose a template, fill in, publish, print, look at the list."""

from typing import Any

import falcon

from qingban import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Page,
    Route,
    _,
    departments,
    forms,
)

from . import builder, documents, poster, queries, service, views
from .builder import Draft
from .documents import FIELD_TYPES, WITH_OPTIONS
from .models import CLOSED, DRAFT, PUBLISHED, App
from .service.access import MAKE

DEPARTMENTS = forms.from_dict({"id": "departments", "type": "department", "label": "哪些科室", "many": True})


class New(Page):
    """The catalogue."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the templates."""
        self.render(resp, "miniapps/new.html", templates=service.templates())

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Start a draft."""
        app = service.create(req.context.actor, self.form(req).get("template"))
        self.go(resp, f"/miniapps/apps/{app.id}/edit", say=_("已按模板建好，改成你要的样子再发布"))


class Overview(Page):
    """One app for its makers: how it stands, the code, what can be done."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Show the overview."""
        self._show(resp, service.managed(app_id, req.context.actor))

    def on_post_publish(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Make the working copy what visitors see."""
        actor: Actor = req.context.actor
        try:
            service.publish(app_id, actor)
        except (Invalid, Conflict) as refused:
            app = service.managed(app_id, actor)
            errors = refused.fields if isinstance(refused, Invalid) else {}
            said = refused.title if not errors else _("还有 %(count)s 处要改，改好再发布", count=len(errors))
            show_editor(self, resp, app, _draft(app), status=refused.status, errors=errors, said=said)
            return
        self.go(resp, f"/miniapps/apps/{app_id}", say=_("已发布，二维码可以用了"))

    def on_post_close(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """End it now."""
        self._act(resp, req.context.actor, app_id, service.close, _("已结束报名"))

    def on_post_reopen(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Open it again."""
        self._act(resp, req.context.actor, app_id, service.reopen, _("已重新开放"))

    def on_post_discard(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Remove a draft."""
        service.discard(app_id, req.context.actor)
        self.go(resp, "/miniapps/", say=_("已删除草稿"))

    def on_get_counts(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Answer the live counts only."""
        app = service.managed(app_id, req.context.actor)
        self.render(resp, "miniapps/_figures.html", app=app, **_figures(app))

    def _act(self, resp: falcon.Response, actor: Actor, app_id: str, act: Any, said: str) -> None:
        try:
            act(app_id, actor)
        except Conflict as refused:
            self._show(resp, service.managed(app_id, actor), status=refused.status, said=refused.title)
            return
        self.go(resp, f"/miniapps/apps/{app_id}", say=said)

    def _show(self, resp: falcon.Response, app: App, *, status: int = 200, said: str = "") -> None:
        chip, tone = views.state_chip(app.state, app.opens_at, app.closes_at)
        link = poster.link(app.code)
        self.render(
            resp,
            "miniapps/overview.html",
            status=status,
            app=app,
            chip=chip,
            tone=tone,
            window=views.window(app.opens_at, app.closes_at),
            link=link,
            code=poster.inline(link),
            said=said,
            is_draft=app.state == DRAFT,
            is_published=app.state == PUBLISHED,
            is_closed=app.state == CLOSED,
            has_changes=service.is_changed(app),
            **_figures(app),
        )


class Editor(Page):
    """The designer: one form; every button sends all of it, so nothing typed is lost."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Show the working copy."""
        app = service.managed(app_id, req.context.actor)
        show_editor(self, resp, app, _draft(app))

    def on_post(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Keep what was typed, then do what the button says: add, move, remove, or only save."""
        actor: Actor = req.context.actor
        app = service.managed(app_id, actor)
        form = self.form(req)
        draft = _draft(app)
        try:
            draft, errors = builder.take_in(draft, form.pairs)
            if errors:
                raise Invalid(errors)
            draft, place = _do(draft, form.get("do"))
        except Invalid as refused:
            show_editor(self, resp, app, draft, status=422, errors=refused.fields, said=refused.title)
            return
        service.save(app_id, actor, draft.document, draft.ids_made)
        if form.get("do") == "publish":
            Overview().on_post_publish(req, resp, app_id)
            return
        self.go(resp, f"/miniapps/apps/{app_id}/edit{place}", say="" if place else _("已保存"))


class Poster(Page):
    """The printable poster and its code as files."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Show the A4 poster."""
        app = self._published(app_id, req.context.actor)
        link = poster.link(app.code)
        live = queries.live_by_id(app.id)
        owner = departments.by_ids([app.department_id]).get(app.department_id)
        self.render(
            resp,
            "miniapps/poster.html",
            app=app,
            link=link,
            code=poster.inline(link),
            owner=owner.name if owner else "",
            intro=live.document.intro if live else "",
            places=live.document.total.limit if live else None,
            scope=service.scope_words(live) if live else "",
            window=views.window(app.opens_at, app.closes_at),
        )

    def on_get_svg(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Answer the code as SVG."""
        app = self._published(app_id, req.context.actor)
        _file(resp, "image/svg+xml", f"{app.title}.svg", poster.svg(poster.link(app.code)))

    def on_get_png(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Answer the code as PNG."""
        app = self._published(app_id, req.context.actor)
        _file(resp, "image/png", f"{app.title}.png", poster.png(poster.link(app.code)))

    def _published(self, app_id: str, actor: Actor) -> App:
        app = service.managed(app_id, actor)
        if not app.version:
            raise NotFound(_("发布后才有海报"))
        return app


def show_editor(
    page: Page,
    resp: falcon.Response,
    app: App,
    draft: Draft,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    said: str = "",
) -> None:
    """Answer with the designer."""
    document = draft.document
    chosen = [str(id) for id in document.audience.departments]
    units = departments.by_ids(document.audience.departments)
    names = forms.Names(departments={str(id): unit.name for id, unit in units.items()})
    limits = {f"{field}.{option}": quota.limit for (field, option), quota in document.by_option.items()}
    rooms = queries.rooms(app.id) if app.version else {}
    page.render(
        resp,
        "miniapps/edit.html",
        status=status,
        app=app,
        document=document,
        types=FIELD_TYPES,
        with_options=WITH_OPTIONS,
        limits=limits,
        wait=document.total.wait.limit or max((quota.wait.limit for quota in document.quotas), default=0),
        rooms=rooms,
        departments_view=forms.form_views([DEPARTMENTS], {"departments": chosen}, names=names)[0],
        preview=_preview(document),
        errors=errors or {},
        said=said,
        has_changes=service.is_changed(app),
    )


def _draft(app: App) -> Draft:
    return Draft(document=documents.convert(app.document), ids_made=app.ids_made)


def _do(draft: Draft, what: str) -> tuple[Draft, str]:
    """Do what a button of the designer says; return the draft and where to look next."""
    verb, _dot, id = what.partition(".")
    if verb == "add":
        done = builder.add(draft, id)
        return done, f"#field-{done.document.fields[-1]['id']}"
    if verb in ("up", "down"):
        return builder.move(draft, id, -1 if verb == "up" else 1), f"#field-{id}"
    if verb == "remove":
        return builder.remove(draft, id), "#fields"
    if verb == "option":
        return draft, f"#field-{id}"
    return draft, ""


def _preview(document: documents.Document) -> list[forms.FieldView]:
    try:
        return forms.form_views(forms.fields_from(document.fields))
    except forms.BadField:
        return []


def _figures(app: App) -> dict[str, Any]:
    rooms = queries.rooms(app.id) if app.version else {}
    live = queries.live_by_id(app.id)
    if live is None:
        raise NotFound
    return {
        "total": views.total(live.document, rooms),
        "options": views.by_option(live.document, live.fields, rooms) if app.version else [],
        "waiting": sum(room.waiting for room in rooms.values()),
    }


def _file(resp: falcon.Response, kind: str, name: str, data: bytes) -> None:
    resp.content_type = kind
    resp.downloadable_as = name
    resp.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
    resp.data = data


def routes() -> list[Route]:
    """The addresses for those who make apps."""
    overview, sheet = Overview(), Poster()
    app = "/apps/{app_id}"
    return [
        Route(path="/new", resource=New(), action=MAKE),
        Route(path=app, resource=overview, action=MAKE),
        Route(path=f"{app}/counts", resource=overview, suffix="counts", action=MAKE),
        Route(path=f"{app}/edit", resource=Editor(), action=MAKE),
        Route(path=f"{app}/publish", resource=overview, suffix="publish", action=MAKE),
        Route(path=f"{app}/close", resource=overview, suffix="close", action=MAKE),
        Route(path=f"{app}/reopen", resource=overview, suffix="reopen", action=MAKE),
        Route(path=f"{app}/discard", resource=overview, suffix="discard", action=MAKE),
        Route(path=f"{app}/poster", resource=sheet, action=MAKE),
        Route(path=f"{app}/poster.svg", resource=sheet, suffix="svg", action=MAKE),
        Route(path=f"{app}/poster.png", resource=sheet, suffix="png", action=MAKE),
    ]
