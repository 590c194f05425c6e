"""Everything that may go wrong, in words a nurse can read.

::

    QingbanError                 500  出了点问题
    ├── Invalid(fields)          422  something typed needs another look
    ├── NotSignedIn              401
    ├── NotAllowed               403
    ├── NotFound                 404
    ├── Conflict                 409  somebody was faster, or the thing moved on
    ├── TooLarge                 413
    ├── TooMany(retry_after)     429
    ├── Unavailable(retry_after) 503  a neighbour is away, try again
    └── Misconfigured            500  the operator must act; start-up stops with it

Services raise, pages never catch; `core.web.errors` translates once into a page or problem JSON.
"""

from typing import Any


class QingbanError(Exception):
    """A refusal or failure with a sentence for people and facts for the log.

    Args:
        title: One whole sentence shown to the person; says what to do next where it can.
        facts: Plain values for logs and machine answers; never secrets or names.
    """

    status = 500
    kind = "error"
    default = "出了点问题，内容已保留。请重试，或联系信息科"

    def __init__(self, title: str = "", **facts: Any) -> None:
        self.title = title or self.default
        self.facts = facts
        super().__init__(self.title)


class Invalid(QingbanError):
    """Input that can be corrected; `fields` maps a field id to its sentence."""

    status = 422
    kind = "invalid"
    default = "还有地方要改"

    def __init__(self, fields: dict[str, str] | None = None, title: str = "", **facts: Any) -> None:
        self.fields = fields or {}
        super().__init__(title or next(iter(self.fields.values()), ""), **facts)


class NotSignedIn(QingbanError):
    """Nobody is signed in, or the session ended."""

    status = 401
    kind = "not_signed_in"
    default = "请先登录"


class NotAllowed(QingbanError):
    """The person is known and may not do this."""

    status = 403
    kind = "not_allowed"
    default = "你没有权限做这件事。需要的话请找信息科"


class NotFound(QingbanError):
    """There is no such thing, or it is not this person's to know about."""

    status = 404
    kind = "not_found"
    default = "没有找到，可能已被删除，或链接不完整"


class Conflict(QingbanError):
    """Somebody was faster; the page shows the true state with this sentence."""

    status = 409
    kind = "conflict"
    default = "内容已经变化，请看最新状态"


class TooLarge(QingbanError):
    """A body or file above its limit."""

    status = 413
    kind = "too_large"
    default = "内容太大，请换小一点的"


class TooMany(QingbanError):
    """A rate limit; `retry_after` is in seconds."""

    status = 429
    kind = "too_many"
    default = "操作太快了，请稍等再试"

    def __init__(self, title: str = "", *, retry_after: int = 10, **facts: Any) -> None:
        self.retry_after = retry_after
        super().__init__(title, **facts)


class Unavailable(QingbanError):
    """Something we need is away or busy; `retry_after` is in seconds."""

    status = 503
    kind = "unavailable"
    default = "现在有点忙，请稍等再试，内容还在"

    def __init__(self, title: str = "", *, retry_after: int = 5, **facts: Any) -> None:
        self.retry_after = retry_after
        super().__init__(title, **facts)


class Misconfigured(QingbanError):
    """The installation cannot run like this; the sentence says what to mend."""

    kind = "misconfigured"
    default = "配置有误"
