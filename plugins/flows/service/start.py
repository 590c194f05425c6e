"""Start an application: check the form, show the way ahead, send it."""

from typing import Any

from qingban import Actor, Invalid, clock, database, forms, record, site_by_id

from .. import engine, queries
from ..forms import start_fields
from ..models import Definition, Instance
from ..world import House, starter_of
from . import drafts, files
from .commands import ask, commit
from .requests import once


def check_start(row: Definition, raw: dict[str, Any], *, actor: Actor) -> forms.Clean:
    """Check a filled-in form completely, trusting nothing the browser did."""
    definition = queries.version_of(row.id, row.number)
    return forms.validate(start_fields(definition), raw, me=dict(starter_of(actor.person_id).facts))


def route_ahead(
    row: Definition, values: dict[str, Any], *, actor: Actor, picks: dict[str, tuple[str, ...]] | None = None
) -> list[engine.PreviewStep]:
    """Return who would be asked if the form were sent now."""
    definition = queries.version_of(row.id, row.number)
    world = House(actor.site, definition)
    return engine.preview(definition, values, starter_of(actor.person_id), world, picks or {})


def steps_ahead(row: Instance, state: engine.Instance) -> list[engine.PreviewStep]:
    """Return the steps that have not been reached in this round; nothing once it has ended."""
    if state.status is not engine.Status.RUNNING or state.returned:
        return []
    definition = queries.version_of(row.definition_id, row.definition_version)
    reached = {visit.node_id for visit in state.visits if visit.round == state.round}
    reached |= {one.node_id for one in state.copies if one.round == state.round}
    world = House(site_by_id(row.site_id), definition)
    steps = engine.preview(definition, state.values, state.starter, world, state.picks)
    return [step for step in steps if step.node_id not in reached]


def steps_after_resubmit(
    row: Instance, state: engine.Instance, picks: dict[str, tuple[str, ...]]
) -> list[engine.PreviewStep]:
    """Return the whole way a returned application would go, with the people chosen."""
    definition = queries.version_of(row.definition_id, row.definition_version)
    world = House(site_by_id(row.site_id), definition)
    return engine.preview(definition, state.values, state.starter, world, picks)


def submit(
    row: Definition,
    raw: dict[str, Any],
    *,
    request_id: str,
    actor: Actor,
    picks: dict[str, tuple[str, ...]] | None = None,
) -> str:
    """Send a new application; returns its id, the same one for the same request.

    Raises:
        Invalid: Fields by id with their sentences, also `pick.<node>` for people to choose.
    """
    clean = check_start(row, raw, actor=actor)
    if clean.errors:
        raise Invalid(clean.errors)
    values = {key: value for key, value in clean.values.items() if value not in (None, "", [])}
    return once(
        actor,
        request_id,
        "submit",
        lambda _none: _send(row, values, request_id, actor, picks or {}),
    )


def _send(
    row: Definition, values: dict[str, Any], request_id: str, actor: Actor, picks: dict[str, tuple[str, ...]]
) -> str:
    definition = queries.version_of(row.id, row.number)
    world = House(actor.site, definition)
    instance_id = world.new_id()
    command = engine.Submit(
        actor=actor.person_id,
        request_id=request_id,
        instance_id=instance_id,
        starter=starter_of(actor.person_id),
        values=values,
        picks=picks,
    )
    before = engine.Instance()
    events = ask(lambda: engine.decide(definition, before, command, world), definition)
    made = Instance.create(
        id=instance_id,
        site=actor.site.id,
        definition=row.id,
        definition_version=row.number,
        serial=_serial(actor.site.id),
        starter_id=actor.person_id,
        subject=definition.name,
        status="draft",
        state="",
        version=0,
        submitted_at=world.now,
    )
    files.bind_values(definition, values, instance_id, by=actor)
    commit(made, definition, before, events, actor=actor, request_id=request_id, name="submit")
    record("flows.instance.submitted", actor=actor, about=instance_id, site=actor.site, subject=made.serial)
    drafts.drop_draft(row, actor=actor)
    return instance_id


def _serial(site_id: int) -> str:
    day = clock.today().strftime("%Y%m%d")
    mark = database.param
    statement = (
        f"INSERT INTO flows_serial (site_id, day, last) VALUES ({mark}, {mark}, 1)"  # noqa: S608 - only marks
        " ON CONFLICT (site_id, day) DO UPDATE SET last = flows_serial.last + 1 RETURNING last"
    )
    (last,) = database.execute_sql(statement, (site_id, day)).fetchone()
    return f"{day}-{last:04d}"
