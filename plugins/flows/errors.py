"""Refusals of the engine as sentences for people."""

from typing import Any

from qingban import Conflict, Invalid, NotFound, QingbanError, _

from .engine import (
    AlreadyHandled,
    FieldNotEditable,
    FlowError,
    InvalidTarget,
    MissingComment,
    MissingField,
    MissingSignature,
    NotYourTask,
    StaleVersion,
)

WORDS = {
    "approved": "同意",
    "rejected": "驳回",
    "returned": "退回",
    "withdrawn": "撤回",
    "handled": "办理",
}


class Handled(Conflict):
    """Somebody was faster; says who, when and what."""

    kind = "already_handled"


class Stale(Conflict):
    """The task or a field changed since the page was read; `theirs` holds the values that were written."""

    kind = "stale_version"

    def __init__(self, title: str = "", *, theirs: dict[str, Any] | None = None) -> None:
        self.theirs = theirs or {}
        super().__init__(title, conflicts=sorted(self.theirs))


class Moved(Conflict):
    """The application is in a state where this cannot be done."""

    kind = "not_in_state"


class Reused(Conflict):
    """A request id that was answered for something else."""

    kind = "request_reused"
    default = "这次操作已经提交过了，请刷新页面后再试"


STATES = {
    "urged": "一小时内已经提醒过了，请稍后再催",
    "approved": "这条申请已经通过，不用再处理",
    "rejected": "这条申请已被驳回，不用再处理",
    "withdrawn": "这条申请已被撤回，你不用处理了",
    "returned": "这条申请已退回给申请人修改",
    "decided": "已有人处理过，不能撤回了",
    "not_offered": "这一步不能这样操作",
    "waiting": "还没轮到你",
}


def refusal(
    error: FlowError, *, name: str = "", time: str = "", fields: dict[str, str] | None = None
) -> QingbanError:
    """Turn a refusal of the engine into one of the house.

    Args:
        name: Who was faster, where the error names a person.
        time: When, in words.
        fields: Names of fields by id, for those that are missing.
    """
    names = fields or {}
    match error:
        case AlreadyHandled():
            done = WORDS.get(error.what, _("处理"))
            return Handled(_("已由 %(name)s %(time)s %(done)s，无需再处理", name=name, time=time, done=done))
        case StaleVersion():
            theirs = {key: both["theirs"] for key, both in error.conflicts.items()}
            return Stale(_("内容刚被更新，请核对后再提交"), theirs=theirs)
        case NotYourTask():
            return NotFound(_("没有找到，或不需要你处理"))
        case MissingField():
            return Invalid({key: _("请填写%(name)s", name=names.get(key, key)) for key in error.fields})
        case MissingComment():
            return Invalid({"comment": _("请写明原因，对方才知道怎么改")})
        case MissingSignature():
            return Invalid({"signature": _("请先手写签名")})
        case FieldNotEditable():
            return Invalid({key: _("这一步不能修改这一项") for key in error.fields})
        case InvalidTarget():
            return Invalid({f"pick.{error.node_id}": _("请重新选择这一步的办理人")}, reason=error.reason)
        case _:
            state = getattr(error, "state", "")
            return Moved(_(STATES.get(str(state), "当前状态不能这样操作")), state=str(state))
