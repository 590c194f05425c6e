"""Background work and outgoing cards: what waits, what gave up, and trying again."""

import re
from typing import Any

import falcon
import peewee

from core import audit
from core.contributions import Route
from core.db import atomic
from core.errors import NotFound
from core.jobs import table
from core.jobs.models import Job
from core.messaging.models import Outbox
from core.platform import Platform
from core.web.admin.desk import Desk
from core.web.templates import when

PER_PAGE = 50

_NUMBER = re.compile(r"[0-9]{1,18}")

TABS = {
    "dead": ("停下的任务", "danger"),
    "ready": ("等待中", ""),
    "running": ("进行中", "brand"),
    "done": ("已完成", "ok"),
    "messages": ("没送达的消息", "danger"),
}


class Jobs(Desk):
    """Jobs by state, and cards that did not arrive."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show one tab, newest first, paged by id."""
        state = req.get_param("state") or "dead"
        state = state if state in TABS else "dead"
        before = req.get_param_as_int("before", min_value=1, max_value=2**62) or 2**62
        rows = _messages(before) if state == "messages" else _jobs(state, before)
        more = f"/admin/jobs?state={state}&before={rows[-1]['id']}" if len(rows) == PER_PAGE else ""
        self.show(
            req,
            resp,
            "admin/jobs.html",
            tabs=_tabs(state),
            rows=rows,
            retry_path="/admin/jobs",
            retry_all_path="",
            next_path=more,
        )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Try a job again that gave up."""
        job_id = self.form(req).get("id")
        with atomic():
            if not _NUMBER.fullmatch(job_id) or not table.revive(int(job_id)):
                raise NotFound("这个任务已经在运行或完成了")
            audit.record(
                "core.job.revived", actor=req.context.actor, about=job_id, site=req.context.actor.site
            )
        self.go(resp, "/admin/jobs", say="已重新排队")


def _tabs(current: str) -> list[dict[str, Any]]:
    rows: Any = Job.select(Job.state, peewee.fn.COUNT(Job.id)).group_by(Job.state).tuples()
    counts: dict[str, int] = dict(rows)
    counts["messages"] = Outbox.select().where(Outbox.state == "failed").count()
    return [
        {
            "title": title,
            "path": f"/admin/jobs?state={state}",
            "count": counts.get(state, 0) if state != "done" else 0,
            "is_current": state == current,
        }
        for state, (title, _) in TABS.items()
    ]


def _jobs(state: str, before: int) -> list[dict[str, Any]]:
    rows = Job.select().where(Job.state == state, Job.id < before).order_by(Job.id.desc()).limit(PER_PAGE)
    return [
        {
            "id": row.id,
            "title": row.name,
            "about": row.effect_key,
            "state": {"text": TABS[state][0], "tone": TABS[state][1]},
            "reason": row.last_error,
            "tries": row.tries,
            "time": when(row.done_at or row.run_at),
            "can_retry": state == "dead",
        }
        for row in rows
    ]


def _messages(before: int) -> list[dict[str, Any]]:
    query = Outbox.select().where(Outbox.state == "failed", Outbox.id < before)
    return [
        {
            "id": row.id,
            "title": row.kind,
            "about": row.key,
            "state": {"text": "没送达", "tone": "danger"},
            "reason": row.last_error,
            "tries": row.tries,
            "time": when(row.created_at),
            "can_retry": False,
        }
        for row in query.order_by(Outbox.id.desc()).limit(PER_PAGE)
    ]


def routes(platform: Platform) -> list[Route]:
    """The address about background work."""
    return [Route(path="/admin/jobs", resource=Jobs(platform), action="core.jobs", desktop=True)]
