"""Where one application stands: instance, rounds, visits, tasks and branch tokens."""

from enum import StrEnum
from typing import Any, Literal

import msgspec

from .definition import Kind, Record
from .world import Starter

SYSTEM = "system"
"""The actor of decisions that a rule took."""


class Status(StrEnum):
    """The life of an instance."""

    DRAFT = "draft"
    RUNNING = "running"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class TaskStatus(StrEnum):
    """The life of a task; everything after `pending` is final."""

    WAITING = "waiting"  # its turn has not come
    PENDING = "pending"
    APPROVED = "approved"  # also: work done, form sent again
    REJECTED = "rejected"
    RETURNED = "returned"
    TRANSFERRED = "transferred"  # somebody else took the seat
    SKIPPED = "skipped"  # a rule answered
    CLOSED = "closed"  # others decided the visit
    CANCELLED = "cancelled"  # withdrawn, ended or returned past this node


class VisitStatus(StrEnum):
    """The life of one entry into one node."""

    OPEN = "open"
    BLOCKED = "blocked"  # nobody can act: the administrator's exception box
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Act(Record, frozen=True, kw_only=True):
    """Who did what, and when: the reason why something else ended."""

    what: str  # approved, rejected, returned, withdrawn
    by: str
    at: int
    task_id: str = ""


class Why(Record, frozen=True, kw_only=True):
    """One step of the answer to "why did this go to them?"."""

    step: str  # candidates, unique, active, starter, empty, dedup, resumed, replaced
    note: str = ""
    people: tuple[str, ...] = ()  # who remains after the step


class Place(Record, frozen=True, kw_only=True):
    """The branch in which something happens; the empty place is the trunk."""

    split_id: str = ""
    branch_id: str = ""


class Task(Record, frozen=True, kw_only=True):
    """One person's turn within one visit."""

    id: str
    visit_id: str
    node_id: str
    round: int
    person_id: str
    status: TaskStatus
    version: int = 1  # grows with every change of this task
    weight: int = 1
    opened_at: int = 0  # when it became pending, 0 = never
    ended_at: int = 0
    comment: str = ""
    signature: str = ""  # reference to the kept signature
    ended_by: Act | None = None  # closed, cancelled: the act that ended it
    because: str = ""  # skipped: the task whose approval justifies it; else the seat it took over
    data_version: int = 0  # the form as it was when decided


class Visit(Record, frozen=True, kw_only=True):
    """One entry into one node."""

    id: str
    node_id: str
    kind: Kind
    round: int
    place: Place = Place()
    status: VisitStatus = VisitStatus.OPEN
    trail: tuple[str, ...] = ()  # the visits that led here, for deduplication
    why: tuple[Why, ...] = ()
    started_at: int = 0
    ended_at: int = 0
    ended_by: Act | None = None


class Split(Record, frozen=True, kw_only=True):
    """One entry into a block; every started branch is a token that must arrive."""

    id: str
    block_id: str
    round: int
    place: Place = Place()
    started: tuple[str, ...]
    arrived: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()  # the last visits of the branches that arrived
    status: Literal["open", "joined", "parked", "cancelled"] = "open"


class Copy(Record, frozen=True, kw_only=True):
    """A reader told by a cc node."""

    node_id: str
    person_id: str
    round: int
    at: int


class Comment(Record, frozen=True, kw_only=True):
    """A remark beside the decisions."""

    id: str
    by: str
    text: str
    at: int


class Instance(Record, frozen=True, kw_only=True):
    """One application. Replaced, never changed; dicts inside are read-only by agreement."""

    id: str = ""
    definition_id: str = ""
    definition_version: int = 0
    status: Status = Status.DRAFT
    returned: bool = False  # running, and only the starter has a task
    version: int = 0  # events applied so far
    round: int = 0
    starter: Starter = Starter(person_id="")
    values: dict[str, Any] = {}
    data_version: int = 0  # grows with every change of the form
    field_versions: dict[str, int] = {}  # data_version of the last change of each field
    picks: dict[str, tuple[str, ...]] = {}  # node id → people the starter chose
    visits: tuple[Visit, ...] = ()
    tasks: tuple[Task, ...] = ()
    splits: tuple[Split, ...] = ()
    copies: tuple[Copy, ...] = ()
    comments: tuple[Comment, ...] = ()
    relied_on: tuple[str, ...] = ()  # fields that chose the way so far
    resume: Literal["", "rerun", "back_to_me"] = ""  # what follows the next resubmit
    parked: tuple[str, ...] = ()  # visits to enter again after back_to_me
    urged: dict[str, int] = {}  # person → last reminder by a person
    submitted_at: int = 0
    ended_at: int = 0
    ended_by: Act | None = None

    def task(self, task_id: str) -> Task | None:
        """Give a task by id."""
        return next((one for one in self.tasks if one.id == task_id), None)

    def visit(self, visit_id: str) -> Visit:
        """Give a visit that is known to exist."""
        return next(one for one in self.visits if one.id == visit_id)

    def split(self, split_id: str) -> Split:
        """Give a split that is known to exist."""
        return next(one for one in self.splits if one.id == split_id)

    def tasks_of(self, visit_id: str) -> tuple[Task, ...]:
        """Give the tasks of a visit in seat order."""
        return tuple(one for one in self.tasks if one.visit_id == visit_id)

    @property
    def pending(self) -> tuple[Task, ...]:
        """Give the tasks that wait for somebody now."""
        return tuple(one for one in self.tasks if one.status is TaskStatus.PENDING)

    @property
    def blocked(self) -> tuple[Visit, ...]:
        """Give the visits in the administrator's exception box."""
        return tuple(one for one in self.visits if one.status is VisitStatus.BLOCKED)

    @property
    def participants(self) -> frozenset[str]:
        """Give everybody who may read and comment: starter, holders past and present, readers."""
        return (
            self.starter.people
            | {one.person_id for one in self.tasks}
            | {one.person_id for one in self.copies}
        )


def state_to_json(state: Instance) -> bytes:
    """Encode a state for storage."""
    return msgspec.json.encode(state)


def state_from_json(data: bytes | str) -> Instance:
    """Decode a stored state."""
    return msgspec.json.decode(data, type=Instance)
