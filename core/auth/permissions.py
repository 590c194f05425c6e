"""Who may do what: grants by group, votes by plugins, silence means no."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.auth.actor import Actor
from core.auth.models import Grant
from core.contributions import Action, Vote
from core.db import database
from core.errors import NotAllowed
from core.site import Site, touch

GROUPS = {
    "everyone": "全体人员",
    "leader": "科室负责人",
    "clerk": "科室管理员",
    "admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计员",
}

Voter = Callable[[Site, Any, str, Any], list[tuple[str, Vote]]]

_actions: dict[str, Action] = {}
_owners: dict[str, str] = {}
_voter: list[Voter] = []
_sites: dict[tuple[int, int], Site] = {}
_grants: dict[tuple[int, int, frozenset[str]], frozenset[str]] = {}

# One statement for roles and headships: it runs on every request.
_GROUPS_OF = """
SELECT r.slug FROM core_role_member m JOIN core_role r ON r.id = m.role_id WHERE m.person_id = {mark}
 UNION ALL
SELECT 'leader' WHERE EXISTS (SELECT 1 FROM core_membership WHERE person_id = {mark} AND is_head)
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An answer and who decided it, for the page that explains permissions."""

    allowed: bool
    """The answer."""
    reasons: tuple[str, ...]
    """Each voice, in words."""


def install(actions: list[tuple[str, Action]], voter: Voter) -> None:
    """Take the declared actions and the way to ask plugins."""
    _actions.clear()
    _owners.clear()
    for owner, action in actions:
        _actions[action.name] = action
        _owners[action.name] = owner
    _voter[:] = [voter]
    forget()


def forget() -> None:
    """Drop what was remembered about sites and grants (start-up and tests)."""
    _sites.clear()
    _grants.clear()


def actions() -> dict[str, Action]:
    """Return the declared actions by name."""
    return dict(_actions)


def known_site(site_id: int, slug: str, title: str, name: str, version: int) -> Site:
    """Return the site with its switches, remembered per version."""
    key = (site_id, version)
    if key not in _sites:
        if len(_sites) > 500:  # old versions are of no more use
            _sites.clear()
        _sites[key] = Site(id=site_id, slug=slug, title=title, name=name, version=version)
    return _sites[key]


def groups_of(person_id: str) -> frozenset[str]:
    """Return the groups of a person: everyone, leader of a department, roles held."""
    rows = database.execute_sql(_GROUPS_OF.format(mark=database.param), (person_id, person_id)).fetchall()
    return frozenset({"everyone", *(slug for (slug,) in rows)})


def grants_of(site: Site, groups: frozenset[str]) -> frozenset[str]:
    """Return the actions these groups have at a site: defaults, then the site's own changes; a no wins."""
    key = (site.id, site.version, groups)
    if key not in _grants:
        if len(_grants) > 5000:  # combinations of roles are few; this is only a guard
            _grants.clear()
        _grants[key] = _granted(site, groups)
    return _grants[key]


def _granted(site: Site, groups: frozenset[str]) -> frozenset[str]:
    granted = {
        name
        for name, action in _actions.items()
        if site.has(_owners[name]) and groups & set(action.default_groups)
    }
    rows: Any = (
        Grant.select(Grant.action, Grant.is_allowed)
        .where(Grant.site == site.id, Grant.group.in_(groups))
        .tuples()
    )
    changes = list(rows)
    granted |= {
        name for name, is_allowed in changes if is_allowed and name in _actions and site.has(_owners[name])
    }
    granted -= {name for name, is_allowed in changes if not is_allowed}
    while lonely := {name for name in granted if not granted.issuperset(_actions[name].also_requires)}:
        granted -= lonely
    return frozenset(granted)


def set_grant(site: Site, group: str, action: str, *, is_allowed: bool) -> None:
    """Store that a group may, or may not, do an action at a site; the caller writes the audit row."""
    Grant.insert(site=site.id, group=group, action=action, is_allowed=is_allowed).on_conflict(
        conflict_target=[Grant.site, Grant.group, Grant.action], update={Grant.is_allowed: is_allowed}
    ).execute()
    touch(site)


def verdict(actor: Actor, action: str, target: Any = None) -> Verdict:
    """Answer one permission question with everybody's reasons. Any DENY wins; silence means no."""
    if actor.is_system:
        return Verdict(allowed=True, reasons=("系统",))
    reasons = []
    allowed = actor.can(action)
    if allowed:
        holders = [
            GROUPS.get(group, group) for group in sorted(actor.groups & set(_actions[action].default_groups))
        ]
        reasons.append(f"授权：{'、'.join(holders) or '本站点单独授予'}")
    votes = _voter[0](actor.site, actor, action, target) if _voter and target is not None else []
    for plugin, vote in votes:
        reasons.append(f"{plugin}：{'同意' if vote is Vote.ALLOW else '反对'}")
    if any(vote is Vote.DENY for _, vote in votes):
        allowed = False
    elif any(vote is Vote.ALLOW for _, vote in votes):
        allowed = True
    return Verdict(allowed=allowed, reasons=tuple(reasons) or ("没有人授予",))


def allowed(actor: Actor, action: str, target: Any = None) -> bool:
    """Tell whether `actor` may do `action` to `target`."""
    return verdict(actor, action, target).allowed


def require(actor: Actor, action: str, target: Any = None) -> None:
    """Pass silently or refuse.

    Raises:
        NotAllowed: The answer is no.
    """
    if not allowed(actor, action, target):
        title = _actions[action].title if action in _actions else action
        raise NotAllowed(f"你没有“{title}”的权限。需要的话请找信息科", action=action)
