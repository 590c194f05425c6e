"""A very small web app behind the phones: login, signed page, callback."""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import requests
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.deploy.simulator.builders import AES_KEY, AGENT, CORPID, TOKEN

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>轻办小样</title>
<script src="/wecom.js"></script><script src="/page.js" defer></script></head>
<body><h1>你好，<span id="who">%s</span></h1><p id="config">…</p><p id="scan">…</p><p id="photo">…</p>
<button id="do-scan">扫码</button><button id="do-photo">拍照</button>
<p data-qr="meeting:42">签到码</p></body></html>"""
SCRIPT = """
const say = (id, text) => { document.getElementById(id).textContent = text; };
const words = (error) => error.errMsg || String(error);
ww.register({
  corpId: "%s", agentId: %d, jsApiList: ["scanQRCode", "chooseImage", "uploadImage"],
  getConfigSignature: async (url) => (await fetch("/sign?url=" + encodeURIComponent(url))).json(),
  onConfigSuccess: () => say("config", "ok"), onConfigFail: (error) => say("config", words(error)),
});
document.getElementById("do-scan").onclick = () =>
  ww.scanQRCode({ needResult: true }).then((r) => say("scan", r.resultStr), (e) => say("scan", words(e)));
document.getElementById("do-photo").onclick = async () => {
  try {
    const { localIds } = await ww.chooseImage({ count: 1 });
    const { serverId } = await ww.uploadImage({ localId: localIds[0] });
    say("photo", serverId);
  } catch (error) { say("photo", words(error)); }
};
"""


class FakeQingban:
    """Remembers what reached it."""

    def __init__(self, simulator: str, jssdk: Path | None = None) -> None:
        self.simulator = simulator
        self.jssdk = jssdk
        self.sessions: dict[str, str] = {}
        self.seen: list[dict[str, Any]] = []
        self.events: list[str] = []
        self.reply: str | None = None
        self.status = "200 OK"
        self.wrong_signature = False

    def __call__(self, env: dict[str, Any], start: Any) -> list[bytes]:
        """Answer one request."""
        path, query = env["PATH_INFO"], parse_qs(env["QUERY_STRING"])
        self.seen.append({"path": path, "agent": env.get("HTTP_USER_AGENT", ""), "env": dict(env)})
        status, headers, body = self.answer(env, path, {name: values[0] for name, values in query.items()})
        start(status, [("Content-Length", str(len(body))), *headers])
        return [body]

    def answer(
        self, env: dict[str, Any], path: str, query: dict[str, str]
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        html = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY)]
        script = [("Content-Type", "text/javascript; charset=utf-8")]
        if path == "/wecom/callback":
            return self.callback(env, query)
        if path == "/login":
            return self.login(query)
        if path == "/echo":
            length = int(env.get("CONTENT_LENGTH") or 0)
            return "200 OK", [("Content-Type", "application/octet-stream")], env["wsgi.input"].read(length)
        if path == "/wecom.js" and self.jssdk:
            return "200 OK", script, self.jssdk.read_bytes()
        if path == "/page.js":
            return "200 OK", script, (SCRIPT % (CORPID, AGENT)).encode()
        if path == "/sign":
            return (
                "200 OK",
                [("Content-Type", "application/json")],
                json.dumps(self.sign(query["url"])).encode(),
            )
        userid = self.session(env)
        if userid is None:
            return self.to_login(env)
        return "200 OK", html, (PAGE % userid).encode()

    def session(self, env: dict[str, Any]) -> str | None:
        """Return who is logged in."""
        cookie = env.get("HTTP_COOKIE", "")
        return next((who for key, who in self.sessions.items() if f"sid={key}" in cookie), None)

    def to_login(self, env: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        """Send a stranger to WeCom."""
        back = quote(f"http://{env['HTTP_HOST']}/login", safe="")
        query = f"appid={CORPID}&redirect_uri={back}&response_type=code&scope=snsapi_base&state=abc"
        target = f"{self.simulator}/connect/oauth2/authorize?{query}#wechat_redirect"
        return "302 Found", [("Location", target)], b""

    def login(self, query: dict[str, str]) -> tuple[str, list[tuple[str, str]], bytes]:
        """Spend the code and start a session."""
        answer = self.api("auth/getuserinfo", code=query["code"])
        sid = secrets.token_hex(8)
        self.sessions[sid] = answer.get("userid", "stranger")
        return (
            "302 Found",
            [("Location", "/"), ("Set-Cookie", f"sid={sid}; Path=/; HttpOnly; SameSite=Lax")],
            b"",
        )

    def api(self, path: str, **params: str) -> dict[str, Any]:
        """Call the simulator."""
        wanted = {"corpid": CORPID, "corpsecret": "app-secret"}
        token = requests.get(f"{self.simulator}/cgi-bin/gettoken", params=wanted, timeout=5).json()[
            "access_token"
        ]
        params = {"access_token": token} | params
        return requests.get(f"{self.simulator}/cgi-bin/{path}", params=params, timeout=5).json()

    def sign(self, url: str) -> dict[str, Any]:
        """Sign a page."""
        ticket = "wrong" if self.wrong_signature else self.api("get_jsapi_ticket")["ticket"]
        text = f"jsapi_ticket={ticket}&noncestr=n0nce&timestamp=1700000000&url={url}"
        return {
            "timestamp": 1700000000,
            "nonceStr": "n0nce",
            "signature": hashlib.sha1(text.encode()).hexdigest(),
        }

    def callback(
        self, env: dict[str, Any], query: dict[str, str]
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        """Check and keep an event; answer with the prepared reply."""
        crypto = WeChatCrypto(TOKEN, AES_KEY, CORPID)
        plain = [("Content-Type", "text/plain")]
        parts = (query["msg_signature"], query["timestamp"], query["nonce"])
        if env["REQUEST_METHOD"] == "GET":
            text = crypto.check_signature(*parts, query["echostr"])
            return "200 OK", plain, text if isinstance(text, bytes) else text.encode()
        body = env["wsgi.input"].read(int(env["CONTENT_LENGTH"])).decode()
        xml = crypto.decrypt_message(body, *parts)
        self.events.append(xml if isinstance(xml, str) else xml.decode())
        if self.status != "200 OK" or self.reply is None:
            return self.status, plain, b""
        return (
            "200 OK",
            plain,
            crypto.encrypt_message(self.reply, query["nonce"], query["timestamp"]).encode(),
        )
