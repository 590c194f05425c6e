"""What the pages of flows share: posted values, files without script, the way ahead."""

import re
from collections.abc import Iterable
from typing import Any

from qingban import Actor, Invalid, TooLarge, forms, new_id, store_attachment

from .. import engine

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WHOLE = re.compile(r"[0-9]{1,15}")


def stored_files(
    form: Any, fields: Iterable[forms.Field], actor: Actor
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Keep files that a browser without script sent with the form.

    Returns:
        (name, attachment id) pairs as script would have sent them, and sentences by field for refused files.
    """
    types = {f"f.{field.id}": field.type for field in fields if field.type in forms.FILE_TYPES}
    pairs: list[tuple[str, str]] = []
    errors: dict[str, str] = {}
    for name in sorted(types.keys() & form.files.keys()):
        for file in form.files[name]:
            try:
                kind = f"flows.{types[name]}"
                kept = store_attachment(file.stream, name=file.filename, kind=kind, by=actor, site=actor.site)
                pairs.append((name, kept.id))
            except (Invalid, TooLarge) as error:
                errors[name.removeprefix("f.")] = error.title
    return pairs, errors


def request_id_of(form: Any) -> str:
    """Return the request id of a form; what we did not make ourselves is replaced."""
    given = form.get("request_id")
    return given if _REQUEST_ID.fullmatch(given) else new_id()


def whole(text: str) -> int | None:
    """Return a posted whole number, or nothing."""
    return int(text) if _WHOLE.fullmatch(text) else None


def picks_from(form: Any) -> dict[str, tuple[str, ...]]:
    """Return the people the starter chose, by node id, from fields called `pick.<node>`."""
    picks: dict[str, tuple[str, ...]] = {}
    for name, value in form.pairs:
        if name.startswith("pick.") and value:
            node_id = name.removeprefix("pick.")
            picks[node_id] = (*picks.get(node_id, ()), value)
    return picks


def pick_views(
    steps: list[engine.PreviewStep],
    picks: dict[str, tuple[str, ...]],
    names: dict[str, str],
    errors: dict[str, str],
) -> list[dict[str, Any]]:
    """Return the steps for which the starter chooses people."""
    return [
        {
            "name": f"pick.{step.node_id}",
            "title": step.name,
            "people": [{"id": one, "name": names.get(one, one)} for one in picks.get(step.node_id, ())],
            "error": errors.get(f"pick.{step.node_id}", ""),
        }
        for step in steps
        if step.outcome == "pick" or step.node_id in picks
    ]


def route_views(steps: list[engine.PreviewStep], names: dict[str, str]) -> list[dict[str, Any]]:
    """Return the way ahead for the timeline."""
    views = []
    for step in steps:
        shown = [names.get(one, "") for one in step.people[:4]]
        who = "、".join(name for name in shown if name)
        if len(step.people) > 4:
            who += f" 等 {len(step.people)} 人"
        if step.outcome == "pick":
            who = "由你选择"
        elif step.outcome == "passes":
            who = "自动通过"
        elif step.outcome == "blocked":
            who = "没有找到人，会转给管理员"
        views.append(
            {
                "title": step.name,
                "people": who,
                "state": "waiting",
                "time": "",
                "note": " · ".join(
                    word for word in (mode_word(step), "" if step.certain else "视填写内容") if word
                ),
                "comment": "",
            }
        )
    return views


def mode_word(step: Any) -> str:
    """Say how several people decide together."""
    if step.kind == engine.Kind.CC:
        return "抄送"
    if len(step.people) < 2:
        return ""
    return {"any": "或签", "all": "会签", "seq": "依次", "vote": "票签"}[step.mode.value]
