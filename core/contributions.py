"""The frozen records plugins hand over; the platform alone decides when to act on them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class Vote(StrEnum):
    """One plugin's answer to a permission question; any DENY wins, silence means no."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """The manifest of a plugin: `PLUGIN` in its `__init__.py`."""

    name: str
    """Folder, URL, table, action and CSS prefix: lower-case letters, digits and underscore."""
    title: str
    """What people call it, in Chinese."""
    summary: str
    """One sentence for the admin page."""
    version: str = "0.1.0"
    """MAJOR.MINOR.PATCH."""
    requires: tuple[str, ...] = ()
    """Plugins that must be enabled with this one."""
    optional: tuple[str, ...] = ()
    """Plugins it works better with."""
    always_on: bool = False
    """Part of every site; has no switch."""
    owner: str = "信息科"
    """Whom to ask."""
    icon: str = "puzzle"
    """Icon on the admin page."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address. `path` is relative; the platform puts `/<plugin>` before it."""

    path: str
    """Falcon template, for example `/items/{item_id}`; starts with a slash."""
    resource: object
    """A falcon resource, usually a `Page`."""
    action: str = ""
    """The action a person needs; empty only together with `public`."""
    suffix: str = ""
    """Falcon suffix: `on_get_<suffix>`."""
    public: str = ""
    """Why nobody needs to be signed in, in words; empty = signed-in people only."""
    desktop: bool = False
    """Whether the page is an admin page for desks; it asks for a session that is young and in use."""
    limit: str = ""
    """A rate limit of its own: search, upload, download; empty = those for every page and every change."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A way in on the workbench."""

    name: str
    """Unique, starts with the plugin's name."""
    title: str
    """At most six Chinese characters look best."""
    path: str
    """Absolute path the tile opens."""
    icon: str = "apps"
    """Tabler outline icon."""
    action: str = ""
    """Shown only to people who may; empty = everyone of the site."""
    group: str = "行政办公"
    """Heading on the workbench."""
    order: int = 100
    """Smaller comes first; ties by name."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something a person may be allowed to do: `<plugin>.<verb>`."""

    name: str
    """For example `flows.start`."""
    title: str
    """What IT reads in the roles matrix."""
    default_groups: tuple[str, ...] = ()
    """Groups that have it from the start: everyone, clerk, leader, admin, security_admin, audit_admin."""
    also_requires: tuple[str, ...] = ()
    """Actions that must be granted too."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Background work. The queue carries an id; the payload lives in our own table."""

    name: str
    """For example `flows_remind`."""
    run: Callable[[dict[str, Any]], None]
    """Gets the payload; may run twice with the same payload, so it must be idempotent."""
    schedule: str = ""
    """Cron line in the hospital's time zone (`15 7 * * *`); empty = only when asked."""
    retries: int = 8
    """Tries before it is put aside as dead."""
    timeout: int = 60
    """Seconds of lease: another worker takes it up after that."""
    per_site: bool = True
    """A scheduled job runs once per site where the plugin is enabled."""


@dataclass(frozen=True, kw_only=True)
class CardButton:
    """A button on a message card and what pressing it does."""

    key: str
    """Stable name of the answer, for example `approve`."""
    handle: Callable[["CardPress"], None]
    """Runs as the person who pressed; raises the usual errors, which never reach WeCom."""


@dataclass(frozen=True, kw_only=True)
class CardPress:
    """One press on a card, already checked to come from WeCom and a known, active person."""

    kind: str
    """Card kind, for example `flows.approval`."""
    about: str
    """What the card is about, for example a task id."""
    key: str
    """Which button."""
    actor: Any
    """The `Actor` who pressed."""
    site: Any
    """The `Site` of the card."""
    request_id: str
    """Same press, same id: repeated callbacks have one effect."""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Answers of selections on the card: question key to option ids."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A kind of WeCom template card."""

    kind: str
    """For example `flows.approval`."""
    build: Callable[[str, Any], dict[str, Any] | None]
    """(about, reader) → the `template_card` without task_id, or None when there is nothing left to say."""
    buttons: tuple[CardButton, ...] = ()
    """What its buttons do."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One per-site setting of a plugin."""

    key: str
    """For example `flows.days_kept`."""
    type: type
    """`str`, `int`, `bool` or `list` (of text)."""
    default: Any
    """Value until somebody changes it."""
    title: str
    """Short name."""
    help: str
    """One sentence: what it does and when it takes effect."""
    secret: bool = False
    """Stored sealed, never shown again."""
    choices: tuple[str, ...] = ()
    """Allowed values, when they are few."""


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """A kind of entry in the audit trail."""

    name: str
    """`<plugin>.<noun>.<past participle>`."""
    phrase: str
    """Sentence for people; `{actor}` and the facts may stand in it."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found; `level` is ok, warn or bad."""

    level: Literal["ok", "warn", "bad"]
    """How serious."""
    message: str
    """What is so."""
    cure: str = ""
    """What to do, as a command where possible."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A health check for `qingban doctor` and the health page."""

    name: str
    """For example `core.database`."""
    title: str
    """What is looked at."""
    run: Callable[[Any], Finding]
    """Gets the `Config`."""


@dataclass(frozen=True, kw_only=True)
class AttachmentRule:
    """Who may read attachments of a kind, and what is accepted."""

    kind: str
    """For example `flows.photo`."""
    can_read: Callable[[Any, Any], bool]
    """(attachment, actor) → whether this person may read it."""
    max_bytes: int = 10 * 1024 * 1024
    """Largest file."""
    types: tuple[str, ...] = ()
    """Accepted media types; empty = the platform's short list."""


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """What a plugin stores about a person, to be exported and erased on demand."""

    name: str
    """For example `flows.instances`."""
    title: str
    """What it is, in words."""
    export: Callable[[str], Iterable[Mapping[str, Any]]]
    """person_id → rows."""
    erase: Callable[[str], int]
    """person_id → number of values blanked."""
    retain: str = ""
    """Why some of it must stay, if so."""


@dataclass(frozen=True, kw_only=True)
class DirectorySource:
    """Where people and departments come from."""

    name: str
    """For example `wecom`."""
    title: str
    """What IT reads."""
    fetch: Callable[[Any], Any]
    """config → a complete `directory.sync.Snapshot`, or raises before anything is changed."""


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing that waits for a person."""

    key: str
    """Unique over all plugins, for example `flows:<task>`."""
    title: str
    """What it is about, not a number."""
    path: str
    """Where to answer it."""
    since: datetime
    """Since when it waits."""
    source: str = ""
    """Which plugin's word for it: 请假申请."""
    facts: tuple[str, ...] = ()
    """At most two short facts."""
    who: str = ""
    """Who asks."""
    due: datetime | None = None
    """Until when."""
    is_urgent: bool = False
    """Shown first."""
    is_reading: bool = False
    """For reading only, nothing to decide."""


@dataclass(frozen=True, kw_only=True)
class TodoTab:
    """A plugin's own list beside 待处理 and 待阅, for example 我发起的."""

    name: str
    """Unique, starts with the plugin's name."""
    title: str
    """Two to four characters."""
    path: str
    """The plugin's page; it shows the same row of tabs."""
    order: int = 100
    """Smaller comes first."""


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A count on a tile or on the head of the workbench."""

    tile: str
    """Name of the tile."""
    count: int
    """What needs this person; 0 shows nothing."""
    title: str = ""
    """With a title it is also a figure at the head of the workbench: 待我审批."""
    path: str = ""
    """Where the figure leads."""
    order: int = 100
    """Order at the head."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One search result."""

    kind: str
    """document, person, app, …"""
    title: str
    """What it is."""
    path: str
    """Where it is."""
    excerpt: str = ""
    """A line of context."""
