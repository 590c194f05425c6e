"""The reference says what the code says: nothing missing, nothing left over."""

import pytest

from core import hookspecs, reference
from tests.laws.files import ROOT

FOLDER = ROOT / "docs" / "reference"
HOOKS = [name for name, value in vars(hookspecs).items() if hasattr(value, "qingban_spec")]


@pytest.fixture(scope="module")
def pages():
    """The pages as the code would write them now."""
    return reference.pages()


def names_of(pages, name):
    """The first cell of every row of a page, without backquotes."""
    rows = [line.split("|")[1].strip() for line in pages[name].splitlines() if line.startswith("| `")]
    return [cell.strip("`") for cell in rows]


def test_pages_are_what_the_code_writes(pages):
    written = {name: (FOLDER / name).read_text("utf-8") for name in pages if (FOLDER / name).exists()}

    assert written == pages, "run: qingban reference"


def test_no_page_is_left_over(pages):
    assert sorted(path.name for path in FOLDER.glob("*")) == sorted(pages)


def test_writing_twice_gives_the_same_text(pages):
    assert reference.pages() == pages


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_section_with_its_signature(pages, hook):
    section = pages["hooks.md"].partition(f"\n### {hook}\n")[2].partition("\n### ")[0]

    assert f"def {hook}(" in section


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_shows_an_example(hook):
    assert "Example::" in getattr(hookspecs, hook).__doc__


@pytest.mark.parametrize(
    ("page", "hook", "field"),
    [
        ("settings.md", "register_settings", "key"),
        ("actions.md", "register_actions", "name"),
        ("audit-events.md", "register_audit_events", "name"),
        ("cards.md", "register_cards", "kind"),
    ],
)
def test_every_contribution_has_a_row(pages, page, hook, field, platform):
    given = [getattr(record, field) for _, record in platform.registry.contributions[hook]]

    assert sorted(set(given) - set(names_of(pages, page))) == []


def test_pages_that_are_out_of_date_are_named(tmp_path):
    reference.write(tmp_path)
    (tmp_path / "cards.md").write_text("old", "utf-8")

    assert (reference.stale(tmp_path), reference.write(tmp_path), reference.stale(tmp_path)) == (
        ["cards.md"],
        ["cards.md"],
        [],
    )
