"""People, departments and duties, as the last sync left them."""

import peewee

from core.clock import now
from core.db import BaseModel, JSONField, TimeField
from core.ids import new_id
from core.site import Site


class Department(BaseModel):
    """A node of the one department tree; ids are WeCom's."""

    id = peewee.IntegerField(primary_key=True)
    name = peewee.CharField(max_length=64)
    parent_id = peewee.IntegerField(null=True, index=True)
    order = peewee.BigIntegerField(default=0)
    site = peewee.ForeignKeyField(Site, null=True, backref="+", on_delete="SET NULL")
    code = peewee.CharField(max_length=40, default="", index=True)
    heads = JSONField(default=list)
    path = peewee.CharField(max_length=255, default="", index=True)
    gone_at = TimeField(null=True)


class Person(BaseModel):
    """A member of staff. `status`: active, disabled, inactive (never signed in to WeCom) or left."""

    site_id: int | None
    department_id: int | None
    id = peewee.CharField(max_length=33, primary_key=True, default=new_id)
    userid = peewee.CharField(max_length=64, unique=True)
    name = peewee.CharField(max_length=64)
    staff_no = peewee.CharField(max_length=32, default="", index=True)
    site = peewee.ForeignKeyField(Site, null=True, backref="+", on_delete="SET NULL")
    department = peewee.ForeignKeyField(Department, null=True, backref="+", on_delete="SET NULL")
    position = peewee.CharField(max_length=128, default="")
    post = peewee.CharField(max_length=40, default="")
    title = peewee.CharField(max_length=40, default="")
    line = peewee.CharField(max_length=40, default="")
    superior_userid = peewee.CharField(max_length=64, default="")
    status = peewee.CharField(max_length=10, default="active", index=True)
    pinyin = peewee.CharField(max_length=160, default="")
    display = JSONField(default=dict)
    left_at = TimeField(null=True)
    digest = peewee.CharField(max_length=40, default="")

    @property
    def is_active(self) -> bool:
        """Whether this person may sign in, act and be picked."""
        return self.status in ("active", "inactive")


class Membership(BaseModel):
    """A person's place in a department; `is_head` is WeCom's flag."""

    person = peewee.ForeignKeyField(Person, backref="memberships", on_delete="CASCADE")
    department_id = peewee.IntegerField(index=True)
    is_head = peewee.BooleanField(default=False)

    class Meta:
        """Once per person and department."""

        indexes = ((("person", "department_id"), True),)


class Role(BaseModel):
    """A named duty of people, for example 印章保管员; `tag_id` links it to a WeCom tag that fills it."""

    id: int
    slug = peewee.CharField(max_length=40, unique=True)
    title = peewee.CharField(max_length=80)
    tag_id = peewee.IntegerField(null=True)


class RoleMember(BaseModel):
    """A person in a role, for the whole installation or for one department's subtree."""

    role = peewee.ForeignKeyField(Role, backref="members", on_delete="CASCADE")
    person = peewee.ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    scope_id = peewee.IntegerField(null=True)


class LineHead(BaseModel):
    """A head on a named line (护理线), an alternative chain over the same tree."""

    line = peewee.CharField(max_length=40)
    department_id = peewee.IntegerField(index=True)
    person = peewee.ForeignKeyField(Person, backref="+", on_delete="CASCADE")

    class Meta:
        """Once per line, department and person."""

        indexes = ((("line", "department_id", "person"), True),)


class SyncRun(BaseModel):
    """One synchronisation or rehearsal of one, with its counts and every refused row.

    `state`: running, applying, done, failed, planned (only compared) or held (too much to be true).
    """

    id: int
    source = peewee.CharField(max_length=40)
    started_at = TimeField(default=now)
    ended_at = TimeField(null=True)
    state = peewee.CharField(max_length=16, default="running")
    counts = JSONField(default=dict)
    refused = JSONField(default=list)
    message = peewee.TextField(default="")


class SyncDifference(BaseModel):
    """One row of what the newest rehearsal or held run would change; `kind` is one of `differences.KINDS`."""

    id: int
    run_id: int
    run = peewee.ForeignKeyField(SyncRun, backref="+", on_delete="CASCADE")
    kind = peewee.CharField(max_length=16)
    about = peewee.CharField(max_length=80)
    name = peewee.CharField(max_length=64)
    text = peewee.TextField(default="")


class SyncRelease(BaseModel):
    """Who looked at a held run and let it through: one administrator asks, another confirms."""

    asked_by_id: str
    confirmed_by_id: str | None
    run = peewee.ForeignKeyField(SyncRun, backref="+", unique=True, on_delete="CASCADE")
    asked_by = peewee.ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    asked_at = TimeField(default=now)
    confirmed_by = peewee.ForeignKeyField(Person, null=True, backref="+", on_delete="CASCADE")
    confirmed_at = TimeField(null=True)
