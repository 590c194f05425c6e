"""What the engine may read from outside: one frozen moment, answered the same way each time."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .definition import Expression, Record, Rule


class Starter(Record, frozen=True, kw_only=True):
    """For whom an application is made, fixed at submit."""

    person_id: str  # the applicant
    department_id: str = ""  # the department the application is for
    submitted_by: str = ""  # an assistant who filled it in, empty = the applicant
    facts: dict[str, Any] = {}  # what `["me", key]` may read: dept, line, post, …

    @property
    def people(self) -> frozenset[str]:
        """Give everybody who counts as starter: the applicant and whoever submitted (2.7)."""
        return frozenset({self.person_id, self.submitted_by} - {""})


class World(Protocol):
    """The deterministic reads that the shell supplies with every command."""

    @property
    def now(self) -> int:
        """Give the moment of the command in milliseconds since the epoch, UTC."""

    def resolve(self, rule: Rule, starter: Starter, values: Mapping[str, Any]) -> Sequence[str]:
        """Give the raw candidates of a rule in order; unknown departments or roles give nobody.

        Never asked for `starter`, `starter_pick` and `person`, which the engine knows. Asked for `superior`
        (the starter's direct superior) and `flow_admin` (who looks after the flow) when a rule needs them.
        """

    def is_active(self, person_id: str) -> bool:
        """Tell whether a person may act now: has not left, is not disabled, can open the app."""

    def evaluate(self, expression: Expression, values: Mapping[str, Any], me: Mapping[str, Any]) -> object:
        """Give the value of an expression; only `True` counts as true."""

    def new_id(self) -> str:
        """Give an id that was never given before."""
