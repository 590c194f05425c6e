"""What core itself contributes, through the same hooks as every plugin."""

from typing import Any

from core import attachments, own_data
from core.attachments import models as attachment_models
from core.audit import models as audit_models
from core.auth import models as auth_models
from core.checks import CHECKS
from core.contributions import Action, AuditEvent, Check, DirectorySource, Job, PersonalData, Setting
from core.db import atomic
from core.directory import jobs as directory_jobs
from core.directory import models as directory_models
from core.directory.wecom_source import WECOM
from core.hookspecs import hookimpl
from core.jobs import JOBS as TABLE_JOBS
from core.jobs import enqueue
from core.jobs import models as job_models
from core.messaging import JOBS as MESSAGE_JOBS
from core.messaging import models as message_models
from core.messaging import tokens
from core.settings import SettingValue
from core.site import Site, SitePlugin, SiteRoot


@hookimpl
def register_actions() -> list[Action]:
    """Give the platform's own actions."""
    return [
        Action(name="core.use", title="使用平台", default_groups=("everyone",)),
        Action(
            name="core.admin", title="进入管理台", default_groups=("admin", "security_admin", "audit_admin")
        ),
        Action(name="core.plugins", title="启停插件与改设置", default_groups=("admin",)),
        Action(name="core.roles", title="管理角色与授权", default_groups=("security_admin",)),
        Action(name="core.audit", title="查看留痕", default_groups=("audit_admin", "security_admin")),
        Action(name="core.directory", title="同步通讯录", default_groups=("admin",)),
        Action(name="core.jobs", title="查看与重试后台任务", default_groups=("admin",)),
    ]


@hookimpl
def register_models() -> list[type]:
    """Give the platform's own tables."""
    return [
        Site,
        SitePlugin,
        SiteRoot,
        SettingValue,
        directory_models.Department,
        directory_models.Person,
        directory_models.Membership,
        directory_models.Role,
        directory_models.RoleMember,
        directory_models.LineHead,
        directory_models.SyncRun,
        directory_models.SyncDifference,
        directory_models.SyncRelease,
        auth_models.Session,
        auth_models.SignIn,
        auth_models.Grant,
        auth_models.Bucket,
        audit_models.AuditRecord,
        job_models.Job,
        message_models.Outbox,
        message_models.Inbox,
        tokens.Token,
        attachment_models.Blob,
        attachment_models.Attachment,
    ]


@hookimpl
def register_jobs() -> list[Job]:
    """Give the platform's own background work."""
    return [
        *TABLE_JOBS,
        *MESSAGE_JOBS,
        *directory_jobs.jobs(),
        Job(name="core_sweep_attachments", run=_sweep, schedule="33 3 * * *", per_site=False, timeout=600),
    ]


def _sweep(payload: dict[str, Any]) -> None:
    attachments.sweep()


@hookimpl
def on_wecom_event(event: dict[str, Any]) -> None:
    """Read a member again when WeCom says they changed; a leaver is cut off at once."""
    if str(event.get("Event", "")).lower() != "change_contact" or not event.get("UserID"):
        return
    key = ":".join(str(event.get(name, "")) for name in ("UserID", "CreateTime", "ChangeType"))
    with atomic():
        enqueue("core_directory_reread", {"userid": str(event["UserID"])}, effect_key=f"reread:{key}")


@hookimpl
def register_settings() -> list[Setting]:
    """Give the platform's own settings."""
    return [
        Setting(
            key="core.help_contact",
            type=str,
            default="信息科 8021",
            title="求助联系人",
            help="出错页面和无权限页面上写的部门与电话，立即生效",
        ),
        Setting(
            key="core.hold_cards",
            type=bool,
            default=False,
            title="暂不发卡片",
            help="打开后企业微信卡片先不发出，关掉后继续；恢复备份时自动打开，五分钟内生效",
        ),
    ]


@hookimpl
def register_audit_events() -> list[AuditEvent]:
    """Give the platform's own audit entries."""
    return [
        AuditEvent(name="core.session.started", phrase="{actor} 登录了"),
        AuditEvent(name="core.session.ended", phrase="{actor} 退出了登录"),
        AuditEvent(name="core.sign_in.refused", phrase="一次登录被拒绝（{reason}）"),
        AuditEvent(name="core.access.refused", phrase="{actor} 打开 {about} 被拒绝"),
        AuditEvent(name="core.plugin.enabled", phrase="{actor} 启用了插件 {about}"),
        AuditEvent(name="core.plugin.disabled", phrase="{actor} 停用了插件 {about}"),
        AuditEvent(name="core.setting.changed", phrase="{actor} 改了设置 {about}"),
        AuditEvent(name="core.site.added", phrase="{actor} 新增了站点 {about}"),
        AuditEvent(name="core.role.changed", phrase="{actor} 改了角色 {about} 的成员"),
        AuditEvent(name="core.grant.changed", phrase="{actor} 改了授权 {about}"),
        AuditEvent(name="core.directory.synced", phrase="通讯录同步完成：{counts}"),
        AuditEvent(name="core.directory.held", phrase="通讯录同步被拦下：{reason}"),
        AuditEvent(
            name="core.directory.release_asked", phrase="{actor} 核对了被拦下的第 {about} 次同步，申请放行"
        ),
        AuditEvent(name="core.directory.released", phrase="{actor} 放行了被拦下的第 {about} 次同步"),
        AuditEvent(name="core.directory.exported", phrase="{actor} 导出了第 {about} 次同步的差异 {count} 行"),
        AuditEvent(name="core.person.left", phrase="{about} 离职，登录已全部失效"),
        AuditEvent(name="core.display.changed", phrase="{actor} 改了显示设置"),
        AuditEvent(name="core.job.revived", phrase="{actor} 重试了后台任务 {about}"),
        AuditEvent(name="core.attachment.stored", phrase="{actor} 上传了附件 {about}"),
        AuditEvent(name="core.callback.refused", phrase="一个回调被拒绝（{reason}）"),
        AuditEvent(name="core.audit.exported", phrase="{actor} 导出了 {count} 条审计日志（{reason}）"),
        AuditEvent(name="core.audit.begun", phrase="审计日志开始写校验点，从第 {about} 条起"),
        AuditEvent(name="core.backup.made", phrase="做了一次备份：{rows} 行、{files} 个附件"),
        AuditEvent(
            name="core.backup.restored",
            phrase="从 {about} 的备份恢复，结束 {sessions} 个登录，{cards_dropped} 张卡片不再补发",
        ),
        AuditEvent(name="core.person.exported", phrase="导出了 {about} 的个人数据，共 {rows} 条"),
        AuditEvent(name="core.person.erased", phrase="删除了 {about} 的个人数据，清空 {values} 处"),
    ]


@hookimpl
def register_personal_data() -> list[PersonalData]:
    """Say what the platform itself stores about a person."""
    return own_data.PERSONAL_DATA


@hookimpl
def register_checks() -> list[Check]:
    """Give the platform's own health checks."""
    return CHECKS


@hookimpl
def register_directory_sources() -> list[DirectorySource]:
    """Give WeCom as a directory source."""
    return [WECOM]
