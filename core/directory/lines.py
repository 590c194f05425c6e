"""Look up the named lines (护理线): other chains of heads over the same tree."""

from core.directory.queries import nearest_first, rows


def heads(line: str, department_id: int, *, starter: str = "") -> list[list[str]]:
    """Return the active heads of a line from a department upward, nearest first.

    Nobody stands in it twice (the highest place counts); departments without a head are skipped. With a
    `starter` (person id) the levels up to the highest one they head themselves are left out.
    """
    found = rows(
        """
        {up} SELECT MIN(up.depth), p.id FROM up JOIN core_line_head AS h ON h.department_id = up.id
        JOIN core_person AS p ON p.id = h.person_id
        WHERE h.line = ? AND p.status IN {active}
        GROUP BY h.department_id, h.id, p.id ORDER BY 1, h.id
        """,
        department_id,
        line,
    )
    own = max((depth for depth, person in found if person == starter), default=-1)
    return nearest_first([(depth, person) for depth, person in found if depth > own])


def names() -> list[str]:
    """List the lines that have heads."""
    return [row[0] for row in rows("SELECT DISTINCT line FROM core_line_head ORDER BY line")]
