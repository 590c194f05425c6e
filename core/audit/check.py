"""The health check of the trail: checkpoints are being written, and what came after the last one is whole."""

from datetime import timedelta
from pathlib import Path

from core import clock
from core.audit import checkpoints, proof, trail
from core.config import Config
from core.contributions import Finding

LATE = timedelta(minutes=30)
MOST = 50_000
PAGE = "docs/how-to/read-the-audit-trail.md"


def newest_part(config: Config) -> Finding:
    """Prove what came after the last checkpoint, and that checkpoints are still being written."""
    path = checkpoints.file_in(config.data_dir)
    last = checkpoints.last(path)
    count, _ = trail.head()
    if not (last or count):
        return Finding(level="ok", message="还没有封存过的记录")
    if last is None:
        return Finding(
            level="bad",
            message=f"封存了 {count:,} 条，没有校验点",
            cure=f"启动后台任务（qingban run）会自己写；文件本来有的，见 {PAGE}",
        )
    found = proof.since(config.key("audit"), last, most=MOST)
    if not found.is_whole:
        return Finding(
            level="bad", message="；".join(found.faults), cure=f"qingban audit verify，再看 {PAGE}"
        )
    if count > last.count and clock.now() - last.at > LATE:
        return Finding(
            level="warn",
            message="半小时没有写校验点",
            cure="看后台任务是否在运行：qingban run 或 qingban worker",
        )
    return _mode(path) or Finding(level="ok", message=f"{count:,} 条，最近的校验点之后完整")


def _mode(path: Path) -> Finding | None:
    if path.stat().st_mode & 0o077:
        return Finding(level="warn", message=f"{path} 对其他用户开放", cure=f"chmod 600 {path}")
    return None
