"""Lists of what I decided and what I sent, paged by time."""

from typing import Any

from qingban import Actor, Page, _, clock, todo_tabs

from .. import lists, queries

PER_PAGE = 20
FAR_FUTURE = 2**53


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
    before = req.get_param_as_int("before") or FAR_FUTURE
    rows = find(actor.person_id, before, PER_PAGE)
    more = f"{req.path}?before={clock.to_ms(rows[-1].at)}" if len(rows) == PER_PAGE else ""
    page.render(
        resp,
        "flows/list.html",
        tabs=todo_tabs(actor, tab),
        items=lists.items(rows),
        next_path=more,
        empty={"text": empty, "path": "/flows/", "action": _("发起申请")},
    )
