"""The jobs messages bring along."""

from datetime import timedelta
from typing import Any

from core.clock import now
from core.contributions import Job
from core.db import atomic
from core.messaging import callbacks, delivery, outbox
from core.messaging.models import Inbox, Outbox

KEEP_INBOX = timedelta(days=30)
KEEP_OUTBOX = timedelta(days=180)


def tidy(_payload: dict[str, Any]) -> None:
    """Delete callbacks after thirty days and settled cards after half a year (job `core_tidy_messages`)."""
    with atomic():
        Inbox.delete().where(Inbox.received_at < now() - KEEP_INBOX).execute()
        Outbox.delete().where(
            Outbox.created_at < now() - KEEP_OUTBOX, Outbox.state.not_in(outbox.OPEN)
        ).execute()


JOBS = [
    Job(name=outbox.DELIVER, run=delivery.deliver),
    Job(name=outbox.REFRESH, run=delivery.refresh),
    Job(name=callbacks.HANDLE, run=callbacks.handle),
    Job(name="core_tidy_messages", run=tidy, schedule="23 3 * * *", per_site=False),
]
"""Without these nothing is sent and no press is heard."""
