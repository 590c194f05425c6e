"""Let a held run through: one administrator looks and asks, another looks and confirms."""

from typing import Any

from core import audit
from core.clock import now
from core.db import atomic, for_update
from core.directory.models import SyncRelease, SyncRun
from core.errors import Conflict
from core.jobs import enqueue

LAPSED = "这次同步已不是最新的一次，放行作废。请看最新的差异"


def candidate() -> SyncRun | None:
    """Return the run that may be released: the newest, while it is held. Runs that failed saw nothing."""
    query = SyncRun.select().where(SyncRun.state != "failed").order_by(SyncRun.started_at.desc())
    newest: SyncRun | None = query.first()
    return newest if newest is not None and newest.state == "held" else None


def of(run: SyncRun) -> SyncRelease | None:
    """Return who asked and who confirmed so far."""
    found: SyncRelease | None = SyncRelease.get_or_none(SyncRelease.run == run.id)
    return found


def agree(run_id: int, actor: Any) -> bool:
    """Say that `actor` looked at the differences; the second person's word starts the sync.

    Returns:
        Whether both have agreed now.

    Raises:
        Conflict: The run is no longer the newest, it is released already, or it is the same person again.
    """
    with atomic():
        run = _locked(run_id)
        known = of(run)
        if known is None:
            SyncRelease.create(run=run.id, asked_by=actor.person_id)
            audit.record("core.directory.release_asked", actor=actor, about=str(run.id))
            return False
        if known.confirmed_at is not None:
            raise Conflict("已经由两位管理员放行，正在同步")
        if known.asked_by_id == actor.person_id:
            raise Conflict("你已经核对过了，还要另一位管理员确认")
        known.confirmed_by, known.confirmed_at = actor.person_id, now()
        known.save()
        audit.record("core.directory.released", actor=actor, about=str(run.id))
        enqueue("core_directory_sync", {"released": run.id}, effect_key=f"sync-released-{run.id}")
    return True


def by_operator(run_id: int) -> None:
    """Write down that the operator on the server lets a held run through, as the system.

    Raises:
        Conflict: The run is not held or no longer the newest.
    """
    with atomic():
        audit.record("core.directory.released", about=str(_locked(run_id).id))


def _locked(run_id: int) -> SyncRun:
    """Return the run, locked, so that two who press at once come one after the other."""
    for_update(SyncRun.select().where(SyncRun.id == run_id)).first()
    run = candidate()
    if run is None or run.id != run_id:
        raise Conflict(LAPSED)
    return run
