"""Publish versions of flows; fill a new site with the gallery."""

from typing import Any

import msgspec

from qingban import Actor, Conflict, Site, atomic, clock, for_update, record

from .. import engine
from ..catalogue import load_all
from ..engine.tree import fields_of, nodes
from ..forms import labels
from ..models import Definition, Version


def seed(site: Site, *, by: Actor) -> int:
    """Give a site the flows of the gallery it does not have yet; return how many are new."""
    query: Any = Definition.select(Definition.slug).where(Definition.site == site.id).tuples()
    known = {slug for (slug,) in query}
    fresh = [one for one in load_all() if one.id not in known]
    if not fresh:
        return 0
    with atomic():
        Definition.insert_many([_row(site, one) for one in fresh]).execute()
        rows: Any = Definition.select(Definition.slug, Definition.id).where(Definition.site == site.id)
        ids: dict[str, int] = dict(rows.tuples())
        Version.insert_many([_first(ids[one.id], one, by) for one in fresh]).execute()
        record("flows.gallery.loaded", actor=by, about=site.slug, site=site, count=len(fresh))
    return len(fresh)


def _row(site: Site, document: engine.Definition) -> dict[str, Any]:
    return {
        "site": site.id,
        "slug": document.id,
        "name": document.name,
        "category": document.category,
        "icon": document.icon,
        "summary": document.summary,
        "number": 1,
        "is_open": True,
    }


def _first(definition_id: int, document: engine.Definition, by: Actor) -> dict[str, Any]:
    return {
        "definition": definition_id,
        "number": 1,
        "document": engine.to_json(msgspec.structs.replace(document, version=1)).decode(),
        "published_at": clock.now(),
        "published_by": by.person_id,
    }


def _shown_and_hidden(document: engine.Definition) -> list[str]:
    """Lists, cards and search show subject and facts to everybody who takes part (P40, P52)."""
    shown = {*document.facts, *fields_of(document.subject)}
    hidden = {key: node.name for node in nodes(document) for key in node.hide}
    names = labels(document)
    return [
        f"“{names[key]}”出现在标题或列表摘要里，不能对“{hidden[key]}”隐藏" for key in hidden if key in shown
    ]


def publish(site: Site, document: engine.Definition, *, by: Actor) -> Version:
    """Publish a definition as the next version of the site's flow with its id; running ones keep theirs.

    Raises:
        Conflict: The check found errors; the sentence names the first.
    """
    problems = [one.text for one in engine.check(document) if one.level == "error"] or _shown_and_hidden(
        document
    )
    if problems:
        raise Conflict(f"“{document.name}”还不能发布：{problems[0]}")
    with atomic():
        found, _ = Definition.get_or_create(
            site=site.id, slug=document.id, defaults={"name": document.name, "category": document.category}
        )
        row = for_update(Definition.select().where(Definition.id == found.id)).get()
        number = row.number + 1
        version: Version = Version.create(
            definition=row,
            number=number,
            document=engine.to_json(msgspec.structs.replace(document, version=number)).decode(),
            published_by=by.person_id,
        )
        Definition.update(
            number=number,
            name=document.name,
            category=document.category,
            icon=document.icon,
            summary=document.summary,
        ).where(Definition.id == row.id).execute()
        record("flows.definition.published", actor=by, about=document.id, site=site, version=number)
    return version
