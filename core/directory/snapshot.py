"""A complete picture of the house from one source, as frozen rows; None means the source does not say."""

import hashlib
from collections.abc import Callable
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
    find = _finder(first.people)
    refused: list[Refusal] = list(first.refused)
    for other in others:
        refused += other.refused
        for row in other.people:
            userid, reason = find(row)
            if reason:
                about = f"{other.source}:{row.staff_no or row.userid}"
                refused.append(Refusal(about=about, reason=reason))
            else:
                facts[userid] = _completed(facts[userid], row) if userid in facts else row
    people = tuple(_completed(row, facts[row.userid]) if row.userid in facts else row for row in first.people)
    return replace(first, people=people, refused=tuple(refused))


def _finder(people: tuple[PersonRow, ...]) -> Callable[[PersonRow], tuple[str, str]]:
    """Find whom a row is about: (WeCom id, "") or ("", why nobody). 工号 counts before the WeCom id."""
    by_userid = {row.userid.lower(): row.userid for row in people}
    by_number: dict[str, set[str]] = {}
    for row in people:
        if row.staff_no:
            by_number.setdefault(row.staff_no, set()).add(row.userid)

    def find(row: PersonRow) -> tuple[str, str]:
        numbered, named = by_number.get(row.staff_no or "", set()), by_userid.get(row.userid.lower(), "")
        if len(numbered) > 1:
            return "", "企业微信里有几个人用这个工号，未采用"
        if named and numbered - {named}:
            return "", "工号和账号是两个人的，未采用"
        found = next(iter(numbered), named)
        return found, "" if found else "企业微信里没有这个人，未采用"

    return find


def _completed(row: PersonRow, more: PersonRow) -> PersonRow:
    names = ("staff_no", "position", "post", "title", "line", "superior_userid")
    known = {name: getattr(more, name) for name in names if getattr(more, name) is not None}
    return replace(row, **known)
