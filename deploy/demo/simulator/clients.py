"""User-Agent lines of the phones and computers a person may hold."""

BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CLIENTS: dict[str, dict[str, str]] = {
    "ios": {
        "label": "企业微信 iPhone",
        "platform": "iPhone",
        "ua": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {SAFARI} Mobile/15E148 wxwork/4.1.30 "
        "MicroMessenger/7.0.1 Language/zh ColorScheme/Light wwmver/3.26.13.714",
    },
    "android": {
        "label": "企业微信 Android",
        "platform": "Linux armv8l",
        "ua": f"Mozilla/5.0 (Linux; Android 14; V2309A Build/UP1A.231005.007; wv) {BLINK} Version/4.0 "
        "Chrome/116.0.0.0 Mobile Safari/537.36 wxwork/4.1.20 MicroMessenger/7.0.1 NetType/4G Language/zh "
        "Lang/zh ColorScheme/Light",
    },
    "windows": {
        "label": "企业微信 Windows",
        "platform": "Win32",
        "ua": "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
        "Safari/537.36 Language/zh ColorScheme/Light wxwork/4.1.36 (MicroMessenger/6.2) WindowsWechat  "
        "MailPlugin_Electron WeMail embeddisk wwmver/3.26.36.641",
    },
    "mac": {
        "label": "企业微信 Mac",
        "platform": "MacIntel",
        "ua": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6) {SAFARI} wxwork/3.0.8 (MicroMessenger/6.2) "
        "WeChat/2.0.4",
    },
    "wechat": {
        "label": "普通微信",
        "platform": "iPhone",
        "ua": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {SAFARI} Mobile/15E148 "
        "MicroMessenger/7.0.12(0x17000c2d) NetType/WIFI Language/zh_CN",
    },
    "browser": {
        "label": "普通浏览器",
        "platform": "Linux armv8l",
        "ua": f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {BLINK} Chrome/129.0.0.0 Mobile Safari/537.36",
    },
}


def in_wecom(client: str) -> bool:
    """Tell whether this client has the bridge of WeCom."""
    return "wxwork/" in CLIENTS[client]["ua"]
