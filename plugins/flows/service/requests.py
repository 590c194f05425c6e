"""One effect per request: a repeated one gets the first answer, also when both arrive at once (P45)."""

from collections.abc import Callable
from typing import Any

import peewee

from qingban import Actor, atomic

from .. import queries
from ..errors import Reused


def once(
    actor: Actor, request_id: str, command: str, work: Callable[[Any], str], *, instance_id: str = ""
) -> str:
    """Do `work` in one transaction, or return what the same request did before.

    Args:
        work: Gets the row of the application, locked; nothing for a new one.
        instance_id: The application it is about, none for a new one.

    Raises:
        Reused: The request was answered for something else.
    """
    try:
        with atomic():
            row = queries.locked(instance_id) if instance_id else None
            return _first_answer(actor, request_id, command, instance_id) or work(row)
    except peewee.IntegrityError:  # the twin committed between our look and our write
        if known := _first_answer(actor, request_id, command, instance_id):
            return known
        raise


def _first_answer(actor: Actor, request_id: str, command: str, instance_id: str) -> str:
    known = queries.answered(actor.person_id, request_id)
    if known is None:
        return ""
    if known.command != command or (instance_id and known.instance_id != instance_id):
        raise Reused
    return known.instance_id
