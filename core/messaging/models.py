"""What we owe WeCom (outbox) and what WeCom told us (inbox)."""

import peewee

from core.clock import now
from core.db import BaseModel, JSONField, TimeField
from core.site import Site


class Outbox(BaseModel):
    """One card for one person.

    `state`: ready, sending, sent, failed, updated (shows a later content) or superseded (nothing to say).
    `version` counts the changes asked for, `shown` is the one the person sees.
    """

    site_id: int
    id = peewee.BigAutoField()
    key = peewee.CharField(max_length=200, unique=True)
    kind = peewee.CharField(max_length=80)
    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    person_id = peewee.CharField(max_length=33)
    about = peewee.CharField(max_length=64)
    state = peewee.CharField(max_length=10, default="ready")
    card = JSONField(null=True)
    task_id = peewee.CharField(max_length=128, unique=True)
    response_code = peewee.CharField(max_length=512, default="")
    msgid = peewee.CharField(max_length=255, default="")
    version = peewee.IntegerField(default=0)
    shown = peewee.IntegerField(default=0)
    tries = peewee.IntegerField(default=0)
    tried_at = TimeField(null=True)
    last_error = peewee.CharField(max_length=200, default="")
    created_at = TimeField(default=now)

    class Meta:
        """Cards about a thing, the pace of a person, what failed."""

        indexes = (
            (("about", "kind"), False),
            (("person_id", "tried_at"), False),
            (("state", "created_at"), False),
        )


class Inbox(BaseModel):
    """One verified callback. `state`: new, handled or ignored."""

    id = peewee.BigAutoField()
    raw_hash = peewee.CharField(max_length=64, unique=True)
    body_hash = peewee.CharField(max_length=64, unique=True)
    fields = JSONField()
    state = peewee.CharField(max_length=10, default="new")
    last_error = peewee.CharField(max_length=200, default="")
    received_at = TimeField(default=now, index=True)
    handled_at = TimeField(null=True)
