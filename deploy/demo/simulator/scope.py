"""Who and what an app may see."""

from typing import Any

from .state import State

Agent = dict[str, Any] | None


def children(state: State, departments: set[int]) -> set[int]:
    """Return the departments with everything below them."""
    below: dict[int, list[int]] = {}
    for one in state.departments.values():
        below.setdefault(int(one["parentid"]), []).append(int(one["id"]))
    found: set[int] = set()
    waiting = [one for one in departments if one in state.departments]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(below.get(current, ()))
    return found


def departments_of(state: State, agent: Agent) -> set[int]:
    """Return the departments in the visible scope; the contacts assistant sees all."""
    if agent is None:
        return set(state.departments)
    return children(state, {int(one) for one in agent.get("allow_departments", ())})


def sees_user(state: State, agent: Agent, user: dict[str, Any], visible: set[int] | None = None) -> bool:
    """Tell whether a member is in the visible scope of the app."""
    if agent is None:
        return True
    if user["userid"] in agent.get("allow_users", ()):
        return True
    tags = (state.tags.get(int(one), {}) for one in agent.get("allow_tags", ()))
    if any(user["userid"] in tag.get("userlist", ()) for tag in tags):
        return True
    visible = departments_of(state, agent) if visible is None else visible
    return any(int(one) in visible for one in user.get("department", ()))
