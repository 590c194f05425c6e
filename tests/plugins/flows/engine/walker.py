"""Takes legal steps through any flow: what the action bar offers must work."""

from typing import Any

from plugins.flows.engine import Instance, LegalAction, actions_for
from tests.plugins.flows.engine.building import Desk, FakeWorld

SAMPLE = {"days": 5, "amount": 200, "reason": "x", "cover": "c"}


class Walker:
    """A desk whose next step is chosen by number among the legal ones."""

    def __init__(self, definition: Any, world: FakeWorld | None = None) -> None:
        self.desk = Desk(definition, world)

    def fork(self) -> Desk:
        """Give a desk that goes another way from here."""
        other = Desk(self.desk.definition, self.desk.world)
        other.state, other.log = self.desk.state, list(self.desk.log)
        return other

    def steps(self) -> list[tuple[str, LegalAction]]:
        """List who may do what now, except taking everything out."""
        state: Instance = self.desk.state
        people = dict.fromkeys([*(one.person_id for one in state.pending)])
        return [
            (person, action)
            for person in people
            for action in actions_for(self.desk.definition, state, person)
            if action.task_id
        ]

    def act(self, choice: int, values: dict[str, Any] | None = None, *, back: bool = False) -> str:
        """Take one legal step with what it demands; nothing when the flow has ended or is blocked."""
        steps = self.steps()
        if not steps:
            return ""
        person, action = steps[choice % len(steps)]
        changes = {key: value for key, value in (values or {}).items() if key in action.edit}
        state = self.desk.state
        changes |= {
            key: SAMPLE[key] for key in action.require if not state.values.get(key) and key not in changes
        }
        options: dict[str, Any] = {"task_id": action.task_id, "changes": changes, "comment": "说明"}
        if action.name == "resubmit":
            del options["task_id"]
            self.desk.resubmit(**options)
            return "resubmit"
        options["expected_version"] = action.version
        if action.needs_signature:
            options["signature"] = "picture"
        if action.name == "send_back":
            options["resume"] = "back_to_me" if back else "rerun"
        getattr(self.desk, action.name)(person, **options)
        return action.name
