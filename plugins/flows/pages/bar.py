"""The bar at the foot of an application: at most three buttons, drawn from what is legal now."""

from typing import Any

from qingban import _

from ..models import Instance

Sheets = dict[str, dict[str, Any]]


def bar_of(row: Instance, sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the decision under the thumb, its refusal beside it, the rest behind 更多."""
    by_name = {one["name"]: one for one in sheets}
    primary = next((name for name in ("approve", "handle") if name in by_name), "")
    second = _second(by_name, primary)
    shown = [name for name in (second, primary) if name]
    buttons = [_button(by_name[name], _kind(name, primary)) for name in shown]
    if row.is_returned and "withdraw" in by_name and not primary:  # the form lies with its starter
        buttons.append({"title": _("修改后再次提交"), "kind": "primary", "path": f"/flows/{row.id}/edit"})
    rest = [name for name in by_name if name not in shown]
    if rest == ["comment"] and not buttons:
        return [_button(by_name["comment"], "second")]
    return [*_more(row, rest), *buttons]


def _second(by_name: Sheets, primary: str) -> str:
    if "reject" in by_name:
        return "reject"
    return "urge" if "urge" in by_name and not primary else ""


def _kind(name: str, primary: str) -> str:
    return "primary" if name == primary else "danger" if name == "reject" else "second"


def _more(row: Instance, rest: list[str]) -> list[dict[str, Any]]:
    if not rest:
        return []
    return [{"title": _("更多"), "kind": "more", "sheet": "sheet-more", "path": f"/flows/{row.id}/more"}]


def _button(sheet: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"title": sheet["title"], "kind": kind, "sheet": sheet["id"], "path": sheet["path"]}
