"""The differences of a run as a spreadsheet: every cell a text, row by row, in constant memory."""

import tempfile
from typing import IO

import xlsxwriter

from core.directory.differences import KINDS, MOST
from core.directory.models import SyncDifference, SyncRun

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SPOOL = 2 * 1024 * 1024
HEADINGS = ("类别", "账号或科室编号", "姓名或科室", "变化")
SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(run: SyncRun) -> tuple[IO[bytes], int, int]:
    """Write the rows that are kept of a run; return the file at its beginning, its size and how many rows."""
    file = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the answer reads and closes it
    kept = SyncDifference.select().where(SyncDifference.run == run.id).order_by(SyncDifference.id)
    rows = 0
    with xlsxwriter.Workbook(file, SAFE) as book:
        head, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        sheet = book.add_worksheet("差异")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 2, 18)
        sheet.set_column(3, 3, 80)
        for column, word in enumerate(HEADINGS):
            sheet.write_string(0, column, word, head)
        for rows, one in enumerate(kept.iterator(), start=1):
            for column, text in enumerate((KINDS.get(one.kind, one.kind), one.about, one.name, one.text)):
                sheet.write_string(rows, column, text, quoted if text.startswith(DANGEROUS) else None)
        if rows >= MOST:
            sheet.write_string(rows + 1, 0, f"每类最多保存 {MOST:,} 行，总数见运行记录")
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    return file, size, rows
