"""Pages about who signed up, for those who made the app: the list and its spreadsheet."""

from typing import Any

import falcon

from qingban import Actor, Invalid, Page, Route, _, atomic, forms, people, record, setting

from . import export, roster, service
from .service.access import MAKE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Entries(Page):
    """Who signed up."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Show one page of the list."""
        app = service.managed(app_id, req.context.actor)
        state = req.get_param("state") or ""
        state = state if state in export.STATES or state == "cancelled" else ""
        after = max(req.get_param_as_int("after") or 0, 0)
        rows = roster.entries(app.id, after=after, state=state, limit=roster.PAGE + 1)
        shown = rows[: roster.PAGE]
        counts = roster.counts(app.id)
        fields = export.all_fields(app.id)
        known = people.by_ids(row.person_id for row in shown)
        query = f"state={state}&" if state else ""
        path = f"/miniapps/apps/{app.id}/entries"
        self.render(
            resp,
            "miniapps/entries.html",
            app=app,
            rows=[_line(row, known.get(row.person_id), fields) for row in shown],
            columns=[field.label for field in fields],
            tabs=_tabs(path, state, counts),
            next_path=f"{path}?{query}after={shown[-1].position}" if len(rows) > roster.PAGE else "",
            first_path=f"{path}?{query}".rstrip("?&") if after else "",
            needs_reason=_alive(counts) > _reason_above(req.context.actor),
            has_any=_alive(counts) > 0,
        )

    def on_get_export(self, req: falcon.Request, resp: falcon.Response, app_id: str) -> None:
        """Answer the whole list as a spreadsheet; the trail says who took it, how many rows and why."""
        actor: Actor = req.context.actor
        app = service.managed(app_id, actor)
        reason = (req.get_param("reason") or "").strip()[:100]
        limit = _reason_above(actor)
        if _alive(roster.counts(app.id)) > limit and len(reason) < 4:
            raise Invalid({"reason": _("名单超过 %(count)s 行，请写明用途再导出", count=limit)})
        file, size, rows = export.write(app.id)
        with atomic():
            record(
                "miniapps.app.exported",
                actor=actor,
                about=app.id,
                site=app.site_id,
                count=rows,
                reason=reason,
            )
        resp.content_type = XLSX
        resp.downloadable_as = f"{app.title}-名单.xlsx"
        resp.set_stream(file, size)


def _line(row: roster.Row, person: Any, fields: list[forms.Field]) -> dict[str, Any]:
    return {
        "position": row.position,
        "name": person.name if person else _("已离职人员"),
        "note": f"{person.department_name} · {person.staff_no}" if person else "",
        "state": export.STATES.get(row.state, "已取消"),
        "tone": {"accepted": "ok", "waiting": "warn"}.get(row.state, ""),
        "at": row.created_at,
        "cells": [_cell(field, row.answers.get(field.id)) for field in fields],
    }


def _cell(field: forms.Field, value: Any) -> str:
    if value is None:
        return ""
    return _("已填写") if field.sensitive else forms.kind(field).show(field, value)


def _tabs(path: str, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    tabs = [("", _("全部"), _alive(counts)), ("accepted", _("已报名"), counts.get("accepted", 0))]
    tabs += [
        ("waiting", _("候补"), counts.get("waiting", 0)),
        ("cancelled", _("已取消"), counts.get("cancelled", 0)),
    ]
    return [
        {
            "title": title,
            "count": count,
            "path": f"{path}?state={name}" if name else path,
            "is_current": state == name,
        }
        for name, title, count in tabs
    ]


def _alive(counts: dict[str, int]) -> int:
    return counts.get("accepted", 0) + counts.get("waiting", 0)


def _reason_above(actor: Actor) -> int:
    return int(setting(actor.site, "miniapps.reason_above"))


def routes() -> list[Route]:
    """The addresses of the list."""
    entries = Entries()
    return [
        Route(path="/apps/{app_id}/entries", resource=entries, action=MAKE),
        Route(path="/apps/{app_id}/export.xlsx", resource=entries, suffix="export", action=MAKE),
    ]
