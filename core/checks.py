"""Health checks of the platform: what is so, and the command that mends it."""

import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from core import clock
from core.audit import check as audit_check
from core.config import KEY_PURPOSES, Config
from core.contributions import Check, Finding
from core.db import connect, database
from core.db.migrate import CORE, pending
from core.directory.models import Person, SyncRun
from core.errors import Misconfigured, QingbanError
from core.jobs.models import Job
from core.loader import find
from core.messaging import wecom

LEAST_FREE = 500 * 1024 * 1024


def keys(config: Config) -> Finding:
    """Look for every key file, its size and its mode."""
    try:
        config.check_keys()
    except Misconfigured as error:
        return Finding(level="bad", message=error.title, cure="qingban keys init")
    return Finding(level="ok", message=f"{len(KEY_PURPOSES)} 个密钥文件都在，权限正确")


def database_answers(config: Config) -> Finding:
    """Ask the database something."""
    try:
        connect(config.database_url)
        database.execute_sql("SELECT 1").fetchone()
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, the operator needs the sentence
        return Finding(level="bad", message=f"数据库连不上：{error}", cure="检查 database_url 和数据库服务")
    return Finding(level="ok", message="数据库可用")


def schema(config: Config) -> Finding:
    """Compare the applied migrations with the files of core and every plugin."""
    try:
        owners = [("core", CORE), *((one.name, one.folder / "migrations") for one in find(config))]
        waiting = pending(owners)
    except Exception as error:  # noqa: BLE001 - no tables yet is an answer too
        return Finding(level="bad", message=f"读不到迁移记录：{error}", cure="qingban migrate")
    if waiting:
        return Finding(level="bad", message=f"还有 {len(waiting)} 步迁移没有执行", cure="qingban migrate")
    return Finding(level="ok", message="数据库结构是最新的")


def disk(config: Config) -> Finding:
    """Look at the free space where data lives."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(config.data_dir).free
    if free < LEAST_FREE:
        return Finding(
            level="bad",
            message=f"{config.data_dir} 只剩 {free // 1024 // 1024} MB",
            cure="清理磁盘或换更大的盘",
        )
    return Finding(level="ok", message=f"剩余空间 {free // 1024 // 1024 // 1024} GB")


def folder(config: Config) -> Finding:
    """Refuse a working directory that would hide our own packages."""
    here = Path.cwd()
    ours = Path(__file__).parent
    for name in ("core", "plugins", "miniapps", "preview"):
        other = here / name
        if other.is_dir() and (here / "core").resolve() != ours:
            return Finding(
                level="warn",
                message=f"当前目录里另有 {name}/，可能被误当成轻办的代码",
                cure="换一个空目录运行",
            )
    return Finding(level="ok", message="运行目录干净")


def python(config: Config) -> Finding:
    """Look at the interpreter."""
    if sys.version_info[:3] < (3, 11, 8):
        return Finding(
            level="warn",
            message=f"Python {sys.version.split()[0]} 有已知的压缩包漏洞（CVE-2024-0450）",
            cure="升级到 3.11 的最新补丁版",
        )
    return Finding(level="ok", message=f"Python {sys.version.split()[0]}")


def umask(config: Config) -> Finding:
    """Look for files of ours that others may read."""
    if config.data_dir.exists() and os.stat(config.data_dir).st_mode & 0o007:
        return Finding(
            level="warn", message=f"{config.data_dir} 对其他用户开放", cure=f"chmod 750 {config.data_dir}"
        )
    return Finding(level="ok", message="数据目录权限正确")


def wecom_answers(config: Config) -> Finding:
    """Ask WeCom for a token."""
    try:
        wecom.client(config).access_token  # noqa: B018 - reading it fetches a token
    except QingbanError as error:
        return Finding(
            level="bad", message=f"企业微信接口不通：{error.title}", cure="检查 wecom.secret、可信 IP 和出网"
        )
    return Finding(level="ok", message="企业微信接口可用")


def directory(config: Config) -> Finding:
    """Look at the last synchronisation."""
    last = SyncRun.select().where(SyncRun.state != "planned").order_by(SyncRun.started_at.desc()).first()
    if last is None:
        return Finding(level="warn", message="还没有同步过通讯录", cure="qingban sync")
    if last.state == "held":
        return Finding(
            level="bad",
            message=f"上次同步被拦下：{last.message}",
            cure=f"在管理台核对差异，无误后由两位管理员放行，或运行 qingban sync --release {last.get_id()}",
        )
    if clock.now() - last.started_at > timedelta(hours=36):
        return Finding(level="warn", message="超过 36 小时没有同步通讯录", cure="qingban sync")
    return Finding(
        level="ok", message=f"{Person.select().where(Person.status == 'active').count()} 名在岗人员"
    )


def jobs(config: Config) -> Finding:
    """Look for background work that gave up."""
    dead = Job.select().where(Job.state == "dead").count()
    if dead:
        return Finding(
            level="warn", message=f"{dead} 个后台任务多次失败后停下", cure="管理台 → 后台任务，看原因后重试"
        )
    return Finding(level="ok", message="后台任务正常")


CHECKS = [
    Check(name="core.python", title="Python", run=python),
    Check(name="core.folder", title="运行目录", run=folder),
    Check(name="core.keys", title="密钥", run=keys),
    Check(name="core.disk", title="磁盘", run=disk),
    Check(name="core.files", title="文件权限", run=umask),
    Check(name="core.database", title="数据库", run=database_answers),
    Check(name="core.schema", title="数据库结构", run=schema),
    Check(name="core.wecom", title="企业微信", run=wecom_answers),
    Check(name="core.directory", title="通讯录", run=directory),
    Check(name="core.jobs", title="后台任务", run=jobs),
    Check(name="core.audit", title="审计日志", run=audit_check.newest_part),
]
