"""`qingban`: run, migrate, look after, and grow an installation."""

import importlib
import importlib.util
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import click
import peewee

from core import __version__
from core.audit.commands import audit as audit_group
from core.config import Config, load, make_keys
from core.contributions import Check, Finding
from core.errors import QingbanError

MOST_SHOWN = 50
"""Rows of a rehearsal on the terminal."""

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


@keys.command("export")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def keys_export(path: Path, target: Path) -> None:
    """把密钥文件复制到一个文件夹，请放到和备份不同的介质上。"""
    from core.backup import export_keys

    written = export_keys(_config(path), target)
    click.echo(f"写好 {'、'.join(map(str, written))}" if written else "密钥的副本都在，没有改动")


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup(path: Path, target: Path) -> None:
    """把数据库和附件备份到一个新文件夹，名字以 .tar 结尾就是一个文件。不用停服务。"""
    from core import backup as work
    from core import platform

    made = work.make(platform.start(_config(path)).config, target)
    told = made.manifest
    click.echo(f"备份好了：{target}，{sum(told.counts.values())} 行，{len(told.attachments)} 个附件")
    click.echo(f"清单的 SHA-256：{made.fingerprint}")
    click.echo("备份里没有密钥。用 qingban keys export 另存，放到别的介质上")
    if told.damaged:
        click.secho(
            f"{len(told.damaged)} 个附件在磁盘上丢失或损坏，名单在清单的 damaged 里", fg="red", err=True
        )
        sys.exit(1)


@main.command()
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option("--new-keys", is_flag=True, help="原来的密钥丢了，生成新的继续")
@click.option("--release", "is_release", is_flag=True, help="恢复后核对无误，开始发卡片")
@click.pass_obj
def restore(path: Path, source: Path | None, new_keys: bool, is_release: bool) -> None:
    """把备份恢复到空的地方，先停服务；卡片先不发，核对后加 --release 放开。"""
    from core import backup as work
    from core import platform

    if is_release == bool(source):
        raise click.UsageError("写备份的位置，或者写 --release，只写一样")
    if source is None:
        platform.start(_config(path))
        click.echo(f"{work.release()} 个站点开始发卡片")
        return
    done = work.restore(_config(path), source, new_keys=new_keys)
    for line in work.report(done):
        click.echo(line)
    if not done.is_sound:
        click.secho("恢复完成，但有内容对不上，见上面", fg="red", err=True)
        sys.exit(1)


@main.group()
def person() -> None:
    """一个人的个人数据：导出、删除。"""


@person.command("export")
@click.argument("staff_no")
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def person_export(path: Path, staff_no: str, target: Path) -> None:
    """把一个人的全部数据写到一个新文件夹。"""
    from core import people_data, platform

    running = platform.start(_config(path))
    done = people_data.export(people_data.find(staff_no, running.config), running.registry, target)
    click.echo(f"写好 {target}：{done.rows} 条数据，{done.attachments} 个附件，目录在 index.json")
    if done.missing:
        click.secho(f"没有读出来：{'、'.join(done.missing)}。原因在日志里", fg="red", err=True)
        sys.exit(1)


@person.command("erase")
@click.argument("staff_no")
@click.confirmation_option(prompt="删除后不能恢复，先导出过了吗？继续删除")
@click.pass_obj
def person_erase(path: Path, staff_no: str) -> None:
    """删除一位离职人员的个人数据，单据和留痕保留。"""
    from core import people_data, platform

    running = platform.start(_config(path))
    who = people_data.find(staff_no, running.config)
    done = people_data.erase(who, running.registry, running.config)
    for _, part in running.registry.personal_data:
        kept = f"；{part.retain}" if part.retain else ""
        click.echo(f"{part.title}：清空 {done[part.name]} 处{kept}")


@main.command()
@click.option("--release", "run_id", type=int, default=None, help="放行被拦下的那一次：写它的序号")
@click.option("--plan", "is_plan", is_flag=True, help="只预演：写出数字和前 50 行差异，什么都不改")
@click.pass_obj
def sync(path: Path, run_id: int | None, is_plan: bool) -> None:
    """马上同步一次通讯录；被拦下的，核对差异后可以放行。"""
    from core import platform
    from core.directory import jobs, release
    from core.directory.sync import in_words

    platform.start(_config(path))
    if is_plan:
        _show_plan(jobs.compare())
        return
    if run_id:
        release.by_operator(run_id)
    record = jobs.sync_all(run_id)
    if record.state == "held":
        number = record.id
        click.secho(f"同步被拦下，没有改动：{record.message}", fg="yellow")
        click.echo(f"在管理台 → 通讯录同步核对差异，无误后运行 qingban sync --release {number}")
        sys.exit(1)
    click.echo(f"同步完成：{in_words(record.counts)}。结果见管理台 → 通讯录同步")


def _show_plan(plan: Any) -> None:
    from core.directory import differences
    from core.directory.sync import in_words

    counts = plan.counts
    units = f"科室变动 {counts['departments_changed']} 个，消失 {counts['departments_removed']} 个"
    click.echo(f"预演：{in_words(counts)}，{units}，拒绝 {counts['refused']} 行")
    if plan.held:
        click.secho(f"真正同步会被拦下：{plan.held}", fg="yellow")
    shown = list(islice(differences.of(plan), MOST_SHOWN))
    for one in shown:
        click.echo(f"{differences.KINDS[one.kind]}  {one.name}（{one.about}）  {one.text}")
    if len(shown) == MOST_SHOWN:
        click.echo(f"只列前 {MOST_SHOWN} 行，全部见管理台 → 通讯录同步 → 预演差异")
    click.echo("什么都没有改动")


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


main.add_command(audit_group)


def _add_neighbours() -> None:
    """Take in the commands of the trial deployment when it is installed beside us."""
    if importlib.util.find_spec("deploy") and importlib.util.find_spec("deploy.demo.commands"):
        for command in importlib.import_module("deploy.demo.commands").COMMANDS:
            main.add_command(command)


_add_neighbours()

if __name__ == "__main__":
    main()
