"""Sessions, sign-ins under way, grants, and the slow rate limits."""

import peewee

from core.clock import now
from core.db import BaseModel, TimeField
from core.directory.models import Person
from core.site import Site


class Session(BaseModel):
    """A signed-in device; only the hash of its cookie is kept."""

    token_hash = peewee.CharField(max_length=64, primary_key=True)
    person = peewee.ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    client = peewee.CharField(max_length=10)
    device = peewee.CharField(max_length=40, default="")
    created_at = TimeField(default=now)
    seen_at = TimeField(default=now)
    has_dozed = peewee.BooleanField(default=False)


class SignIn(BaseModel):
    """A sign-in under way: the state sent to WeCom, the browser it belongs to, the page wanted. Used once."""

    state = peewee.CharField(max_length=64, primary_key=True)
    browser_hash = peewee.CharField(max_length=64)
    wanted = peewee.CharField(max_length=1024)
    created_at = TimeField(default=now, index=True)


class Grant(BaseModel):
    """A change to the default grants: a group may, or may not, do an action at a site."""

    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    group = peewee.CharField(max_length=40)
    action = peewee.CharField(max_length=80)
    is_allowed = peewee.BooleanField()

    class Meta:
        """One word per site, group and action."""

        indexes = ((("site", "group", "action"), True),)


class Bucket(BaseModel):
    """A token bucket all web processes share: when it will be full again. A full one has no row."""

    key = peewee.CharField(max_length=120, primary_key=True)
    full_at = peewee.BigIntegerField(index=True)
