"""What mini-apps add to the platform."""

from typing import Any

from qingban import (
    Action,
    Actor,
    AuditEvent,
    Card,
    Check,
    Finding,
    Hit,
    PersonalData,
    Route,
    Setting,
    Tile,
    Vote,
    departments,
    hookimpl,
)

from . import cards, designer, entries, lists, models, pages, service
from .service import access


@hookimpl
def register_routes() -> list[Route]:
    """Give the addresses: for everyone, then for those who make apps."""
    return [*pages.routes(), *designer.routes(), *entries.routes()]


@hookimpl
def register_tiles() -> list[Tile]:
    """Give the way in."""
    return [
        Tile(name="miniapps", title="报名", path="/miniapps/", icon="checklist", action=access.USE, order=60)
    ]


@hookimpl
def register_actions() -> list[Action]:
    """Give what people may be allowed to do."""
    return [
        Action(name="miniapps.use", title="参加报名", default_groups=("everyone",)),
        Action(
            name="miniapps.make",
            title="为本科室制作和管理小应用",
            default_groups=("clerk", "admin", "leader"),
            also_requires=("miniapps.use",),
        ),
    ]


@hookimpl
def register_models() -> list[type]:
    """Give the tables."""
    return list(models.MODELS)


@hookimpl
def register_cards() -> list[Card]:
    """Give the message card."""
    return [Card(kind="miniapps.signup", build=cards.signup)]


@hookimpl
def register_settings() -> list[Setting]:
    """Give what IT may set."""
    return [
        Setting(
            key="miniapps.most_published",
            type=int,
            default=200,
            title="本院区最多同时发布",
            help="超过后不能再发布新的应用，已发布的不受影响；保存后立即生效",
        ),
        Setting(
            key="miniapps.most_per_department",
            type=int,
            default=20,
            title="每个科室最多同时发布",
            help="超过后该科室不能再发布新的应用，已发布的不受影响；保存后立即生效",
        ),
        Setting(
            key="miniapps.reason_above",
            type=int,
            default=5000,
            title="导出超过多少行要写理由",
            help="导出名单超过这个行数时必须填写用途，写进留痕；保存后立即生效",
        ),
    ]


@hookimpl
def register_audit_events() -> list[AuditEvent]:
    """Give the kinds of audit entries."""
    return [
        AuditEvent(name="miniapps.app.created", phrase="{actor} 用模板 {template} 新建了小应用"),
        AuditEvent(name="miniapps.app.published", phrase="{actor} 发布了小应用的第 {version} 版"),
        AuditEvent(name="miniapps.app.closed", phrase="{actor} 结束了报名"),
        AuditEvent(name="miniapps.app.reopened", phrase="{actor} 重新开放了报名"),
        AuditEvent(name="miniapps.app.discarded", phrase="{actor} 删除了小应用草稿"),
        AuditEvent(name="miniapps.app.exported", phrase="{actor} 导出了名单 {count} 行，用途：{reason}"),
        AuditEvent(name="miniapps.entry.accepted", phrase="{actor} 报名成功，顺序号 {position}"),
        AuditEvent(name="miniapps.entry.queued", phrase="{actor} 进入候补，顺序号 {position}"),
        AuditEvent(name="miniapps.entry.promoted", phrase="因 {actor} 的操作，候补转为报名"),
        AuditEvent(name="miniapps.entry.changed", phrase="{actor} 修改了报名内容"),
        AuditEvent(name="miniapps.entry.cancelled", phrase="{actor} 取消了报名"),
    ]


@hookimpl
def register_personal_data() -> list[PersonalData]:
    """Say what is stored about a person."""
    return [
        PersonalData(
            name="miniapps.entries",
            title="在小应用里填写的报名内容",
            export=service.export,
            erase=service.erase,
            retain="报名状态和顺序保留，名额才对得上；填写的内容会清空",
        )
    ]


@hookimpl
def register_checks() -> list[Check]:
    """Give the check of the counters."""
    return [Check(name="miniapps.places", title="小应用名额与名单一致", run=check_places)]


def check_places(config: Any) -> Finding:
    """Compare the counters of places with the entries themselves."""
    wrong = service.drifted()
    if not wrong:
        return Finding(level="ok", message="名额与名单一致")
    return Finding(
        level="bad",
        message=f"{len(wrong)} 个应用的名额与名单不一致",
        cure="请主办科室再发布一次，名额会按名单重新计数；应用编号：" + "、".join(wrong[:3]),
    )


@hookimpl
def collect_search_hits(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Find apps by name: those one may join, and the drafts of one's own department."""
    above = departments.ancestors(actor.department_id) if actor.department_id else []
    hits = []
    for app in lists.titled(actor.site.id, query, actor.person_id, limit):
        mine = actor.can(access.MAKE) and access.owns(app, actor)
        joined = bool(app.mine)
        if mine:
            hits.append(
                Hit(kind="app", title=app.title, path=f"/miniapps/apps/{app.id}", excerpt="我科室制作的报名")
            )
        elif joined or (
            app.state == models.PUBLISHED and access.fits(app.audience, app.site_id, actor, above)
        ):
            hits.append(Hit(kind="app", title=app.title, path=f"/miniapps/q/{app.code}", excerpt="报名"))
    return hits


@hookimpl
def vote_permission(actor: Actor, action: str, target: Any) -> Vote | None:
    """Refuse to let anyone manage an app of another department."""
    if action == access.MAKE and isinstance(target, models.App) and not access.owns(target, actor):
        return Vote.DENY
    return None


@hookimpl
def on_person_left(person: Any) -> None:
    """Free the places of somebody who left the house."""
    service.release(person.id)
