"""Files: what people call them, and the content each is kept in once."""

import peewee

from core.clock import now
from core.db import BaseModel, TimeField
from core.ids import new_id
from core.site import Site


class Blob(BaseModel):
    """One content, stored once however often it is added."""

    sha256 = peewee.CharField(max_length=64, primary_key=True)
    size = peewee.BigIntegerField()
    path = peewee.CharField(max_length=80)
    created_at = TimeField(default=now)


class Attachment(BaseModel):
    """A file somebody added. `about` names what it belongs to; empty until that is sent off."""

    site_id: int
    blob_id: str
    thumb_id: str | None
    id = peewee.CharField(max_length=33, primary_key=True, default=new_id)
    kind = peewee.CharField(max_length=60)
    name = peewee.CharField(max_length=200)
    mime = peewee.CharField(max_length=100)
    size = peewee.BigIntegerField()
    blob = peewee.ForeignKeyField(Blob, backref="+", on_delete="RESTRICT")
    thumb = peewee.ForeignKeyField(Blob, null=True, backref="+", on_delete="RESTRICT")
    owner_id = peewee.CharField(max_length=33, index=True)
    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    about = peewee.CharField(max_length=120, default="", index=True)
    created_at = TimeField(default=now)
    width = peewee.IntegerField(default=0)
    height = peewee.IntegerField(default=0)

    @property
    def sha256(self) -> str:
        """The hash of the content."""
        return str(self.blob_id)

    @property
    def is_picture(self) -> bool:
        """Whether browsers may show it in the page."""
        return self.mime.startswith("image/")

    @property
    def is_sound(self) -> bool:
        """Whether it is a recording."""
        return self.mime.startswith("audio/")
