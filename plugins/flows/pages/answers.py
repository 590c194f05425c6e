"""What was posted with an action, read strictly: fields not to be changed here are refused (P41)."""

from typing import Any

from qingban import Actor, Invalid, _, forms

from .. import engine
from ..forms import fields_of, start_fields
from ..service.commands import Answer
from .common import request_id_of, stored_files, whole

MOST_WORDS = 2000
SIGNATURE = forms.from_dict({"id": "signature", "type": "signature", "name": "手写签名"})


def answer_from(
    form: Any, command: str, *, definition: engine.Definition, state: engine.Instance, actor: Actor
) -> Answer:
    """Read an action's form.

    Raises:
        Invalid: A field is wrong, or not to be changed here.
    """
    action = _action(definition, state, actor, command, form.get("task_id"))
    fields = _fields(definition, action, command)
    signs = action is not None and action.needs_signature
    sent, errors = stored_files(form, [*fields, SIGNATURE] if signs else fields, actor)
    pairs = [*form.pairs, *sent]
    signature = next((text for name, text in reversed(pairs) if name == "f.signature" and text), "")
    if signs:
        pairs = [pair for pair in pairs if pair[0] != "f.signature"]
    changes, wrong = _changes(fields, pairs, command, state) if action else ({}, {})
    if errors or wrong:
        raise Invalid({**wrong, **errors})
    return Answer(
        request_id=request_id_of(form),
        version=whole(form.get("version")),
        comment=form.get("comment")[:MOST_WORDS],
        signature=signature if signs else "",
        changes=changes,
        seen=_seen(form),
    )


def _action(
    definition: engine.Definition, state: engine.Instance, actor: Actor, command: str, task_id: str
) -> engine.LegalAction | None:
    legal = engine.actions_for(definition, state, actor.person_id)
    return next((one for one in legal if one.name == command and one.task_id in ("", task_id)), None)


def _fields(
    definition: engine.Definition, action: engine.LegalAction | None, command: str
) -> list[forms.Field]:
    if action is None:
        return []
    known = start_fields(definition) if command == "resubmit" else fields_of(definition)
    return [field for field in known if field.id in action.edit]


def _changes(
    fields: list[forms.Field], pairs: list[tuple[str, str]], command: str, state: engine.Instance
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was filled in and what is wrong with it; what was not on the form stays as it is."""
    raw = forms.raw_from_pairs(fields, pairs)
    shown = {name.removeprefix("seen.") for name, _text in pairs if name.startswith("seen.")} | set(raw)
    asked = fields if command == "resubmit" else [field for field in fields if field.id in shown]
    partial = command in ("reject", "send_back")
    clean = forms.validate(asked, raw, me=dict(state.starter.facts), stored=state.values, partial=partial)
    values = clean.values
    if command == "resubmit":
        values |= {key: None for key in clean.outcome.hidden if key in {field.id for field in fields}}
    changes = {
        key: value for key, value in values.items() if value not in (None, "", []) or key in state.values
    }
    known = {field.id for field in fields}
    errors = {
        key: said if key.split(".")[0] in known else _("这一步不能修改这一项")
        for key, said in clean.errors.items()
    }
    return changes, errors


def _seen(form: Any) -> dict[str, int]:
    numbers = {
        name.removeprefix("seen."): whole(text) for name, text in form.pairs if name.startswith("seen.")
    }
    return {key: number for key, number in numbers.items() if number is not None}
