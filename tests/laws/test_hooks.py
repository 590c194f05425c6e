"""A hook ships with somebody who uses it, a test and words; so do settings, audit events and tables."""

import inspect
import re
import string
import sys
from pathlib import Path

import pytest

from core import hookspecs
from core.db import BaseModel, database
from core.settings import SettingValue
from tests.laws.files import ROOT, files, lines_with, text

HOOKS = sorted(name for name in vars(hookspecs) if re.match(r"(register|collect|vote|resolve|on)_", name))
VERBS = ("register_", "collect_", "vote_", "resolve_", "on_")
each_hook = pytest.mark.parametrize("hook", HOOKS)


PARTNERS = {"on_plugin_disabled": "on_plugin_enabled"}
"""A hook that only makes sense as the other half of one that is used."""


@each_hook
def test_a_hook_is_used_by_something_that_ships(platform, hook):
    assert platform.hooks.implementers(PARTNERS.get(hook, hook)) != []


@each_hook
def test_a_hook_is_named_in_a_test(hook):
    tests = [
        path
        for path in files(".py", under=("tests",))
        if path.name != "test_hooks.py" or "core" in path.parts
    ]

    assert lines_with(rf"\b{hook}\b", tests) != []


@each_hook
def test_a_hook_says_when_it_is_called_and_shows_an_example(hook):
    words = inspect.getdoc(getattr(hookspecs, hook))

    assert re.match(r"[A-Z].+\.", words)
    assert "Example::" in words


@each_hook
def test_a_hook_has_few_plain_arguments(hook):
    arguments = list(inspect.signature(getattr(hookspecs, hook)).parameters)

    assert len(arguments) <= 4
    assert not hook.startswith("register_") or arguments == []


def test_every_hook_carries_one_of_the_verbs():
    marked = [name for name, value in vars(hookspecs).items() if hasattr(value, "qingban_spec")]

    assert sorted(marked) == HOOKS
    assert all(name.startswith(VERBS) for name in marked)


def test_every_setting_has_words(platform):
    wrong = [
        setting.key
        for _, setting in platform.registry.contributions["register_settings"]
        if len(setting.title) < 2 or len(setting.help) < 4 or setting.type not in (str, int, bool, list)
    ]

    assert wrong == []


def test_every_default_is_of_its_type(platform):
    wrong = [
        setting.key
        for _, setting in platform.registry.contributions["register_settings"]
        if not isinstance(setting.default, setting.type)
        or (setting.choices and str(setting.default) not in setting.choices)
    ]

    assert wrong == []


def test_every_audit_event_has_a_sentence(platform):
    events = [event for _, event in platform.registry.contributions["register_audit_events"]]

    wrong = [
        event.name
        for event in events
        if not re.search(r"[\u4e00-\u9fff]", event.phrase)
        or not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+){2}", event.name)
        or any(
            not field or not field.isidentifier()
            for _, field, _, _ in string.Formatter().parse(event.phrase)
            if field is not None
        )
    ]

    assert wrong == []


def test_every_event_that_is_recorded_is_declared(platform):
    known = {event.name for _, event in platform.registry.contributions["register_audit_events"]}
    code = files(".py", under=("core", "plugins", "miniapps", "preview"))

    used = {
        name
        for path in code
        for name in re.findall(r"\brecord\(\s*f?\"([a-z0-9_]+(?:\.[a-z0-9_]+){2})\"", text(path))
    }

    assert used - known == set()
    assert used


def test_every_action_has_words_and_known_groups(platform):
    from core.auth.permissions import GROUPS

    wrong = [
        action.name
        for _, action in platform.registry.actions
        if len(action.title) < 2 or not set(action.default_groups) <= set(GROUPS)
    ]

    assert wrong == []


def test_every_tile_leads_to_a_page_of_its_plugin(platform):
    wrong = [tile.name for owner, tile in platform.registry.tiles if not tile.path.startswith(f"/{owner}/")]

    assert wrong == []


def test_every_icon_is_in_the_picture_of_icons(platform):
    """The names plugins use are those the front-end build collects."""
    names = {tile.icon for _, tile in platform.registry.tiles} | {
        one.icon for one in platform.registry.plugins.values()
    }

    assert [name for name in names if not re.fullmatch(r"[a-z0-9-]+", name)] == []


# Tables


def meta(model):
    """Return what peewee knows about a table class."""
    return model._meta  # noqa: SLF001 - peewee's own name for it


def our_models():
    """List every table class of the product."""
    seen, stack = [], [BaseModel]
    while stack:
        for one in stack.pop().__subclasses__():
            stack.append(one)
            if (
                one.__module__.split(".")[0] in ("core", "plugins", "miniapps", "preview")
                and ".migrations" not in one.__module__
                and _ships(one)
            ):
                seen.append(one)
    return seen


def _ships(model):
    """Tell a table of ours from one a test wrote into a drop-in folder."""
    module = sys.modules.get(model.__module__)
    return module is not None and Path(str(module.__file__)).is_relative_to(ROOT)


def test_every_table_is_registered(platform):
    registered = set(platform.registry.models)

    assert [f"{one.__module__}.{one.__name__}" for one in our_models() if one not in registered] == []
    assert SettingValue in registered


def test_every_table_carries_the_name_of_its_owner(platform):
    wrong = [
        meta(model).table_name
        for owner, model in platform.registry.contributions["register_models"]
        if not meta(model).table_name.startswith(f"{owner}_")
    ]

    assert wrong == []


def test_migrated_tables_have_exactly_the_columns_of_the_models(any_db, tmp_path):
    from core import platform
    from core.loader import find
    from core.testing import make_config

    config = make_config(tmp_path, any_db)
    models = platform.assemble(config, find(config)).registry.models

    differences = {}
    for model in models:
        name = meta(model).table_name
        wanted = {field.column_name: field.null for field in meta(model).sorted_fields}
        there = {column.name: column.null and not column.primary_key for column in database.get_columns(name)}
        if wanted != there:
            differences[name] = set(wanted.items()) ^ set(there.items())

    assert differences == {}
    assert len(models) > 20


def test_every_unique_rule_of_a_model_is_in_the_database(any_db, tmp_path):
    from core import platform
    from core.loader import find
    from core.testing import make_config

    config = make_config(tmp_path, any_db)
    models = platform.assemble(config, find(config)).registry.models

    missing = []
    for model in models:
        name = meta(model).table_name
        there = {tuple(index.columns) for index in database.get_indexes(name) if index.unique}
        columns = {field.name: field.column_name for field in meta(model).sorted_fields}
        wanted = {(field.column_name,) for field in meta(model).sorted_fields if field.unique}
        wanted |= {tuple(columns[one] for one in names) for names, unique in meta(model).indexes if unique}
        missing += [(name, one) for one in wanted - there]

    assert missing == []


def test_words_about_every_hook_stand_in_the_reference():
    """Once the reference exists, it names every hook."""
    pages = list((ROOT / "docs").rglob("*hooks*.md"))
    if not pages:
        pytest.skip("the reference of hooks is not written yet")

    words = "\n".join(text(page) for page in pages)

    assert [hook for hook in HOOKS if hook not in words] == []
