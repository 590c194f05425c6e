"""The directory: what the last synchronisations did, and starting one."""

from typing import Any

import falcon

from core import jobs
from core.contributions import Route
from core.db import atomic
from core.directory.models import Department, Person, SyncRun
from core.ids import new_id
from core.platform import Platform
from core.web.admin.desk import Desk
from core.web.templates import when

COUNTS = {
    "people": "人员",
    "added": "新增",
    "changed": "修改",
    "removed": "离开",
    "refused": "拒绝",
    "departments": "部门",
    "departments_changed": "部门变动",
    "departments_removed": "部门撤销",
    "tags": "标签",
}
STATES = {
    "done": {"text": "成功", "tone": "ok"},
    "applying": {"text": "写入中", "tone": "brand"},
    "running": {"text": "进行中", "tone": "brand"},
    "held": {"text": "等人核对", "tone": "warn"},
    "failed": {"text": "失败", "tone": "danger"},
}


class Sync(Desk):
    """Runs of the synchronisation."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the last twenty runs."""
        runs = list(SyncRun.select().order_by(SyncRun.started_at.desc()).limit(20))
        active = Person.select().where(Person.status.in_(("active", "inactive"))).count()
        self.show(
            req,
            resp,
            "admin/sync.html",
            source="企业微信 → 轻办",
            last=f"上次 {when(runs[0].started_at)}" if runs else "还没有同步过",
            next="每天 02:40 自动同步",
            run_path="/admin/sync",
            preview_path="",
            current=None,
            refresh_path="",
            counts=[
                {"label": "在岗人员", "value": f"{active:,}"},
                {
                    "label": "部门",
                    "value": f"{Department.select().where(Department.gone_at.is_null()).count():,}",
                },
            ],
            differences=[],
            guard=runs[0].message if runs and runs[0].state == "held" else "",
            approve_path="",
            runs=[_run(run) for run in runs],
        )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Start one in the background."""
        with atomic():
            jobs.enqueue("core_directory_sync", {}, effect_key=f"sync-by-hand-{new_id()}")
        self.go(resp, "/admin/sync", say="已开始同步，完成后这里会多一行")


def _run(run: SyncRun) -> dict[str, Any]:
    counts = "，".join(
        f"{COUNTS.get(name, name)} {number:,}" for name, number in (run.counts or {}).items() if number
    )
    took = f"用时 {(run.ended_at - run.started_at).total_seconds():.0f} 秒" if run.ended_at else ""
    return {
        "title": f"第 {run.id} 次 · {run.source}",
        "time": when(run.started_at),
        "state": STATES.get(run.state, {"text": run.state, "tone": ""}),
        "counts": " · ".join(part for part in (counts or "没有变化", took, run.message) if part),
        "failures": [
            {"title": str(row.get("what", row.get("userid", ""))), "reason": str(row.get("reason", ""))}
            for row in (run.refused or [])[:50]
            if isinstance(row, dict)
        ],
    }


def routes(platform: Platform) -> list[Route]:
    """The address about the directory."""
    return [Route(path="/admin/sync", resource=Sync(platform), action="core.directory", desktop=True)]
