"""Which site a department and a person belong to: the nearest root above decides."""

from collections import defaultdict

from core.db import atomic
from core.directory.models import Department, Person
from core.directory.queries import rows

BATCH = 400


def assign_sites() -> int:
    """Write the site of every department and person where it is wrong; return how many rows changed."""
    roots: dict[int, int] = dict(rows("SELECT department_id, site_id FROM core_site_root"))
    units: dict[int, int | None] = {}
    wrong_units: dict[int | None, list[int]] = defaultdict(list)
    for unit_id, path, site_id in rows("SELECT id, path, site_id FROM core_department"):
        units[unit_id] = nearest(path, roots)
        if units[unit_id] != site_id:
            wrong_units[units[unit_id]].append(unit_id)
    wrong_people: dict[int | None, list[str]] = defaultdict(list)
    for person_id, unit_id, site_id in rows("SELECT id, department_id, site_id FROM core_person"):
        # Somebody without a department keeps the site they had: their papers are there.
        wanted = units.get(unit_id, site_id) if unit_id is not None else site_id
        if wanted != site_id:
            wrong_people[wanted].append(person_id)
    _write(Department, wrong_units)
    _write(Person, wrong_people)
    return sum(map(len, wrong_units.values())) + sum(map(len, wrong_people.values()))


def nearest(path: str, roots: dict[int, int]) -> int | None:
    """Return the site of the nearest root on a path `/1/3/12/`."""
    for part in reversed(path.strip("/").split("/")):
        if part and int(part) in roots:
            return roots[int(part)]
    return None


def _write(
    model: type[Department] | type[Person], wrong: dict[int | None, list[int]] | dict[int | None, list[str]]
) -> None:
    for site_id, ids in wrong.items():
        for start in range(0, len(ids), BATCH):
            with atomic():
                model.update(site=site_id).where(model.id << ids[start : start + BATCH]).execute()
