"""The tutorial works as it stands: its blocks go to a folder step by step, and their tests are run."""

import re
import tempfile
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from core.scaffold import write_plugin
from tests.laws.files import ROOT

FOLDER = ROOT / "docs" / "tutorial"
BLOCK = re.compile(r"^```(?:python|html)\n(?:# |\{# )(\S+)(?: #\})?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLUGIN = "plugins/greetings/"
TESTS = "tests/plugins/greetings/test_pages.py"


def scaffold():
    """Write what `qingban new-plugin` writes and read it back: {file: text}."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made = write_plugin(
            "greetings", title="生日祝福", into=place / "plugins", tests=place / "tests" / "plugins"
        )
        return {path.relative_to(place).as_posix(): path.read_text("utf-8") for path in made}


def steps(name):
    """Read the blocks of a page by step: [{file: text}, …]."""
    parts = (FOLDER / name).read_text("utf-8").split("\n## ")[1:]
    found = [dict(BLOCK.findall(part)) for part in parts]
    return [blocks for blocks in found if blocks]


STEPS = [scaffold(), *steps("first-plugin.md")]


def page_of(number):
    """Load the tests a reader has after a step."""
    module = ModuleType(f"tutorial_step_{number}")
    exec(STEPS[number][TESTS], module.__dict__)  # the page is ours
    return module


CASES = [
    pytest.param(number, name, id=f"step{number}-{name}")
    for number in range(len(STEPS))
    for name, value in vars(page_of(number)).items()
    if name.startswith("test_") and isinstance(value, FunctionType)
]


@pytest.fixture
def platform(request, db, tmp_path, tmp_plugin):
    """Start the platform with the plugin as it is after the step, from a drop-in folder."""
    from core import platform
    from core.db import connect
    from core.db.migrate import upgrade
    from core.loader import find
    from core.testing import make_config

    number = request.getfixturevalue("number")
    files = {}
    for blocks in STEPS[: number + 1]:
        files |= blocks
    mine = {path.removeprefix(PLUGIN): text for path, text in files.items() if path.startswith(PLUGIN)}
    config = make_config(tmp_path, db, plugins_dir=tmp_plugin("greetings", mine))
    running = platform.assemble(config, find(config))
    connect(db, durable=False)
    upgrade(running.migrations)
    return running


@pytest.fixture
def ward(request, house, frozen_clock):
    """The fixture of the page, called as the page wrote it."""
    made = page_of(request.getfixturevalue("number")).ward
    return made.__wrapped__(house, frozen_clock)


@pytest.mark.parametrize(("number", "name"), CASES)
def test_a_test_of_the_page_passes(request, number, name):
    function = getattr(page_of(number), name)
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]

    function(**{fixture: request.getfixturevalue(fixture) for fixture in wanted})


def test_the_page_has_a_test_in_each_step():
    assert [sorted(path for path in blocks if path.startswith("tests/")) for blocks in STEPS] == [[TESTS]] * 5


def test_both_languages_show_the_same_code():
    assert steps("first-plugin.zh-CN.md") == steps("first-plugin.md")
