"""What can go wrong between us and WeCom: it refused, or it is away."""

from core import log
from core.errors import QingbanError, Unavailable

MEMBER_UNKNOWN = frozenset({40003, 46004, 60111})
"""No such member: the person has left or never was one."""
OUT_OF_SCOPE = frozenset({50002, 60011, 60021, 92000})
"""The app may not see this object."""
CODE_SPENT = frozenset({40029, 42003, 42022})
"""A sign-in code that is wrong, late or used."""
CARD_GONE = 60140
"""The update code of a card is used up or too old."""
NOBODY_REACHED = 81013
"""No receiver could be reached; nothing was sent."""

_SENTENCES = {
    40001: "企业微信拒绝了应用密钥，请信息科检查配置",
    40013: "企业微信不认识这个企业编号，请信息科检查配置",
    40091: "应用密钥属于别的企业，请信息科检查配置",
    48002: "应用没有这项企业微信权限，请信息科检查配置",
    50001: "企业微信没有登记本站域名，请信息科检查配置",
    50003: "企业微信里的应用已停用，请联系信息科",
    60020: "本机地址不在企业微信的可信名单里，请信息科添加",
    81013: "收件人都收不到这条消息：不在应用可见范围内，或已离职",
}


class WeComRefused(QingbanError):
    """WeCom understood and said no; trying the same again will not help.

    Args:
        code: WeCom's errcode, see wecom reference 2.
        message: WeCom's errmsg; for the log, its wording may change.
    """

    status = 502
    kind = "wecom_refused"
    default = "企业微信没有接受这次操作，请稍后再试，或联系信息科"

    def __init__(self, code: int, message: str = "", **facts: object) -> None:
        self.code = code
        self.message = log.redact(message)[:200]
        super().__init__(_SENTENCES.get(code, ""), code=code, message=self.message, **facts)


class WeComAway(Unavailable):
    """WeCom cannot be reached, is slow, over its limits or answers nonsense; try again later."""

    kind = "wecom_away"
    default = "企业微信暂时连不上，请稍后再试，内容还在"

    def __init__(self, title: str = "", *, retry_after: int = 30, **facts: object) -> None:
        super().__init__(title, retry_after=retry_after, **facts)
