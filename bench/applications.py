"""Applications in any number: one is sent for real, the others are its copies with ids of their own."""

from dataclasses import dataclass
from typing import Any

from core.db import atomic, database
from core.ids import new_id
from core.testing import House
from plugins.flows import queries, service
from plugins.flows.models import Task

TABLES = {
    "flows_instance": "id",
    "flows_event": "instance_id",
    "flows_task": "instance_id",
    "core_outbox": "about",
}
"""What an application that waits consists of, and the column that says whose row it is."""

LEAVE = {
    "leave_kind": "年假",
    "period": ["2026-12-01/am", "2026-12-05/pm"],
    "days": "5",
    "reason": "回家看望父母，已与同组同事商量好替班，病区排班不受影响",
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An application that waits for the head of a department, and then for 人事科."""

    instance_id: str
    """The application."""
    task_id: str
    """The task that waits."""
    head: Any
    """Whose task it is."""
    starter: Any
    """Who asks."""


def send(house: House) -> Sample:
    """Send five days of leave through the front door and deliver its card."""
    head = house.person("护士长甲", head=True)
    house.department(30, "人力资源部", code="hr")
    house.person("人事科长", department=30, head=True)
    nurse, cover = house.person("护士乙", post="护士"), house.person("护士丙")
    row = queries.definition_of(house.site, "hr-leave")
    instance_id = service.submit(
        row, {**LEAVE, "cover": cover.id}, request_id=new_id(), actor=house.actor(nurse)
    )
    house.run_jobs()
    task = Task.get(Task.instance == instance_id, Task.status == queries.OPEN)
    return Sample(instance_id=instance_id, task_id=task.id, head=head, starter=nurse)


def copy(sample: Sample, count: int, *, head: Any = None) -> list[Sample]:
    """Put `count` more applications like the sample, waiting for `head`, each with a delivered card."""
    rows = {table: rows_of(sample, table) for table in TABLES}
    to = head or sample.head
    made = [
        Sample(instance_id=new_id(), task_id=new_id(), head=to, starter=sample.starter) for _ in range(count)
    ]
    with atomic():
        for table, found in rows.items():
            for row in found:
                insert_many(table, [renamed(row, sample, one) for one in made])
    return made


def rows_of(sample: Sample, table: str) -> list[dict[str, Any]]:
    """Return the sample's rows of one table; numbers the database gives by itself are left out."""
    owner = TABLES[table]
    key = sample.task_id if owner == "about" else sample.instance_id
    return select(f"SELECT * FROM {table} WHERE {owner} = ?", key)  # noqa: S608 - names from the table above


def select(statement: str, *values: Any) -> list[dict[str, Any]]:
    """Return rows by column name, without the numbers the database gives by itself."""
    cursor = database.execute_sql(statement.replace("?", database.param), values)
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        {name: value for name, value in row.items() if name != "id" or isinstance(value, str)} for row in rows
    ]


def renamed(row: dict[str, Any], old: Sample, new: Sample) -> dict[str, Any]:
    """Return a row of one application as the row of another."""
    names = {old.instance_id: new.instance_id, old.task_id: new.task_id, old.head.id: new.head.id}
    fresh = {name: _replace(value, names) for name, value in row.items()}
    for name, length in (("serial", 20), ("request_id", 33)):
        if name in fresh:
            fresh[name] = new.instance_id[-length:]
    if "kind" in fresh and "response_code" in fresh:  # a card: WeCom's task id is unique too
        fresh["task_id"] = new_id()
    return fresh


def _replace(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old, new)
    return value


def insert_many(table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows by column name."""
    cursor = database.obj.cursor()
    cursor.executemany(insertion(table, rows[0]), [tuple(row.values()) for row in rows])


def insertion(table: str, row: dict[str, Any], count: int = 1) -> str:
    """Return the statement that inserts rows like this one."""
    marks = ", ".join([f"({', '.join([database.param] * len(row))})"] * count)
    names = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO {table} ({names}) VALUES {marks}"  # noqa: S608 - our own columns
