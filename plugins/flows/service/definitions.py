"""Publish versions of flows; fill a new site with the gallery."""

import msgspec
from qingban import Actor, Conflict, Site, atomic, record

from .. import engine
from ..catalogue import load_all
from ..models import Definition, Version


def seed(site: Site, *, by: Actor) -> int:
    """Give a site the flows of the gallery it does not have yet; return how many are new."""
    known = {
        slug for (slug,) in Definition.select(Definition.slug).where(Definition.site == site.id).tuples()
    }
    fresh = [one for one in load_all() if one.id not in known]
    with atomic():
        for document in fresh:
            publish(site, document, by=by)
    return len(fresh)


def publish(site: Site, document: engine.Definition, *, by: Actor) -> Version:
    """Publish a definition as the next version of the site's flow with its id; running ones keep theirs.

    Raises:
        Conflict: The check found errors; the sentence names the first.
    """
    problems = [one for one in engine.check(document) if one.level == "error"]
    if problems:
        raise Conflict(f"“{document.name}”还不能发布：{problems[0].text}")
    with atomic():
        row, _ = Definition.get_or_create(
            site=site.id, slug=document.id, defaults={"name": document.name, "category": document.category}
        )
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
