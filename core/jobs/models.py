"""The table of background work; it is the truth, the queue is only a bell."""

import peewee

from core.clock import now
from core.db import BaseModel, JSONField, TimeField
from core.site import Site


class Job(BaseModel):
    """One piece of work. `state`: ready, running, done, dead (gave up) or cancelled (plugin is off).

    `leased_until` counts by the lease clock, not by the wall clock, see `core.jobs.table`.
    """

    site_id: int | None
    id = peewee.BigAutoField()
    name = peewee.CharField(max_length=80)
    site = peewee.ForeignKeyField(Site, null=True, backref="+", on_delete="CASCADE")
    payload = JSONField(default=dict)
    effect_key = peewee.CharField(max_length=200, unique=True)
    state = peewee.CharField(max_length=10, default="ready")
    tries = peewee.IntegerField(default=0)
    run_at = TimeField(default=now)
    leased_until = peewee.BigIntegerField(null=True)
    leased_by = peewee.CharField(max_length=80, default="")
    last_error = peewee.CharField(max_length=200, default="")
    created_at = TimeField(default=now)
    done_at = TimeField(null=True)

    class Meta:
        """The sweep looks for what is due by state and time."""

        indexes = ((("state", "run_at"), False),)
