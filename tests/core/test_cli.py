"""The command line: sentences, never stack traces."""

import os

import pytest
from click.testing import CliRunner

from core import platform
from core.cli import main
from core.db import connect, database
from core.db.migrate import upgrade
from core.site import Site

CONFIG = """
origin = "http://localhost:8700"
data_dir = "var"
keys_dir = "keys"
entry_points = false
{more}
[wecom]
corpid = "ww1"
agentid = 7
secret = "s3cret-canary-0123456789"
api_base = "http://127.0.0.1:9/cgi-bin/"
"""


@pytest.fixture
def qingban(tmp_path, monkeypatch):
    """Run a command in a fresh deployment: `qingban("doctor")` gives the result."""
    monkeypatch.setenv("QINGBAN_CONFIG", str(tmp_path / "qingban.toml"))
    monkeypatch.setattr("core.platform.find", lambda config: [])
    monkeypatch.setattr("core.checks.find", lambda config: [])
    write(tmp_path)

    def run(*words):
        return CliRunner().invoke(main, list(words), standalone_mode=True)

    yield run
    if database.obj is not None:
        database.close()


def write(folder, more=""):
    (folder / "qingban.toml").write_text(CONFIG.format(more=more), "utf-8")


def prepared(qingban):
    qingban("keys", "init")
    result = qingban("migrate")
    assert result.exit_code == 0, result.output
    return result


def test_help_speaks_chinese(qingban):
    result = qingban("--help")

    assert result.exit_code == 0
    for words in ("轻办", "doctor", "migrate", "new-plugin", "逐项检查"):
        assert words in result.output


def test_keys_are_made_once(qingban):
    first, second = qingban("keys", "init"), qingban("keys", "init")

    assert "已生成：csrf、audit、fields、links" in first.output
    assert "没有改动" in second.output


def test_migrations_run_once(qingban):
    first = prepared(qingban)
    second = qingban("migrate")

    assert "core/0001_initial" in first.output
    assert "已经是最新" in second.output


def lines(result):
    return result.output.splitlines()


def test_the_doctor_of_a_fresh_folder_names_what_is_missing_and_the_cure(qingban):
    result = qingban("doctor")

    assert result.exit_code == 1
    assert "缺少密钥文件" in result.output
    assert "    → qingban keys init" in lines(result)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output


def test_the_doctor_finds_migrations_that_wait(qingban):
    qingban("keys", "init")

    result = qingban("doctor")

    assert result.exit_code == 1
    assert "步迁移没有执行" in result.output
    assert "    → qingban migrate" in lines(result)
    assert "✓ 密钥" in result.output


@pytest.mark.parametrize(
    ("kind", "words"), [("mode", "其他用户可读"), ("short", "太短"), ("same", "内容相同")]
)
def test_the_doctor_finds_a_bad_key(qingban, tmp_path, kind, words):
    prepared(qingban)
    key, other = tmp_path / "keys" / "csrf", tmp_path / "keys" / "links"
    {
        "mode": lambda: key.chmod(0o644),
        "short": lambda: key.write_bytes(os.urandom(8)),
        "same": lambda: other.write_bytes(key.read_bytes()),
    }[kind]()

    result = qingban("doctor")

    assert result.exit_code == 1
    assert words in result.output


def test_the_doctor_of_a_good_folder_names_only_what_is_outside(qingban):
    prepared(qingban)

    result = qingban("doctor")

    bad = [line for line in lines(result) if line.startswith("✗")]
    assert [line.split("：")[0] for line in bad] == ["✗ 企业微信"]
    for title in ("密钥", "磁盘", "数据库", "数据库结构", "后台任务"):
        assert f"✓ {title}：" in result.output
    assert "canary" not in result.output


def test_a_check_that_crashes_is_a_finding(qingban, monkeypatch):
    from dataclasses import replace

    from core import checks

    prepared(qingban)

    def crash(config):
        raise RuntimeError("broken on purpose\nsecond line")

    broken = [replace(checks.CHECKS[0], run=crash), *checks.CHECKS[1:3]]
    monkeypatch.setattr("core.builtin.CHECKS", broken)

    result = qingban("doctor")

    assert "✗ Python：检查不了：broken on purpose" in result.output
    assert "second line" not in result.output
    assert "✓ 密钥" in result.output


@pytest.mark.parametrize(
    "words", [["doctor"], ["migrate"], ["keys", "init"], ["plugins"], ["sync"], ["run"], ["worker"]]
)
def test_without_a_config_there_is_one_sentence(qingban, tmp_path, words):
    (tmp_path / "qingban.toml").unlink()

    result = qingban(*words)

    assert result.exit_code == 1
    assert "没有找到配置文件" in result.output
    assert "Traceback" not in result.output


def test_a_database_that_cannot_be_opened_is_one_sentence(qingban, tmp_path):
    qingban("keys", "init")
    (tmp_path / "folder.db").mkdir()
    write(tmp_path, f'database_url = "sqlite:///{tmp_path}/folder.db"')

    result = qingban("migrate")

    assert result.exit_code == 1
    assert "数据库用不了" in result.output


def test_plugins_are_listed_and_switched(qingban, monkeypatch):
    from tests.support.plugins import sample

    monkeypatch.setattr("core.platform.find", lambda config: [sample("alpha")])
    prepared(qingban)
    Site.create(slug="main", title="示例医院")

    outputs = [
        qingban("plugins", *words).output
        for words in (
            ["enable", "alpha", "--site", "main"],
            ["enable", "alpha", "--site", "main"],
            ["list"],
            ["disable", "alpha", "--site", "main"],
            ["disable", "alpha", "--site", "main"],
            ["list"],
        )
    ]

    assert outputs == [
        "已启用：alpha\n",
        "本来就启用着\n",
        "示例医院（main）\n  ● 插件alpha  alpha 0.1.0\n",
        "已停用，数据保留\n",
        "本来就停用着\n",
        "示例医院（main）\n  ○ 插件alpha  alpha 0.1.0\n",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["enable", "nobody", "--site", "main"], "没有名叫 nobody 的插件"),
        (["enable", "alpha", "--site", "nowhere"], "没有这个站点"),
        (["enable", "alpha"], "没有这个站点"),
        (["disable", "nobody", "--site", "main"], "没有名叫 nobody 的插件"),
    ],
)
def test_a_wrong_name_is_one_sentence(qingban, words, sentence):
    prepared(qingban)
    Site.create(slug="main", title="示例医院")

    result = qingban("plugins", *words)

    assert (result.exit_code, sentence in result.output) == (1, True)


def test_a_new_plugin_is_written_where_one_asks(qingban, tmp_path):
    where = ["--into", str(tmp_path / "p"), "--tests", str(tmp_path / "t")]

    first = qingban("new-plugin", "greetings", "--title", "生日祝福", *where)
    second = qingban("new-plugin", "greetings", *where)
    odd = qingban("new-plugin", "Greetings!", *where)

    assert (first.exit_code, second.exit_code, odd.exit_code) == (0, 1, 1)
    assert "qingban plugins enable greetings" in first.output
    assert "已经存在" in second.output
    assert "插件名只用小写字母" in odd.output
    assert (tmp_path / "p" / "greetings" / "hooks.py").is_file()


def test_an_upgrade_in_code_and_on_the_line_agree(qingban, tmp_path):
    from core.config import load

    prepared(qingban)
    config = load(tmp_path / "qingban.toml")
    connect(config.database_url)

    assert upgrade(platform.start(config).migrations) == []
