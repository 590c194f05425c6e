"""Who holds which duty: people in roles, and the three administrators kept apart."""

from typing import Any

from core.auth import permissions, session
from core.directory.models import Person, Role, RoleMember
from core.errors import Invalid, NotFound

APART = ("admin", "security_admin", "audit_admin")
LASTING = ("core.admin", "core.roles")


def person_named(text: str) -> Person:
    """Return the one active person with this staff number or name.

    Raises:
        Invalid: Nobody, or more than one.
    """
    found = list(
        Person.select()
        .where(
            ((Person.staff_no == text) | (Person.name == text)) & Person.status.in_(("active", "inactive"))
        )
        .limit(2)
    )
    if not found:
        raise Invalid({"person": f"没有找到“{text}”，请用工号"})
    if len(found) > 1:
        raise Invalid({"person": f"有不止一位“{text}”，请用工号"})
    return found[0]


def role_called(slug: str) -> Role:
    """Return a role people can be put into; the platform's own ones are made when first needed."""
    if slug in permissions.GROUPS and slug not in ("everyone", "leader"):
        known: Role | None = Role.get_or_none(Role.slug == slug)
        return known or Role.create(slug=slug, title=permissions.GROUPS[slug])
    found: Role | None = Role.get_or_none(Role.slug == slug)
    if found is None or slug in permissions.GROUPS:
        raise NotFound("没有这个角色")
    return found


def check_grant(group: str, action: str, *, is_allowed: bool) -> None:
    """Refuse what would mix the three administrators or lock everybody out."""
    declared = permissions.actions().get(action)
    if declared is None or group not in permissions.GROUPS:
        raise Invalid(title="没有这个角色或权限")
    holders = declared.default_groups
    if action == "core.use" or (action in LASTING and group in holders and not is_allowed):
        raise Invalid(title=f"“{declared.title}”不能收回，否则没有人能再改权限")
    if is_allowed and action.startswith("core.") and set(holders) <= set(APART) and group not in holders:
        raise Invalid(title=f"三员要分开，“{declared.title}”不能再给{permissions.GROUPS[group]}")


def check_apart(person: Person, slug: str) -> None:
    """Refuse a second of the three administrators' duties for one account."""
    if slug not in APART:
        return
    others: Any = (
        RoleMember.select(Role.slug)
        .join(Role)
        .where(RoleMember.person == person, Role.slug.in_(APART))
        .tuples()
    )
    held = [permissions.GROUPS[other] for (other,) in others if other != slug]
    if held:
        raise Invalid({"person": f"{person.name}已经是{held[0]}。三员要分开，一个账号只能任一种"})


def put_in(person: Person, slug: str) -> Role:
    """Give a person a role for the whole house; twice is once. The caller writes the audit row.

    A change of an administrator ends the person's sessions: the next sign-in gives new ones.
    """
    check_apart(person, slug)
    role = take_out(person, slug)
    RoleMember.create(role=role, person=person)
    return role


def take_out(person: Person, slug: str) -> Role:
    """Take a role from a person; an administrator's sessions end. The caller writes the audit row."""
    role = role_called(slug)
    RoleMember.delete().where(RoleMember.role == role, RoleMember.person == person).execute()
    if slug in APART:
        session.end_all(person.id)
    return role
