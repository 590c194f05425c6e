"""Background work on the directory: the nightly sync, a sync now, one person again."""

from collections.abc import Iterable
from typing import Any

from core import log
from core.config import Config
from core.contributions import DirectorySource, Job
from core.directory import file_source, lookup, release, sync
from core.directory.models import SyncRun
from core.directory.sites import assign_sites
from core.directory.store import store_people
from core.directory.wecom_source import WECOM, read_person
from core.errors import Misconfigured

logger = log.get(__name__)

NIGHTLY = "40 2 * * *"
"""Away from the full and half hours, where WeCom is busiest."""

_setup: dict[str, Any] = {"config": None, "sources": (WECOM,)}


def install(
    config: Config, sources: Iterable[tuple[str, DirectorySource]] = (), *, first: DirectorySource = WECOM
) -> None:
    """Set where to fetch from: WeCom says who exists; the file and what plugins bring complete it.

    Args:
        sources: (owner, source) pairs, asked in the order of their names after the file.
        first: Who says who exists; tests give another.

    Raises:
        Misconfigured: `[extra.directory_file]` makes no sense.
    """
    others = sorted((source for _, source in sources), key=lambda source: source.name)
    file = file_source.configured(config)
    _setup.update(config=config, sources=(first, *([file] if file else []), *others))


def titles() -> list[str]:
    """Name the sources in the order they are asked."""
    return [source.title for source in _setup["sources"]]


def sync_now(payload: dict[str, Any]) -> None:
    """Sync everything.

    Args:
        payload: `{"released": <id of the held run>}` lets a plan through that removes no more than that.
    """
    sync_all(payload.get("released"))


def sync_all(released: int | None = None) -> SyncRun:
    """Sync everything and return the record of it; `released` as in `sync_now`."""
    held = release.candidate()
    record = sync.run(_config(), _setup["sources"], released=held if held and held.id == released else None)
    logger.info("directory.sync.%s counts=%s", record.state, record.counts)
    return record


def rehearse(_payload: dict[str, Any]) -> None:
    """Compare and keep the differences for the console."""
    record = sync.rehearse(_config(), _setup["sources"])
    logger.info("directory.sync.%s counts=%s", record.state, record.counts)


def compare() -> sync.Plan:
    """Compare and change nothing at all, for the command line."""
    return sync.compare(_config(), _setup["sources"])


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
        Job(name="core_directory_plan", run=rehearse, retries=2, timeout=900, per_site=False),
        Job(name="core_directory_reread", run=reread),
    ]


def _config() -> Config:
    config: Config | None = _setup["config"]
    if config is None:
        raise Misconfigured("通讯录同步还没有配置")
    return config
