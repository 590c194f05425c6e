"""The verbs of approvals: start, decide, correct, withdraw, say something. Only this package writes."""

from .commands import approve, comment, handle, reject, resubmit, send_back, urge, withdraw
from .definitions import publish, seed
from .drafts import drop_draft, save_draft
from .reading import access, mark_read, may_read, may_see_file, visible
from .start import check_start, route_ahead, steps_after_resubmit, steps_ahead, submit

__all__ = [
    "access",
    "approve",
    "check_start",
    "comment",
    "drop_draft",
    "handle",
    "mark_read",
    "may_read",
    "may_see_file",
    "publish",
    "reject",
    "resubmit",
    "route_ahead",
    "save_draft",
    "seed",
    "send_back",
    "steps_after_resubmit",
    "steps_ahead",
    "submit",
    "urge",
    "visible",
    "withdraw",
]
