"""Finding plugins: three places, one name each, what is required first."""

import sys
from importlib import metadata
from types import ModuleType

import pytest

from core.contributions import Plugin
from core.errors import Misconfigured
from core.loader import ENTRY_POINTS, RESERVED, find
from core.testing import make_config

MANIFEST = (
    'from qingban import Plugin\n\nPLUGIN = Plugin(name="{name}", title="样例", summary="样例"{more})\n'
)


def manifest(name, more=""):
    return {"__init__.py": MANIFEST.format(name=name, more=more)}


@pytest.fixture
def found(tmp_path, tmp_plugin):
    """Drop in plugins by name and find them: `found(greetings={...})`."""

    def drop(**plugins):
        place = None
        for folder, files in plugins.items():
            place = tmp_plugin(folder, files)
        config = make_config(tmp_path, "sqlite:///none", plugins_dir=place)
        return {one.name: one for one in find(config)}

    return drop


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Pretend that packages are installed which bring plugins: `installed(name="package")`."""

    def install(*pairs):
        entries = []
        for name, package in pairs:
            module = ModuleType(package)
            module.__file__ = str(tmp_path / package / "__init__.py")
            module.PLUGIN = Plugin(name=name, title="样例", summary="样例")
            monkeypatch.setitem(sys.modules, package, module)
            entries.append(metadata.EntryPoint(name=name, value=package, group=ENTRY_POINTS))
        monkeypatch.setattr(metadata, "entry_points", lambda group: entries if group == ENTRY_POINTS else [])
        return make_config(tmp_path, "sqlite:///none", entry_points=True)

    return install


def test_a_folder_that_was_dropped_in_is_found_beside_the_built_in_ones(found):
    plugins = found(greetings=manifest("greetings"))

    assert plugins["greetings"].package == "plugins.greetings"
    assert plugins["greetings"].folder.name == "greetings"
    assert {"flows", "miniapps"} < set(plugins)


def test_without_a_drop_in_folder_only_what_ships_is_found(tmp_path):
    names = [one.name for one in find(make_config(tmp_path, "sqlite:///none"))]

    assert {"flows", "miniapps"} <= set(names)
    assert len(names) == len(set(names))


def test_an_installed_package_brings_its_plugin(installed):
    config = installed(("cakes", "hospital_cakes"))

    assert {one.name: one.package for one in find(config)}["cakes"] == "hospital_cakes"


def test_installed_packages_are_left_alone_where_the_deployment_says_so(installed, tmp_path):
    installed(("cakes", "hospital_cakes"))

    assert "cakes" not in {one.name for one in find(make_config(tmp_path, "sqlite:///none"))}


def test_two_packages_of_one_name_are_both_named(installed):
    config = installed(("cakes", "hospital_cakes"), ("cakes", "clinic_cakes"))

    with pytest.raises(Misconfigured, match=r"cakes.*clinic_cakes.*hospital_cakes"):
        find(config)


def test_a_dropped_in_copy_of_a_built_in_plugin_is_refused(found):
    with pytest.raises(Misconfigured, match="两个插件同名 flows"):
        found(flows=manifest("flows"))


def test_a_package_that_cannot_be_imported_is_named(installed, monkeypatch):
    config = installed(("cakes", "hospital_cakes"))
    monkeypatch.setitem(sys.modules, "hospital_cakes", None)

    with pytest.raises(Misconfigured, match="hospital_cakes 无法导入"):
        find(config)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有 PLUGIN"),
        ("PLUGIN = {'name': 'greetings'}\n", "没有 PLUGIN"),
        ("raise RuntimeError('cake')\n", "无法导入.*cake"),
        ("def broken(:\n", "无法导入.*SyntaxError"),
        ("import no_such_module\n", "无法导入.*no_such_module"),
        (MANIFEST.format(name="wishes", more=""), "wishes 的文件夹叫 greetings"),
        (MANIFEST.format(name="Greetings", more=""), "只能用小写字母"),
        (MANIFEST.format(name="生日", more=""), "只能用小写字母"),
        (MANIFEST.format(name="../up", more=""), "只能用小写字母"),
        (MANIFEST.format(name="g", more=""), "只能用小写字母"),
        (MANIFEST.format(name="greetings", more=', colour="red"'), "无法导入.*colour"),
    ],
)
def test_a_bad_manifest_stops_the_start_with_a_sentence(found, text, words):
    with pytest.raises(Misconfigured, match=words):
        found(greetings={"__init__.py": text})


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_names_of_the_platform_are_not_for_plugins(installed, name):
    config = installed((name, "hospital_thing"))

    with pytest.raises(Misconfigured, match=f"{name} 是平台自己用的"):
        find(config)


def test_what_is_required_comes_first(found):
    plugins = found(
        aa_wishes=manifest("aa_wishes", ', requires=("zz_cakes",)'), zz_cakes=manifest("zz_cakes")
    )

    order = [name for name in plugins if name in ("aa_wishes", "zz_cakes")]

    assert order == ["zz_cakes", "aa_wishes"]


def test_a_missing_requirement_is_named_with_who_wants_it(found):
    with pytest.raises(Misconfigured, match="插件 wishes 需要 cakes，但没有装"):
        found(wishes=manifest("wishes", ', requires=("cakes",)'))


def test_requirements_in_a_circle_are_shown(found):
    with pytest.raises(Misconfigured, match="cakes → wishes → cakes"):
        found(
            wishes=manifest("wishes", ', requires=("cakes",)'),
            cakes=manifest("cakes", ', requires=("wishes",)'),
        )


def test_a_plugin_that_requires_itself_is_refused(found):
    with pytest.raises(Misconfigured, match="成了环"):
        found(wishes=manifest("wishes", ', requires=("wishes",)'))


def test_a_module_is_imported_when_its_file_is_there(found):
    files = {**manifest("greetings"), "hooks.py": "WORD = '你好'\n", "service/__init__.py": "N = 1\n"}
    one = found(greetings=files)["greetings"]

    assert one.module("hooks").WORD == "你好"
    assert one.module("service").N == 1
    assert one.module("hookspecs") is None
