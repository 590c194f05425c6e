"""`new-plugin` writes a plugin that works and a test that passes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import platform
from core.errors import Conflict, Invalid
from core.loader import RESERVED, find
from core.scaffold import FILES, write_plugin
from core.testing import House, make_config

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_works_from_the_drop_in_folder(db, tmp_path, tmp_plugin, wecom):
    place = tmp_plugin("greetings", {})
    write_plugin("greetings", title="生日祝福", into=tmp_path / "dropin", tests=tmp_path / "tests")
    config = make_config(tmp_path, db, plugins_dir=place)
    found = [one for one in find(config) if one.name == "greetings"]
    house = House(platform.assemble(config, found), wecom)

    house.enable("greetings")
    browser = house.browser(house.person("护士甲"))

    assert "你好，护士甲" in browser.get("/greetings/").text
    assert 'href="/greetings/"' in browser.get("/").text
    assert "生日祝福" in browser.get("/").text


@pytest.mark.slow
def test_its_own_test_passes_and_its_style_is_clean(tmp_path):
    """In a copy of the tree: links to everything, and one more plugin."""
    for name in ("core", "miniapps", "qingban.py", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").write_text('"""Plugins."""\n')
    written = write_plugin(
        "greetings", title="生日祝福", into=tmp_path / "plugins", tests=tmp_path / "tests" / "plugins"
    )

    test = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "tests/plugins/greetings")
    files = [str(path) for path in written if path.suffix == ".py"]
    style = run(tmp_path, "ruff", "check", "--no-cache", *files)
    form = run(tmp_path, "ruff", "format", "--check", "--no-cache", *files)

    assert "2 passed" in test.stdout, test.stdout
    assert (style.returncode, form.returncode) == (0, 0), style.stdout + form.stdout


def run(folder, module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTEST_ADDOPTS": ""},
    )


def test_every_file_is_listed(tmp_path):
    written = write_plugin("greetings", title="祝福", into=tmp_path / "p", tests=tmp_path / "t")

    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(written) == len(FILES) + 1
    assert not any("$" in path.read_text("utf-8") for path in written)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "G",
        "Greetings",
        "1st",
        "生日",
        "a-b",
        "../up",
        "a/b",
        "x" * 41,
        "g",
        "class",
        "import",
        *sorted(RESERVED),
    ],
)
def test_an_odd_name_is_refused(tmp_path, name):
    with pytest.raises(Invalid) as refusal:
        write_plugin(name, title="祝福", into=tmp_path / "p", tests=tmp_path / "t")

    assert list(refusal.value.fields) == ["name"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "title", ["", 'a"b', "a\\b", "{{ x }}", "{% x %}", "<b>", "$name", "a\nb", "长" * 21, "'"]
)
def test_an_odd_title_is_refused(tmp_path, title):
    with pytest.raises(Invalid) as refusal:
        write_plugin("greetings", title=title, into=tmp_path / "p", tests=tmp_path / "t")

    assert list(refusal.value.fields) == ["title"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["p", "t"])
def test_what_is_there_is_never_overwritten(tmp_path, place):
    (tmp_path / place / "greetings").mkdir(parents=True)

    with pytest.raises(Conflict, match="已经存在"):
        write_plugin("greetings", title="祝福", into=tmp_path / "p", tests=tmp_path / "t")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
