"""The audit trail, read-only, as sentences."""

from datetime import date, datetime, time, timedelta
from typing import Any

import falcon

from core import audit, clock
from core.audit import phrases
from core.contributions import Route
from core.directory import lookup
from core.platform import Platform
from core.web.admin.desk import Desk
from core.web.templates import when

PER_PAGE = 50
PLACES = {"mobile": "手机", "desktop": "电脑", "card": "消息卡片", "system": "系统"}


class Trail(Desk):
    """What happened, newest first."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show one page of entries."""
        event, query = req.get_param("event") or "", (req.get_param("q") or "").strip()
        since, until = _day(req.get_param("since")), _day(req.get_param("until"))
        person_id = _person(query)
        filters = audit.Filters(
            event=event,
            person_id=person_id,
            about="" if person_id else query,
            since=since,
            until=until + timedelta(days=1) if until else None,
        )
        before = req.get_param_as_int("before", min_value=1, max_value=2**62)
        entries = audit.entries(None, filters, before=before, limit=PER_PAGE)
        names = {key: one.name for key, one in lookup.people.by_ids(list(phrases.people_in(entries))).items()}
        sealed = sum(entry.is_sealed for entry in entries)
        self.show(
            req,
            resp,
            "admin/audit.html",
            query=query,
            since=req.get_param("since") or "",
            until=req.get_param("until") or "",
            event=event,
            events=[{"value": name, "label": name} for name in sorted(audit.declared())],
            rows=[_row(entry, names) for entry in entries],
            verified=f"本页 {sealed} 条已封存" if sealed else "",
            export_path="",
            next_path=_next(req, entries[-1].id) if len(entries) == PER_PAGE else "",
        )


def _row(entry: Any, names: dict[str, str]) -> dict[str, Any]:
    refused = entry.event.endswith(".refused")
    return {
        "time": when(entry.at),
        "sentence": phrases.sentence(entry, names),
        "place": PLACES.get(entry.client, ""),
        "tone": "danger" if refused else "",
        "facts": [
            {"label": key, "value": names.get(str(value), value)} for key, value in entry.facts.items()
        ],
    }


def _person(query: str) -> str:
    found = lookup.people.search(query, site=None, limit=1) if query else []
    return found[0].id if found else ""


def _day(text: str | None) -> datetime | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return datetime.combine(day, time(), clock.LOCAL) if 2000 <= day.year <= 2999 else None


def _next(req: falcon.Request, last: int) -> str:
    query = {**req.params, "before": str(last)}
    return "/admin/audit?" + "&".join(
        f"{name}={falcon.uri.encode_value(str(value))}" for name, value in query.items()
    )


def routes(platform: Platform) -> list[Route]:
    """The address of the trail."""
    return [Route(path="/admin/audit", resource=Trail(platform), action="core.audit", desktop=True)]
