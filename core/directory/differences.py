"""What a plan would change, row by row, in words: for the console, the command line and the spreadsheet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import orjson
from peewee import fn

from core.db import atomic
from core.directory.models import Person, SyncDifference, SyncRun
from core.directory.plan import Placed, Plan
from core.directory.queries import rows
from core.directory.snapshot import PersonRow
from core.directory.store import batches

KINDS = {"left": "离开", "unit": "科室", "changed": "变更", "added": "新增"}
"""Kinds of rows with their headings; what hurts most comes first."""

MOST = 10_000
"""Rows of one kind that are kept; the numbers of the run tell of all."""

STATUSES = {"active": "在岗", "inactive": "在岗未激活", "disabled": "停用", "left": "离开"}
FIELDS = {
    "name": "姓名",
    "staff_no": "工号",
    "position": "职务",
    "post": "岗位",
    "title": "职称",
    "line": "条线",
    "superior_userid": "直接上级",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One person or department that would change."""

    kind: str
    """One of `KINDS`."""
    about: str
    """WeCom's id of the person, or the number of the department."""
    name: str
    """Their name."""
    text: str
    """What changes: `科室 内科 → 外科；职称 护师 → 主管护师`."""


def of(plan: Plan) -> Iterator[Difference]:
    """Give every row of a plan, kind after kind; reads what is stored, changes nothing."""
    return chain.from_iterable(_by_kind(plan).values())


def store(run: SyncRun, plan: Plan) -> None:
    """Keep the rows of this run, and only of this one."""
    forget()
    for found in _by_kind(plan).values():
        for batch in batches(list(islice(found, MOST))):
            values = [
                {
                    "run": run.id,
                    "kind": one.kind,
                    "about": one.about[:80],
                    "name": one.name[:64],
                    "text": one.text,
                }
                for one in batch
            ]
            with atomic():
                SyncDifference.insert_many(values).execute()


def forget() -> None:
    """Drop the rows that are kept: what they tell of was carried out or compared again."""
    with atomic():
        SyncDifference.delete().where(SyncDifference.run.is_null(False)).execute()


def _by_kind(plan: Plan) -> dict[str, Iterator[Difference]]:
    units = _unit_names(plan)
    left = [row for row in plan.changed if row.status == "left"]
    staying = [row for row in plan.changed if row.status != "left"]
    return {
        "left": chain(_vanished(plan, units), (_signed_off(row) for row in left)),
        "unit": _units(plan, units),
        "changed": (one for batch in batches(staying) for one in _changed(batch, units)),
        "added": (_added(row, units) for row in plan.added),
    }


def _unit_names(plan: Plan) -> dict[int, str]:
    return dict(rows("SELECT id, name FROM core_department")) | {
        unit.row.id: unit.row.name for unit in plan.departments if unit.row.name
    }


def _vanished(plan: Plan, units: dict[int, str]) -> Iterator[Difference]:
    statement = "SELECT userid, name, department_id FROM core_person WHERE id IN {many} ORDER BY userid"
    for batch in batches(plan.removed):
        for userid, name, unit in rows(statement, *batch):
            yield Difference(kind="left", about=userid, name=name, text=units.get(unit, "没有科室"))


def _signed_off(row: PersonRow) -> Difference:
    return Difference(kind="left", about=row.userid, name=row.name, text="已退出企业微信")


def _added(row: PersonRow, units: dict[int, str]) -> Difference:
    places = "、".join(units.get(unit, str(unit)) for unit in row.departments) or "没有科室"
    facts = [places, *(value for value in (row.staff_no, row.position, row.title) if value)]
    return Difference(kind="added", about=row.userid, name=row.name, text=" · ".join(facts))


def _units(plan: Plan, units: dict[int, str]) -> Iterator[Difference]:
    statement = 'SELECT id, name, parent_id, "order", heads, gone_at FROM core_department'
    held = {row[0]: row[1:] for row in rows(statement)}
    for unit_id in plan.departments_removed:
        yield Difference(kind="unit", about=str(unit_id), name=units.get(unit_id, ""), text="撤销")
    for unit in plan.departments:
        yield Difference(
            kind="unit",
            about=str(unit.row.id),
            name=units.get(unit.row.id, f"科室 {unit.row.id}"),
            text=_unit_words(unit, held.get(unit.row.id), units),
        )


def _unit_words(unit: Placed, held: tuple[Any, ...] | None, units: dict[int, str]) -> str:
    above = units.get(unit.parent_id or 0, "无")
    if held is None or held[4] is not None:
        return f"新科室，上级 {above}" if held is None else f"恢复，上级 {above}"
    name, parent_id, order, heads, _gone = held
    words = []
    if unit.row.name not in (None, name):
        words.append(_turn("名称", name, unit.row.name))
    if unit.parent_id != parent_id:
        words.append(_turn("上级", units.get(parent_id or 0, "无"), above))
    if unit.row.heads is not None and list(unit.row.heads) != orjson.loads(heads or "[]"):
        words.append(_turn("负责人", "、".join(orjson.loads(heads or "[]")), "、".join(unit.row.heads)))
    if unit.row.order != order:
        words.append("排序")
    return "；".join(words) or "上级的位置变了"


def _changed(batch: Sequence[PersonRow], units: dict[int, str]) -> Iterator[Difference]:
    people = {
        one.userid.lower(): one
        for one in Person.select().where(fn.LOWER(Person.userid) << [row.userid.lower() for row in batch])
    }
    places: dict[str, dict[int, bool]] = {one.id: {} for one in people.values()}
    statement = "SELECT person_id, department_id, is_head FROM core_membership WHERE person_id IN {many}"
    for person_id, unit, is_head in rows(statement, *places) if places else ():
        places[person_id][unit] = bool(is_head)
    for row in batch:
        person = people[row.userid.lower()]
        text = "；".join(_turns(row, person, places[person.id], units)) or "其他资料"
        yield Difference(kind="changed", about=person.userid, name=person.name, text=text)


def _turns(row: PersonRow, person: Person, places: dict[int, bool], units: dict[int, str]) -> Iterator[str]:
    """Say what changes for one person; what the source does not say stays and is not mentioned."""
    if row.status != person.status:
        yield _turn("状态", STATUSES.get(person.status, ""), STATUSES.get(row.status, row.status))
    wanted = next((unit for unit in (row.main_department, *row.departments) if unit in units), None)
    if wanted != person.department_id:
        yield _turn("科室", units.get(person.department_id or 0, ""), units.get(wanted or 0, ""))
    if set(row.departments) != set(places):
        yield _turn("所在科室", _listed(places, units), _listed(row.departments, units))
    heads = [unit for unit, is_head in places.items() if is_head]
    if set(row.heads_of) != set(heads):
        yield _turn("任负责人", _listed(heads, units), _listed(row.heads_of, units))
    for field, word in FIELDS.items():
        value = getattr(row, field)
        if value is not None and str(value) != getattr(person, field):
            yield _turn(word, getattr(person, field), str(value))


def _listed(found: Iterable[int], units: dict[int, str]) -> str:
    return "、".join(units.get(unit, str(unit)) for unit in sorted(found))


def _turn(word: str, before: str | None, after: str | None) -> str:
    return f"{word} {before or '空'} → {after or '空'}"
