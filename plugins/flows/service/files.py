"""Tie files to the application they were sent with; a file of somebody else is refused at its field."""

from typing import Any

from qingban import Actor, Conflict, Invalid, NotFound, _, attachments_by_ids, bind_attachments

from .. import engine
from ..forms import fields_of, file_ids

SIGNATURE = "flows.signature"


def about(instance_id: str) -> str:
    """Name an application as attachments know it."""
    return f"flows:{instance_id}"


def bind_values(
    definition: engine.Definition, values: dict[str, Any], instance_id: str, *, by: Actor
) -> None:
    """Tie the files of these fields to the application.

    Raises:
        Invalid: One is unknown, somebody else's or used elsewhere; the field says so.
    """
    for field in fields_of(definition):
        if field.id not in values or not (ids := file_ids(definition, {field.id: values[field.id]})):
            continue
        try:
            bind_attachments(ids, about(instance_id), by=by)
        except (NotFound, Conflict) as error:
            raise Invalid({field.id: error.title})


def bind_signature(attachment_id: str, instance_id: str, *, by: Actor) -> None:
    """Tie a drawn signature to the application: the signer's own, and used for nothing before.

    Raises:
        Invalid: It is not.
    """
    kept = attachments_by_ids([attachment_id]).get(attachment_id)
    if kept is None or kept.kind != SIGNATURE or kept.owner_id != by.person_id or kept.about:
        raise Invalid({"signature": _("签名没有收到，请重新签名")})
    bind_attachments([attachment_id], about(instance_id), by=by)
