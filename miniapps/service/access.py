"""Who may see, make and join an app; everything else is not found."""

from collections.abc import Mapping
from typing import Any

from qingban import Actor, NotFound, _, departments

from .. import queries
from ..documents import Audience
from ..models import App
from ..queries import Live

MAKE = "miniapps.make"
USE = "miniapps.use"


def owns(app: Any, actor: Actor) -> bool:
    """Tell whether an app is the business of this person's department."""
    return app.site_id == actor.site.id and app.department_id == actor.department_id


def managed(app_id: str, actor: Actor) -> App:
    """Return an app of the actor's own department.

    Raises:
        NotFound: There is none, it is another department's, or the actor makes no apps.
    """
    app: App | None = App.get_or_none(App.id == app_id)
    if app is None or not actor.can(MAKE) or not owns(app, actor):
        raise NotFound
    return app


def visible(code: str, actor: Actor) -> Live:
    """Return the app behind a code; a draft only to those who make it.

    Raises:
        NotFound: There is no such app, or it is somebody else's draft.
    """
    live = queries.live(code)
    if live is None or (live.is_draft and not (actor.can(MAKE) and owns(live, actor))):
        raise NotFound("没有找到这个报名，二维码可能已作废，请联系海报上的科室")
    return live


def fits(audience: Audience, site_id: int, actor: Actor, above: list[int] | None = None) -> bool:
    """Tell whether a person belongs to those an app is for.

    Args:
        above: The person's department and those above it, if already known.
    """
    if audience.scope == "installation":
        return True
    if audience.scope == "site":
        return actor.site.id == site_id
    if actor.department_id is None:
        return False
    mine = above if above is not None else departments.ancestors(actor.department_id)
    return actor.site.id == site_id and bool(set(mine) & set(audience.departments))


def scope_words(live: Live, names: Mapping[int, str] | None = None) -> str:
    """Say for whom an app is."""
    audience = live.document.audience
    if audience.scope == "installation":
        return _("全院各院区职工")
    if audience.scope == "site":
        return _("本院区职工")
    known = names or {id: unit.name for id, unit in departments.by_ids(audience.departments).items()}
    listed = [known[id] for id in audience.departments if id in known]
    return "、".join(listed[:3]) + (_("等 %(count)s 个科室", count=len(listed)) if len(listed) > 3 else "")
