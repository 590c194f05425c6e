"""The names behind the ids that stand in a form: people, departments, files."""

from collections.abc import Iterable
from typing import Any

from qingban import attachments_by_ids, departments, forms, people

from .engine import Definition
from .forms import file_ids, people_in


def names_for(definition: Definition, values: dict[str, Any], more: Iterable[str] = ()) -> forms.Names:
    """Look up every person, department and file that stands in a form, in three queries."""
    ids, units = people_in(definition, values)
    found = people.by_ids([*ids, *more])
    files = attachments_by_ids(file_ids(definition, values))
    return forms.Names(
        people={key: one.name for key, one in found.items()},
        departments={str(key): one.name for key, one in departments.by_ids(units).items()},
        files={
            key: forms.FileRef(
                id=key, name=one.name, size=one.size, mime=one.mime, url=f"/-/attachments/{key}"
            )
            for key, one in files.items()
        },
    )
