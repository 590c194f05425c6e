"""Climb a department tree head by head (多级主管); the shell calls this when it resolves `manager_chain`."""

from collections.abc import Callable, Collection, Iterator, Sequence


def climb(
    department_id: str,
    parent_of: Callable[[str], str | None],
    heads_of: Callable[[str], Sequence[str]],
    *,
    starters: Collection[str] = (),
    levels: int = 0,
) -> list[str]:
    """Give the heads from a department upward, lowest first.

    Vacant levels are left out and do not count. Levels at and below a starter who is a head are not asked, so
    the starter is never in the chain. A person who heads several levels is asked once, at the highest.
    `levels` ends the climb after so many levels, 0 goes to the top. Departments in a cycle end it too (P13).
    """
    found = [heads for heads in map(heads_of, _upward(department_id, parent_of)) if heads]
    led = [index for index, heads in enumerate(found) if set(heads) & set(starters)]
    asked = found[led[-1] + 1 :] if led else found
    flat = [person for heads in asked[: levels or None] for person in heads]
    return list(reversed(dict.fromkeys(reversed(flat))))


def _upward(department_id: str, parent_of: Callable[[str], str | None]) -> Iterator[str]:
    seen: set[str] = set()
    current: str | None = department_id
    while current and current not in seen:
        seen.add(current)
        yield current
        current = parent_of(current)
