"""`qingban audit`: prove the trail whole, look at its checkpoints."""

import sys
import time
from datetime import datetime
from pathlib import Path

import click

from core import clock
from core.audit import checkpoints, proof, trail
from core.config import Config, load
from core.db import connect

GROUP = 8
"""A link is shown in pieces of so many characters, to be compared by eye."""


@click.group("audit")
def audit() -> None:
    """校验审计日志，查看校验点。"""


@audit.command()
@click.option(
    "--against",
    "copy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="另存在别处的校验点文件，一起比对",
)
@click.pass_obj
def verify(path: Path, copy: Path | None) -> None:
    """逐条校验整本审计日志；不完整时说出第一条坏的，退出码 1。"""
    config = _open(path)
    start = time.monotonic()
    lines = checkpoints.read(checkpoints.file_in(config.data_dir))
    found = proof.whole(config.key("audit"), lines, checkpoints.read(copy) if copy else ())
    until = f"，到 {_moment(found.until)}" if found.until else ""
    click.echo(f"校验了 {found.count:,} 条{until}，用时 {time.monotonic() - start:.1f} 秒")
    click.echo(f"对上 {found.matched:,} 个校验点，还有 {trail.waiting():,} 条等待封存")
    if found.is_whole:
        click.secho("✓ 完整", fg="green")
        return
    if found.first_bad:
        click.secho(f"✗ 第一条坏的：第 {found.first_bad:,} 条", fg="red")
    for fault in found.faults:
        click.secho(f"✗ {fault}", fg="red")
    sys.exit(1)


@audit.command("checkpoints")
@click.option("--last", default=10, type=click.IntRange(min=1), help="列出最近几个")
@click.pass_obj
def list_checkpoints(path: Path, last: int) -> None:
    """列出最近的校验点，供抄到别处。"""
    config = _open(path)
    lines = checkpoints.trusted(checkpoints.read(checkpoints.file_in(config.data_dir)), config.key("audit"))
    if not lines:
        click.echo("还没有校验点。后台任务运行后会自己写")
    for number, line in list(enumerate(lines, start=1))[-last:]:
        if line is None:
            click.secho(f"✗ 第 {number} 行被改过，或它前面少了一行", fg="red")
        else:
            click.echo(f"{_moment(line.at)}  第 {line.count:,} 条  密钥 {line.key}  {_pieces(line.head)}")


def _open(path: Path) -> Config:
    config = load(path)
    connect(config.database_url)
    return config


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M:%S}" if at else ""


def _pieces(head: str) -> str:
    return " ".join(head[start : start + GROUP] for start in range(0, len(head), GROUP))
