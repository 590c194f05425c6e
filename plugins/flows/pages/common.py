"""What the pages of flows share: names behind ids, posted values, file facts."""

from collections.abc import Iterable
from typing import Any

from qingban import Actor, attachments_by_ids, departments, forms, people, store_attachment

from .. import engine
from ..forms import fields_of, people_in


def names_for(definition: engine.Definition, values: dict[str, Any], more: Iterable[str] = ()) -> forms.Names:
    """Look up every person, department and file that stands in a form, in three queries."""
    ids, units = people_in(definition, values)
    found = people.by_ids([*ids, *more])
    files = attachments_by_ids(file_ids(definition, values))
    return forms.Names(
        people={key: one.name for key, one in found.items()},
        departments={str(key): one.name for key, one in departments.by_ids(units).items()},
        files={
            key: forms.FileRef(
                id=key, name=one.name, size=one.size, mime=one.mime, url=f"/-/attachments/{key}"
            )
            for key, one in files.items()
        },
    )


def file_ids(definition: engine.Definition, values: dict[str, Any]) -> list[str]:
    """Return the attachment ids that stand in a form."""
    found: list[str] = []
    for field in fields_of(definition):
        if field.type in forms.FILE_TYPES:
            held = values.get(field.id) or ()
            found += [str(one) for one in (held if isinstance(held, list | tuple) else [held])]
    return found


def stored_files(form: Any, actor: Actor) -> list[tuple[str, str]]:
    """Keep files that a browser without script sent with the form; returns them as (name, id) pairs."""
    return [
        (
            name,
            store_attachment(
                one.stream, name=one.filename, kind=_kind(one.filename), by=actor, site=actor.site
            ).id,
        )
        for name, files in form.files.items()
        if name.startswith("f.")
        for one in files
    ]


def _kind(filename: str) -> str:
    ending = filename.rpartition(".")[2].lower()
    if ending in ("jpg", "jpeg", "png", "webp", "heic"):
        return "flows.photo"
    return "flows.voice" if ending in ("amr", "mp3", "m4a", "webm", "ogg") else "flows.file"


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
