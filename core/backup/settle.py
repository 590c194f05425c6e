"""What a restored database must not carry on with: sessions, tokens, running jobs, cards on their way."""

from core import audit, settings, site
from core.auth.models import Session, SignIn
from core.clock import now
from core.db import atomic
from core.jobs.models import Job
from core.messaging import hold
from core.messaging.models import Outbox
from core.messaging.outbox import OPEN
from core.messaging.tokens import Token


def settle(made_at: str) -> None:
    """End what belongs to the past and hold every card from now on.

    A card that was on its way may have been sent after the backup was made, so it is not sent again: cards
    are hints, the lists in the workbench tell what waits.
    """
    with atomic():
        ended = Session.delete().where(Session.token_hash != "").execute()
        SignIn.delete().where(SignIn.state != "").execute()
        Token.delete().where(Token.key != "").execute()
        again = (
            Job.update(state="ready", leased_by="", leased_until=None, run_at=now())
            .where(Job.state == "running")
            .execute()
        )
        dropped = (
            Outbox.update(state="superseded", last_error="restored").where(Outbox.state.in_(OPEN)).execute()
        )
        for one in site.everyone():
            settings.store(one, hold.SETTING, True, by="")
        audit.record("core.backup.restored", about=made_at, sessions=ended, jobs=again, cards_dropped=dropped)


def release() -> int:
    """Let cards go again at every site; return at how many they were held."""
    with atomic():
        held = [one for one in site.everyone() if hold.is_on(one.id)]
        for one in held:
            settings.store(one, hold.SETTING, False, by="")
            audit.record("core.setting.changed", about=hold.SETTING, site=one)
        hold.wake()
    return len(held)
