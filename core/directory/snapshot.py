"""A complete picture of the house from one source, as frozen rows; None means the source does not say."""

import hashlib
from dataclasses import dataclass, replace

import orjson


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartmentRow:
    """A department."""

    id: int
    """WeCom's id."""
    name: str | None
    """Its name; None when only its place is known."""
    parent_id: int | None
    """The department above; None for a root."""
    order: int = 0
    """Bigger stands earlier."""
    heads: tuple[str, ...] | None = None
    """WeCom ids of its heads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A member of staff."""

    userid: str
    """WeCom's id."""
    name: str
    """Full name."""
    departments: tuple[int, ...] = ()
    """Where they belong."""
    heads_of: tuple[int, ...] = ()
    """Those of `departments` where WeCom marks them as head."""
    main_department: int | None = None
    """The main one."""
    status: str = "active"
    """active, inactive, disabled or left."""
    staff_no: str | None = None
    """工号."""
    position: str | None = None
    """职务 or 岗位."""
    post: str | None = None
    """岗位类别."""
    title: str | None = None
    """职称."""
    line: str | None = None
    """条线."""
    superior_userid: str | None = None
    """WeCom id of the direct superior."""

    @property
    def digest(self) -> str:
        """Forty characters that change when anything here changes."""
        return hashlib.sha1(orjson.dumps(self), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class TagRow:
    """A WeCom tag and everybody under it."""

    id: int
    """WeCom's id."""
    userids: tuple[str, ...]
    """Members, also through departments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A row that was not taken, and why."""

    about: str
    """Its id, for example `user:u1001`."""
    reason: str
    """One sentence for IT."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """Everything one source knows, fetched before anything is changed."""

    source: str
    """Name of the source, for example `wecom`."""
    departments: tuple[DepartmentRow, ...] = ()
    """All of them."""
    people: tuple[PersonRow, ...] = ()
    """All of them."""
    tags: tuple[TagRow, ...] = ()
    """Those that fill a role."""
    refused: tuple[Refusal, ...] = ()
    """What the source gave and we cannot take."""
    unseen: frozenset[str] = frozenset()
    """WeCom ids of people who exist but whose details the app may not read: they stay as they are."""


def merge(first: Snapshot, *others: Snapshot) -> Snapshot:
    """Complete the people of `first` with what other sources say about them.

    Who exists is for `first` alone to say. Later sources win where they say something.
    """
    facts: dict[str, PersonRow] = {}
    by_number = {row.staff_no: row.userid for row in first.people if row.staff_no}
    refused: list[Refusal] = list(first.refused)
    for other in others:
        refused += other.refused
        for row in other.people:
            userid = by_number.get(row.staff_no or "", row.userid)
            facts[userid] = _completed(facts[userid], row) if userid in facts else row
    people = tuple(_completed(row, facts[row.userid]) if row.userid in facts else row for row in first.people)
    return replace(first, people=people, refused=tuple(refused))


def _completed(row: PersonRow, more: PersonRow) -> PersonRow:
    names = ("staff_no", "position", "post", "title", "line", "superior_userid")
    known = {name: getattr(more, name) for name in names if getattr(more, name) is not None}
    return replace(row, **known)
