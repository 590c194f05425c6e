"""Background work on the directory: the nightly sync, a sync now, one person again."""

from collections.abc import Iterable
from typing import Any

from core import log
from core.config import Config
from core.contributions import DirectorySource, Job
from core.directory import lookup, sync
from core.directory.models import SyncRun
from core.directory.sites import assign_sites
from core.directory.store import store_people
from core.directory.wecom_source import WECOM, read_person
from core.errors import Misconfigured

logger = log.get(__name__)

NIGHTLY = "40 2 * * *"
"""Away from the full and half hours, where WeCom is busiest."""

_setup: dict[str, Any] = {"config": None, "sources": (WECOM,)}


def install(config: Config, sources: Iterable[tuple[str, DirectorySource]] = ()) -> None:
    """Set where to fetch from: WeCom says who exists, what plugins bring completes it.

    Args:
        sources: (owner, source) pairs, asked in the order of their names.
    """
    others = sorted((source for _, source in sources), key=lambda source: source.name)
    _setup.update(config=config, sources=(WECOM, *others))


def sync_now(payload: dict[str, Any]) -> None:
    """Sync everything.

    Args:
        payload: `{"released": <id of the held run>}` lets a plan through that removes no more than that.
    """
    released = _held_run(payload.get("released"))
    record = sync.run(_config(), _setup["sources"], released=released)
    logger.info("directory.sync.%s counts=%s", record.state, record.counts)


def reread(payload: dict[str, Any]) -> None:
    """Read one member again: `{"userid": …}`. Cuts off who has left without waiting for the night."""
    userid = str(payload["userid"])
    row, known = read_person(_config(), userid), lookup.people.by_userid(userid)
    if row is None:
        if known is not None:
            sync.leave(known.id)
        return
    if known is not None or row.status != "left":
        store_people([row])
        assign_sites()


def jobs() -> list[Job]:
    """Return these jobs for the platform's registry."""
    return [
        Job(
            name="core_directory_sync",
            run=sync_now,
            schedule=NIGHTLY,
            retries=3,
            timeout=900,
            per_site=False,
        ),
        Job(name="core_directory_reread", run=reread),
    ]


def _config() -> Config:
    config: Config | None = _setup["config"]
    if config is None:
        raise Misconfigured("通讯录同步还没有配置")
    return config


def _held_run(run_id: int | None) -> SyncRun | None:
    """Release only what was looked at: the newest run, while it is held."""
    newest: SyncRun | None = SyncRun.select().order_by(SyncRun.started_at.desc()).first()
    is_it = newest is not None and newest.id == run_id and newest.state == "held"
    return newest if is_it else None
