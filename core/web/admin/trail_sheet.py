"""The trail as a spreadsheet: every cell a text, row by row, in constant memory."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any

import orjson
import xlsxwriter

from core import audit, clock
from core.audit import phrases
from core.directory import lookup

CHUNK = 1_000
SPOOL = 2 * 1024 * 1024
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet might take for a formula."""
HEADINGS = ("序号", "时间", "谁", "工号", "代谁", "事件", "内容", "对象", "从哪里", "IP", "细节")
PLACES = {"mobile": "手机", "desktop": "电脑", "card": "消息卡片", "system": "系统"}
SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(filters: audit.Filters, *, most: int) -> tuple[IO[bytes], int, int]:
    """Write the filtered rows, newest first; return the file at its beginning, its size, how many rows."""
    file = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the answer reads and closes it
    rows = 0
    with xlsxwriter.Workbook(file, SAFE) as book:
        head, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        sheet = book.add_worksheet("审计日志")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEADINGS) - 1, 18)
        for column, title in enumerate(HEADINGS):
            sheet.write_string(0, column, title, head)
        for rows, cells in enumerate(_body(filters, most), start=1):
            for column, text in enumerate(cells):
                sheet.write_string(rows, column, text, quoted if text.startswith(DANGEROUS) else None)
    size = file.seek(0, 2)
    file.seek(0)
    return file, size, rows


def _body(filters: audit.Filters, most: int) -> Iterator[list[str]]:
    before, left = None, most
    while left and (page := audit.entries(None, filters, before=before, limit=min(CHUNK, left))):
        people = lookup.people.by_ids(phrases.people_in(page))
        names = {key: one.name for key, one in people.items()}
        yield from (_cells(entry, people, names) for entry in page)
        before, left = page[-1].id, left - len(page)


def _cells(entry: audit.Entry, people: dict[str, Any], names: dict[str, str]) -> list[str]:
    person = people.get(entry.actor)
    return [
        str(entry.seq or ""),
        f"{entry.at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M:%S}",
        names.get(entry.actor, entry.actor),
        person.staff_no if person else "",
        names.get(entry.on_behalf_of, entry.on_behalf_of),
        entry.event,
        phrases.sentence(entry, names),
        entry.about,
        PLACES.get(entry.client, ""),
        entry.ip,
        orjson.dumps(entry.facts).decode() if entry.facts else "",
    ]
