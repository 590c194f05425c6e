"""One name for one thing: a plugin's folder name is the prefix of everything it brings."""

import ast
import re
from pathlib import Path

import pytest

from tests.laws.files import ROOT, lines_with, plugin_folders, where

PREFIXED = {
    "Action": ("name", "."),
    "AuditEvent": ("name", "."),
    "Card": ("kind", "."),
    "Check": ("name", "."),
    "Setting": ("key", "."),
    "AttachmentRule": ("kind", "."),
    "PersonalData": ("name", "."),
    "Capability": ("name", "."),
    "Job": ("name", "_"),
    "Command": ("name", "-"),
}
"""Which contribution carries the plugin's name in which field, and what follows it."""

FOLDERS = plugin_folders()
each_plugin = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def calls(folder: Path, name: str) -> list[tuple[str, dict[str, object]]]:
    """List the calls of a record in a plugin: the place and the fields that are plain values."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
                words = {
                    k.arg: k.value.value for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)
                }
                found.append((where(path, node.lineno), words))
    return found


@each_plugin
def test_manifest_carries_the_folder_name(folder):
    manifests = calls(folder, "Plugin")

    assert [words.get("name") for _, words in manifests] == [folder.name]


@each_plugin
@pytest.mark.parametrize("record", PREFIXED)
def test_contribution_starts_with_the_plugin_name(folder, record):
    field, joint = PREFIXED[record]

    wrong = [
        f"{place} {words[field]}"
        for place, words in calls(folder, record)
        if field in words and not str(words[field]).startswith(folder.name + joint)
    ]

    assert wrong == []


@each_plugin
def test_template_folder_is_named_for_the_plugin(folder):
    inside = {path.name for path in (folder / "templates").glob("*")}

    assert inside <= {folder.name}


@each_plugin
def test_style_classes_carry_the_plugin_name(folder):
    """A plugin styles `.flows-…`, states `.is-…`, and what stands inside its own pieces."""
    sheets = sorted((folder / "static").rglob("*.css"))
    selectors = rf"^\s*\.(?!{folder.name}-|is-)[a-z]"

    assert lines_with(selectors, sheets) == []


@each_plugin
def test_migrations_are_numbered_without_gaps(folder):
    names = sorted(path.name for path in (folder / "migrations").glob("*.py"))
    numbers = [int(match[1]) for name in names if (match := re.match(r"(\d{4})_[a-z0-9_]+\.py$", name))]

    assert numbers == list(range(1, len(names) + 1))


def test_tests_mirror_the_code():
    """A folder of tests stands for a folder of code; those of the demo lie directly under tests/deploy."""
    places = [
        path.relative_to(ROOT / "tests")
        for top in ("core", "plugins", "miniapps", "preview", "deploy")
        for path in (ROOT / "tests" / top).rglob("*")
        if path.is_dir() and any(path.glob("test_*.py"))
    ]

    def exists(place: Path) -> bool:
        homes = (ROOT / place, ROOT / "deploy" / "demo" / place.relative_to(place.parts[0]))
        return any(home.exists() or home.with_suffix(".py").exists() for home in homes)

    assert [f"tests/{place}" for place in places if not exists(place)] == []
