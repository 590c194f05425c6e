"""The deployment file: what it may say, and what is refused in a sentence."""

import os
from pathlib import Path

import pytest

from core.config import KEY_PURPOSES, check, from_table, load, make_keys
from core.errors import Misconfigured
from core.testing import make_config

WECOM = {"corpid": "ww1", "agentid": 1, "secret": "s" * 43}


def table(**changes):
    values = {"origin": "https://oa.example.cn", "wecom": WECOM, **changes}
    return {name: value for name, value in values.items() if value is not None}


def test_a_short_file_is_enough(tmp_path):
    path = tmp_path / "qingban.toml"
    path.write_text('origin = "https://oa.example.cn/"\n[wecom]\ncorpid = "ww1"\nagentid = 7\nsecret = "x"\n')

    config = load(path)

    assert (config.origin, config.host, config.is_secure) == ("https://oa.example.cn", "oa.example.cn", True)
    assert (config.data_dir, config.keys_dir) == (tmp_path / "var", tmp_path / "keys")
    assert config.database_url == f"sqlite:///{tmp_path / 'var' / 'qingban.db'}"
    assert (config.plugins_dir, config.entry_points, config.trusted_proxy) == (None, True, "")


def test_paths_count_from_the_file(tmp_path):
    config = from_table(
        table(data_dir="d", keys_dir="/k", plugins_dir="p", site_templates="t"), base=tmp_path
    )

    assert (config.data_dir, config.keys_dir, config.plugins_dir, config.site_templates) == (
        tmp_path / "d",
        Path("/k"),
        tmp_path / "p",
        tmp_path / "t",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origin": None}, "配置缺少 origin"),
        ({"wecom": None}, "配置缺少 wecom"),
        ({"wecom": "ww1"}, r"wecom 应是一节"),
        ({"wecom": {**WECOM, "secret": ""}}, "配置缺少 wecom.secret"),
        ({"wecom": {"corpid": "ww1", "secret": "x"}}, "配置缺少 wecom.agentid"),
        ({"wecom": {**WECOM, "agentid": "7"}}, "wecom.agentid 应是数字"),
        ({"wecom": {**WECOM, "colour": "red"}}, r"\[wecom\] 里有不认识的项：colour"),
        ({"orgin": "x", "debug": True}, "配置里有不认识的项：debug、orgin"),
        ({"extra": 5}, "写法不对"),
        ({"data_dir": 5}, "写法不对"),
        ({"web_processes": 0}, "至少是 1"),
        ({"visitors_per_address": -1}, "至少是 1"),
        ({"origin": "oa.example.cn"}, "origin 应写成"),
        ({"origin": "ftp://oa.example.cn"}, "origin 应写成"),
        ({"origin": "https://oa.example.cn/app"}, "origin 应写成"),
        ({"origin": "https://oa.example.cn?x=1"}, "origin 应写成"),
        ({"origin": "https://"}, "origin 应写成"),
        ({"origin": "https://[broken"}, "origin 应写成"),
        ({"origin": ""}, "origin 应写成"),
        ({"origin": "http://oa.example.cn"}, "不加密的 http"),
        ({"origin": "http://10.0.0.1:8700"}, "不加密的 http"),
        ({"origin": "http://localhost.evil.example"}, "不加密的 http"),
        ({"wecom": {**WECOM, "secret_file": "no-such-file"}}, "wecom.secret_file.*no-such-file.*读不了"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence(tmp_path, changes, words):
    with pytest.raises(Misconfigured, match=words):
        from_table(table(**changes), base=tmp_path)


@pytest.mark.parametrize(
    "origin", ["http://localhost:8700", "http://127.0.0.1", "http://[::1]:8700", "https://x"]
)
def test_this_machine_alone_may_do_without_tls(tmp_path, origin):
    assert from_table(table(origin=origin), base=tmp_path).origin == origin


def test_a_secret_may_stand_in_a_file(tmp_path):
    (tmp_path / "wecom.secret").write_text("from the file\n")

    config = from_table(
        table(wecom={"corpid": "ww1", "agentid": 1, "secret_file": "wecom.secret"}), base=tmp_path
    )

    assert config.wecom.secret == "from the file"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Misconfigured, match=r"没有找到配置文件 .*nowhere\.toml"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("content", [b"origin = ", b"= 1", b"\xff\xfe", b"[wecom\n", b"a = 1\na = 2\n"])
def test_a_file_that_is_no_toml_is_refused(tmp_path, content):
    path = tmp_path / "qingban.toml"
    path.write_bytes(content)

    with pytest.raises(Misconfigured, match="写法有误"):
        load(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Misconfigured, match="读不了"):
        load(tmp_path)


# Keys


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path, "sqlite:///none")


def test_keys_are_made_once_and_kept(tmp_path):
    first = make_keys(tmp_path / "k")
    contents = {path.name: path.read_bytes() for path in (tmp_path / "k").iterdir()}
    second = make_keys(tmp_path / "k")

    assert (first, second) == (list(KEY_PURPOSES), [])
    assert {path.name: path.read_bytes() for path in (tmp_path / "k").iterdir()} == contents
    assert len(set(contents.values())) == len(KEY_PURPOSES)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "k").iterdir()} == {0o600}


def test_good_keys_pass(config):
    config.check_keys()

    assert len(config.key("csrf")) == 32


def spoil(path, kind):
    if kind == "missing":
        path.unlink()
    elif kind == "short":
        path.write_bytes(os.urandom(31))
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "sample":
        path.write_bytes(b"changeme" * 0 + b"a" * 64)
    elif kind == "world":
        path.chmod(0o604)
    elif kind == "group":
        path.chmod(0o640)


@pytest.mark.parametrize("purpose", KEY_PURPOSES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "缺少密钥文件.*keys init"),
        ("short", "太短"),
        ("empty", "太短"),
        ("sample", "像是样例"),
        ("world", "其他用户可读.*chmod 600"),
        ("group", "其他用户可读.*chmod 600"),
    ],
)
def test_a_bad_key_is_refused_with_its_cure(config, purpose, kind, words):
    spoil(config.keys_dir / purpose, kind)

    with pytest.raises(Misconfigured, match=words):
        config.key(purpose)
    with pytest.raises(Misconfigured, match=purpose):
        config.check_keys()


def test_two_keys_must_differ(config):
    (config.keys_dir / "links").write_bytes((config.keys_dir / "csrf").read_bytes())

    with pytest.raises(Misconfigured, match="csrf 和 links 内容相同"):
        config.check_keys()


def test_a_config_that_passes_is_given_back(config):
    assert check(config) is config
