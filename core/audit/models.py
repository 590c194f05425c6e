"""One row per deed; `seq` and `chain` are filled by the sealer, everything else is never changed."""

import peewee

from core.clock import now
from core.db import BaseModel, JSONField, TimeField


class AuditRecord(BaseModel):
    """What happened. `actor` and `on_behalf_of` are person ids; an empty actor is the platform itself.

    `site_id` is a plain number: a row of the trail must outlive everything it speaks of.
    """

    id = peewee.BigAutoField()
    site_id = peewee.IntegerField(null=True)
    at = TimeField(default=now)
    actor = peewee.CharField(max_length=33, default="", index=True)
    on_behalf_of = peewee.CharField(max_length=33, default="")
    session_prefix = peewee.CharField(max_length=16, default="")
    client = peewee.CharField(max_length=16, default="")
    ip = peewee.CharField(max_length=45, default="")
    event = peewee.CharField(max_length=80, index=True)
    about = peewee.CharField(max_length=120, default="", index=True)
    facts = JSONField(default=dict)
    before_hash = peewee.CharField(max_length=64, default="")
    after_hash = peewee.CharField(max_length=64, default="")
    seq = peewee.BigIntegerField(null=True, unique=True)
    chain = peewee.CharField(max_length=64, default="")

    class Meta:
        """The admin page reads a site's newest rows."""

        indexes = ((("site_id", "id"), False),)
