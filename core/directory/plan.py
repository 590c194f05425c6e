"""What a sync would change, and whether that is too much to be true."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from core.directory.queries import rows
from core.directory.snapshot import DepartmentRow, PersonRow, Refusal, Snapshot, TagRow

FEW_PEOPLE = 20
SHARE_OF_PEOPLE = 0.03
SHARE_OF_DEPARTMENTS = 0.10
LONGEST_PATH = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A department with its place in the tree."""

    row: DepartmentRow
    """What the source says."""
    parent_id: int | None
    """The department above, mended where the source makes no sense."""
    path: str
    """Ids from the root down, `/1/3/12/`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The difference between a snapshot and what we hold. Making one changes nothing."""

    source: str
    """Where the snapshot came from."""
    departments: tuple[Placed, ...] = ()
    """New or changed ones."""
    departments_removed: tuple[int, ...] = ()
    """Ids of those that vanished."""
    added: tuple[PersonRow, ...] = ()
    """People we do not know."""
    changed: tuple[PersonRow, ...] = ()
    """People whose digest changed, also those who come back."""
    removed: tuple[str, ...] = ()
    """Person ids of those who vanished."""
    tags: tuple[TagRow, ...] = ()
    """Tags as they are now."""
    refused: tuple[Refusal, ...] = ()
    """Rows that are left out, with reasons."""
    held: str = ""
    """Why this must not be applied without somebody looking at it; empty when it may."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many of each."""

    @property
    def is_empty(self) -> bool:
        """Whether people and departments are already as they should be."""
        return not (
            self.departments or self.departments_removed or self.added or self.changed or self.removed
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    id: str
    status: str
    digest: str


def make(snapshot: Snapshot) -> Plan:
    """Compare `snapshot` with the tables."""
    refused = list(snapshot.refused)
    placed = place(snapshot.departments, refused)
    people = _distinct(snapshot.people, refused)
    known = {
        userid.lower(): _Known(id=person_id, status=status, digest=digest)
        for userid, person_id, status, digest in rows("SELECT userid, id, status, digest FROM core_person")
    }
    units = _current_departments()
    added = tuple(row for key, row in people.items() if key not in known and row.status != "left")
    changed = tuple(row for key, row in people.items() if key in known and _differs(row, known[key]))
    unseen = {userid.lower() for userid in snapshot.unseen}
    removed = tuple(
        person.id
        for key, person in known.items()
        if person.status != "left" and key not in people and key not in unseen
    )
    vanished = tuple(sorted(set(units) - {unit.row.id for unit in placed}))
    losing = len(removed) + sum(
        1
        for row in changed
        if row.status in ("left", "disabled") and known[row.userid.lower()].status in ("active", "inactive")
    )
    current = sum(1 for person in known.values() if person.status != "left")
    return Plan(
        source=snapshot.source,
        departments=tuple(unit for unit in placed if _moved(unit, units.get(unit.row.id))),
        departments_removed=vanished,
        added=added,
        changed=changed,
        removed=removed,
        tags=snapshot.tags,
        refused=tuple(refused),
        held=_doubt(losing=losing, people=current, vanished=vanished, units=units),
        counts={
            "people": len(people),
            "added": len(added),
            "changed": len(changed),
            "removed": len(removed),
            "losing": losing,
            "departments": len(placed),
            "departments_changed": sum(_moved(unit, units.get(unit.row.id)) for unit in placed),
            "departments_removed": len(vanished),
            "refused": len(refused),
        },
    )


def place(found: Iterable[DepartmentRow], refused: list[Refusal]) -> list[Placed]:
    """Give every department its path; a parent that is unknown or in a circle is replaced by the root."""
    by_id = {row.id: row for row in found}
    paths: dict[int, str] = {}
    parents: dict[int, int | None] = {}
    root = next((row.id for row in by_id.values() if not row.parent_id), None)

    def path_of(row: DepartmentRow, below: frozenset[int]) -> str:
        if row.id in paths:
            return paths[row.id]
        parent = by_id.get(row.parent_id or 0)
        if row.parent_id and (parent is None or parent.id in below or parent.id == row.id):
            refused.append(
                Refusal(about=f"department:{row.id}", reason="上级科室不存在或循环，已放到根科室下")
            )
            parent = by_id.get(root or 0)
        above = "/" if parent is None or parent.id == row.id else path_of(parent, below | {row.id})
        parents[row.id] = None if above == "/" else parent.id if parent else None
        paths[row.id] = f"{above}{row.id}/"[:LONGEST_PATH]
        return paths[row.id]

    for row in by_id.values():
        path_of(row, frozenset())
    placed = [Placed(row=row, parent_id=parents[row.id], path=paths[row.id]) for row in by_id.values()]
    return sorted(placed, key=lambda unit: unit.path.count("/"))


def _distinct(people: Iterable[PersonRow], refused: list[Refusal]) -> dict[str, PersonRow]:
    found: dict[str, PersonRow] = {}
    for row in people:
        if row.userid.lower() in found:
            refused.append(Refusal(about=f"user:{row.userid}", reason="账号重复（不分大小写），只保留第一个"))
        else:
            found[row.userid.lower()] = row
    return found


def _differs(row: PersonRow, known: _Known) -> bool:
    return row.status != known.status if row.status == "left" else row.digest != known.digest


_Unit = tuple[str, int | None, int, list[str], str]


def _current_departments() -> dict[int, _Unit]:
    statement = 'SELECT id, name, parent_id, "order", heads, path FROM core_department WHERE gone_at IS NULL'
    return {
        unit_id: (name, parent_id, order, orjson.loads(heads or "[]"), path)
        for unit_id, name, parent_id, order, heads, path in rows(statement)
    }


def _moved(unit: Placed, current: _Unit | None) -> bool:
    if current is None:
        return True
    name, parent_id, order, heads, path = current
    row = unit.row
    return (
        row.name not in (None, name)
        or unit.parent_id != parent_id
        or row.order != order
        or unit.path != path
        or (row.heads is not None and list(row.heads) != heads)
    )


def _doubt(*, losing: int, people: int, vanished: tuple[int, ...], units: dict[int, _Unit]) -> str:
    """Return why the plan needs a second look: the source may have lost half the house by accident."""
    if any(units[unit_id][1] is None for unit_id in vanished):
        return "根科室不见了"
    if losing > max(FEW_PEOPLE, people * SHARE_OF_PEOPLE):
        return f"一次有 {losing} 人离开或停用，超过 {FEW_PEOPLE} 人和 {SHARE_OF_PEOPLE:.0%}"
    if len(vanished) > len(units) * SHARE_OF_DEPARTMENTS:
        return f"一次有 {len(vanished)} 个科室消失，超过 {SHARE_OF_DEPARTMENTS:.0%}"
    return ""
