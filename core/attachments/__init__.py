"""Files people add: checked on arrival, kept once, read only where a rule says so."""

from core.attachments.models import Attachment, Blob
from core.attachments.pages import routes
from core.attachments.store import (
    bind,
    bound_to,
    by_ids,
    install,
    open_for,
    set_folder,
    store,
    sweep,
)

__all__ = [
    "Attachment",
    "Blob",
    "bind",
    "bound_to",
    "by_ids",
    "install",
    "open_for",
    "routes",
    "set_folder",
    "store",
    "sweep",
]
