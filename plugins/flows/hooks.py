"""What flows adds to the platform."""

from qingban import (
    Action,
    Actor,
    AttachmentRule,
    AuditEvent,
    Badge,
    Card,
    CardButton,
    Hit,
    PersonalData,
    Route,
    Setting,
    Site,
    Tile,
    Todo,
    TodoTab,
    hookimpl,
)

from . import cards, lists, models, pages, personal, queries, service

MB = 1024 * 1024


@hookimpl
def register_routes() -> list[Route]:
    """Give the addresses."""
    return pages.ROUTES


@hookimpl
def register_actions() -> list[Action]:
    """Give what people may be allowed to do."""
    return [
        Action(name="flows.use", title="发起和处理申请", default_groups=("everyone",)),
        Action(name="flows.read_all", title="查看本站点全部申请", default_groups=()),
        Action(name="flows.design", title="修改流程定义", default_groups=("admin",)),
    ]


@hookimpl
def register_tiles() -> list[Tile]:
    """Give the ways in on the workbench."""
    tile = {"action": "flows.use", "group": "常用"}
    return [
        Tile(name="flows", title="发起申请", path="/flows/", icon="file-plus", order=10, **tile),
        Tile(
            name="flows_leave",
            title="请假",
            path="/flows/new/hr-leave",
            icon="calendar-off",
            order=11,
            **tile,
        ),
        Tile(
            name="flows_seal",
            title="用印",
            path="/flows/new/admin-seal-use",
            icon="rubber-stamp",
            order=12,
            **tile,
        ),
        Tile(
            name="flows_repair", title="报修", path="/flows/new/equip-repair", icon="tool", order=13, **tile
        ),
    ]


@hookimpl
def register_todo_tabs() -> list[TodoTab]:
    """Give the lists beside 待处理 and 待阅."""
    return [
        TodoTab(name="flows_done", title="已处理", path="/flows/done", order=10),
        TodoTab(name="flows_mine", title="我发起", path="/flows/mine", order=20),
    ]


@hookimpl
def register_models() -> list[type]:
    """Give the tables."""
    return [
        models.Definition,
        models.Version,
        models.Instance,
        models.Event,
        models.Task,
        models.Copy,
        models.Request,
        models.Draft,
        models.Serial,
    ]


@hookimpl
def register_cards() -> list[Card]:
    """Give the message cards."""
    buttons = (
        CardButton(key="approve", handle=cards.press_approve),
        CardButton(key="reject", handle=cards.press_reject),
    )
    return [
        Card(kind="flows.approval", build=cards.approval, buttons=buttons),
        Card(kind="flows.result", build=cards.result),
        Card(kind="flows.copy", build=cards.copy),
    ]


@hookimpl
def register_settings() -> list[Setting]:
    """Give the settings of a site."""
    return [
        Setting(
            key="flows.reject_from_card",
            type=bool,
            default=True,
            title="消息卡片上显示驳回",
            help="关掉后，卡片上只有同意和查看，驳回要进页面写原因。对新卡片立即生效",
        )
    ]


@hookimpl
def register_audit_events() -> list[AuditEvent]:
    """Give the kinds of audit entries."""
    return [
        AuditEvent(name="flows.gallery.loaded", phrase="{actor} 装入了 {count} 个流程模板"),
        AuditEvent(name="flows.definition.published", phrase="{actor} 发布了流程 {about} 第 {version} 版"),
        AuditEvent(name="flows.instance.submitted", phrase="{actor} 提交了申请 {subject}"),
        AuditEvent(name="flows.instance.resubmitted", phrase="{actor} 修改后再次提交了申请 {subject}"),
        AuditEvent(name="flows.instance.withdrawn", phrase="{actor} 撤回了申请 {subject}"),
        AuditEvent(name="flows.instance.commented", phrase="{actor} 评论了申请 {subject}"),
        AuditEvent(name="flows.instance.urged", phrase="{actor} 催办了申请 {subject}"),
        AuditEvent(name="flows.task.approved", phrase="{actor} 同意了申请 {subject}"),
        AuditEvent(name="flows.task.handled", phrase="{actor} 办理了申请 {subject}"),
        AuditEvent(name="flows.task.rejected", phrase="{actor} 驳回了申请 {subject}"),
        AuditEvent(name="flows.task.returned", phrase="{actor} 退回了申请 {subject}"),
    ]


@hookimpl
def register_attachment_rules() -> list[AttachmentRule]:
    """Give who may read which attachment."""
    may = service.may_see_file
    return [
        AttachmentRule(kind="flows.photo", can_read=may, max_bytes=10 * MB),
        AttachmentRule(kind="flows.voice", can_read=may, max_bytes=2 * MB),
        AttachmentRule(kind="flows.signature", can_read=may, max_bytes=1 * MB),
        AttachmentRule(kind="flows.file", can_read=may, max_bytes=50 * MB),
    ]


@hookimpl
def register_personal_data() -> list[PersonalData]:
    """Say what is stored about a person."""
    return [
        PersonalData(
            name="flows.instances",
            title="发起的申请与审批意见",
            export=personal.export,
            erase=personal.erase,
            retain="申请单和审批记录按档案管理规定保存，草稿可删除",
        )
    ]


@hookimpl
def collect_todos(actor: Actor, limit: int) -> list[Todo]:
    """Give what waits for this person."""
    return lists.todos(actor, limit)


@hookimpl
def collect_badges(actor: Actor) -> list[Badge]:
    """Give the figures at the head of the workbench."""
    waiting, unread, running = queries.counts_for(actor.person_id)
    return [
        Badge(tile="flows_waiting", count=waiting, title="待我审批", path="/todo", order=10),
        Badge(tile="flows_unread", count=unread, title="待阅", path="/todo?list=reading", order=20),
        Badge(tile="flows_mine", count=running, title="我发起的", path="/flows/mine", order=30),
    ]


@hookimpl
def collect_search_hits(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Give applications that match."""
    return lists.hits(actor, query, limit)


@hookimpl
def on_plugin_enabled(site: Site, by: Actor) -> None:
    """Fill a new site with the gallery."""
    service.seed(site, by=by)
