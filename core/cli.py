"""`qingban`: run, migrate, look after, and grow an installation."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import click
import peewee

from core import __version__
from core.config import Config, load, make_keys
from core.contributions import Check, Finding
from core.errors import QingbanError

PLACES = (Path("qingban.toml"), Path("var/demo/qingban.toml"))
"""Where the deployment file is looked for when nobody names it: here, then the trial's."""


class Friendly(click.Group):
    """A command group whose refusals are sentences, never stack traces."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command; say what is wrong and how to mend it."""
        try:
            return super().main(*args, **kwargs)
        except QingbanError as error:
            click.secho(error.title, fg="red", err=True)
        except (peewee.OperationalError, peewee.InterfaceError) as error:
            first = str(error).partition("\n")[0]
            click.secho(f"数据库用不了：{first}。运行 qingban doctor 看哪里不对", fg="red", err=True)
        sys.exit(1)


@click.group(cls=Friendly, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qingban")
@click.option(
    "--config",
    "config_path",
    envvar="QINGBAN_CONFIG",
    default=lambda: str(next((path for path in PLACES if path.exists()), PLACES[0])),
    help="部署文件",
)
@click.pass_context
def main(context: click.Context, config_path: str) -> None:
    """轻办：装在企业微信里的移动办公平台。"""
    context.obj = Path(config_path)


def _config(path: Path) -> Config:
    os.environ["QINGBAN_CONFIG"] = str(path.resolve())
    return load(path)


@main.command()
@click.option("--host", default="127.0.0.1", help="监听地址")
@click.option("--port", default=8700, help="监听端口")
@click.option("--workers", default=2, help="网页进程数")
@click.pass_obj
def run(path: Path, host: str, port: int, workers: int) -> None:
    """启动网页和后台任务，Ctrl-C 停止。"""
    from core.entry import supervisor

    _config(path)
    supervisor.run([supervisor.web(host, port, workers), supervisor.worker()])


@main.command()
@click.pass_obj
def worker(path: Path) -> None:
    """只启动后台任务进程。"""
    from core.entry import worker as entry

    _config(path)
    entry.run()


@main.command()
@click.pass_obj
def migrate(path: Path) -> None:
    """把数据库结构升级到最新。"""
    from core import platform
    from core.db.migrate import upgrade

    done = upgrade(platform.start(_config(path)).migrations)
    click.echo("\n".join(done) if done else "已经是最新")


@main.group()
def keys() -> None:
    """管理密钥文件。"""


@keys.command("init")
@click.pass_obj
def keys_init(path: Path) -> None:
    """生成缺少的密钥文件，已有的不动。"""
    made = make_keys(_config(path).keys_dir)
    click.echo(f"已生成：{'、'.join(made)}" if made else "密钥都在，没有改动")


@main.command()
@click.option("--release", "run_id", type=int, default=None, help="放行被拦下的那一次：写它的序号")
@click.pass_obj
def sync(path: Path, run_id: int | None) -> None:
    """马上同步一次通讯录；被拦下的，核对差异后可以放行。"""
    from core import platform
    from core.directory.jobs import sync_now

    platform.start(_config(path))
    sync_now({"released": run_id} if run_id else {})
    click.echo("同步完成，结果见管理台 → 通讯录同步")


@main.command()
@click.pass_obj
def doctor(path: Path) -> None:
    """逐项检查，说明哪里不对、怎么修。"""
    from core import platform
    from core.checks import CHECKS

    config = _config(path)
    worst = 0
    try:
        checks = [check for _, check in platform.start(config).registry.checks]
    except QingbanError as error:  # what stops the start is the first finding; core's own checks say more
        click.secho(f"✗ 启动不了：{error.title}", fg="red")
        checks, worst = CHECKS, 1
    marks = {
        "ok": click.style("✓", fg="green"),
        "warn": click.style("!", fg="yellow"),
        "bad": click.style("✗", fg="red"),
    }
    for check in checks:
        finding = _finding(check, config)
        click.echo(f"{marks[finding.level]} {check.title}：{finding.message}")
        if finding.cure and finding.level != "ok":
            click.echo(f"    → {finding.cure}")
        worst = max(worst, int(finding.level == "bad"))
    sys.exit(worst)


def _finding(check: Check, config: Config) -> Finding:
    try:
        return check.run(config)
    except Exception as error:  # noqa: BLE001 - a check that fails is a finding, the others still run
        first = str(error).partition("\n")[0]
        return Finding(
            level="bad", message=f"检查不了：{first}", cure="先处理上面的问题，再运行 qingban doctor"
        )


@main.command()
@click.argument("action", type=click.Choice(["list", "enable", "disable"]), default="list")
@click.argument("name", default="")
@click.option("--site", "slug", default="", help="站点简称")
@click.pass_obj
def plugins(path: Path, action: str, name: str, slug: str) -> None:
    """列出插件，或在一个站点启用、停用。"""
    from core import platform, site
    from core.auth.actor import system

    running = platform.start(_config(path))
    if action == "list":
        for one in site.everyone():
            click.echo(f"{one.title}（{one.slug}）")
            for plugin in running.registry.plugins.values():
                click.echo(
                    f"  {'●' if one.has(plugin.name) else '○'} {plugin.title}  {plugin.name} {plugin.version}"
                )
        return
    where = site.get(slug)
    if action == "enable":
        done = running.enable(where, name, by=system(where))
        click.echo(f"已启用：{'、'.join(done)}" if done else "本来就启用着")
    else:
        click.echo("已停用，数据保留" if running.disable(where, name, by=system(where)) else "本来就停用着")


@main.group("site")
def site_group() -> None:
    """管理站点。"""


@site_group.command("add")
@click.argument("slug")
@click.argument("title")
@click.option("--root", "roots", multiple=True, type=int, required=True, help="归它管的部门编号，可写多个")
@click.pass_obj
def site_add(path: Path, slug: str, title: str, roots: tuple[int, ...]) -> None:
    """新增站点，或改它的名称和部门范围。"""
    from core import platform
    from core.directory.extras import load_extras

    platform.start(_config(path))
    load_extras({"sites": [{"slug": slug, "title": title, "roots": list(roots)}]})
    click.echo(f"站点 {title}（{slug}）已就绪，人员按部门归好了")


@main.group("role")
def role_group() -> None:
    """管理角色的成员。"""


@role_group.command("add")
@click.argument("slug")
@click.argument("staff_no")
@click.pass_obj
def role_add(path: Path, slug: str, staff_no: str) -> None:
    """把一位员工加进角色，例如 admin、security_admin、audit_admin。"""
    from core import audit, platform
    from core.auth import duties
    from core.db import atomic

    platform.start(_config(path))
    person = duties.person_named(staff_no)
    with atomic():
        role = duties.put_in(person, slug)
        audit.record("core.role.changed", about=role.title, site=person.site, person=person.id)
    click.echo(f"{person.name} 现在是{role.title}")


@main.command("new-plugin")
@click.argument("name")
@click.option("--title", default="", help="中文名")
@click.option(
    "--into", default="plugins", type=click.Path(file_okay=False, path_type=Path), help="放到哪个文件夹"
)
@click.option(
    "--tests", default="tests/plugins", type=click.Path(file_okay=False, path_type=Path), help="测试放到哪里"
)
def new_plugin(name: str, title: str, into: Path, tests: Path) -> None:
    """写出一个能跑的新插件和一条通过的测试。"""
    from core.scaffold import write_plugin

    for path in write_plugin(name, title=title or name, into=into, tests=tests):
        click.echo(f"写好 {path}")
    click.echo(f"接着：qingban plugins enable {name} --site main，然后打开工作台")


@main.command()
@click.option("--check", is_flag=True, help="只比较，不写文件")
@click.option(
    "--into",
    default="docs/reference",
    type=click.Path(file_okay=False, path_type=Path),
    help="放到哪个文件夹",
)
def reference(check: bool, into: Path) -> None:
    """按代码写出参考文档。"""
    from core import reference as book

    names = book.stale(into) if check else book.write(into)
    if check and names:
        raise click.ClickException(f"和代码不一致：{'、'.join(names)}。运行 qingban reference 重写")
    click.echo(f"写好 {'、'.join(names)}" if names else "参考文档和代码一致")


def _add_neighbours() -> None:
    """Take in the commands of the trial deployment when it is installed beside us."""
    if importlib.util.find_spec("deploy") and importlib.util.find_spec("deploy.demo.commands"):
        for command in importlib.import_module("deploy.demo.commands").COMMANDS:
            main.add_command(command)


_add_neighbours()

if __name__ == "__main__":
    main()
