"""Rules: which fields a form shows, insists on, fills in, and where it goes next.

One pass, the same in `static/js/forms/rules.js` (proved by `rule_cases.json`):

1. fields named in any `show` start hidden;
2. fields in document order: `visible_if`, then computed values;
3. rules in document order, each seeing what the ones before it did;
4. fields in document order again: computed values and `required_if`.

A hidden field is empty for everything that looks at it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from .expressions import Scope, evaluate, holds
from .facts import facts, from_value, names_of
from .fields import BadField, Field
from .operators import Value

MAX_RULES: Final = 60


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens while an expression is true."""

    #: Expression.
    when: Any
    #: Field ids to show (hidden otherwise), to hide, to insist on.
    show: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    #: Field id -> expression whose value is entered.
    set: dict[str, Any] = {}
    #: Page to go to next.
    jump: str = ""
    #: Where the form ends: `thanks` or `reject`.
    end: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the rules decided for one set of values."""

    #: Ids of fields that are not shown.
    hidden: frozenset[str] = frozenset()
    #: Ids of shown fields that must be filled.
    required: frozenset[str] = frozenset()
    #: Values entered by rules and computed fields, by id, as field values.
    filled: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    #: What expressions saw at the end.
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)
    jump: str = ""
    end: str = ""


def rules_from(raw: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Read rules from a document."""
    try:
        rules = tuple(msgspec.convert(dict(item), Rule) for item in raw)
    except msgspec.ValidationError as wrong:
        raise BadField(f"规则写得不对：{wrong}") from wrong
    if len(rules) > MAX_RULES:
        raise BadField(f"规则太多：最多 {MAX_RULES} 条")
    return rules


class _Pass:
    """One walk over fields and rules; keeps what was decided so far."""

    def __init__(self, fields: Sequence[Field], values: Mapping[str, Any], scope: Scope) -> None:
        self.fields = {field.id: field for field in fields}
        self.entered = facts(fields, values)
        self.facts: dict[str, object] = dict(self.entered)
        self.scope = replace(scope, facts=self.facts)
        self.hidden: set[str] = set()
        self.never: set[str] = set()
        self.required: set[str] = set()
        self.filled: dict[str, Any] = {}

    def hide(self, id: str) -> None:
        """Hide a field: it counts as empty from here on."""
        if id in self.fields:
            self.hidden.add(id)
            self.facts.update(dict.fromkeys(names_of(self.fields[id])))

    def show(self, id: str) -> None:
        """Show a field that waited for a rule, with what was entered in it."""
        if id in self.fields and id in self.hidden and id not in self.never:
            self.hidden.discard(id)
            for name in names_of(self.fields[id]):
                self.facts[name] = self.entered.get(name)

    def fill(self, id: str, result: Value) -> None:
        """Enter a result into a shown field."""
        found = self.fields.get(id)
        if found is None or id in self.hidden:
            return
        self.filled[id] = from_value(found, result)
        computed = found.type == "computed"
        self.facts.update({id: result} if computed else facts([found], {id: self.filled[id]}))

    def compute(self) -> None:
        """Work out computed fields in document order."""
        for field in self.fields.values():
            if field.type == "computed":
                self.fill(field.id, evaluate(field.expression, self.scope))

    def follow(self, rule: Rule) -> None:
        """Do what a rule says."""
        for id in rule.show:
            self.show(id)
        for id in rule.hide:
            self.hide(id)
        self.required.update(rule.require)
        for id, expression in rule.set.items():
            self.fill(id, evaluate(expression, self.scope))


def apply(fields: Sequence[Field], rules: Sequence[Rule], values: Mapping[str, Any], scope: Scope) -> Outcome:
    """Decide what a form with these values shows and needs; `scope.facts` is not looked at."""
    walk = _Pass(fields, values, scope)
    jump = end = ""
    for id in [id for rule in rules for id in rule.show]:
        walk.hide(id)
    for field in fields:
        if field.visible_if is not None and not holds(field.visible_if, walk.scope):
            walk.hide(field.id)
            walk.never.add(field.id)
        elif field.type == "computed":
            walk.fill(field.id, evaluate(field.expression, walk.scope))
    for rule in rules:
        if holds(rule.when, walk.scope):
            walk.follow(rule)
            jump, end = rule.jump or jump, rule.end or end
    walk.compute()
    for field in fields:
        if field.required or (field.required_if is not None and holds(field.required_if, walk.scope)):
            walk.required.add(field.id)
    filled = {id: value for id, value in walk.filled.items() if id not in walk.hidden}
    return Outcome(
        hidden=frozenset(walk.hidden),
        required=frozenset(walk.required & walk.fields.keys() - walk.hidden),
        filled=filled,
        facts=walk.facts,
        jump=jump,
        end=end,
    )
