"""Count places again from the entries; a difference is an alarm, never mended quietly."""

from collections import Counter

from .. import queries
from ..models import ACCEPTED


def drifted() -> list[str]:
    """Return the ids of apps whose counters differ from their entries, or hold more than their places."""
    return [app_id for app_id in queries.apps_with_places() if not _agrees(app_id)]


def _agrees(app_id: str) -> bool:
    taken: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for _entry, state, _answers, quotas, waits_on in queries.holding(app_id):
        if state == ACCEPTED:
            taken.update(quotas)
        else:
            waiting[waits_on] += 1
    return all(
        room.taken == taken[key]
        and room.waiting == waiting[key]
        and (room.places is None or room.taken <= room.places)
        for key, room in queries.rooms(app_id).items()
    )
