"""Write what IT sets up beside WeCom: sites, codes of functional departments, roles, lines. Repeatable."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.db import atomic
from core.directory.models import Department, LineHead, Role, RoleMember
from core.directory.queries import rows
from core.directory.sites import assign_sites
from core.site import Site, SiteRoot, switch_on


def load_extras(extras: Mapping[str, Any]) -> list[str]:
    """Make sites, codes, roles and lines as described; what is not mentioned stays.

    A role, a line or the roots of a site that are mentioned are replaced as a whole.

    Args:
        extras: `{"sites": [{"slug", "title", "name"?, "roots", "plugins"}], "department_codes": {code: id},
            "roles": [{"slug", "title", "tag_id"?, "members": [{"userid", "scope"}]}],
            "lines": {line: [{"department", "userid"}]}}`; a scope is a department id, a code, or nothing.

    Returns:
        One sentence for each thing that was left out because it names somebody or something unknown.
    """
    missing: list[str] = []
    with atomic():
        people: dict[str, str] = dict(rows("SELECT userid, id FROM core_person"))
        units = {row[0] for row in rows("SELECT id FROM core_department")}
        for site in extras.get("sites", ()):
            _site(site)
        codes = _codes(extras.get("department_codes", {}), units, missing)
        for role in extras.get("roles", ()):
            _role(role, people, codes, missing)
        for line, heads in extras.get("lines", {}).items():
            _line(line, heads, people, missing)
    assign_sites()
    return missing


def _site(wanted: Mapping[str, Any]) -> None:
    site = Site.get_or_none(Site.slug == wanted["slug"]) or Site(slug=wanted["slug"])
    site.title = wanted["title"]
    site.name = wanted.get("name", site.name)
    site.save()
    roots = list(wanted.get("roots", ()))
    SiteRoot.delete().where(
        (SiteRoot.site == site.id) & SiteRoot.department_id.not_in(roots or [0])
    ).execute()
    for root in roots:
        SiteRoot.insert(site=site.id, department_id=root).on_conflict(
            conflict_target=[SiteRoot.department_id], preserve=[SiteRoot.site]
        ).execute()
    for plugin in wanted.get("plugins", ()):
        switch_on(site, plugin)


def _codes(wanted: Mapping[str, int], units: set[int], missing: list[str]) -> dict[str, int]:
    for code, unit_id in wanted.items():
        if unit_id not in units:
            missing.append(f"科室代码 {code}：没有科室 {unit_id}")
            continue
        Department.update(code="").where((Department.code == code) & (Department.id != unit_id)).execute()
        Department.update(code=code).where(Department.id == unit_id, Department.code != code).execute()
    return {code: unit_id for unit_id, code in rows("SELECT id, code FROM core_department WHERE code <> ''")}


def _role(
    wanted: Mapping[str, Any], people: dict[str, str], codes: dict[str, int], missing: list[str]
) -> None:
    role = Role.get_or_none(Role.slug == wanted["slug"]) or Role(slug=wanted["slug"])
    role.title = wanted["title"]
    role.tag_id = wanted.get("tag_id", role.tag_id)
    role.save()
    members: dict[tuple[str, int | None], None] = {}
    for member in wanted.get("members", ()):
        person = people.get(member["userid"])
        scope = member.get("scope") or None
        if isinstance(scope, str):
            scope = int(scope) if scope.isdigit() else codes.get(scope, -1)
        if person is None or scope == -1:
            missing.append(f"角色 {wanted['slug']}：没有 {member['userid']} 或范围 {member.get('scope')}")
        else:
            members[person, scope] = None
    if "members" in wanted:
        _replace_members(role.id, list(members))


def _replace_members(role_id: int, wanted: list[tuple[str, int | None]]) -> None:
    held = rows("SELECT person_id, scope_id FROM core_role_member WHERE role_id = ? ORDER BY id", role_id)
    if held == wanted:
        return
    RoleMember.delete().where(RoleMember.role == role_id).execute()
    values = [{"role": role_id, "person": person, "scope_id": scope} for person, scope in wanted]
    if values:
        RoleMember.insert_many(values).execute()


def _line(line: str, wanted: Iterable[Mapping[str, Any]], people: dict[str, str], missing: list[str]) -> None:
    heads: dict[tuple[int, str], None] = {}
    for head in wanted:
        if head["userid"] in people:
            heads[int(head["department"]), people[head["userid"]]] = None
        else:
            missing.append(f"条线 {line}：没有 {head['userid']}")
    held = rows("SELECT department_id, person_id FROM core_line_head WHERE line = ? ORDER BY id", line)
    if held == list(heads):
        return
    LineHead.delete().where(LineHead.line == line).execute()
    values = [{"line": line, "department_id": unit, "person": person} for unit, person in heads]
    if values:
        LineHead.insert_many(values).execute()
