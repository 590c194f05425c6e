"""Who may see, fill in and must fill in which fields."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from .definition import START, Definition, Kind, Node
from .errors import FieldNotEditable, MissingField, StaleVersion
from .state import Instance, TaskStatus
from .tree import fields_naming_people, node


class Access(StrEnum):
    """What a person may do with a field."""

    HIDDEN = "hidden"
    READ = "read"
    EDIT = "edit"
    REQUIRED = "required"  # edit, and must be filled


def is_filled(value: object) -> bool:
    """Tell whether a field holds an answer; zero and False are answers."""
    if isinstance(value, list | tuple):
        return any(is_filled(one) for one in value)
    return value not in (None, "", {})


def start_access(definition: Definition) -> dict[str, Access]:
    """Give the fields of the starter's form."""
    return {
        field.id: Access.HIDDEN
        if field.id in definition.hidden_at_start
        else Access.REQUIRED
        if field.required
        else Access.EDIT
        for field in definition.fields
    }


def node_access(definition: Definition, state: Instance, at: Node) -> dict[str, Access]:
    """Give the fields as a holder at this node has them; a field that named people is fixed for the round."""
    fixed = _fixed(definition, state)
    found: dict[str, Access] = {}
    for field in definition.fields:
        if field.id in at.hide:
            found[field.id] = Access.HIDDEN
        elif field.id not in {*at.edit, *at.require} or field.id in fixed:
            found[field.id] = Access.READ
        else:
            must = field.id in at.require or field.required
            found[field.id] = Access.REQUIRED if must else Access.EDIT
    return found


def access_for(definition: Definition, state: Instance, person_id: str) -> dict[str, Access]:
    """Give the widest access a person has now: by pending tasks, else past ones, and as starter or reader."""
    tasks = [
        one for one in state.tasks if one.person_id == person_id and one.status is not TaskStatus.TRANSFERRED
    ]
    pending = [one for one in tasks if one.status is TaskStatus.PENDING]
    views = [_task_access(definition, state, one.node_id) for one in pending]
    if state.returned and person_id in state.starter.people:
        views.append(start_access(definition))
    if not views:
        views = [
            _only_read(_task_access(definition, state, one.node_id)) for one in tasks if one.node_id != START
        ]
    copies = [one for one in state.copies if one.person_id == person_id]
    views.extend(_only_read(_task_access(definition, state, one.node_id)) for one in copies)
    if person_id in state.starter.people:
        views.append({field.id: Access.READ for field in definition.fields})
    order = list(Access)
    return {
        field.id: max((view[field.id] for view in views), key=order.index, default=Access.HIDDEN)
        for field in definition.fields
    }


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what stays as it is."""
    return {key: value for key, value in changes.items() if key not in values or values[key] != value}


def refuse_foreign(access: Mapping[str, Access], changes: Iterable[str]) -> None:
    """Refuse writes to anything but editable fields, also when the value would not change (P41)."""
    foreign = [key for key in changes if access.get(key) not in (Access.EDIT, Access.REQUIRED)]
    if foreign:
        raise FieldNotEditable(fields=tuple(foreign))


def refuse_conflicts(state: Instance, changes: Mapping[str, Any], seen: Mapping[str, int]) -> None:
    """Refuse to write over what somebody else wrote since; the answer holds both values."""
    conflicts = {
        key: {"yours": value, "theirs": state.values.get(key)}
        for key, value in changes.items()
        if key in seen and state.field_versions.get(key, 0) != seen[key] and state.values.get(key) != value
    }
    if conflicts:
        raise StaleVersion(conflicts=conflicts, current=state.data_version)


def refuse_gaps(access: Mapping[str, Access], values: Mapping[str, Any]) -> None:
    """Refuse when a required field is empty."""
    gaps = [key for key, mode in access.items() if mode is Access.REQUIRED and not is_filled(values.get(key))]
    if gaps:
        raise MissingField(fields=tuple(gaps))


def _task_access(definition: Definition, state: Instance, node_id: str) -> dict[str, Access]:
    if node_id == START:
        return start_access(definition)
    return node_access(definition, state, node(definition, node_id))


def _only_read(access: dict[str, Access]) -> dict[str, Access]:
    return {key: Access.HIDDEN if mode is Access.HIDDEN else Access.READ for key, mode in access.items()}


def _fixed(definition: Definition, state: Instance) -> frozenset[str]:
    started = {one.node_id for one in state.visits if one.round == state.round and one.kind is not Kind.START}
    return fields_naming_people(node(definition, one) for one in started)
