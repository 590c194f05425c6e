"""An approval costs at most two and a half times what writing the same rows in plain SQL costs."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from bench import applications
from bench.applications import Sample, insertion, renamed, select
from bench.common import (
    Options,
    Result,
    alternate,
    analyze,
    house,
    one_by_one,
    options,
    server_version,
    versions,
)
from core.db import database, is_sqlite
from core.ids import new_id
from core.testing import House
from plugins.flows import service
from plugins.flows.service.commands import Answer
from tests.support.statements import counting

STEPS = 200
"""Approvals of each side in one round."""
THERE = 2_000
"""Applications in the table beforehand."""
WRITTEN = {
    "flows_event": "instance_id",
    "flows_task": "instance_id",
    "flows_request": "instance_id",
    "core_audit_record": "about",
}
"""Tables a step appends to, and the column that names the application."""
COUNTED = (*WRITTEN, "core_outbox", "core_job", "flows_copy")

_LOOK = "SELECT version, status, state FROM flows_instance WHERE id = ?"

Statement = tuple[str, tuple[Any, ...]]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print one line."""
    asked = options(arguments)
    result = Result(name="approve_step", target=0.4, rounds=asked.rounds, versions=versions())
    for kind in asked.databases:
        with house(kind) as opened:
            result.versions |= server_version()
            measure(opened, kind, asked, result)
    print(result.line())


def measure(opened: House, kind: str, asked: Options, result: Result) -> None:
    """Approve one application after the other, by the service and by plain SQL."""
    steps = asked.amount(STEPS)
    needed = asked.rounds * steps + steps  # the turn that does not count, and the sample
    sample = applications.send(opened)
    applications.copy(sample, asked.amount(THERE))
    actor = opened.actor(sample.head)
    ours = iter(applications.copy(sample, needed + 2))
    theirs = applications.copy(sample, needed + 1)
    analyze()

    statements, rows, written = learn(next(ours), actor)
    prepared = iter([floor_of(written, one) for one in theirs])
    floor_rows = _difference(lambda: run(next(prepared)))
    figures = alternate(
        one_by_one(lambda: approve(next(ours), actor)),
        one_by_one(lambda: run(next(prepared))),
        rounds=asked.rounds,
        product_calls=steps,
        floor_calls=steps,
    )
    figures["errors"] += rows != floor_rows
    result.add(
        kind,
        figures,
        statements=statements,
        floor_statements=len(floor_of(written, theirs[0])) + 2,
        rows=rows,
    )


def approve(one: Sample, actor: Any) -> bool:
    """Agree to a task as a page or a card does."""
    return service.approve(one.task_id, Answer(request_id=new_id()), actor=actor) == one.instance_id


def learn(one: Sample, actor: Any) -> tuple[int, dict[str, int], "Written"]:
    """Approve once; return how many statements that took and what it left in the tables."""
    before = Written(one)
    seen: list[str] = []

    def step() -> None:
        with counting() as sent:
            approve(one, actor)
        seen.extend(sent)

    rows = _difference(step)
    return len(seen) + 2, rows, before.finish()  # begin and commit go past the counter


class Written:
    """The rows one step of the product wrote: what the floor has to write too."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._before = {table: len(self._rows(table)) for table in WRITTEN}
        self._jobs = self._newest("core_job")
        self._cards = self._newest("core_outbox")
        self.inserted: dict[str, list[dict[str, Any]]] = {}
        self.instance: dict[str, Any] = {}
        self.task: dict[str, Any] = {}

    def finish(self) -> "Written":
        """Look again after the step."""
        for table in WRITTEN:
            self.inserted[table] = self._rows(table)[self._before[table] :]
        self.inserted["core_job"] = select("SELECT * FROM core_job WHERE id > ?", self._jobs)
        self.inserted["core_outbox"] = select("SELECT * FROM core_outbox WHERE id > ?", self._cards)
        (self.instance,) = select("SELECT * FROM flows_instance WHERE id = ?", self.sample.instance_id)
        (self.task,) = select("SELECT * FROM flows_task WHERE id = ?", self.sample.task_id)
        return self

    def _rows(self, table: str) -> list[dict[str, Any]]:
        order = {"flows_event": "seq", "flows_task": "opened_at, id"}.get(table, WRITTEN[table])
        statement = f"SELECT * FROM {table} WHERE {WRITTEN[table]} = ? ORDER BY {order}"  # noqa: S608 - from above
        found = select(statement, self.sample.instance_id)
        if table == "flows_task":  # new tasks come last
            found.sort(key=lambda row: row["status"] == "pending" and row["id"] != self.sample.task_id)
        return found

    @staticmethod
    def _newest(table: str) -> int:
        return database.execute_sql(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()[0]  # noqa: S608


def floor_of(written: Written, one: Sample) -> list[Statement]:
    """Prepare the least a step must do for an application: lock, look, write the same rows."""
    old = written.sample
    lock = "" if is_sqlite() else " FOR UPDATE"
    instance, task = renamed(written.instance, old, one), renamed(written.task, old, one)
    request = new_id()
    statements: list[Statement] = [
        (_LOOK + lock, (one.instance_id,)),
        (
            "SELECT instance_id FROM flows_request WHERE person_id = ? AND request_id = ?",
            (one.head.id, request),
        ),
        (
            "UPDATE flows_instance SET state = ?, version = ?, status = ?, is_returned = ?, ended_at = ?"
            " WHERE id = ? AND version < ?",
            (
                *(instance[name] for name in ("state", "version", "status", "is_returned", "ended_at")),
                one.instance_id,
                instance["version"],
            ),
        ),
        (
            "UPDATE flows_task SET status = ?, ended_at = ? WHERE id = ?",
            (task["status"], task["ended_at"], one.task_id),
        ),
        (
            "UPDATE core_outbox SET version = version + 1 WHERE about = ? AND kind = 'flows.approval'",
            (one.task_id,),
        ),
    ]
    for table, rows in written.inserted.items():
        statements.append(_insert(table, [_unique(table, renamed(row, old, one)) for row in rows]))
    return [(text.replace("?", database.param), values) for text, values in statements]


def _unique(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Give a copied row keys of its own where no id of the application is part of them."""
    names = {"core_job": ("effect_key",), "core_outbox": ("key", "about"), "flows_task": ("id",)}
    return {**row, **{name: f"{new_id()}" for name in names.get(table, ())}}


def _insert(table: str, rows: list[dict[str, Any]]) -> Statement:
    return insertion(table, rows[0], len(rows)), tuple(value for row in rows for value in row.values())


def run(statements: list[Statement]) -> bool:
    """Send prepared statements as one transaction, straight to the driver."""
    cursor = database.obj.connection().cursor()
    cursor.execute("BEGIN IMMEDIATE" if is_sqlite() else "BEGIN")
    for text, values in statements:
        cursor.execute(text, values)
        if text.startswith("SELECT"):
            cursor.fetchone()
    cursor.execute("COMMIT")
    return True


def _difference(step: Callable[[], object]) -> dict[str, int]:
    """Count the rows a step adds, by table."""
    before = Counter(dict(_counts()))
    step()
    return {table: count - before[table] for table, count in _counts() if count != before[table]}


def _counts() -> Iterator[tuple[str, int]]:
    for table in COUNTED:
        yield table, database.execute_sql(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - names above


if __name__ == "__main__":
    main()
