"""The directory: what a sync would change, what the last ones did, starting and releasing one."""

import re
from typing import Any

import falcon
from peewee import fn

from core import audit, jobs
from core.auth.actor import Actor
from core.clock import now
from core.contributions import Route
from core.db import atomic
from core.directory import differences, export, release
from core.directory import jobs as directory_jobs
from core.directory.models import Department, Person, SyncDifference, SyncRelease, SyncRun
from core.errors import NotFound
from core.ids import new_id
from core.jobs.models import Job
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
    "planned": {"text": "预演", "tone": ""},
    "held": {"text": "等人核对", "tone": "warn"},
    "failed": {"text": "失败", "tone": "danger"},
}


WORK = ("core_directory_sync", "core_directory_plan")
TONES = {"left": "danger", "unit": "brand", "changed": "warn", "added": "ok"}
SHOWN = 50
"""Rows of each kind on the page; the spreadsheet has all that are kept."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NUMBER = re.compile(r"[0-9]{1,9}")


class Sync(Desk):
    """Runs of the synchronisation."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show what would change and the last twenty runs."""
        runs = list(SyncRun.select().order_by(SyncRun.started_at.desc()).limit(20))
        active = Person.select().where(Person.status.in_(("active", "inactive"))).count()
        self.show(
            req,
            resp,
            "admin/sync.html",
            source=f"{' + '.join(directory_jobs.titles())} → 轻办",
            last=f"上次 {when(runs[0].started_at)}" if runs else "还没有同步过",
            next="每天 02:40 自动同步",
            run_path="/admin/sync",
            preview_path="/admin/sync/plan",
            current=None,
            refresh_path="/admin/sync" if _is_busy() else "",
            counts=[
                {"label": "在岗人员", "value": f"{active:,}"},
                {
                    "label": "部门",
                    "value": f"{Department.select().where(Department.gone_at.is_null()).count():,}",
                },
            ],
            **_found(),
            **_guard(req.context.actor),
            runs=[_run(run) for run in runs],
        )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Start one in the background."""
        with atomic():
            jobs.enqueue("core_directory_sync", {}, effect_key=f"sync-by-hand-{new_id()}")
        self.go(resp, "/admin/sync", say="已开始同步，完成后这里会多一行")

    def on_post_plan(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Compare in the background; nobody is changed."""
        with atomic():
            jobs.enqueue("core_directory_plan", {}, effect_key=f"plan-by-hand-{new_id()}")
        self.go(resp, "/admin/sync", say="已开始预演，完成后这里会列出差异，什么都不会改动")

    def on_post_release(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take one administrator's word for a held run; the second one's starts it."""
        number = self.form(req).get("run")
        if not _NUMBER.fullmatch(number):
            raise NotFound("没有这次同步")
        is_released = release.agree(int(number), req.context.actor)
        words = "两位管理员都已核对，开始同步" if is_released else "已记下你的核对，还要另一位管理员确认"
        self.go(resp, "/admin/sync", say=words)

    def on_get_export(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the differences that are kept as a spreadsheet; the trail says who took them."""
        run = _kept()
        if run is None:
            raise NotFound("没有可以导出的差异，请先预演")
        file, size, rows = export.write(run)
        with atomic():
            audit.record(
                "core.directory.exported",
                actor=req.context.actor,
                about=str(run.id),
                site=req.context.actor.site,
                count=rows,
            )
        resp.content_type = XLSX
        resp.downloadable_as = f"通讯录差异-第{run.id}次.xlsx"
        resp.set_stream(file, size)


def _is_busy() -> bool:
    """Tell whether a sync or a rehearsal waits or runs, so that the page looks again by itself."""
    due = Job.state.in_(("ready", "running")) & (Job.run_at <= now())
    return bool(Job.select().where(Job.name.in_(WORK), due).exists())


def _kept() -> SyncRun | None:
    """Return the run whose differences are kept."""
    newest: SyncRun | None = (
        SyncRun.select().where(SyncRun.state != "failed").order_by(SyncRun.started_at.desc()).first()
    )
    return newest if newest is not None and newest.state in ("planned", "held") else None


def _found() -> dict[str, Any]:
    """Return the differences by kind, with how many there are in all."""
    run = _kept()
    if run is None:
        return {"compared": "", "differences": [], "export_path": ""}
    mine = SyncDifference.run == run.id
    query: Any = SyncDifference.select(SyncDifference.kind, fn.COUNT(SyncDifference.id))
    totals: dict[str, int] = dict(query.where(mine).group_by(SyncDifference.kind).tuples())
    groups = []
    for kind, title in differences.KINDS.items():
        rows = SyncDifference.select().where(mine, SyncDifference.kind == kind)
        shown = list(rows.order_by(SyncDifference.id).limit(SHOWN))
        total = totals.get(kind, 0)
        groups.append(
            {
                "title": title,
                "tone": TONES[kind],
                "count": f"{total:,}{'+' if total >= differences.MOST else ''}",
                "rows": [{"title": f"{one.name}（{one.about}）", "text": one.text} for one in shown],
                "more": total - len(shown),
            }
        )
    return {
        "compared": f"第 {run.id} 次 · {when(run.started_at)}",
        "differences": [group for group in groups if group["rows"]],
        "export_path": "/admin/sync/export" if totals else "",
    }


def _guard(actor: Actor) -> dict[str, Any]:
    """Return why the newest run is held, whose word is missing, and whether this person may give it."""
    run = release.candidate()
    if run is None:
        return {"guard": "", "guard_note": "", "approve_path": "", "run_id": ""}
    known = release.of(run)
    may_agree = known is None or (known.confirmed_at is None and known.asked_by_id != actor.person_id)
    return {
        "guard": f"{run.message}。没有改动任何人",
        "guard_note": _words(known, actor),
        "approve_path": "/admin/sync/release" if may_agree else "",
        "run_id": run.id,
    }


def _words(known: SyncRelease | None, actor: Actor) -> str:
    if known is None:
        return "放行要两位管理员：还没有人核对"
    asked = f"{known.asked_by.name} {when(known.asked_at)} 已核对"
    if known.confirmed_by is not None:
        return f"{asked}，{known.confirmed_by.name} {when(known.confirmed_at)} 已确认，正在同步"
    if known.asked_by_id == actor.person_id:
        return f"{asked}，还缺另一位管理员的确认，不能由你自己确认"
    return f"{asked}，还缺你或另一位管理员的确认"


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
            {"title": str(row.get("about", "")), "reason": str(row.get("reason", ""))}
            for row in (run.refused or [])[:50]
            if isinstance(row, dict)
        ],
    }


def routes(platform: Platform) -> list[Route]:
    """The addresses about the directory."""
    page = Sync(platform)
    parts = (("", ""), ("/plan", "plan"), ("/release", "release"), ("/export", "export"))
    return [
        Route(path=f"/admin/sync{tail}", resource=page, suffix=suffix, action="core.directory", desktop=True)
        for tail, suffix in parts
    ]
