"""What happened. Facts are appended and never changed; `history` folds them into a state."""

from typing import Any, Literal, TypeAlias

import msgspec

from .definition import Kind, Record
from .state import Act, Place, TaskStatus, VisitStatus, Why
from .world import Starter


class Fact(Record, frozen=True, kw_only=True):
    """What every event carries."""

    at: int  # milliseconds since the epoch, UTC
    by: str  # person id, or "system" when a rule acted


class Submitted(Fact, frozen=True, kw_only=True, tag_field="event", tag="submitted"):
    """The first round begins."""

    instance_id: str
    definition_id: str
    definition_version: int
    starter: Starter
    values: dict[str, Any]
    picks: dict[str, tuple[str, ...]] = {}


class Resubmitted(Fact, frozen=True, kw_only=True, tag_field="event", tag="resubmitted"):
    """A new round begins."""

    task_id: str
    resume: Literal["rerun", "back_to_me"]
    picks: dict[str, tuple[str, ...]] = {}
    comment: str = ""


class FieldsChanged(Fact, frozen=True, kw_only=True, tag_field="event", tag="fields_changed"):
    """Somebody filled in or corrected fields."""

    task_id: str
    node_id: str
    before: dict[str, Any]
    changes: dict[str, Any]


class ConditionRead(Fact, frozen=True, kw_only=True, tag_field="event", tag="condition_read"):
    """Control reached a conditional node or block; the way was chosen on these values."""

    about: str  # node or block id
    result: tuple[str, ...]  # the node id or the chosen branch ids; empty = passed over
    operands: dict[str, Any]


class BlockEntered(Fact, frozen=True, kw_only=True, tag_field="event", tag="block_entered"):
    """Control split into branches."""

    split_id: str
    block_id: str
    place: Place
    branches: tuple[str, ...]


class BranchFinished(Fact, frozen=True, kw_only=True, tag_field="event", tag="branch_finished"):
    """A branch reached its join."""

    split_id: str
    branch_id: str
    trail: tuple[str, ...] = ()


class BlockJoined(Fact, frozen=True, kw_only=True, tag_field="event", tag="block_joined"):
    """Every started branch arrived; control is one again."""

    split_id: str
    block_id: str


class Seat(Record, frozen=True, kw_only=True):
    """A task to be made."""

    task_id: str
    person_id: str
    status: TaskStatus
    weight: int = 1
    because: str = ""


class VisitStarted(Fact, frozen=True, kw_only=True, tag_field="event", tag="visit_started"):
    """Control entered a person node; `seats` become tasks."""

    visit_id: str
    node_id: str
    kind: Kind
    place: Place = Place()
    trail: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    why: tuple[Why, ...] = ()
    blocked: bool = False
    relied_on: tuple[str, ...] = ()  # form fields that named the people


class TaskOpened(Fact, frozen=True, kw_only=True, tag_field="event", tag="task_opened"):
    """A waiting person's turn came."""

    task_id: str


class TaskReplaced(Fact, frozen=True, kw_only=True, tag_field="event", tag="task_replaced"):
    """A person had left when their turn came; `seat` takes over, or the seat is dropped."""

    task_id: str
    visit_id: str
    seat: Seat | None = None
    blocked: bool = False  # nobody could take over
    why: tuple[Why, ...] = ()


class TaskDecided(Fact, frozen=True, kw_only=True, tag_field="event", tag="task_decided"):
    """A person decided, finished or returned their task."""

    task_id: str
    visit_id: str
    node_id: str
    outcome: TaskStatus
    comment: str = ""
    signature: str = ""


class VisitEnded(Fact, frozen=True, kw_only=True, tag_field="event", tag="visit_ended"):
    """The visit has a result; tasks still open in it are closed."""

    visit_id: str
    node_id: str
    outcome: VisitStatus
    act: Act


class CopySent(Fact, frozen=True, kw_only=True, tag_field="event", tag="copy_sent"):
    """Readers were told; the flow does not wait for them."""

    node_id: str
    people: tuple[str, ...]
    why: tuple[Why, ...] = ()


class Returned(Fact, frozen=True, kw_only=True, tag_field="event", tag="returned"):
    """The form lies with the starter again; every other open task is cancelled."""

    visit_id: str  # the new visit of the start node
    task_id: str  # the starter's new task
    resume: Literal["rerun", "back_to_me"]
    parked: tuple[str, ...]  # visits to enter again after back_to_me
    comment: str
    act: Act


class Withdrawn(Fact, frozen=True, kw_only=True, tag_field="event", tag="withdrawn"):
    """The starter took the application out."""

    comment: str = ""


class Ended(Fact, frozen=True, kw_only=True, tag_field="event", tag="ended"):
    """The instance is approved or rejected."""

    outcome: Literal["approved", "rejected"]
    act: Act


class Commented(Fact, frozen=True, kw_only=True, tag_field="event", tag="commented"):
    """Somebody said something."""

    comment_id: str
    text: str


class Urged(Fact, frozen=True, kw_only=True, tag_field="event", tag="urged"):
    """Holders are to be reminded."""

    people: tuple[str, ...]


Event: TypeAlias = (
    Submitted
    | Resubmitted
    | FieldsChanged
    | ConditionRead
    | BlockEntered
    | BranchFinished
    | BlockJoined
    | VisitStarted
    | TaskOpened
    | TaskReplaced
    | TaskDecided
    | VisitEnded
    | CopySent
    | Returned
    | Withdrawn
    | Ended
    | Commented
    | Urged
)


def event_to_json(event: Event) -> bytes:
    """Encode one fact for the log."""
    return msgspec.json.encode(event)


def event_from_json(data: bytes | str) -> Event:
    """Decode one fact of the log."""
    event: Event = msgspec.json.decode(data, type=Event)
    return event
