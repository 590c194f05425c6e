"""The person behind a request, a card press or a job, as one frozen record."""

from dataclasses import dataclass, field
from typing import Any

from core.directory.models import Person
from core.site import Site


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. Made from a session, never from a parameter, header or body."""

    person_id: str
    """Our own id of the person; empty for the system."""
    userid: str
    """WeCom's id."""
    name: str
    """Shown to others."""
    site: Site
    """The site the request is about."""
    staff_no: str = ""
    """工号."""
    department_id: int | None = None
    """Main department."""
    department_name: str = ""
    """Its name."""
    post: str = ""
    """岗位."""
    line: str = ""
    """条线."""
    groups: frozenset[str] = frozenset()
    """Groups whose grants count: everyone, roles held, leader."""
    grants: frozenset[str] = frozenset()
    """Actions granted at this site."""
    display: dict[str, Any] = field(default_factory=dict)
    """Type size and theme."""
    session_hash: str = ""
    """SHA-256 of the session cookie, in hex; empty outside a session."""
    is_fresh: bool = False
    """Whether the session may open the console: young, and never left alone for long."""
    client: str = "unknown"
    """mobile, desktop or unknown; a hint, never a permission."""
    ip: str = ""
    """Address the request came from."""
    on_behalf_of: str = ""
    """Person id of the principal, for delegates."""

    @property
    def session_prefix(self) -> str:
        """The part of the session hash that goes into the audit trail."""
        return self.session_hash[:12]

    @property
    def display_size(self) -> str:
        """Type size: empty, `lg` or `xl`."""
        return str(self.display.get("size", ""))

    @property
    def is_system(self) -> bool:
        """Whether this is the platform itself."""
        return not self.person_id

    def can(self, action: str) -> bool:
        """Tell whether this person has `action` by grant; target votes are asked by `permissions.allowed`."""
        return action in self.grants


def system(site: Site) -> Actor:
    """Return the platform itself as an actor, for jobs and rules."""
    return Actor(person_id="", userid="", name="系统", site=site, client="system")


def from_person(person: Person, site: Site, **facts: Any) -> Actor:
    """Build the actor for a person at a site, with roles and grants of this moment."""
    from core.auth import permissions

    groups = permissions.groups_of(person.id)
    return Actor(
        person_id=person.id,
        userid=person.userid,
        name=person.name,
        site=site,
        staff_no=person.staff_no,
        department_id=person.department_id,
        department_name=person.department.name if person.department else "",
        post=person.post,
        line=person.line,
        groups=groups,
        grants=permissions.grants_of(site, groups),
        display=person.display or {},
        **facts,
    )
