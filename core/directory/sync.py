"""Bring people and departments up to date: fetch everything, compare, then change in small transactions.

Nothing is changed before the whole snapshot is here, and nothing that the source does not say is blanked.
"""

from collections.abc import Sequence
from datetime import timedelta

from core import audit, log
from core.clock import now
from core.config import Config
from core.contributions import DirectorySource
from core.db import atomic
from core.directory import differences
from core.directory import plan as planning
from core.directory.listeners import Listeners, install
from core.directory.models import SyncRun
from core.directory.plan import Plan
from core.directory.sites import assign_sites
from core.directory.snapshot import DepartmentRow, PersonRow, Refusal, Snapshot, TagRow, merge
from core.directory.store import batches, fill_roles, remove_people, store_departments, store_people
from core.errors import Conflict, QingbanError

__all__ = [
    "DepartmentRow",
    "Held",
    "Listeners",
    "PersonRow",
    "Plan",
    "Refusal",
    "Snapshot",
    "TagRow",
    "apply",
    "compare",
    "in_words",
    "install",
    "leave",
    "merge",
    "plan",
    "rehearse",
    "run",
]

logger = log.get(__name__)
plan = planning.make

STUCK_AFTER = timedelta(minutes=15)


class Held(Conflict):
    """A plan that removes too much at once; two administrators must look before it is applied."""

    kind = "sync_held"
    default = "通讯录变化太大，已暂停。请信息科核对后放行"


def run(config: Config, sources: Sequence[DirectorySource], *, released: SyncRun | None = None) -> SyncRun:
    """Fetch from every source, compare, apply, and keep a record of it.

    Args:
        sources: The first says who exists, the others complete what is known.
        released: The held run administrators looked at; a plan that removes more than it is held again.

    Returns:
        The record; its state is `done` or `held`.

    Raises:
        Conflict: Another sync is running.
        QingbanError: A source is away; nothing was changed.
    """
    record = _begin(sources[0].name)
    try:
        made = compare(config, sources)
        if made.held and not _is_covered(made, released):
            return _hold(record, made)
        _finish(record, made, "applying")
        apply(made, released=True)
        differences.forget()
    except Exception as error:
        _fail(record, error)
        raise
    _close(record, "done", message=record.message)
    if not made.is_empty:
        _write_down("core.directory.synced", counts=in_words(made.counts))
    return record


def compare(config: Config, sources: Sequence[DirectorySource]) -> Plan:
    """Fetch from every source and compare; changes nothing.

    Raises:
        QingbanError: A source is away.
    """
    return plan(merge(*[source.fetch(config) for source in sources]))


def rehearse(config: Config, sources: Sequence[DirectorySource]) -> SyncRun:
    """Compare and keep the differences for people to look at; nobody is changed.

    Returns:
        The record; its state is `planned`, or `held` when a real run would be held.

    Raises:
        Conflict: A sync is running.
        QingbanError: A source is away.
    """
    record = _begin(sources[0].name)
    try:
        made = compare(config, sources)
        if made.held:
            return _hold(record, made)
        differences.store(record, made)
    except Exception as error:
        _fail(record, error)
        raise
    _finish(record, made, "planned")
    return record


def apply(plan: Plan, *, released: bool = False) -> None:
    """Carry out a plan. Running it twice, or again after a crash in the middle, ends in the same state.

    Raises:
        Held: The plan is held and was not released.
    """
    if plan.held and not released:
        raise Held(reason=plan.held)
    store_departments(plan)
    for batch in batches(plan.added):
        store_people(batch)
    for batch in batches(plan.changed):
        store_people(batch)
    for people in batches(plan.removed):
        remove_people(people)
    assign_sites()
    for tag in plan.tags:
        fill_roles(tag)


def leave(person_id: str) -> None:
    """Mark one person as gone at once, without waiting for the next sync."""
    remove_people([person_id])


def _hold(record: SyncRun, made: Plan) -> SyncRun:
    differences.store(record, made)
    _finish(record, made, "held")
    _write_down("core.directory.held", reason=made.held)
    logger.error("directory.sync.held losing=%s", made.counts["losing"])
    return record


def _is_covered(made: Plan, released: SyncRun | None) -> bool:
    names = ("losing", "departments_removed")
    return released is not None and all(made.counts[name] <= released.counts.get(name, 0) for name in names)


def in_words(counts: dict[str, int]) -> str:
    """Say in one line how many come, change and go."""
    return f"新增 {counts['added']} 人，变更 {counts['changed']} 人，离开 {counts['removed']} 人"


def _write_down(event: str, **facts: str) -> None:
    with atomic():
        audit.record(event, **facts)


def _begin(source: str) -> SyncRun:
    with atomic():
        running = (SyncRun.state.in_(("running", "applying"))) & (SyncRun.started_at > now() - STUCK_AFTER)
        if SyncRun.select().where(running).exists():
            raise Conflict("通讯录正在同步，请稍后再看")
        record: SyncRun = SyncRun.create(source=source)
    return record


def _finish(record: SyncRun, made: Plan, state: str) -> None:
    record.counts = made.counts
    record.refused = [{"about": row.about, "reason": row.reason} for row in made.refused]
    _close(record, state, message=made.held)


def _fail(record: SyncRun, error: Exception) -> None:
    title = error.title if isinstance(error, QingbanError) else type(error).__name__
    _close(record, "failed", message=title)


def _close(record: SyncRun, state: str, *, message: str) -> None:
    record.state, record.message = state, message
    record.ended_at = None if state == "applying" else now()
    with atomic():
        record.save()
