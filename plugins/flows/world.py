"""What the engine may read from outside, answered from the directory."""

from collections.abc import Mapping, Sequence
from typing import Any

from qingban import Site, clock, departments, forms, lines, new_id, people, roles

from .engine import Definition, Rule, Starter
from .forms import fields_of

ADMINS = "admin"


class House:
    """One frozen moment of the house for one command."""

    def __init__(self, site: Site, definition: Definition) -> None:
        self._site = site
        self._definition = definition
        self._active: dict[str, bool] = {}
        self._now = clock.now_ms()

    @property
    def now(self) -> int:
        """Give the moment of the command."""
        return self._now

    def resolve(self, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
        """Give the raw candidates of a rule, in order."""
        finder = _FINDERS.get(rule.kind)
        return finder(self._site, rule, starter, values) if finder else ()

    def is_active(self, person_id: str) -> bool:
        """Tell whether a person may act now."""
        if person_id not in self._active:
            found = people.by_ids([person_id]).get(person_id)
            self._active[person_id] = bool(found and found.is_active)
        return self._active[person_id]

    def evaluate(self, expression: list[Any], values: Mapping[str, Any], me: Mapping[str, Any]) -> object:
        """Give the value of an expression over the form and the starter."""
        moment = clock.from_ms(self._now).astimezone(clock.LOCAL)
        scope = forms.Scope(
            facts=forms.facts(fields_of(self._definition), values),
            me=me,
            now=moment.strftime("%Y-%m-%dT%H:%M"),
        )
        return forms.evaluate(expression, scope)

    def new_id(self) -> str:
        """Give a new id."""
        return new_id()


def starter_of(person_id: str) -> Starter:
    """Build the starter's facts as they are now: department, line, post."""
    person = people.get(person_id)
    facts = {
        "dept": str(person.department_id or ""),
        "line": person.line,
        "post": person.post,
        "title": person.title,
    }
    return Starter(person_id=person_id, department_id=str(person.department_id or ""), facts=facts)


def _department(starter: Starter) -> int:
    return int(starter.department_id or 0)


def _dept_head(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    # For a head the head of the own department is the one above (flow-semantics 2.4).
    levels = departments.chain(_department(starter), starter=starter.person_id)
    return levels[0] if levels else ()


def _chain(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    levels = departments.chain(_department(starter), starter=starter.person_id)
    return [person for level in levels[: rule.level or None] for person in level]


def _line_head(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    levels = lines.heads(rule.arg, _department(starter), starter=starter.person_id)
    return levels[rule.level - 1] if 0 < rule.level <= len(levels) else ()


def _dept(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    unit = departments.with_code(rule.arg, site)
    return departments.heads(unit.id) if unit else ()


def _role(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    return roles.members(rule.arg, _department(starter) or None)


def _form_dept_head(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    found: list[str] = []
    for department_id in _listed(values.get(rule.arg)):
        found += departments.heads(int(department_id))
    return found


def _form_person(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    return [str(one) for one in _listed(values.get(rule.arg))]


def _named(slug: str) -> Any:
    def find(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
        return roles.members(slug, _department(starter) or None)

    return find


def _superior(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    superior = people.get(starter.person_id).superior_userid
    found = people.by_userid(superior) if superior else None
    return [found.id] if found and found.is_active else _dept_head(site, rule, starter, values)


def _all_heads(site: Site, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
    return departments.all_heads(site)


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


_FINDERS = {
    "dept_head": _dept_head,
    "manager_chain": _chain,
    "line_head": _line_head,
    "dept": _dept,
    "role": _role,
    "form_dept_head": _form_dept_head,
    "form_person": _form_person,
    "vp": _named("vp"),
    "president": _named("president"),
    "flow_admin": _named(ADMINS),
    "superior": _superior,
    "all_dept_heads": _all_heads,
}
