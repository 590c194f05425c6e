"""Whom to tell about people who came, moved or went."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.db import after_commit
from core.directory.models import Person


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """What to call, after the commit, once per person; None for nobody."""

    joined: Callable[[Person], None] | None = None
    """(person), also for those who come back."""
    moved: Callable[[Person, int | None], None] | None = None
    """(person, main department before)."""
    left: Callable[[Person], None] | None = None
    """(person)."""


_listeners = Listeners()


def install(listeners: Listeners) -> None:
    """Set whom every later sync tells."""
    global _listeners  # noqa: PLW0603 - wired once at start
    _listeners = listeners


def tell(event: str, person_id: str, *facts: Any) -> None:
    """Call a listener with the person as stored, once this transaction is committed."""
    listener = getattr(_listeners, event)
    if listener is not None:
        after_commit(lambda: listener(Person.get_by_id(person_id), *facts))
