"""Why a command is refused; each carries a sentence for people and facts for the log.

FlowError
├── AlreadyHandled     409  somebody else was first
├── StaleVersion       409  the task or a field changed since it was read
├── NotInState         409  not now
├── NotYourTask        403  not you, or no such task: the answer is the same on purpose (P51)
├── InvalidTarget      422  a place or person that may not be chosen
├── MissingComment     422
├── MissingSignature   422
├── MissingField       422
└── FieldNotEditable   422
"""

from typing import Any, ClassVar


class FlowError(Exception):
    """The common root: a kind for programs, a status for the edge, a sentence for people."""

    kind: ClassVar[str] = "flow_error"
    status: ClassVar[int] = 409
    sentence: ClassVar[str] = "这个操作没有成功"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.sentence)
        self.facts = facts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.facts.items())})"


class AlreadyHandled(FlowError):
    """Somebody else was first; says who, when (milliseconds) and what."""

    kind = "already_handled"
    sentence = "已有人先处理了这一步"

    def __init__(self, *, by: str, when: int, what: str) -> None:
        super().__init__(by=by, when=when, what=what)
        self.by, self.when, self.what = by, when, what


class StaleVersion(FlowError):
    """The task or a field changed since the caller read it; `conflicts` maps field to both values."""

    kind = "stale_version"
    sentence = "内容刚被更新，请核对后再提交"

    def __init__(self, *, conflicts: dict[str, dict[str, Any]] | None = None, current: int = 0) -> None:
        super().__init__(conflicts=conflicts or {}, current=current)
        self.conflicts, self.current = conflicts or {}, current


class NotInState(FlowError):
    """The action does not fit the present state; `state` names it."""

    kind = "not_in_state"
    sentence = "当前状态不能这样操作"

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)
        self.state = state


class NotYourTask(FlowError):
    """The task is not the caller's, or does not exist: both look the same."""

    kind = "not_your_task"
    status = 403
    sentence = "这不是您的任务"


class InvalidTarget(FlowError):
    """A place or person that may not be chosen; `node_id` and `reason` say which and why."""

    kind = "invalid_target"
    status = 422
    sentence = "所选的节点或人员不可用"

    def __init__(self, *, reason: str, node_id: str = "", people: tuple[str, ...] = ()) -> None:
        super().__init__(reason=reason, node_id=node_id, people=people)
        self.reason, self.node_id, self.people = reason, node_id, people


class MissingComment(FlowError):
    """Words are demanded here."""

    kind = "missing_comment"
    status = 422
    sentence = "请填写意见"


class MissingSignature(FlowError):
    """A handwritten signature is demanded here."""

    kind = "missing_signature"
    status = 422
    sentence = "请手写签名"


class MissingField(FlowError):
    """Required fields are empty; `fields` lists them in form order."""

    kind = "missing_field"
    status = 422
    sentence = "还有必填项没有填写"

    def __init__(self, *, fields: tuple[str, ...]) -> None:
        super().__init__(fields=fields)
        self.fields = fields


class FieldNotEditable(FlowError):
    """The change touches fields that may not be edited here; `fields` lists them."""

    kind = "field_not_editable"
    status = 422
    sentence = "有些内容在这一步不能修改"

    def __init__(self, *, fields: tuple[str, ...]) -> None:
        super().__init__(fields=fields)
        self.fields = fields
