"""Every hook: when it is called, what it returns, what it looks like.

The verb is the contract: `register_` gives records once at start; `collect_` gives items per request and
may fail alone; `vote_` decides about permission and fails closed; `resolve_` takes the first answer; `on_`
hears about the past.
"""

from typing import Any

import pluggy

from core.contributions import (
    Action,
    AttachmentRule,
    AuditEvent,
    Badge,
    Card,
    Check,
    DirectorySource,
    Hit,
    Job,
    PersonalData,
    Route,
    Setting,
    Tile,
    Todo,
    TodoTab,
    Vote,
)

hookspec = pluggy.HookspecMarker("qingban")
hookimpl = pluggy.HookimplMarker("qingban")


@hookspec
def register_routes() -> list[Route]:  # type: ignore[empty-body]
    """Give the addresses of this plugin.

    Called once at start, without database and site. Example::

        return [Route(path="/", resource=pages.Today(), action="greetings.view")]
    """


@hookspec
def register_tiles() -> list[Tile]:  # type: ignore[empty-body]
    """Give the ways in on the workbench. Called once at start.

    Example::

        return [Tile(name="greetings", title="生日祝福", path="/greetings/", icon="cake")]
    """


@hookspec
def register_todo_tabs() -> list[TodoTab]:  # type: ignore[empty-body]
    """Give lists that stand beside 待处理 and 待阅. Called once at start.

    Example::

        return [TodoTab(name="greetings_sent", title="我祝福的", path="/greetings/sent")]
    """


@hookspec
def register_actions() -> list[Action]:  # type: ignore[empty-body]
    """Give the things people may be allowed to do. Called once at start.

    Example::

        return [Action(name="greetings.view", title="看生日", default_groups=("everyone",))]
    """


@hookspec
def register_models() -> list[type]:  # type: ignore[empty-body]
    """Give the tables of this plugin, to compare them with its migrations. Called once at start.

    Example::

        return [models.Greeting]
    """


@hookspec
def register_jobs() -> list[Job]:  # type: ignore[empty-body]
    """Give background work. Called once at start.

    Example::

        return [Job(name="greetings_send", run=jobs.send, schedule="30 7 * * *")]
    """


@hookspec
def register_cards() -> list[Card]:  # type: ignore[empty-body]
    """Give the message cards and what their buttons do. Called once at start.

    Example::

        return [Card(kind="greetings.wish", build=cards.wish)]
    """


@hookspec
def register_settings() -> list[Setting]:  # type: ignore[empty-body]
    """Give the per-site settings, each with words. Called once at start.

    Example::

        return [
            Setting(
                key="greetings.hour",
                type=int,
                default=8,
                title="几点祝福",
                help="每天这个钟点发送，下次任务生效",
            )
        ]
    """


@hookspec
def register_audit_events() -> list[AuditEvent]:  # type: ignore[empty-body]
    """Give the kinds of audit entries with their sentences. Called once at start.

    Example::

        return [AuditEvent(name="greetings.wish.sent", phrase="{actor} 向 {person} 送出祝福")]
    """


@hookspec
def register_checks() -> list[Check]:  # type: ignore[empty-body]
    """Give health checks for `qingban doctor`. Called once at start.

    Example::

        return [Check(name="greetings.cake", title="蛋糕", run=checks.cake)]
    """


@hookspec
def register_attachment_rules() -> list[AttachmentRule]:  # type: ignore[empty-body]
    """Give who may read which kind of attachment. Called once at start; a kind without a rule is refused.

    Example::

        return [AttachmentRule(kind="greetings.photo", can_read=service.may_see_photo)]
    """


@hookspec
def register_directory_sources() -> list[DirectorySource]:  # type: ignore[empty-body]
    """Give places people and departments come from. Called once at start.

    Example::

        return [DirectorySource(name="hr", title="人事系统", fetch=source.fetch)]
    """


@hookspec
def register_personal_data() -> list[PersonalData]:  # type: ignore[empty-body]
    """Say what is stored about a person, how to hand it out and how to blank it. Called once at start.

    Example::

        return [
            PersonalData(
                name="greetings.wishes", title="祝福", export=queries.wishes_of, erase=service.forget
            )
        ]
    """


@hookspec
def collect_todos(actor: Any, limit: int) -> list[Todo]:  # type: ignore[empty-body]
    """Give what waits for this person, most pressing first. Called per request; one query.

    Example::

        return [Todo(key="greetings:1", title="给甲写祝福", path="/greetings/1", since=row.since)]
    """


@hookspec
def collect_badges(actor: Any) -> list[Badge]:  # type: ignore[empty-body]
    """Give counts for tiles and the head of the workbench. Called per request for enabled plugins; one query.

    Example::

        return [Badge(tile="greetings", count=2)]
    """


@hookspec
def collect_search_hits(actor: Any, query: str, limit: int) -> list[Hit]:  # type: ignore[empty-body]
    """Give what matches and this person may see. Called per request for enabled plugins.

    Example::

        return [Hit(kind="document", title="祝福", path="/greetings/1")]
    """


@hookspec
def vote_permission(actor: Any, action: str, target: Any) -> Vote | None:
    """Say ALLOW or DENY about one target, or None when it is not yours to say. An exception counts as DENY.

    Example::

        return Vote.ALLOW if isinstance(target, Wish) and target.author_id == actor.person_id else None
    """


@hookspec
def on_plugin_enabled(site: Any, by: Any) -> None:
    """Hear, after the commit, that this plugin was switched on. Only the plugin concerned is called.

    Example::

        service.seed(site)
    """


@hookspec
def on_plugin_disabled(site: Any, by: Any) -> None:
    """Hear, after the commit, that this plugin was switched off. Only the plugin concerned is called.

    Example::

        service.pause(site)
    """


@hookspec
def on_wecom_event(event: dict[str, Any]) -> None:
    """Hear a decrypted WeCom event that no card took, in a job. May come twice and out of order.

    Example::

        if event["Event"] == "change_contact":
            service.reread(event["UserID"])
    """


@hookspec
def on_person_left(person: Any) -> None:
    """Hear that a person left the house, after the directory's commit.

    Example::

        service.hand_over(person.id)
    """
