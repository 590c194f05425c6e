"""Migrations: numbered scripts, one history per owner, run at deploy time."""

from collections.abc import Iterable
from pathlib import Path

from playhouse.migrations import Runner

from core.db.database import database

CORE = Path(__file__).parent / "migrations"


def upgrade(owners: Iterable[tuple[str, Path]]) -> list[str]:
    """Bring the schema of each (owner, folder of migrations) up to date.

    Returns:
        What was applied, as `owner/0001_initial`.
    """
    done = []
    for owner, folder in owners:
        if folder.is_dir():
            done += [f"{owner}/{name}" for name in _runner(owner, folder).up()]
    return done


def pending(owners: Iterable[tuple[str, Path]]) -> list[str]:
    """List migrations that are not applied yet, as `owner/name`."""
    return [
        f"{owner}/{step.name}"
        for owner, folder in owners
        if folder.is_dir()
        for step in _runner(owner, folder).status()
        if step.applied is None
    ]


def _runner(owner: str, folder: Path) -> Runner:
    return Runner(database.obj, str(folder), table_name=f"{owner}_migration")
