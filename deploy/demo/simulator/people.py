"""Finding people for the pickers."""

from typing import Any

from .scope import sees_user
from .state import State

Person = dict[str, Any]


def staff_no(user: dict[str, Any]) -> str:
    """Return the staff number out of the extra attributes."""
    for attr in (user.get("extattr") or {}).get("attrs", ()):
        if attr.get("name") == "工号":
            return str((attr.get("text") or {}).get("value") or attr.get("value") or "")
    return ""


def view(state: State, user: dict[str, Any]) -> Person:
    """Return what pickers show of a member."""
    main = user.get("main_department") or next(iter(user.get("department", ())), 0)
    department = state.departments.get(int(main), {})
    agents = state.corp["agents"]
    return {
        "userid": user["userid"],
        "name": user["name"],
        "position": user.get("position", ""),
        "department": department.get("name", ""),
        "department_id": int(main),
        "staff_no": staff_no(user),
        "status": user.get("status", 1),
        "in_scope": any(sees_user(state, agent, user) for agent in agents[:1]),
    }


def active(user: dict[str, Any]) -> bool:
    """Tell whether a member can use WeCom."""
    return user.get("status", 1) in (1, 4)


def search(state: State, text: str, limit: int = 30, department: int | None = None) -> list[Person]:
    """Find people by name, department, post, staff number or userid."""
    text = text.strip().lower()
    found = []
    for user in state.users.values():
        if department is not None and department not in map(int, user.get("department", ())):
            continue
        names = [state.departments.get(int(one), {}).get("name", "") for one in user.get("department", ())]
        hay = " ".join(
            [user["name"], user["userid"], staff_no(user), user.get("position", ""), *names]
        ).lower()
        if all(word in hay for word in text.split()):
            found.append(user)
            if len(found) >= limit:
                break
    return [view(state, user) for user in found]


def suggest(state: State) -> list[Person]:
    """Return a short cast: the favourites, a nurse and her head nurse, a doctor, a head, a leader."""
    known = [
        *state.favourites,
        *(one["userid"] for scene in state.corp.get("scenes", []) for one in scene["people"]),
    ]
    chosen = [user for userid in dict.fromkeys(known) if (user := state.user(userid))]
    for userid in cast(state, ["护士", "护士长", "医师", "科主任", "职员", "院长", "工程师"]):
        user = state.user(userid)
        if user and user not in chosen and len(chosen) < 8:
            chosen.append(user)
    return [view(state, user) for user in chosen]


def _with_post(state: State, post: str) -> list[dict[str, Any]]:
    return [user for user in state.users.values() if post in user.get("position", "") and active(user)]


def cast(state: State, posts: list[str]) -> list[str]:
    """Return one person per post, each near the one before when possible."""
    chosen: list[dict[str, Any]] = []
    for post in posts:
        fits = [user for user in _with_post(state, post) if user not in chosen]
        fits = fits or [user for user in state.users.values() if active(user) and user not in chosen]
        near = set(chosen[-1]["department"]) if chosen else set()
        heads = {user["userid"] for user in fits if near & set(user["department"])}
        fits.sort(key=lambda user: (user.get("position") != post, user["userid"] not in heads))
        chosen += fits[:1]
    return [user["userid"] for user in chosen]
