"""Import laws that need the text of the code; the rest stands in pyproject.toml (`make laws`)."""

import ast
from pathlib import Path

import pytest

from tests.laws.files import CODE, ROOT, files, plugin_folders, where

OURS = {*CODE, "qingban", "tests"}


def module_name(path: Path) -> str:
    """Give the dotted name of a file; a package answers for its `__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> list[tuple[int, str]]:
    """List what a file imports: the line and the full dotted name, relative ones made absolute."""
    package = list(path.relative_to(ROOT).parent.parts)
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found += [(node.lineno, stem or "(outside)")]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, node.module or "")]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found += [(node.lineno, first.value)]
    return found


def is_within(name: str, package: str) -> bool:
    """Tell whether a module is the package or lies in it."""
    return name == package or name.startswith(f"{package}.")


def forbidden(folder: Path, *, door: bool) -> list[str]:
    """List imports of ours that lead out of a folder other than through the public door."""
    own = ".".join(folder.relative_to(ROOT).parts)
    return [
        f"{where(path, line)} imports {name}"
        for path in sorted(folder.rglob("*.py"))
        for line, name in imports(path)
        if name.split(".")[0] in {*OURS, "(outside)"}
        and not is_within(name, own)
        and not (door and name == "qingban")
    ]


@pytest.mark.parametrize("folder", plugin_folders(), ids=lambda folder: folder.name)
def test_plugin_imports_ours_only_through_the_public_door(folder):
    assert forbidden(folder, door=True) == []


def test_simulator_imports_nothing_of_ours():
    simulator = ROOT / "deploy" / "demo" / "simulator"

    assert list(simulator.rglob("*.py")), "the simulator has moved; this law must follow it"
    assert forbidden(simulator, door=False) == []


def test_public_door_only_reexports_core():
    door = ROOT / "qingban.py"
    tree = ast.parse(door.read_text(encoding="utf-8"))

    other = [name for _, name in imports(door) if not is_within(name, "core")]
    statements = {type(node).__name__ for node in tree.body}
    exported = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )

    assert other == []
    assert statements <= {"Expr", "Import", "ImportFrom", "Assign"}
    assert sorted(exported) == sorted(set(exported))


def test_every_folder_with_code_is_a_package():
    """Linters and the wheel skip a folder without `__init__.py` in silence."""
    folders = {path.parent for path in files(".py", under=CODE) if path.parent.name != "migrations"}

    assert [where(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_migrations_are_no_package():
    """The migration runner lists the folder; an `__init__.py` would look like a step."""
    found = [where(path) for path in files(".py") if path.parts[-2:] == ("migrations", "__init__.py")]

    assert found == []


def test_no_two_modules_share_a_name():
    names = [module_name(path) for path in files(".py", under=CODE) if path.parent.name != "migrations"]

    assert sorted(names) == sorted(set(names))
