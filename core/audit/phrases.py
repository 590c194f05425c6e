"""Audit rows as sentences: the declared phrase, filled with facts and with names instead of ids."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.audit import trail
from core.text import _

_SLOT = re.compile(r"\{(\w+)\}")
_PERSON_ID = re.compile(r"[0-9a-z]{33}")


def people_in(entries: Iterable[trail.Entry]) -> set[str]:
    """Return everything in these rows that may be a person id, so that names cost one query."""
    found = set()
    for entry in entries:
        for value in (entry.actor, entry.on_behalf_of, *entry.facts.values()):
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and _PERSON_ID.fullmatch(text):
                    found.add(text)
    return found


def sentence(entry: trail.Entry, names: Mapping[str, str]) -> str:
    """Return what happened, in words; an undeclared event keeps its technical name.

    Args:
        names: Names by person id; ids that are missing stay as they are.
    """
    event = trail.declared().get(entry.event)
    if event is None:
        return entry.event
    values = {"about": entry.about, **entry.facts, "actor": _actor(entry, names)}
    return _SLOT.sub(lambda slot: _shown(values.get(slot[1], ""), names), _(event.phrase))


def _actor(entry: trail.Entry, names: Mapping[str, str]) -> str:
    who = names.get(entry.actor, entry.actor) or _("系统")
    if not entry.on_behalf_of:
        return who
    return _("{who}（代 {principal}）").format(
        who=who, principal=names.get(entry.on_behalf_of, entry.on_behalf_of)
    )


def _shown(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return "、".join(_shown(item, names) for item in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return names.get(value, value) if isinstance(value, str) else str(value)
