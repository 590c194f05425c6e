"""How a department makes an app: from a template to published, closed and opened again."""

import secrets
from datetime import timedelta
from functools import cache
from pathlib import Path

import msgspec

from qingban import Actor, Conflict, Invalid, NotFound, Site, _, atomic, clock, record, setting, site_by_id

from .. import documents, lists, queries
from ..documents import ALL, Document
from ..models import ACCEPTED, CLOSED, DRAFT, PUBLISHED, WAITING, App, Quota, Version
from . import signing_up
from .access import managed

CATALOGUE = Path(__file__).resolve().parent.parent / "catalog"
LETTERS = "23456789abcdefghjkmnpqrstvwxyz"


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A starting point of the catalogue."""

    #: What the department reads.
    name: str
    summary: str
    icon: str
    #: The document it starts with.
    form: Document
    #: File name without ending.
    key: str = ""


@cache
def templates() -> tuple[Template, ...]:
    """Return the catalogue in the order of its file names."""
    found = []
    for path in sorted(CATALOGUE.glob("*.json")):
        template = msgspec.json.decode(path.read_bytes(), type=Template)
        found.append(msgspec.structs.replace(template, key=path.stem))
    return tuple(found)


def create(actor: Actor, key: str) -> App:
    """Start a draft from a template, owned by the actor's department.

    Raises:
        NotFound: There is no such template.
        Conflict: The actor belongs to no department.
    """
    template = next((one for one in templates() if one.key == key), None)
    if template is None:
        raise NotFound(_("没有这个模板"))
    if actor.department_id is None:
        raise Conflict(_("你还不属于任何科室，不能新建应用。请信息科检查通讯录"))
    document = _dated(template.form)
    with atomic():
        app = App.create(
            code=_new_code(),
            site_id=actor.site.id,
            department_id=actor.department_id,
            owner_id=actor.person_id,
            kind=document.kind,
            title=document.title,
            document=documents.plain(document),
            ids_made=_ids_in(document),
        )
        record("miniapps.app.created", actor=actor, about=app.id, site=actor.site, template=key)
    return app


def save(app_id: str, actor: Actor, document: Document, ids_made: int) -> App:
    """Keep the working copy; what visitors see does not change before `publish`."""
    with atomic():
        app = managed(app_id, actor)
        app.document = documents.plain(document)
        app.title = app.title if app.version else document.title
        app.ids_made = max(app.ids_made, ids_made)
        app.changed_at = clock.now()
        app.save(only=[App.document, App.title, App.ids_made, App.changed_at])
    return app


def publish(app_id: str, actor: Actor) -> App:
    """Make the working copy what visitors see; places are counted anew, raised limits move people up.

    Raises:
        Invalid: Something in the document stops it; sentences by control.
        Conflict: The site or the department has as many published apps as it may.
    """
    with atomic():
        queries.lock_app(app_id)
        app = managed(app_id, actor)
        queries.lock(app.id)
        document = documents.convert(app.document)
        if said := documents.problems(document):
            raise Invalid(said)
        if app.state != PUBLISHED:
            _require_room(site_by_id(app.site_id), app.department_id)
        before = app.version
        app.version = before + 1
        app.state = PUBLISHED
        app.title = document.title.strip()
        app.opens_at = documents.moment(document.windows.open_at)
        app.closes_at = documents.moment(document.windows.close_at)
        app.audience = msgspec.to_builtins(document.audience)
        app.is_wide = document.audience.scope == "installation"
        app.changed_at = clock.now()
        app.save()
        Version.create(app=app.id, version=app.version, document=app.document, published_by=actor.person_id)
        _set_places(app.id, document)
        if before:
            live = queries.live_by_id(app.id)
            if live:
                signing_up.promote(live, actor)
        record("miniapps.app.published", actor=actor, about=app.id, site=app.site_id, version=app.version)
    return app


def close(app_id: str, actor: Actor) -> App:
    """End an app now; entries stay."""
    return _set_state(app_id, actor, PUBLISHED, CLOSED, "miniapps.app.closed")


def reopen(app_id: str, actor: Actor) -> App:
    """Open a closed app again under its last published document.

    Raises:
        Conflict: Its time is over; the window has to be moved and published.
    """
    with atomic():
        app = managed(app_id, actor)
        if app.closes_at and app.closes_at <= clock.now():
            raise Conflict(_("截止时间已过，请先在“修改”里把截止时间往后改，再发布"))
        _require_room(site_by_id(app.site_id), app.department_id)
        return _set_state(app_id, actor, CLOSED, PUBLISHED, "miniapps.app.reopened")


def discard(app_id: str, actor: Actor) -> None:
    """Remove a draft that was never published.

    Raises:
        Conflict: It was published; it can only be closed.
    """
    with atomic():
        app = managed(app_id, actor)
        if app.version:
            raise Conflict(_("发布过的应用不能删除，可以结束报名"))
        App.delete().where(App.id == app.id, App.version == 0).execute()
        record("miniapps.app.discarded", actor=actor, about=app.id, site=app.site_id)


def _set_state(app_id: str, actor: Actor, before: str, after: str, event: str) -> App:
    with atomic():
        queries.lock_app(app_id)
        app = managed(app_id, actor)
        queries.lock(app.id)
        changed = App.update(state=after, changed_at=clock.now()).where(App.id == app.id, App.state == before)
        if not changed.execute():
            raise Conflict(_("状态已经变化，请看最新状态"))
        record(event, actor=actor, about=app.id, site=app.site_id)
    app.state = after
    return app


def _set_places(app_id: str, document: Document) -> None:
    """Bring the quota rows to the document and count what is taken from the entries themselves.

    Raises:
        Invalid: More people have a place than there would be places.
    """
    rules = {quota.id: quota for quota in document.quotas}
    taken, waiting = _recount(app_id, document)
    known = set(queries.rooms(app_id))
    for key in sorted({ALL, *rules, *known, *taken}, key=lambda key: (key != ALL, key)):
        rule = rules.get(key)
        places = rule.limit if rule else None
        if places is not None and taken.get(key, 0) > places:
            raise Invalid({"places": _("已有 %(count)s 人报上名，名额不能比这少", count=taken[key])})
        values = {
            "places": places,
            "taken": taken.get(key, 0),
            "wait_places": max(rule.wait.limit if rule else 0, waiting.get(key, 0)),
            "waiting": waiting.get(key, 0),
        }
        if key in known:
            Quota.update(**values).where(Quota.app == app_id, Quota.key == key).execute()
        else:
            Quota.create(app=app_id, key=key, **values)


def _recount(app_id: str, document: Document) -> tuple[dict[str, int], dict[str, int]]:
    taken: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for entry_id, state, answers, quotas, waits_on in queries.holding(app_id):
        wanted = (
            documents.touched(document, answers) if answers else quotas
        )  # blanked answers keep their places
        if wanted != quotas:
            queries.set_quotas(entry_id, wanted)
        if state == ACCEPTED:
            for key in wanted:
                taken[key] = taken.get(key, 0) + 1
        elif state == WAITING:
            waiting[waits_on] = waiting.get(waits_on, 0) + 1
    return taken, waiting


def _require_room(site: Site, department_id: int) -> None:
    in_site, in_department = lists.published_counts(site.id, department_id)
    if in_site >= setting(site, "miniapps.most_published"):
        raise Conflict(_("本院区已发布的应用太多，请先结束不用的，或请信息科调高上限"))
    if in_department >= setting(site, "miniapps.most_per_department"):
        raise Conflict(_("本科室已发布的应用太多，请先结束不用的，或请信息科调高上限"))


def _dated(document: Document) -> Document:
    """Give a template a window: from now for a week, until six in the evening."""
    now = clock.now().astimezone(clock.LOCAL).replace(second=0, microsecond=0)
    closes = (now + timedelta(days=7)).replace(hour=18, minute=0)
    windows = documents.Windows(open_at=f"{now:%Y-%m-%dT%H:%M}", close_at=f"{closes:%Y-%m-%dT%H:%M}")
    return msgspec.structs.replace(document, windows=windows)


def _ids_in(document: Document) -> int:
    """Return the highest number among the ids of a template (`f3`, `o7`)."""
    ids = [str(field["id"]) for field in document.fields]
    ids += [str(option["id"]) for field in document.fields for option in field.get("options", [])]
    return max((int(id[1:]) for id in ids if id[1:].isdecimal()), default=0)


def _new_code() -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _place in range(10))
        if not App.select().where(App.code == code).exists():
            return code


def is_changed(app: App) -> bool:
    """Tell whether the working copy differs from what visitors see."""
    if app.state == DRAFT or not app.version:
        return True
    published: Version | None = Version.get_or_none(Version.app == app.id, Version.version == app.version)
    return published is None or published.document != app.document
