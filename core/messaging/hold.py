"""Hold outgoing cards, as after a restore, until somebody has looked and lets them go."""

from core.clock import now
from core.jobs.models import Job
from core.messaging.outbox import DELIVER, REFRESH
from core.settings import SettingValue

SETTING = "core.hold_cards"
AGAIN_SECONDS = 300


def is_on(site_id: int) -> bool:
    """Tell whether the cards of a site are held."""
    row = SettingValue.get_or_none(SettingValue.site == site_id, SettingValue.key == SETTING)
    return bool(row and row.value)


def wake() -> None:
    """Make what was held due now."""
    is_card = Job.name.in_((DELIVER, REFRESH))
    Job.update(run_at=now()).where(is_card, Job.state == "ready").execute()
