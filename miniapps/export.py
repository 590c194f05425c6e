"""The list as a spreadsheet: every cell a text, row by row, in constant memory."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import xlsxwriter

from qingban import _, clock, forms, people

from . import documents, roster
from .models import ACCEPTED, WAITING
from .roster import Row

CHUNK = 500
STATES = {ACCEPTED: "已报名", WAITING: "候补"}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SPOOL = 2 * 1024 * 1024


def all_fields(app_id: str) -> list[forms.Field]:
    """Return the fields of every published version by id: today's first, those that are gone at the end."""
    texts = roster.versions(app_id)
    found: dict[str, forms.Field] = {}
    options: dict[str, dict[str, forms.Option]] = {}
    for text in reversed(texts):
        for field in documents.stored_fields(text):
            found.setdefault(field.id, field)
            for option in field.options:
                options.setdefault(field.id, {}).setdefault(option.id, option)
    return [_with_options(field, list(options.get(field.id, {}).values())) for field in found.values()]


def _with_options(field: forms.Field, options: Sequence[forms.Option]) -> forms.Field:
    if len(options) == len(field.options):
        return field
    return forms.from_dict({**forms.to_dict(field), "options": [_plain(option) for option in options]})


def _plain(option: forms.Option) -> dict[str, Any]:
    names = ("id", "label", "start", "end", "place", "teacher")
    return {name: value for name in names if (value := getattr(option, name))}


def write(app_id: str) -> tuple[IO[bytes], int, int]:
    """Write the list; return the file at its beginning, its size and the number of rows."""
    file = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the answer reads and closes it
    fields = [field for field in all_fields(app_id) if not field.sensitive]
    with xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    ) as book:
        head, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        sheet = book.add_worksheet(_("名单"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 40, 16)
        rows = 0
        for number, cells in enumerate([_headings(fields), *_body(app_id, fields)]):
            for column, cell in enumerate(cells):
                text = str(cell)
                style = head if number == 0 else quoted if text.startswith(DANGEROUS) else None
                sheet.write_string(number, column, text, style)
            rows = number
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    return file, size, rows


def _headings(fields: Sequence[forms.Field]) -> list[str]:
    return [_("序号"), _("状态"), _("姓名"), _("工号"), _("科室"), _("报名时间"), *forms.heading_row(fields)]


def _body(app_id: str, fields: Sequence[forms.Field]) -> Iterator[list[Any]]:
    for rows in pages(app_id):
        known = people.by_ids(row.person_id for row in rows)
        for row in rows:
            person = known.get(row.person_id)
            moment = row.created_at.astimezone(clock.LOCAL)
            yield [
                row.position,
                STATES.get(row.state, ""),
                person.name if person else "",
                person.staff_no if person else "",
                person.department_name if person else "",
                f"{moment:%Y-%m-%d %H:%M:%S}",
                *cells(fields, row),
            ]


def cells(fields: Iterable[forms.Field], row: Row) -> list[Any]:
    """Return the cells of one entry's answers, as many as there are headings."""
    found: list[Any] = []
    for field in fields:
        kind = forms.kind(field)
        value = row.answers.get(field.id)
        found += kind.export(field, value) if value is not None else [""] * len(kind.headings(field))
    return found


def pages(app_id: str) -> Iterator[list[Row]]:
    """Walk the entries that count, page by page."""
    after = 0
    while rows := roster.entries(app_id, after=after, limit=CHUNK):
        yield rows
        after = rows[-1].position
