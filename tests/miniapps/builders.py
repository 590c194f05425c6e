"""Short ways to make apps and people who sign up for them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from miniapps import documents, queries, service
from miniapps.documents import Audience, Document, Edit, OptionCount, QuotaRule, Wait, Windows
from miniapps.models import App
from qingban import clock

_numbers = count(1)

SESSIONS = {
    "id": "f1",
    "type": "session",
    "label": "专场",
    "required": True,
    "options": [{"id": "o1", "label": "静脉穿刺"}, {"id": "o2", "label": "心肺复苏"}],
}
NOTE = {"id": "f2", "type": "text", "label": "备注"}


def local(days: float = 0) -> str:
    """Write a moment so many days from now the way documents do."""
    return f"{clock.now().astimezone(clock.LOCAL) + timedelta(days=days):%Y-%m-%dT%H:%M}"


def make_document(
    *,
    places: int | None = 10,
    wait: int = 0,
    by_option: dict[str, int] | None = None,
    fields: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> Document:
    """Build a document that can be published: open since yesterday, for a week."""
    rules = [QuotaRule(id="all", limit=places, wait=Wait(limit=wait))] if places else []
    for option, limit in (by_option or {}).items():
        count_ = OptionCount(field="f1", option=option)
        rules.append(QuotaRule(id=f"f1.{option}", counts=count_, limit=limit, wait=Wait(limit=wait)))
    values: dict[str, Any] = {
        "schema": documents.SCHEMA,
        "title": "技能大赛报名",
        "fields": fields if fields is not None else ([SESSIONS, NOTE] if by_option else [NOTE]),
        "quotas": rules,
        "windows": Windows(open_at=local(-1), close_at=local(7)),
    }
    return Document(**{**values, **changes})


def clerk(house: Any, name: str = "干事甲", department: int = 20) -> Any:
    """Make a person who may make apps for a department, as an actor."""
    return house.actor(house.person(name, department=department, roles=["clerk"]))


def make_app(house: Any, *, by: Any = None, document: Document | None = None, **shape: Any) -> App:
    """Publish an app, by default of the personnel department."""
    maker = by or clerk(house)
    app = service.create(maker, "signup")
    service.save(app.id, maker, document or make_document(**shape), 10)
    return service.publish(app.id, maker)


def republish(app: App, by: Any, **changes: Any) -> App:
    """Change the working copy and publish it."""
    document = msgspec.structs.replace(documents.convert(App.get_by_id(app.id).document), **changes)
    service.save(app.id, by, document, 20)
    return service.publish(app.id, by)


def live(app: App) -> Any:
    """Return the app as visitors meet it now."""
    return queries.live(app.code)


def join(app: App, actor: Any, key: str = "", **answers: Any) -> service.Receipt:
    """Sign somebody up."""
    return service.register(live(app), actor, answers, key or f"request-{next(_numbers):06}")


def person(house: Any, name: str = "护士甲", **values: Any) -> Any:
    """Make somebody of the ward, as an actor."""
    return house.actor(house.person(name, **values))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Name a moment in the hospital's November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.LOCAL)


__all__ = [
    "NOTE",
    "SESSIONS",
    "Audience",
    "Edit",
    "Windows",
    "at",
    "clerk",
    "join",
    "live",
    "local",
    "make_app",
    "make_document",
    "person",
    "republish",
]
