"""What people ask for. The shell keeps `request_id` and answers a repeated one itself (P45)."""

from typing import Any, Literal, TypeAlias

from .definition import START, Record
from .world import Starter


class Submit(Record, frozen=True, kw_only=True, tag_field="command", tag="submit"):
    """Send a new application."""

    actor: str
    request_id: str
    instance_id: str
    starter: Starter
    values: dict[str, Any]
    picks: dict[str, tuple[str, ...]] = {}  # node id → chosen people


class Resubmit(Record, frozen=True, kw_only=True, tag_field="command", tag="resubmit"):
    """Send a returned application again."""

    actor: str
    request_id: str
    task_id: str
    expected_version: int | None = None
    changes: dict[str, Any] = {}
    picks: dict[str, tuple[str, ...]] | None = None  # None keeps the earlier choice
    comment: str = ""


class TaskCommand(Record, frozen=True, kw_only=True):
    """What every decision carries."""

    actor: str
    request_id: str
    task_id: str
    expected_version: int | None = None  # of the task, as the caller saw it
    comment: str = ""
    signature: str = ""  # reference to a kept signature
    changes: dict[str, Any] = {}  # patch: only the fields that change
    seen: dict[str, int] = {}  # field → `field_versions` entry the caller saw


class Approve(TaskCommand, frozen=True, kw_only=True, tag_field="command", tag="approve"):
    """Agree."""


class Handle(TaskCommand, frozen=True, kw_only=True, tag_field="command", tag="handle"):
    """Report that the work is done."""


class Reject(TaskCommand, frozen=True, kw_only=True, tag_field="command", tag="reject"):
    """Refuse: a vote that the mode counts."""


class SendBack(TaskCommand, frozen=True, kw_only=True, tag_field="command", tag="send_back"):
    """Return the application at once, whatever the mode; the sender chooses what follows the correction."""

    target: str = START
    resume: Literal["rerun", "back_to_me"] = "rerun"


class Withdraw(Record, frozen=True, kw_only=True, tag_field="command", tag="withdraw"):
    """Take the own application out."""

    actor: str
    request_id: str
    comment: str = ""


class AddComment(Record, frozen=True, kw_only=True, tag_field="command", tag="comment"):
    """Say something without deciding."""

    actor: str
    request_id: str
    text: str


class Urge(Record, frozen=True, kw_only=True, tag_field="command", tag="urge"):
    """Ask the holders to hurry; nobody is reminded twice within an hour."""

    actor: str
    request_id: str


Decision: TypeAlias = Approve | Handle | Reject | SendBack
Command: TypeAlias = Submit | Resubmit | Decision | Withdraw | AddComment | Urge
