"""Look up named duties: who has one, for which part of the house."""

from core.directory.queries import rows


def members(slug: str, department_id: int | None = None) -> list[str]:
    """Return the active people whose duty covers a department; empty when nobody's does.

    Without a department only people whose duty has no scope are meant, never all.
    """
    if department_id is None:
        return _ids(_MEMBERS + " AND m.scope_id IS NULL ORDER BY m.id", slug)
    scope = " AND (m.scope_id IS NULL OR m.scope_id IN (SELECT id FROM up)) ORDER BY m.id"
    return _ids("{up} " + _MEMBERS + scope, department_id, slug)


def everyone(slug: str) -> list[str]:
    """Return all active people with this duty, whatever its scope: for lists and notices, not decisions."""
    return _ids(_MEMBERS + " ORDER BY m.id", slug)


def of(person_id: str) -> set[str]:
    """Return the slugs of all duties a person has, whatever their scope."""
    statement = """
        SELECT r.slug FROM core_role_member AS m JOIN core_role AS r ON r.id = m.role_id WHERE m.person_id = ?
    """
    return {row[0] for row in rows(statement, person_id)}


def titles() -> list[tuple[str, str]]:
    """List (slug, title) of every role, by title."""
    return [(slug, title) for slug, title in rows("SELECT slug, title FROM core_role ORDER BY title, slug")]


_MEMBERS = """
    SELECT p.id FROM core_role_member AS m JOIN core_role AS r ON r.id = m.role_id
    JOIN core_person AS p ON p.id = m.person_id
    WHERE r.slug = ? AND p.status IN {active}
"""


def _ids(statement: str, *values: object) -> list[str]:
    return list(dict.fromkeys(row[0] for row in rows(statement, *values)))
