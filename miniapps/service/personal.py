"""What mini-apps hold about one person: handed out, and blanked, on demand."""

from collections.abc import Iterable, Mapping
from typing import Any

from qingban import atomic

from .. import roster


def export(person_id: str) -> Iterable[Mapping[str, Any]]:
    """Return every entry of a person with its answers."""
    return roster.answers_of(person_id)


def erase(person_id: str) -> int:
    """Blank the answers of a person; the entry itself stays, so that places still add up."""
    with atomic():
        return roster.blank_answers(person_id)
