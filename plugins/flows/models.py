"""Tables: definitions and their versions, instances with their log, tasks, readers, drafts."""

import peewee

from qingban import BaseModel, JSONField, Site, TimeField, clock, new_id


class Definition(BaseModel):
    """A flow of a site; `number` is its current published version, 0 before the first."""

    id: int
    site_id: int
    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    slug = peewee.CharField(max_length=60)
    name = peewee.CharField(max_length=80)
    category = peewee.CharField(max_length=20)
    icon = peewee.CharField(max_length=40, default="")
    summary = peewee.CharField(max_length=200, default="")
    number = peewee.IntegerField(default=0)
    is_open = peewee.BooleanField(default=True)

    class Meta:
        """One flow of a name per site."""

        indexes = ((("site", "slug"), True),)


class Version(BaseModel):
    """One published version of a definition; never changes."""

    definition_id: int
    definition = peewee.ForeignKeyField(Definition, backref="+", on_delete="CASCADE")
    number = peewee.IntegerField()
    document = peewee.TextField()
    published_at = TimeField(default=clock.now)
    published_by = peewee.CharField(max_length=33, default="")

    class Meta:
        """Numbered within the definition."""

        indexes = ((("definition", "number"), True),)


class Instance(BaseModel):
    """An application: what lists show, and the engine's state after `version` facts of the log."""

    site_id: int
    definition_id: int
    id = peewee.CharField(max_length=33, primary_key=True, default=new_id)
    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    definition = peewee.ForeignKeyField(Definition, backref="+", on_delete="RESTRICT")
    definition_version = peewee.IntegerField()
    serial = peewee.CharField(max_length=20)
    starter_id = peewee.CharField(max_length=33)
    subject = peewee.CharField(max_length=120)
    facts = JSONField(default=list)
    status = peewee.CharField(max_length=12)
    is_returned = peewee.BooleanField(default=False)
    state = peewee.TextField()
    version = peewee.IntegerField()
    submitted_at = TimeField()
    ended_at = TimeField(null=True)

    class Meta:
        """Found by starter, newest first."""

        indexes = ((("starter_id", "submitted_at"), False), (("site", "serial"), True))


class Event(BaseModel):
    """One fact of the log; appended, never changed."""

    instance = peewee.ForeignKeyField(Instance, backref="+", on_delete="RESTRICT")
    seq = peewee.IntegerField()
    at = TimeField()
    by = peewee.CharField(max_length=33)
    fact = peewee.TextField()

    class Meta:
        """Numbered without gaps within the instance."""

        indexes = ((("instance", "seq"), True),)


class Task(BaseModel):
    """One person's turn, for lists and cards; the truth is in the instance's state."""

    instance_id: str
    id = peewee.CharField(max_length=33, primary_key=True)
    instance = peewee.ForeignKeyField(Instance, backref="+", on_delete="RESTRICT")
    person_id = peewee.CharField(max_length=33)
    node_id = peewee.CharField(max_length=60)
    node_name = peewee.CharField(max_length=80)
    kind = peewee.CharField(max_length=10)
    status = peewee.CharField(max_length=12)
    opened_at = TimeField(null=True)
    ended_at = TimeField(null=True)

    class Meta:
        """Lists ask: what of this person, in this state, oldest or newest first."""

        indexes = (
            (("person_id", "status", "opened_at"), False),
            (("person_id", "status", "ended_at"), False),
        )


class Copy(BaseModel):
    """A reader of an instance."""

    instance = peewee.ForeignKeyField(Instance, backref="+", on_delete="RESTRICT")
    person_id = peewee.CharField(max_length=33)
    node_id = peewee.CharField(max_length=60)
    round = peewee.IntegerField()
    sent_at = TimeField()
    read_at = TimeField(null=True)

    class Meta:
        """Told once per node and round."""

        indexes = (
            (("instance", "person_id", "node_id", "round"), True),
            (("person_id", "read_at", "sent_at"), False),
        )


class Request(BaseModel):
    """An answered command: the same request id gets the same answer."""

    request_id = peewee.CharField(max_length=64)
    person_id = peewee.CharField(max_length=33)
    instance_id = peewee.CharField(max_length=33)
    command = peewee.CharField(max_length=20)
    at = TimeField(default=clock.now, index=True)

    class Meta:
        """One answer per person and request."""

        indexes = ((("person_id", "request_id"), True),)


class Draft(BaseModel):
    """What a person has typed into a form and not sent yet."""

    person_id = peewee.CharField(max_length=33)
    definition = peewee.ForeignKeyField(Definition, backref="+", on_delete="CASCADE")
    raw = JSONField(default=dict)
    saved_at = TimeField(default=clock.now)

    class Meta:
        """One draft per person and flow."""

        indexes = ((("person_id", "definition"), True),)


class Serial(BaseModel):
    """The last number given on a day."""

    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    day = peewee.CharField(max_length=8)
    last = peewee.IntegerField()

    class Meta:
        """One counter per site and day."""

        indexes = ((("site", "day"), True),)
