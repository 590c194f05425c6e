"""Look up people: one query each, however many are asked for."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from core.directory.queries import rows
from core.errors import NotFound
from core.site import Site

MANY = 500
"""So many ids go into one statement; databases cap the number of values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What others may know about a member of staff; names are those of the `Person` table."""

    id: str
    """Our own id."""
    userid: str
    """WeCom's id."""
    name: str
    """Full name."""
    staff_no: str
    """工号."""
    site_id: int | None
    """The site of the main department."""
    department_id: int | None
    """Main department."""
    department_name: str
    """Its name."""
    position: str
    """职务 as WeCom shows it."""
    post: str
    """岗位类别, for example 中层干部."""
    title: str
    """职称."""
    line: str
    """条线, for example 护理线."""
    superior_userid: str
    """WeCom id of the direct superior; empty when there is none."""
    status: str
    """active, inactive (never signed in to WeCom), disabled or left."""
    display: dict[str, Any]
    """Type size and theme this person chose."""

    @property
    def is_active(self) -> bool:
        """Whether this person may sign in, act and be picked."""
        return self.status in ("active", "inactive")


_SELECT = """
    SELECT p.id, p.userid, p.name, p.staff_no, p.site_id, p.department_id, d.name, p.position, p.post,
           p.title, p.line, p.superior_userid, p.status, p.display
    FROM core_person AS p LEFT JOIN core_department AS d ON d.id = p.department_id
"""


def get(person_id: str) -> Profile:
    """Return one person, also one who has left.

    Raises:
        NotFound: Nobody has this id.
    """
    found = _read("WHERE p.id = ?", person_id)
    if not found:
        raise NotFound("没有找到这个人")
    return found[0]


def by_ids(person_ids: Iterable[str]) -> dict[str, Profile]:
    """Return people by id, in the order asked for; unknown ids are missing."""
    wanted = list(dict.fromkeys(person_ids))
    found: dict[str, Profile] = {}
    for start in range(0, len(wanted), MANY):
        part = wanted[start : start + MANY]
        found |= {person.id: person for person in _read("WHERE p.id IN {many}", *part)}
    return {person_id: found[person_id] for person_id in wanted if person_id in found}


def by_userid(userid: str) -> Profile | None:
    """Return the person with this WeCom id, whatever its case; None for strangers."""
    found = _read("WHERE p.userid = ?", userid) or _read("WHERE LOWER(p.userid) = ?", userid.lower())
    return found[0] if found else None


def by_userids(userids: Iterable[str]) -> dict[str, Profile]:
    """Return people by WeCom id; unknown ids are missing."""
    wanted = list(dict.fromkeys(userids))
    found: dict[str, Profile] = {}
    for start in range(0, len(wanted), MANY):
        part = wanted[start : start + MANY]
        found |= {person.userid: person for person in _read("WHERE p.userid IN {many}", *part)}
    return found


def search(text: str, *, site: Site | int | None = None, limit: int = 20) -> list[Profile]:
    """Find active people by name, pinyin (full or initials) or staff number, best match first.

    Args:
        site: Only people of this site; None looks through the whole house.
    """
    wanted = unicodedata.normalize("NFKC", text).strip().lower()
    if not wanted:
        return []
    plain = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    tight = plain.replace(" ", "")
    site_id = (site.id if isinstance(site, Site) else site) or 0
    return _read(
        _SEARCH,
        site_id,
        site_id,
        f"%{plain}%",
        f"%{tight}%",
        f"{plain}%",
        wanted,
        wanted,
        f"{plain}%",
        f"{tight}%",
        f"% {tight}%",
        limit,
    )


_SEARCH = """
    WHERE p.status IN {active} AND (? = 0 OR p.site_id = ?)
      AND (p.name LIKE ? ESCAPE '\\'
           OR p.pinyin LIKE ? ESCAPE '\\'
           OR LOWER(p.staff_no) LIKE ? ESCAPE '\\')
    ORDER BY CASE
        WHEN LOWER(p.staff_no) = ? OR p.name = ? THEN 0
        WHEN p.name LIKE ? ESCAPE '\\' THEN 1
        WHEN p.pinyin LIKE ? ESCAPE '\\' THEN 2
        WHEN p.pinyin LIKE ? ESCAPE '\\' THEN 3
        ELSE 4 END, p.pinyin, p.id
    LIMIT ?
"""


def members(department_id: int, *, below: bool = True) -> list[Profile]:
    """List the active people of a department, by default with all departments below it."""
    return _read(_MEMBERS_BELOW if below else _MEMBERS, department_id)


_MEMBERS = """
    WHERE p.status IN {active}
      AND EXISTS (SELECT 1 FROM core_membership AS m WHERE m.person_id = p.id AND m.department_id = ?)
    ORDER BY p.pinyin, p.id
"""

_MEMBERS_BELOW = """
    WHERE p.status IN {active} AND p.id IN (
        SELECT m.person_id FROM core_department AS top
        JOIN core_department AS c ON c.id = top.id OR (top.path <> '' AND c.path LIKE top.path || '%')
        JOIN core_membership AS m ON m.department_id = c.id
        WHERE top.id = ?)
    ORDER BY p.pinyin, p.id
"""


def of_site(site: Site | int) -> list[Profile]:
    """List the active people of a site."""
    site_id = site.id if isinstance(site, Site) else site
    return _read("WHERE p.status IN {active} AND p.site_id = ? ORDER BY p.pinyin, p.id", site_id)


def _read(rest: str, *values: Any) -> list[Profile]:
    return [_profile(*row) for row in rows(_SELECT + rest, *values)]


def _profile(*row: Any) -> Profile:
    (person_id, userid, name, staff_no, site_id, department_id, department_name, *facts) = row
    position, post, title, line, superior_userid, status, display = facts
    return Profile(
        id=person_id,
        userid=userid,
        name=name,
        staff_no=staff_no,
        site_id=site_id,
        department_id=department_id,
        department_name=department_name or "",
        position=position,
        post=post,
        title=title,
        line=line,
        superior_userid=superior_userid,
        status=status,
        display=orjson.loads(display) if display else {},
    )
