"""Code in the how-to pages runs as it stands."""

import re
import tomllib
from dataclasses import fields

import pytest

from core.config import Config, WeComConfig
from tests.laws.files import ROOT

FOLDER = ROOT / "docs" / "how-to"


def block(page, start):
    """Give the code block of a page that contains `start`."""
    blocks = re.findall(
        r"^```(?:python)?\n(.*?)^```$", (FOLDER / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return next(text for text in blocks if start in text)


@pytest.fixture
def deployment(house, tmp_path, monkeypatch):
    """The folder of an installation with its deployment file, entered."""
    config = house.platform.config
    wecom = "\n".join(f"{one.name} = {_toml(getattr(config.wecom, one.name))}" for one in fields(WeComConfig))
    top = f'origin = "{config.origin}"\ndata_dir = "."\ndatabase_url = "{config.database_url}"'
    text = f"{top}\n[wecom]\n{wecom}\n"
    (tmp_path / "qingban.toml").write_text(text, "utf-8")
    monkeypatch.setenv("QINGBAN_CONFIG", str(tmp_path / "qingban.toml"))
    monkeypatch.chdir(tmp_path)
    return house


def _toml(value):
    return value if isinstance(value, int) else f'"{value}"'


def test_codes_roles_and_lines_are_written(deployment, capsys):
    from core.directory import roles

    deployment.department(1203, "人事科二")
    deployment.department(1204, "护理部")
    president, head = [deployment.person(userid=userid) for userid in ("zhangsan", "lisi")]

    exec(block("make-the-first-site.md", "load_extras"), {})

    assert capsys.readouterr().out == "done\n"
    assert roles.members("president") == [president.id]
    from core.directory import lines

    assert lines.heads("护理线", 12) == [[head.id]]


def test_the_first_site_and_administrator_are_made_by_command(deployment):
    from click.testing import CliRunner

    from core.cli import main
    from core.directory import roles
    from core.site import get

    deployment.person("信息科甲", staff_no="A1024")
    commands = block("make-the-first-site.md", "qingban site add").splitlines()[1:]

    for line in commands:
        done = CliRunner().invoke(main, line.split()[1:])
        assert (done.exit_code, done.output.count("\n")) == (0, 1), done.output

    assert get("main").title == "第一人民医院"
    assert len(roles.members("admin")) == 1


def test_the_trail_is_proved_whole(deployment, capsys):
    from core import audit

    audit.seal(deployment.platform.config.key("audit"))

    exec(block("read-the-audit-trail.md", "audit.verify"), {})

    assert capsys.readouterr().out.splitlines()[1] == "first bad row: None"


def test_the_trail_is_proved_whole_by_command(deployment):
    from click.testing import CliRunner

    from core import audit
    from core.cli import main
    from core.db import atomic, database

    config = deployment.platform.config
    with atomic():
        audit.record("core.plugin.enabled", about="alpha", site=deployment.site)
    audit.tend(config.data_dir, config.key("audit"))
    copy = str(config.data_dir / "audit" / "checkpoints.jsonl")
    shown = CliRunner().invoke(main, ["audit", "checkpoints", "--last", "3"])

    answers = [CliRunner().invoke(main, ["audit", "verify", *more]) for more in ([], ["--against", copy])]
    database.execute_sql("UPDATE core_audit_record SET about = 'beta' WHERE seq = 1")
    answers.append(CliRunner().invoke(main, ["audit", "verify"]))

    assert [answer.exit_code for answer in answers] == [0, 0, 1]
    assert "校验了 1 条" in answers[0].output
    assert "第一条坏的：第 1 条" in answers[2].output
    assert "第 1 条  密钥" in shown.output


def test_a_column_is_added_and_taken_away(db):
    from core.db import database

    database.execute_sql("CREATE TABLE greetings_wish (id INTEGER PRIMARY KEY)")
    database.execute_sql("INSERT INTO greetings_wish (id) VALUES (1)")
    steps = {}
    exec(block("write-a-migration.md", "add_column"), steps)
    from playhouse.migrate import SchemaMigrator

    migrator = SchemaMigrator.from_database(database.obj)
    steps["up"](migrator, database)
    assert database.execute_sql("SELECT note FROM greetings_wish").fetchall() == [("",)]
    steps["down"](migrator, database)
    assert [column.name for column in database.get_columns("greetings_wish")] == ["id"]


def test_the_hr_file_completes_what_wecom_says(tmp_path, db):
    from core.directory.sync import PersonRow, Snapshot, merge
    from core.testing import make_config

    (tmp_path / "hr.csv").write_text("userid,name,no,title\nu1,护士甲,A1,主管护师\n", "utf-8")
    source = {}
    exec(block("add-a-directory-source.md", "csv.DictReader"), source)
    config = make_config(tmp_path, db, extra={"hr": {"file": str(tmp_path / "hr.csv")}})

    merged = merge(
        Snapshot(source="wecom", people=(PersonRow(userid="u1", name="护士甲"),)), source["fetch"](config)
    )

    assert merged.people == (PersonRow(userid="u1", name="护士甲", staff_no="A1", title="主管护师"),)


def test_the_sample_deployment_file_names_every_key_and_no_other():
    text = (ROOT / "deploy" / "config" / "internal.example.toml").read_text("utf-8")
    shown = re.findall(r"^(?:# )?([a-z_]+) = ", text.partition("[extra")[0], re.MULTILINE)
    known = {one.name for one in (*fields(Config), *fields(WeComConfig))} - {"wecom", "extra"}

    assert {name.removesuffix("_file") for name in shown} == known
    assert set(tomllib.loads(text)) <= {one.name for one in fields(Config)}
