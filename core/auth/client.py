"""What the User-Agent says about the client: a hint for layout and policy, never a permission."""

import re
from dataclasses import dataclass

_WECOM = re.compile(r"wxwork/([\d.]+)", re.IGNORECASE)
_MOBILE = re.compile(r"Android|iPhone|iPad|iPod|OpenHarmony", re.IGNORECASE)
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "鸿蒙"),
    ("Android", "安卓"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, kw_only=True)
class Client:
    """One browser, as it describes itself."""

    kind: str
    """mobile, desktop or unknown."""
    in_wecom: bool
    """Whether it is WeCom's own browser."""
    theme: str
    """light, dark or empty when it does not say."""
    device: str
    """A word for the list of signed-in devices."""


def read(user_agent: str) -> Client:
    """Read a User-Agent by the marks of WeCom's clients."""
    is_mobile = (
        bool(_MOBILE.search(user_agent)) and "WindowsWechat" not in user_agent and "(PC;" not in user_agent
    )
    if is_mobile:
        kind = "mobile"
    elif re.search(r"Windows NT|Macintosh|X11|\(PC;", user_agent):
        kind = "desktop"
    else:
        kind = "unknown"
    theme = re.search(r"ColorScheme/(Light|Dark)", user_agent)
    return Client(
        kind=kind,
        in_wecom=bool(_WECOM.search(user_agent)),
        theme=theme.group(1).lower() if theme else "",
        device=next((name for mark, name in _DEVICES if mark in user_agent), "其他设备"),
    )
