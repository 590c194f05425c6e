"""A CSV or XLSX file as a directory source: it completes what WeCom says about people and adds nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.config import Config
from core.contributions import DirectorySource
from core.directory import file_rows
from core.directory.models import Person
from core.directory.snapshot import PersonRow, Refusal, Snapshot
from core.errors import Misconfigured, Unavailable

NAME = "directory_file"
KEYS = ("staff_no", "userid")
KNOWN = ("staff_no", "userid", "name", "position", "post", "title", "line", "superior_userid")
"""What a column may fill. Departments, heads and who exists are for WeCom to say."""

DEFAULT_COLUMNS = {
    "工号": "staff_no",
    "姓名": "name",
    "职务": "position",
    "岗位": "post",
    "职称": "title",
    "条线": "line",
}
LIMITS = {name: getattr(Person, name).max_length for name in KNOWN}


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The section `[extra.directory_file]` of the deployment file."""

    path: Path
    """The file, `.csv` or `.xlsx`; read anew at every sync."""
    columns: Mapping[str, str]
    """Headings of the file and the fields they fill."""
    key: str = "staff_no"
    """How rows find people: `staff_no` (工号) or `userid`."""
    sheet: str = ""
    """Name of the sheet of an xlsx file; empty = the first."""
    title: str = "人员文件"
    """What IT calls it."""


def configured(config: Config) -> DirectorySource | None:
    """Return the file as a source when the deployment file names one.

    Raises:
        Misconfigured: The section makes no sense.
    """
    section = config.extra.get(NAME)
    if section is None:
        return None
    table = read_section(section)
    return DirectorySource(name=NAME, title=table.title, fetch=lambda _config: fetch(table))


def read_section(section: Any) -> Table:
    """Check the section and return it as a record.

    Raises:
        Misconfigured: A value is missing, unknown or of the wrong kind.
    """
    where = f"[extra.{NAME}] "
    if not isinstance(section, dict):
        raise Misconfigured(f"配置里的 {where}应是一节")
    if unknown := sorted(set(section) - {one.name for one in fields(Table)}):
        raise Misconfigured(f"{where}里有不认识的项：{'、'.join(unknown)}")
    path, columns = Path(str(section.get("path", ""))), section.get("columns", DEFAULT_COLUMNS)
    if not path.is_absolute() or path.suffix.lower() not in file_rows.READERS:
        raise Misconfigured(f"{where}path 应是 .csv 或 .xlsx 文件的完整路径，现在是 {path}")
    if not isinstance(columns, dict) or not columns:
        raise Misconfigured(f"{where}columns 应是一张表：列名 = 字段")
    if wrong := sorted(str(field) for field in columns.values() if field not in KNOWN):
        raise Misconfigured(f"{where}columns 里有不认识的字段：{'、'.join(wrong)}。可用：{'、'.join(KNOWN)}")
    if len(set(columns.values())) < len(columns):
        raise Misconfigured(f"{where}columns 里有两列填同一个字段")
    key = str(section.get("key", "staff_no"))
    if key not in KEYS or key not in columns.values():
        raise Misconfigured(f"{where}key 应是 staff_no 或 userid，而且 columns 里要有这一列")
    return Table(
        path=path,
        columns=dict(columns),
        key=key,
        sheet=str(section.get("sheet", "")),
        title=str(section.get("title", "人员文件")),
    )


def fetch(table: Table) -> Snapshot:
    """Read the whole file; an empty cell says nothing, a bad row is left out with its line and reason.

    Raises:
        Unavailable: The file is missing or unreadable, or lacks a column; nothing is changed then.
    """
    found = file_rows.read(table.path, sheet=table.sheet)
    headings = [file_rows.text(cell) for cell in found[0][1]] if found else []
    if missing := [heading for heading in table.columns if heading not in headings]:
        raise Unavailable(f"{table.title} {table.path.name} 里没有这些列：{'、'.join(missing)}")
    places = {field: headings.index(heading) for heading, field in table.columns.items()}
    people: dict[str, PersonRow] = {}
    refused: list[Refusal] = []
    for line, cells in found[1:]:
        if any(file_rows.text(cell) for cell in cells):
            _take(line, cells, places, table, people, refused)
    if not people:
        raise Unavailable(f"{table.title} {table.path.name} 里没有一行能用的数据")
    return Snapshot(source=NAME, people=tuple(people.values()), refused=tuple(refused))


def _take(
    line: int,
    cells: list[Any],
    places: Mapping[str, int],
    table: Table,
    people: dict[str, PersonRow],
    refused: list[Refusal],
) -> None:
    values = {name: file_rows.text(cells[at]) if at < len(cells) else "" for name, at in places.items()}
    key = values[table.key]
    reason = _fault(key, values, is_short=len(cells) <= max(places.values()), seen=people, key_name=table.key)
    if reason:
        refused.append(Refusal(about=f"{table.path.name} 第 {line} 行", reason=reason))
        return
    told: dict[str, Any] = {name: value for name, value in values.items() if value}
    people[key.lower()] = PersonRow(**{"userid": "", "name": "", **told})


def _fault(key: str, values: Mapping[str, str], *, is_short: bool, seen: Iterable[str], key_name: str) -> str:
    """Return why a row cannot be taken; empty when it can."""
    word = "工号" if key_name == "staff_no" else "账号"
    if is_short:
        return "这一行的列数不够，可能没有写完"
    if not key:
        return f"没有{word}"
    if key.lower() in seen:
        return f"{word} {key} 重复，只取第一行"
    for name, value in values.items():
        if value.startswith(file_rows.ERRORS):
            return f"单元格里是错误值 {value}"
        if len(value) > LIMITS[name]:
            return f"{value[:12]}… 太长，最多 {LIMITS[name]} 个字"
    return ""
