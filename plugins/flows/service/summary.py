"""What lists show of an application: its subject and its facts, as the form says now."""

from typing import Any

from .. import engine
from ..forms import facts_of, subject_of
from ..names import names_for


def summary(definition: engine.Definition, state: engine.Instance) -> dict[str, Any]:
    """Return the columns of an instance's row that are made from its form."""
    shown = {key: state.values.get(key) for key in definition.facts}
    facts = facts_of(definition, state.values, names_for(definition, shown))
    return {
        "subject": subject_of(definition, state.values, dict(state.starter.facts)),
        "facts": [text for _label, text in facts],
    }
