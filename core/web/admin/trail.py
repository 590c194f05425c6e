"""The audit trail, read-only, as sentences; and the filtered rows as a spreadsheet."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import falcon

from core import audit, clock
from core.audit import checkpoints, phrases
from core.contributions import Route
from core.db import atomic
from core.directory import lookup
from core.directory.models import Person
from core.platform import Platform
from core.web.admin import trail_sheet
from core.web.admin.desk import Desk
from core.web.templates import when

PER_PAGE = 50
MOST_EXPORTED = 50_000
MOST_NAMESAKES = 50
LATE = timedelta(minutes=30)
FIELDS = ("q", "event", "since", "until")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Trail(Desk):
    """What happened, newest first."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show one page of entries."""
        self._page(req, resp)

    def on_post_export(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer what is filtered as a spreadsheet; the trail says who took it, how many rows and why."""
        reason = self.form(req).get("reason")[:200]
        filters = _filters(req)
        if error := _refusal(reason, filters):
            self._page(req, resp, errors={"reason": error}, reason=reason, status=422)
            return
        file, size, rows = trail_sheet.write(filters, most=MOST_EXPORTED)
        with atomic():
            audit.record(
                "core.audit.exported",
                actor=req.context.actor,
                about=filters.about or " ".join(filters.person_ids[:1]),
                site=req.context.actor.site,
                count=rows,
                reason=reason,
                narrowed=" ".join(filter(None, (req.get_param(name) for name in FIELDS[1:])))[:200],
            )
        resp.content_type = XLSX
        resp.downloadable_as = f"审计日志-{clock.today():%Y%m%d}.xlsx"
        resp.set_stream(file, size)

    def _page(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        *,
        errors: dict[str, str] | None = None,
        reason: str = "",
        status: int = 200,
    ) -> None:
        before = req.get_param_as_int("before", min_value=1, max_value=2**62)
        entries = audit.entries(None, _filters(req), before=before, limit=PER_PAGE)
        names = {key: one.name for key, one in lookup.people.by_ids(phrases.people_in(entries)).items()}
        asked = {name: req.get_param(name) or "" for name in FIELDS}
        self.show(
            req,
            resp,
            "admin/audit.html",
            status=status,
            query=asked["q"].strip(),
            since=asked["since"],
            until=asked["until"],
            event=asked["event"],
            events=[{"value": name, "label": name} for name in sorted(audit.declared())],
            rows=[_row(entry, names) for entry in entries],
            page_path="/admin/audit",
            verified=_verified(self.platform),
            export_path=_address("/admin/audit/export", asked),
            errors=errors or {},
            reason=reason,
            next_path=_address("/admin/audit", {**asked, "before": str(entries[-1].id)})
            if len(entries) == PER_PAGE
            else "",
        )


def _refusal(reason: str, filters: audit.Filters) -> str:
    if not reason:
        return "请写明导出原因"
    if audit.count(filters, most=MOST_EXPORTED) > MOST_EXPORTED:
        return f"超过 {MOST_EXPORTED:,} 条，请先缩小筛选范围"
    return ""


def _verified(platform: Platform) -> dict[str, str]:
    """Say until when the trail was proved; it turns to a warning when newer rows wait too long for it."""
    last = checkpoints.last(checkpoints.file_in(platform.config.data_dir))
    count, _ = audit.head()
    if last is None:
        return {"text": "还没有校验过", "tone": "warn"} if count else {}
    is_late = count != last.count and clock.now() - last.at > LATE
    words = when(last.at).removeprefix("今天 ")
    return (
        {"text": f"校验停在 {words}", "tone": "warn"}
        if is_late
        else {"text": f"已校验至 {words}", "tone": "ok"}
    )


def _filters(req: falcon.Request) -> audit.Filters:
    query = (req.get_param("q") or "").strip()
    until = _day(req.get_param("until"))
    people = _people(query)
    return audit.Filters(
        event=req.get_param("event") or "",
        person_ids=people,
        about="" if people else query,
        since=_day(req.get_param("since")),
        until=until + timedelta(days=1) if until else None,
    )


def _row(entry: audit.Entry, names: dict[str, str]) -> dict[str, Any]:
    refused = entry.event.endswith(".refused")
    return {
        "time": when(entry.at),
        "sentence": phrases.sentence(entry, names),
        "place": trail_sheet.PLACES.get(entry.client, ""),
        "tone": "danger" if refused else "",
        "facts": [
            {"label": key, "value": names.get(str(value), value)} for key, value in entry.facts.items()
        ],
    }


def _people(query: str) -> tuple[str, ...]:
    """Return who is meant: all with this name or staff number, also who has left; or the best match."""
    if not query:
        return ()
    same = (Person.name == query) | (Person.staff_no == query)
    exact: Any = Person.select(Person.id).where(same).limit(MOST_NAMESAKES).tuples()
    found = [key for (key,) in exact] or [one.id for one in lookup.people.search(query, limit=1)]
    return tuple(found)


def _day(text: str | None) -> datetime | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return datetime.combine(day, time(), clock.LOCAL) if 2000 <= day.year <= 2999 else None


def _address(path: str, asked: dict[str, str]) -> str:
    query = urlencode({name: text for name, text in asked.items() if text})
    return f"{path}?{query}" if query else path


def routes(platform: Platform) -> list[Route]:
    """The addresses of the trail."""
    page = Trail(platform)
    return [
        Route(path="/admin/audit", resource=page, action="core.audit", desktop=True),
        Route(path="/admin/audit/export", resource=page, suffix="export", action="core.audit", desktop=True),
    ]
