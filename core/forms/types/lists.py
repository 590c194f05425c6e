"""Files and tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from ..decimals import plain
from ..fields import Field
from ..names import NOBODY, Names
from .base import Cell, Kind, Unreadable, as_list, bound, how_many

MAX_FILES: Final = 9
MAX_ROWS: Final = 50


class Files(Kind):
    """Attachment ids. That they exist and belong to the person is checked by the attachment store."""

    ask = "上传"
    most: ClassVar[int] = MAX_FILES

    def parse(self, field: Field, raw: Any) -> Any:
        return as_list(raw) or None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        if any(len(id) > 64 for id in value):
            return f"{field.label}没有看懂，请重新上传"
        return how_many(field, len(value), "个", self.most)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "、".join(names.file(id).name for id in value or ())

    def export(self, field: Field, value: Any, names: Names = NOBODY) -> list[Cell]:
        return ["\n".join(names.file(id).url or names.file(id).name for id in value or ())]


class Photo(Files):
    """Pictures."""

    ask = "拍摄"


class Voice(Files):
    """Recordings of up to a minute."""

    ask = "录制"
    most = 3


class Signature(Files):
    """A handwritten signature, one picture."""

    ask = "手写"
    most = 1


@dataclass(frozen=True)
class Table(Kind):
    """Rows with a value for each column."""

    #: Types a column can have.
    columns: Mapping[str, Kind] = dataclasses.field(default_factory=dict)

    ask = "填写"

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, ""):
            return None
        if not isinstance(raw, list | tuple) or not all(isinstance(row, dict) for row in raw):
            raise Unreadable(f"{field.label}没有看懂，请重新填写")
        rows = [
            {
                column.id: self.columns[column.type].parse(column, row.get(column.id))
                for column in field.columns
            }
            for row in raw
        ]
        return [row for row in rows if any(value is not None for value in row.values())] or None

    def check(self, field: Field, value: Any, today: date | None = None) -> str | None:
        most = bound(field.max)
        limit = min(int(most), MAX_ROWS) if most is not None else MAX_ROWS
        least = bound(field.min)
        if len(value) > limit:
            return f"最多 {limit} 行，现在 {len(value)} 行"
        return f"至少填 {plain(least)} 行" if least is not None and len(value) < least else None

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "\n".join(
            f"{place}. " + "，".join(text for text in self.cells(field, row, names) if text)
            for place, row in enumerate(value or (), 1)
        )

    def cells(self, field: Field, row: dict[str, Any], names: Names) -> list[str]:
        """One row as texts."""
        return [self.columns[column.type].show(column, row.get(column.id), names) for column in field.columns]

    def fact(self, field: Field, value: Any) -> dict[str, object]:
        rows = value or []
        columns: dict[str, object] = {
            f".{column.id}": [self.columns[column.type].fact(column, row.get(column.id))[""] for row in rows]
            for column in field.columns
        }
        return {"": [place for place, _ in enumerate(rows, 1)], **columns}
