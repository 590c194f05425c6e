"""Write departments, people and duties in small transactions; what a source does not say is kept."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import peewee

from core.clock import now
from core.db import atomic
from core.directory.listeners import tell
from core.directory.models import Department, Membership, Person, RoleMember
from core.directory.pinyin import searchable
from core.directory.plan import Placed, Plan
from core.directory.queries import rows
from core.directory.snapshot import PersonRow, TagRow
from core.ids import new_id

BATCH = 400
"""People per transaction: other writers wait for milliseconds, not for the whole sync."""

T = TypeVar("T")


def store_departments(plan: Plan) -> None:
    """Write new and changed departments; what vanished is marked, never deleted: papers refer to it."""
    with atomic():
        current = {
            row.id: row
            for row in Department.select().where(Department.id << [u.row.id for u in plan.departments])
        }
        values = [_department(unit, current.get(unit.row.id)) for unit in plan.departments]
        for batch in batches(values):
            changed = [Department.name, Department.parent_id, Department.order, Department.heads]
            Department.insert_many(batch).on_conflict(
                conflict_target=[Department.id], preserve=[*changed, Department.path, Department.gone_at]
            ).execute()
        for gone in batches(plan.departments_removed):
            Department.update(gone_at=now()).where(Department.id << list(gone)).execute()


def _department(unit: Placed, current: Department | None) -> dict[str, Any]:
    row = unit.row
    return {
        "id": row.id,
        "name": (row.name or (current.name if current else f"科室 {row.id}"))[:64],
        "parent_id": unit.parent_id,
        "order": row.order,
        "heads": list(row.heads) if row.heads is not None else (current.heads if current else []),
        "path": unit.path,
        "gone_at": None,
    }


def store_people(batch: Sequence[PersonRow]) -> None:
    """Insert or update people with their memberships, and tell who came, moved or went."""
    with atomic():
        departments = _existing(
            {unit for row in batch for unit in (*row.departments, row.main_department or 0)}
        )
        current = _current(batch)
        values = [_person(row, current.get(row.userid.lower()), departments) for row in batch]
        kept = {"id", "userid", "display", "site"}
        fields = [field for field in Person._meta.sorted_fields if field.name not in kept]  # noqa: SLF001 - peewee
        Person.insert_many(values).on_conflict(conflict_target=[Person.id], preserve=fields).execute()
        _store_memberships(batch, {value["userid"].lower(): value["id"] for value in values})
        _announce(values, current)


def _existing(ids: set[int]) -> set[int]:
    return {row[0] for row in rows("SELECT id FROM core_department WHERE id IN {many}", *ids)}


def _current(batch: Sequence[PersonRow]) -> dict[str, Person]:
    wanted = [row.userid.lower() for row in batch]
    found = Person.select().where(peewee.fn.LOWER(Person.userid) << wanted)
    return {person.userid.lower(): person for person in found}


def _person(row: PersonRow, current: Person | None, departments: set[int]) -> dict[str, Any]:
    main = next((unit for unit in (row.main_department, *row.departments) if unit in departments), None)
    left_at = (current.left_at if current and current.left_at else now()) if row.status == "left" else None

    def told(name: str, limit: int) -> str:
        value = getattr(row, name)
        return str(value)[:limit] if value is not None else str(getattr(current, name)) if current else ""

    return {
        "id": current.id if current else new_id(),
        "userid": current.userid if current else row.userid,
        "name": row.name[:64],
        "staff_no": told("staff_no", 32),
        "site": current.site_id if current else None,
        "department": main,
        "position": told("position", 128),
        "post": told("post", 40),
        "title": told("title", 40),
        "line": told("line", 40),
        "superior_userid": told("superior_userid", 64),
        "status": row.status,
        "pinyin": searchable(row.name),
        "display": current.display if current else {},
        "left_at": left_at,
        "digest": row.digest,
    }


def _store_memberships(batch: Sequence[PersonRow], ids: dict[str, str]) -> None:
    Membership.delete().where(Membership.person << list(ids.values())).execute()
    rows = [
        {"person": ids[row.userid.lower()], "department_id": unit, "is_head": unit in row.heads_of}
        for row in batch
        if row.status != "left"
        for unit in dict.fromkeys(row.departments)
    ]
    for part in batches(rows):
        Membership.insert_many(part).execute()


def _announce(values: list[dict[str, Any]], current: dict[str, Person]) -> None:
    for value in values:
        before = current.get(value["userid"].lower())
        was_here = before is not None and before.status != "left"
        is_here = value["status"] != "left"
        if is_here and not was_here:
            tell("joined", value["id"])
        elif was_here and not is_here:
            tell("left", value["id"])
        elif before is not None and before.department_id != value["department"]:
            tell("moved", value["id"], before.department_id)


def remove_people(person_ids: Sequence[str]) -> None:
    """Mark people as gone and take them out of their departments."""
    with atomic():
        statement = "SELECT id FROM core_person WHERE status <> ? AND id IN {many}"
        leaving = [row[0] for row in rows(statement, "left", *person_ids)]
        changes = {"status": "left", "left_at": now(), "digest": ""}
        Person.update(**changes).where(Person.id << leaving).execute()
        Membership.delete().where(Membership.person << leaving).execute()
        for person_id in leaving:
            tell("left", person_id)


def fill_roles(tag: TagRow) -> None:
    """Make the members of a tag the members of every role that is linked to it."""
    wanted: set[str] = set()
    for part in batches(tag.userids):
        wanted |= {row[0] for row in rows("SELECT id FROM core_person WHERE userid IN {many}", *part)}
    with atomic():
        for (role_id,) in rows("SELECT id FROM core_role WHERE tag_id = ?", tag.id):
            held = {
                row[0] for row in rows("SELECT person_id FROM core_role_member WHERE role_id = ?", role_id)
            }
            gone = list(held - wanted)
            RoleMember.delete().where(RoleMember.role == role_id, RoleMember.person << gone).execute()
            for part in batches(sorted(wanted - held)):
                RoleMember.insert_many([{"role": role_id, "person": person} for person in part]).execute()


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into pieces of one transaction each."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
