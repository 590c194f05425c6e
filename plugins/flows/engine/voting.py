"""Count the ballots of one visit; nothing outside the visit is looked at (P04)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from .definition import Mode, Node, Record
from .state import Task, TaskStatus


class Result(StrEnum):
    """What a visit amounts to at a moment; exactly one holds (P11)."""

    PASSED = "passed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


class Ballot(Record, frozen=True, kw_only=True):
    """One person's say."""

    vote: Literal["yes", "no", "open"]
    weight: int = 1


_VOTES: dict[TaskStatus, Literal["yes", "no", "open"]] = {
    TaskStatus.WAITING: "open",
    TaskStatus.PENDING: "open",
    TaskStatus.APPROVED: "yes",
    TaskStatus.SKIPPED: "yes",  # an earlier approval of the same person answers
    TaskStatus.REJECTED: "no",
}


def ballots(tasks: Iterable[Task]) -> list[Ballot]:
    """Turn the tasks of a visit into ballots; a seat that was handed on has none."""
    return [Ballot(vote=_VOTES[one.status], weight=one.weight) for one in tasks if one.status in _VOTES]


def tally(node: Node, cast: Iterable[Ballot]) -> Result:
    """Judge the ballots by the node's mode. The order of ballots never matters (P09)."""
    votes = list(cast)
    if not votes:
        return Result.PASSED  # only an automatic pass makes a visit without people
    if (
        node.reject_timing == "deferred"
        and any(one.vote == "open" for one in votes)
        and node.mode is not Mode.ANY
    ):
        return Result.UNDECIDED
    return _RULES[node.mode](node, votes)


def _any(node: Node, votes: list[Ballot]) -> Result:
    if any(one.vote == "yes" for one in votes):
        return Result.PASSED
    refused = [one.vote == "no" for one in votes]
    patient = node.reject_needs_all or node.reject_timing == "deferred"
    if all(refused) or (any(refused) and not patient):
        return Result.REJECTED
    return Result.UNDECIDED


def _all(node: Node, votes: list[Ballot]) -> Result:
    if any(one.vote == "no" for one in votes):
        return Result.REJECTED
    return Result.PASSED if all(one.vote == "yes" for one in votes) else Result.UNDECIDED


def _vote(node: Node, votes: list[Ballot]) -> Result:
    total = sum(one.weight for one in votes)
    yes = sum(one.weight for one in votes if one.vote == "yes")
    no = sum(one.weight for one in votes if one.vote == "no")
    if yes * 100 >= node.threshold * total:
        return Result.PASSED
    if (total - no) * 100 < node.threshold * total:
        return Result.REJECTED
    return Result.UNDECIDED


_RULES = {Mode.ANY: _any, Mode.ALL: _all, Mode.SEQ: _all, Mode.VOTE: _vote}
