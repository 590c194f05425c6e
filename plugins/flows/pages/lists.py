"""Lists of what I decided and what I sent, paged by time."""

from typing import Any

from qingban import Actor, Page, _, clock, todo_tabs

from .. import lists, queries
from ..queries import Row
from .common import whole

PER_PAGE = 20
NEWEST = (2**53, "")


class Done(Page):
    """What I decided."""

    def on_get(self, req: Any, resp: Any) -> None:
        """Show the last twenty, and those before with `?before=`."""
        _show(self, req, resp, "flows_done", queries.done_by, _("你还没有处理过申请"))


class Mine(Page):
    """What I sent."""

    def on_get(self, req: Any, resp: Any) -> None:
        """Show the last twenty, and those before with `?before=`."""
        _show(self, req, resp, "flows_mine", queries.started_by, _("你还没有发起过申请"))


def _show(page: Page, req: Any, resp: Any, tab: str, find: Any, empty: str) -> None:
    actor: Actor = req.context.actor
    found = find(actor.person_id, _before(req.get_param("before") or ""), PER_PAGE + 1)
    rows = found[:PER_PAGE]
    more = f"{req.path}?before={_mark(rows[-1])}" if len(found) > PER_PAGE else ""
    page.render(
        resp,
        "flows/list.html",
        tabs=todo_tabs(actor, tab),
        items=lists.items(rows),
        next_path=more,
        empty={"text": empty, "path": "/flows/", "action": _("发起申请")},
    )


def _mark(row: Row) -> str:
    """Return where a page ends: moment and id, because several rows may share a moment."""
    return f"{clock.to_ms(row.at)}.{row.task_id or row.instance_id}"


def _before(mark: str) -> tuple[int, str]:
    moment, _dot, key = mark.partition(".")
    at = whole(moment)
    return NEWEST if at is None else (at, key)
