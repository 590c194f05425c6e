"""What people read in WeCom: you are in, you are waiting, you moved up, you cancelled."""

from typing import Any

from qingban import _, address, cards, clock, departments, forms

from . import queries
from .documents import WITH_OPTIONS
from .models import ACCEPTED, CANCELLED, WAITING


def signup(about: str, reader: Any) -> dict[str, Any] | None:
    """Build the card about one entry as it stands now; nothing when it was cancelled or is gone."""
    entry = queries.entry(about)
    live = queries.live_by_id(entry.app_id) if entry else None
    if entry is None or live is None or entry.state == CANCELLED:
        return None
    owner = departments.by_ids([live.department_id]).get(live.department_id)
    if entry.state == WAITING:
        desc = _("候补第 %(place)s 位，有空位会通知你", place=entry.place)
        state = _("已进入候补")
    else:
        desc = _("第 %(place)s 位", place=entry.place)
        state = _("报名成功") if entry.state == ACCEPTED else ""
    facts = [(_("部门"), owner.name)] if owner else []
    if live.closes_at:
        facts.append((_("截止"), f"{live.closes_at.astimezone(clock.LOCAL):%m-%d %H:%M}"))
    chosen = [field for field in live.fields if field.type in WITH_OPTIONS and not field.sensitive]
    facts += [(view.label, view.text) for view in forms.value_views(chosen, entry.answers)[:3]]
    return cards.notice(
        f"{state}：{live.title}",
        desc=desc,
        text=live.document.thanks if entry.state == ACCEPTED else "",
        facts=facts,
        url=address(f"/miniapps/q/{live.code}"),
    )
