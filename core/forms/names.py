"""Names behind ids: what the caller looked up, so that values can be shown without asking anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FileRef:
    """An attachment as a page shows it."""

    #: Attachment id, the stored value.
    id: str
    #: File name for people.
    name: str = ""
    #: Bytes.
    size: int = 0
    mime: str = ""
    #: Address to open it.
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of people and departments and facts of files, by id."""

    people: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileRef] = field(default_factory=dict)

    def file(self, id: str) -> FileRef:
        """A file, also when nothing is known about it."""
        return self.files.get(id) or FileRef(id=id, name="附件")


NOBODY = Names()
