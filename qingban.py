"""The public door: everything a plugin may import."""

from core import clock, forms
from core.attachments import bind as bind_attachments
from core.attachments import by_ids as attachments_by_ids
from core.attachments import open_for as open_attachment
from core.attachments import store as store_attachment
from core.audit import record
from core.auth.actor import Actor, system
from core.auth.permissions import allowed, require
from core.contributions import (
    Action,
    AttachmentRule,
    AuditEvent,
    Badge,
    Card,
    CardButton,
    CardPress,
    Check,
    DirectorySource,
    Finding,
    Hit,
    Job,
    PersonalData,
    Plugin,
    Route,
    Setting,
    Tile,
    Todo,
    TodoTab,
    Vote,
)
from core.db import BaseModel, JSONField, TimeField, after_commit, atomic, database, for_update, is_sqlite
from core.directory.lookup import departments, lines, people, roles
from core.directory.sync import DepartmentRow, PersonRow, Refusal, Snapshot, TagRow
from core.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    QingbanError,
    TooLarge,
    TooMany,
    Unavailable,
)
from core.hookspecs import hookimpl
from core.ids import new_id
from core.jobs import enqueue
from core.links import address
from core.log import get as get_logger
from core.messaging import cards, send_card, update_card
from core.settings import value as setting
from core.site import Site
from core.site import by_id as site_by_id
from core.text import _
from core.web.page import Page
from core.web.tabs import todo_tabs

__all__ = [
    "Action",
    "Actor",
    "AttachmentRule",
    "AuditEvent",
    "Badge",
    "BaseModel",
    "Card",
    "CardButton",
    "CardPress",
    "Check",
    "Conflict",
    "DepartmentRow",
    "DirectorySource",
    "Finding",
    "Hit",
    "Invalid",
    "JSONField",
    "Job",
    "NotAllowed",
    "NotFound",
    "Page",
    "PersonRow",
    "PersonalData",
    "Plugin",
    "QingbanError",
    "Refusal",
    "Route",
    "Setting",
    "Site",
    "Snapshot",
    "TagRow",
    "Tile",
    "TimeField",
    "Todo",
    "TodoTab",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "Vote",
    "_",
    "address",
    "after_commit",
    "allowed",
    "atomic",
    "attachments_by_ids",
    "bind_attachments",
    "cards",
    "clock",
    "database",
    "departments",
    "enqueue",
    "for_update",
    "forms",
    "get_logger",
    "hookimpl",
    "is_sqlite",
    "lines",
    "new_id",
    "open_attachment",
    "people",
    "record",
    "require",
    "roles",
    "send_card",
    "setting",
    "site_by_id",
    "store_attachment",
    "system",
    "todo_tabs",
    "update_card",
]
