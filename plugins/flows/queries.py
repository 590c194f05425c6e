"""Reads: hot ones as plain SQL with a name, lists in one query however many rows."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from qingban import NotFound, Site, clock, database, is_sqlite

from . import engine
from .engine.events import Withdrawn
from .models import Copy, Definition, Draft, Instance, Request, Task, Version

OPEN = "pending"
ENDED = ("approved", "rejected", "returned")


class Row(NamedTuple):
    """One line of a list of applications; a tuple, because a list of 200 is made for every to-do page."""

    instance_id: str
    """The application."""
    task_id: str
    """The person's own task, where the list is about tasks."""
    subject: str
    """What it is about."""
    facts: tuple[str, ...]
    """Two facts."""
    flow: str
    """Name of the flow."""
    starter_id: str
    """Who asks."""
    status: str
    """State of the instance."""
    is_returned: bool
    """Whether the form lies with the starter."""
    at: datetime
    """Since when it waits, when it was decided, or when it was sent."""
    node_name: str
    """The step, where the list is about tasks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What a request did."""

    instance_id: str
    """The application it was about."""
    command: str
    """The verb."""


def _sql(statement: str) -> str:
    return statement if database.param == "?" else statement.replace("?", database.param)


def _rows(statement: str, *values: Any) -> list[Row]:
    return [
        Row(
            instance_id=instance_id,
            task_id=task_id or "",
            subject=subject,
            facts=tuple(orjson.loads(facts)),
            flow=flow,
            starter_id=starter_id,
            status=status,
            is_returned=bool(is_returned),
            at=clock.from_ms(at or 0),
            node_name=node_name or "",
        )
        for instance_id, task_id, subject, facts, flow, starter_id, status, is_returned, at, node_name in (
            database.execute_sql(_sql(statement), values).fetchall()
        )
    ]


_LINE = "i.id, {task}, i.subject, i.facts, d.name, i.starter_id, i.status, i.is_returned, {at}, {node}"
_FROM_TASK = """
  FROM flows_task t JOIN flows_instance i ON i.id = t.instance_id
  JOIN flows_definition d ON d.id = i.definition_id
"""
_WAITING = (
    f"SELECT {_LINE.format(task='t.id', at='t.opened_at', node='t.node_name')} {_FROM_TASK}"
    " WHERE t.person_id = ? AND t.status = 'pending' ORDER BY t.opened_at LIMIT ?"
)
_DONE = (
    f"SELECT {_LINE.format(task='t.id', at='t.ended_at', node='t.node_name')} {_FROM_TASK}"
    " WHERE t.person_id = ? AND t.status IN ('approved', 'rejected', 'returned') AND t.kind <> 'start'"
    " AND (t.ended_at, t.id) < (?, ?) ORDER BY t.ended_at DESC, t.id DESC LIMIT ?"
)
_MINE = (
    f"SELECT {_LINE.format(task='NULL', at='i.submitted_at', node='NULL')}"  # noqa: S608 - only our own words
    " FROM flows_instance i JOIN flows_definition d ON d.id = i.definition_id"
    " WHERE i.starter_id = ? AND (i.submitted_at, i.id) < (?, ?)"
    " ORDER BY i.submitted_at DESC, i.id DESC LIMIT ?"
)
_UNREAD = (
    f"SELECT {_LINE.format(task='NULL', at='c.sent_at', node='NULL')}"  # noqa: S608 - only our own words
    " FROM flows_copy c JOIN flows_instance i ON i.id = c.instance_id"
    " JOIN flows_definition d ON d.id = i.definition_id"
    " WHERE c.person_id = ? AND c.read_at IS NULL ORDER BY c.sent_at LIMIT ?"
)
_COUNTS = """
SELECT (SELECT COUNT(*) FROM flows_task WHERE person_id = ? AND status = 'pending'),
       (SELECT COUNT(*) FROM flows_copy WHERE person_id = ? AND read_at IS NULL),
       (SELECT COUNT(*) FROM flows_instance WHERE starter_id = ? AND status = 'running')
"""


def waiting_for(person_id: str, limit: int) -> list[Row]:
    """List what waits for a person, oldest first."""
    return _rows(_WAITING, person_id, limit)


def unread_by(person_id: str, limit: int) -> list[Row]:
    """List what a person was copied on and has not opened."""
    return _rows(_UNREAD, person_id, limit)


def done_by(person_id: str, before: tuple[int, str], limit: int) -> list[Row]:
    """List what a person decided, newest first; `before` (milliseconds, task id) pages."""
    return _rows(_DONE, person_id, *before, limit)


def started_by(person_id: str, before: tuple[int, str], limit: int) -> list[Row]:
    """List what a person sent, newest first; `before` (milliseconds, instance id) pages."""
    return _rows(_MINE, person_id, *before, limit)


def counts_for(person_id: str) -> tuple[int, int, int]:
    """Return how much waits to be decided, to be read, and is under way."""
    waiting, unread, running = database.execute_sql(_sql(_COUNTS), (person_id,) * 3).fetchone()
    return waiting, unread, running


def matching(person_id: str, text: str, limit: int) -> list[Row]:
    """List applications of a person whose subject or serial holds a text."""
    like = f"%{text.replace('%', '').replace('_', '')}%"
    statement = (
        f"SELECT {_LINE.format(task='NULL', at='i.submitted_at', node='NULL')}"  # noqa: S608 - only our own words
        " FROM flows_instance i JOIN flows_definition d ON d.id = i.definition_id"
        " WHERE (i.starter_id = ? OR EXISTS (SELECT 1 FROM flows_task t WHERE t.instance_id = i.id AND"
        " t.person_id = ?)) AND (i.subject LIKE ? OR i.serial LIKE ?) ORDER BY i.submitted_at DESC LIMIT ?"
    )
    return _rows(statement, person_id, person_id, like, like, limit)


def definitions_of(site: Site) -> list[Definition]:
    """List the flows of a site that can be started, by category and name."""
    return list(
        Definition.select()
        .where(Definition.site == site.id, Definition.is_open, Definition.number > 0)
        .order_by(Definition.id)
    )


def definition_of(site: Site, slug: str) -> Definition:
    """Return one flow of a site that can be started.

    Raises:
        NotFound: There is none, or it is closed.
    """
    row: Definition | None = Definition.get_or_none(
        Definition.site == site.id, Definition.slug == slug, Definition.is_open, Definition.number > 0
    )
    if row is None:
        raise NotFound("没有这个流程，或已停用")
    return row


@lru_cache(maxsize=1024)
def _document(definition_id: int, number: int, place: str) -> engine.Definition:
    row = Version.get(Version.definition == definition_id, Version.number == number)
    return engine.from_json(row.document)


def version_of(definition_id: int, number: int) -> engine.Definition:
    """Return a published version; it never changes, so it is remembered."""
    return _document(definition_id, number, str(database.database))


def instance(instance_id: str) -> Instance:
    """Return an application.

    Raises:
        NotFound: There is none.
    """
    row = _instance("SELECT * FROM flows_instance WHERE id = ?", instance_id)
    if row is None:
        raise NotFound("没有找到这条申请，可能已被删除，或链接不完整")
    return row


def locked(instance_id: str) -> Instance:
    """Return an application with its lock held until the commit.

    Raises:
        NotFound: There is none.
    """
    lock = "" if is_sqlite() else " FOR UPDATE"  # SQLite has one writer at a time anyway
    row = _instance(f"SELECT * FROM flows_instance WHERE id = ?{lock}", instance_id)  # noqa: S608 - see above
    if row is None:
        raise NotFound("没有找到这条申请，可能已被删除，或链接不完整")
    return row


def _instance(statement: str, instance_id: str) -> Instance | None:
    return next(iter(Instance.raw(_sql(statement), instance_id)), None)


def instance_of_task(task_id: str) -> str:
    """Return the application of a task.

    Raises:
        NotFound: There is no such task.
    """
    row = database.execute_sql(_sql("SELECT instance_id FROM flows_task WHERE id = ?"), (task_id,)).fetchone()
    if row is None:
        raise NotFound("没有找到，或不需要你处理")
    return str(row[0])


def answered(person_id: str, request_id: str) -> Answered | None:
    """Return what a request did, or nothing when it is new."""
    statement = _sql("SELECT instance_id, command FROM flows_request WHERE person_id = ? AND request_id = ?")
    row = database.execute_sql(statement, (person_id, request_id)).fetchone()
    return Answered(instance_id=row[0], command=row[1]) if row else None


def facts_of(instance_id: str) -> list[engine.Event]:
    """Return the log of an application from the beginning."""
    rows = database.execute_sql(
        _sql("SELECT fact FROM flows_event WHERE instance_id = ? ORDER BY seq"), (instance_id,)
    )
    return [engine.event_from_json(fact) for (fact,) in rows.fetchall()]


def withdrawal_reason(row: Instance) -> str:
    """Return why the starter took an application out; empty when it was not, or nothing was said."""
    if row.status != engine.Status.WITHDRAWN:
        return ""
    last = facts_of(row.id)[-1]
    return last.comment if isinstance(last, Withdrawn) else ""


def draft_of(person_id: str, definition: Definition) -> Draft | None:
    """Return what a person typed and has not sent."""
    return Draft.get_or_none(Draft.person_id == person_id, Draft.definition == definition.id)


def often_started_by(person_id: str, limit: int) -> list[int]:
    """Return the definitions a person starts most, by id."""
    statement = _sql(
        "SELECT definition_id FROM flows_instance WHERE starter_id = ? GROUP BY definition_id"
        " ORDER BY COUNT(*) DESC LIMIT ?"
    )
    return [row[0] for row in database.execute_sql(statement, (person_id, limit)).fetchall()]


def reader_rows(instance_id: str) -> list[Copy]:
    """Return who was copied."""
    return list(Copy.select().where(Copy.instance == instance_id))


def has_request_older_than(moment: datetime) -> bool:
    """Tell whether there are answers to forget."""
    return bool(Request.select().where(Request.at < moment).exists())


def task(task_id: str) -> Task | None:
    """Return a task's row."""
    return Task.get_or_none(Task.id == task_id)
