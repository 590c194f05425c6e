"""Look up departments: names, heads, the way up, what lies below."""

from dataclasses import dataclass
from typing import Any

import orjson

from core.directory.queries import nearest_first, rows
from core.errors import NotFound
from core.site import Site

SEPARATOR = " / "


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A department as others see it."""

    id: int
    """WeCom's id."""
    name: str
    """Its own name."""
    parent_id: int | None
    """The department above; None for the root."""
    site_id: int | None
    """The site it belongs to."""
    code: str
    """What IT calls a functional department, for example `hr`; empty for others."""
    path: str
    """Ids from the root down, `/1/3/12/`."""
    heads: tuple[str, ...]
    """WeCom ids of its heads, as WeCom lists them; `heads()` gives those who can act."""
    is_gone: bool
    """Whether it no longer exists in WeCom."""


_SELECT = """
    SELECT d.id, d.name, d.parent_id, d.site_id, d.code, d.path, d.heads, d.gone_at FROM core_department AS d
"""


def get(department_id: int) -> Unit:
    """Return one department, also one that is gone.

    Raises:
        NotFound: There is none with this id.
    """
    found = _read("WHERE d.id = ?", department_id)
    if not found:
        raise NotFound("没有找到这个科室")
    return found[0]


def by_ids(department_ids: list[int]) -> dict[int, Unit]:
    """Return departments by id; unknown ids are missing."""
    if not department_ids:
        return {}
    return {unit.id: unit for unit in _read("WHERE d.id IN {many}", *department_ids)}


def children(department_id: int | None) -> list[Unit]:
    """List what stands directly below, in WeCom's order; None lists the roots."""
    order = 'AND d.gone_at IS NULL ORDER BY d."order" DESC, d.id'
    if department_id is None:
        return _read(f"WHERE d.parent_id IS NULL {order}")
    return _read(f"WHERE d.parent_id = ? {order}", department_id)


def ancestors(department_id: int) -> list[int]:
    """Return the department and those above it, nearest first; finite whatever the data say."""
    found = rows("{up} SELECT id FROM up ORDER BY depth", department_id)
    return list(dict.fromkeys(row[0] for row in found))


def path_names(department_id: int) -> str:
    """Return the way down in words, without the root: 本部院区 / 内科系统 / 心血管内科."""
    found = rows(
        "{up} SELECT d.id, d.name FROM up JOIN core_department AS d ON d.id = up.id ORDER BY up.depth",
        department_id,
    )
    names = list(dict(found).values())
    return SEPARATOR.join(reversed(names[:-1] or names))


def in_subtree(department_id: int, root: int) -> bool:
    """Tell whether a department is `root` or stands below it."""
    return bool(rows("{up} SELECT 1 FROM up WHERE id = ? LIMIT 1", department_id, root))


def below(department_id: int) -> list[int]:
    """Return the department and all that stand below it, without those that are gone."""
    found = rows(
        """
        SELECT d.id FROM core_department AS d JOIN core_department AS top ON top.id = ?
        WHERE d.gone_at IS NULL AND (d.id = top.id OR (top.path <> '' AND d.path LIKE top.path || '%'))
        ORDER BY d.path
        """,
        department_id,
    )
    return [row[0] for row in found]


def with_code(code: str, site: Site | int | None = None) -> Unit | None:
    """Find the functional department with a code: the site's own first, else the one of the house."""
    site_id = site.id if isinstance(site, Site) else site
    found = _read("WHERE d.code = ? AND d.gone_at IS NULL ORDER BY d.id", code) if code else []
    return next((unit for unit in found if unit.site_id == site_id), found[0] if found else None)


def heads(department_id: int) -> list[str]:
    """Return the active heads of one department, in WeCom's order."""
    return next(iter(_head_levels("WHERE d.id = ?", department_id)), (0, []))[1]


def chain(department_id: int, *, starter: str, keep_vacant: bool = False) -> list[list[str]]:
    """Return the heads above a person level by level, nearest first.

    For a head the chain begins above the highest department they head. Nobody stands in it twice (the highest
    place counts), the starter never; it is finite also when departments form a circle.

    Args:
        starter: Person id of who asks.
        keep_vacant: Keep levels without an active head as empty lists; else they are skipped.
    """
    levels = _head_levels("ORDER BY up.depth", department_id, walk=True)
    own = [depth for depth, people in levels if starter in people]
    above = [(depth, people) for depth, people in levels if depth > max(own, default=-1)]
    if not keep_vacant:
        return nearest_first([(depth, person) for depth, people in above for person in people])
    last = {person: depth for depth, people in above for person in people}
    return [[person for person in people if last[person] == depth] for depth, people in above]


def _head_levels(rest: str, department_id: int, *, walk: bool = False) -> list[tuple[int, list[str]]]:
    """Read (depth, active heads) of one department or of it and all above it, each department once."""
    if walk:
        statement = "{up} SELECT up.depth, d.id, d.heads FROM up JOIN core_department AS d ON d.id = up.id "
    else:
        statement = "SELECT 0, d.id, d.heads FROM core_department AS d "
    seen: dict[int, tuple[int, list[str]]] = {}
    for depth, unit_id, userids in rows(statement + rest, department_id):
        seen.setdefault(unit_id, (depth, orjson.loads(userids or "[]")))
    people = _active([userid for _, userids in seen.values() for userid in userids])
    return [
        (depth, list(dict.fromkeys(people[userid] for userid in userids if userid in people)))
        for depth, userids in seen.values()
    ]


def _active(userids: list[str]) -> dict[str, str]:
    """Map WeCom ids of active people to person ids."""
    wanted = list(dict.fromkeys(userids))
    if not wanted:
        return {}
    statement = "SELECT userid, id FROM core_person WHERE status IN {active} AND userid IN {many}"
    return dict(rows(statement, *wanted))


def _read(rest: str, *values: Any) -> list[Unit]:
    return [_unit(*row) for row in rows(_SELECT + rest, *values)]


def _unit(*row: Any) -> Unit:
    unit_id, name, parent_id, site_id, code, path, head_userids, gone_at = row
    return Unit(
        id=unit_id,
        name=name,
        parent_id=parent_id,
        site_id=site_id,
        code=code,
        path=path,
        heads=tuple(orjson.loads(head_userids or "[]")),
        is_gone=gone_at is not None,
    )


def search(text: str, *, limit: int = 20) -> list[Unit]:
    """Find departments that still exist by a piece of their name, shortest name first."""
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    order = "ORDER BY LENGTH(d.name), d.path LIMIT ?"
    return _read(f"WHERE d.gone_at IS NULL AND d.name LIKE ? ESCAPE '\\' {order}", f"%{plain}%", limit)


def all_heads(site: Site | int) -> list[str]:
    """Return the active heads of every department of a site, each once."""
    site_id = site.id if isinstance(site, Site) else site
    statement = (
        "SELECT d.heads FROM core_department AS d WHERE d.site_id = ? AND d.gone_at IS NULL ORDER BY d.path"
    )
    userids = [userid for (heads,) in rows(statement, site_id) for userid in orjson.loads(heads or "[]")]
    people = _active(userids)
    return list(dict.fromkeys(people[userid] for userid in userids if userid in people))
