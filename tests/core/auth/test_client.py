"""What a User-Agent tells about the client."""

import pytest

from core.auth.client import Client, read
from core.testing import DESK, IPHONE

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 "
    "wxwork/4.1.30 MicroMessenger/7.0.1 NetType/WIFI Language/zh ColorScheme/Dark"
)
HARMONY = "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Mobile wxwork/5.0.2"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/108.0 "
    "wxwork/4.1.31 (MicroMessenger/6.2) WindowsWechat"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 wxwork/4.1.31 MicroMessenger/2.3"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (IPHONE, Client(kind="mobile", in_wecom=True, theme="light", device="iPhone")),
        (ANDROID, Client(kind="mobile", in_wecom=True, theme="dark", device="安卓")),
        (HARMONY, Client(kind="mobile", in_wecom=True, theme="", device="鸿蒙")),
        (WINDOWS, Client(kind="desktop", in_wecom=True, theme="", device="Windows")),
        (MAC, Client(kind="desktop", in_wecom=True, theme="", device="Mac")),
        (DESK, Client(kind="desktop", in_wecom=False, theme="", device="Windows")),
        ("", Client(kind="unknown", in_wecom=False, theme="", device="其他设备")),
        ("curl/8.0", Client(kind="unknown", in_wecom=False, theme="", device="其他设备")),
        ("<script>", Client(kind="unknown", in_wecom=False, theme="", device="其他设备")),
    ],
)
def test_clients_are_told_apart(user_agent, expected):
    assert read(user_agent) == expected
