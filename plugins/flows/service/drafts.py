"""What a person has typed and not sent: kept on the server as they typed it."""

from typing import Any

from qingban import Actor, TooLarge, atomic, clock

from ..models import Definition, Draft

MOST_FIELDS = 600


def save_draft(row: Definition, raw: dict[str, Any], *, actor: Actor) -> None:
    """Keep what was typed so far, replacing the draft before.

    Raises:
        TooLarge: It is more than any form can hold.
    """
    if len(raw) > MOST_FIELDS:
        raise TooLarge
    with atomic():
        Draft.insert(person_id=actor.person_id, definition=row.id, raw=raw, saved_at=clock.now()).on_conflict(
            conflict_target=[Draft.person_id, Draft.definition],
            update={Draft.raw: raw, Draft.saved_at: clock.now()},
        ).execute()


def drop_draft(row: Definition, *, actor: Actor) -> None:
    """Forget the draft."""
    with atomic():
        Draft.delete().where(Draft.person_id == actor.person_id, Draft.definition == row.id).execute()
