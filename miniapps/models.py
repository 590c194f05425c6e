"""Tables: an app, its published versions, its places, and who signed up."""

import peewee

from qingban import BaseModel, JSONField, TimeField, clock, new_id

DRAFT, PUBLISHED, CLOSED = "draft", "published", "closed"
ACCEPTED, WAITING, CANCELLED = "accepted", "waiting", "cancelled"


class App(BaseModel):
    """A mini-app of a department. `document` is the working copy; visitors see the published version."""

    id = peewee.CharField(max_length=33, primary_key=True, default=new_id)
    code = peewee.CharField(max_length=10, unique=True)
    site_id = peewee.IntegerField()
    department_id = peewee.IntegerField()
    owner_id = peewee.CharField(max_length=33)
    kind = peewee.CharField(max_length=20, default="signup")
    title = peewee.CharField(max_length=30, default="")
    document = JSONField()
    #: How many ids of fields and options were handed out; none is used twice.
    ids_made = peewee.IntegerField(default=0)
    state = peewee.CharField(max_length=10, default=DRAFT)
    #: Number of the published version; 0 = never published.
    version = peewee.IntegerField(default=0)
    opens_at = TimeField(null=True)
    closes_at = TimeField(null=True)
    audience = JSONField(default=dict)
    #: Whether people of other sites may join.
    is_wide = peewee.BooleanField(default=False)
    created_at = TimeField(default=clock.now)
    changed_at = TimeField(default=clock.now)

    class Meta:
        """Lists ask by site and state, and by department."""

        indexes = ((("site_id", "state", "closes_at"), False), (("department_id", "changed_at"), False))


class Version(BaseModel):
    """A published document; never changes, so records and exports can be read for ever."""

    app = peewee.ForeignKeyField(App, backref="versions", on_delete="CASCADE")
    version = peewee.IntegerField()
    document = JSONField()
    published_by = peewee.CharField(max_length=33)
    published_at = TimeField(default=clock.now)

    class Meta:
        """One document per number."""

        indexes = ((("app", "version"), True),)


class Quota(BaseModel):
    """Places counted together: all of an app (`all`), or those of one option.

    The `all` row exists for every published app. Whoever changes places of an app changes this row first,
    so it is also the app's lock, and its `issued` hands out positions without gaps.
    """

    app = peewee.ForeignKeyField(App, backref="quotas", on_delete="CASCADE")
    key = peewee.CharField(max_length=66)
    #: None = as many as come.
    places = peewee.IntegerField(null=True)
    taken = peewee.IntegerField(default=0)
    wait_places = peewee.IntegerField(default=0)
    waiting = peewee.IntegerField(default=0)
    issued = peewee.IntegerField(default=0)

    class Meta:
        """One row per app and key; the database itself refuses what may never be."""

        indexes = ((("app", "key"), True),)
        constraints = [peewee.Check("taken >= 0 AND waiting >= 0")]


class Entry(BaseModel):
    """One person's sign-up. `once_key` holds the person while the entry counts, nothing after a cancel."""

    id = peewee.CharField(max_length=33, primary_key=True, default=new_id)
    app = peewee.ForeignKeyField(App, backref="entries", on_delete="CASCADE")
    version = peewee.IntegerField()
    person_id = peewee.CharField(max_length=33)
    department_id = peewee.IntegerField(null=True)
    answers = JSONField(default=dict)
    state = peewee.CharField(max_length=10)
    #: Order of arrival: 1, 2, 3 … per app, never handed out twice.
    position = peewee.IntegerField(null=True)
    #: Keys of the quotas this entry needs, the `all` row first.
    quotas = JSONField(default=list)
    #: The quota on whose waiting list it stands.
    waits_on = peewee.CharField(max_length=66, default="")
    idempotency_key = peewee.CharField(max_length=64)
    once_key = peewee.CharField(max_length=40, null=True)
    changes = peewee.IntegerField(default=0)
    created_at = TimeField(default=clock.now)
    changed_at = TimeField(default=clock.now)

    class Meta:
        """Kept by the database: one answer per key, once per person, no position twice."""

        indexes = (
            (("app", "idempotency_key"), True),
            (("app", "once_key"), True),
            (("app", "position"), True),
            (("app", "state", "position"), False),
            (("person_id", "state"), False),
        )


MODELS: tuple[type, ...] = (App, Version, Quota, Entry)
