"""Rows of a CSV or XLSX file with their line numbers, whole or not at all."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import python_calamine

from core.errors import Unavailable

MOST_BYTES = 64 * 1024 * 1024
ENCODINGS = ("utf-8-sig", "gb18030")
"""GB18030 holds all of GBK."""

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")

Rows = list[tuple[int, list[Any]]]
"""(line in the file, cells)."""


def read(path: Path, *, sheet: str = "") -> Rows:
    """Read every row; the first holds the headings.

    Raises:
        Unavailable: The file is missing, too large, or not what its name says.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unavailable(f"文件 {path.name} 超过 {MOST_BYTES // 2**20} MB，没有读")
        content = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"文件 {path} 读不了：{error.strerror}。通讯录没有改动") from None
    return READERS[path.suffix.lower()](path.name, content, sheet)


def text(cell: Any) -> str:
    """Return a cell as people read it: numbers without `.0`, days as 2026-11-24."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | datetime):
        return f"{cell:%Y-%m-%d}"
    return str(cell).strip()


def _csv(name: str, content: bytes, _sheet: str) -> Rows:
    reader = csv.reader(io.StringIO(_decoded(name, content), newline=""), strict=True)
    found: Rows = []
    try:
        for cells in reader:
            found.append((reader.line_num, cells))
    except csv.Error:
        raise Unavailable(f"文件 {name} 第 {reader.line_num} 行的引号不成对，没有读") from None
    return found


def _decoded(name: str, content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unavailable(f"文件 {name} 不是 UTF-8 也不是 GBK 编码，没有读")


def _xlsx(name: str, content: bytes, sheet: str) -> Rows:
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            names = book.sheet_names
            if sheet and sheet not in names:
                raise Unavailable(f"文件 {name} 里没有工作表 {sheet}，有：{'、'.join(names)}")
            rows = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError):
        raise Unavailable(f"文件 {name} 不是完整的 xlsx，或加了密码，没有读") from None
    return list(enumerate(rows, start=1))


READERS: dict[str, Callable[[str, bytes, str], Rows]] = {".csv": _csv, ".xlsx": _xlsx}
"""How to read a file by the end of its name."""
