"""Builders of small corps and running simulators."""

import io
import threading
from collections.abc import Callable
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import requests
from PIL import Image

CORPID = "wwtest000001"
AGENT = 1000002
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
WARD = 12


def make_png() -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "#1f6ce6").save(out, "PNG")
    return out.getvalue()


PNG = make_png()


def make_member(
    userid: str, name: str, department: list[int], position: str = "", **more: Any
) -> dict[str, Any]:
    """Return a member as user/list would."""
    return {
        "userid": userid,
        "name": name,
        "department": department,
        "order": [0] * len(department),
        "is_leader_in_dept": [0] * len(department),
        "direct_leader": [],
        "position": position,
        "status": 1,
        "enable": 1,
        "main_department": department[0],
        "mobile": more.pop("mobile", f"138{abs(hash(userid)) % 10**8:08d}"),
        "extattr": {"attrs": [{"type": 0, "name": "工号", "text": {"value": userid.upper()}}]},
        **more,
    }


def make_corp(
    *, callback: str = "", home: str = "http://localhost:8700/", crowd: int = 0, **agent: Any
) -> dict[str, Any]:
    """Return a hospital with a ward, an office, a disabled and a departed member."""
    departments = [
        {"id": number, "name": name, "parentid": parent, "order": 1000 - number, "department_leader": []}
        for number, name, parent in (
            (1, "示例医院", 0),
            (2, "临床科室", 1),
            (3, "职能科室", 1),
            (WARD, "心内科", 2),
            (13, "心内科一病区", WARD),
            (14, "一病区东组", 13),
            (30, "院办", 3),
            (31, "信息科", 3),
            (40, "外包单位", 1),
        )
    ]
    users = [
        make_member("n001", "林晓雨", [13], "护士"),
        make_member("h001", "周敏", [13, WARD], "护士长", is_leader_in_dept=[1, 0]),
        make_member("d001", "陈立", [WARD], "主治医师"),
        make_member("c001", "何建国", [WARD], "科主任"),
        make_member("p001", "沈院长", [30], "院长"),
        make_member("i001", "吴凡", [31], "工程师"),
        make_member("x001", "停用者", [13], "护士", status=2, enable=0),
        make_member("x002", "离开者", [13], "护士", status=5),
        make_member("o001", "外包员", [40], "保洁"),
    ]
    users += [
        make_member(f"crowd{n}", f"成员{n}", [14, 30] if n % 2 else [14], mobile=f"139{n:08d}")
        for n in range(crowd)
    ]
    first = {
        "agentid": AGENT,
        "secret": "app-secret",
        "name": "轻办",
        "home_url": home,
        "redirect_domains": [home.split("/")[2]],
        "allow_departments": [2, 3],
        "callback": {"url": callback, "token": TOKEN, "aes_key": AES_KEY},
        **agent,
    }
    other = {"agentid": 1000009, "secret": "other-secret", "name": "别的应用", "allow_departments": [1]}
    return {
        "corpid": CORPID,
        "name": "示例医院",
        "contacts_secret": "contacts-secret",
        "agents": [first, other],
        "departments": departments,
        "users": users,
        "tags": [{"tagid": 1, "tagname": "党员", "userlist": ["n001", "o001"], "partylist": [30]}],
    }


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def listening(count: int, make: Callable[[list[int]], Any]):
    """Serve one WSGI program on several free ports; yield (program, ports)."""
    holder: dict[str, Any] = {}
    servers = [make_server("127.0.0.1", 0, later(holder), Threads, Quiet) for _ in range(count)]
    ports = [one.server_port for one in servers]
    holder["app"] = make(ports)
    for one in servers:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield holder["app"], ports
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()


def later(holder: dict[str, Any]) -> Callable[..., Any]:
    def call(env: dict[str, Any], start: Any) -> Any:
        return holder["app"](env, start)

    return call


class Api:
    """Calls of the server interfaces without any client library."""

    def __init__(self, port: int, secret: str = "app-secret") -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.secret = secret
        self.token = ""

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Call with GET and the token."""
        return requests.get(f"{self.base}/cgi-bin/{path}", params=self._with_token(params), timeout=10).json()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call with POST and the token; the body is raw UTF-8."""
        import json

        data = json.dumps(body, ensure_ascii=False).encode()
        return requests.post(
            f"{self.base}/cgi-bin/{path}", params=self._with_token({}), data=data, timeout=10
        ).json()

    def upload(self, kind: str, name: str, data: bytes) -> dict[str, Any]:
        """Upload a media file."""
        url = f"{self.base}/cgi-bin/media/upload"
        params = self._with_token({"type": kind})
        return requests.post(url, params=params, files={"media": (name, data)}, timeout=10).json()

    def _with_token(self, params: dict[str, Any]) -> dict[str, Any]:
        if not self.token:
            wanted = {"corpid": CORPID, "corpsecret": self.secret}
            answer = requests.get(f"{self.base}/cgi-bin/gettoken", params=wanted, timeout=10).json()
            self.token = answer["access_token"]
        return {"access_token": self.token} | params

    def hook(self, name: str, body: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        """Use a test hook: POST with a body, else GET."""
        url = f"{self.base}/-sim/api/{name}"
        answer = (
            requests.get(url, params=params, timeout=10)
            if body is None
            else requests.post(url, json=body, timeout=10)
        )
        return answer.json()


def make_card(task_id: str = "leave-1", **more: Any) -> dict[str, Any]:
    """Return a card with two buttons."""
    return {
        "card_type": "button_interaction",
        "task_id": task_id,
        "source": {"desc": "轻办 · 请假"},
        "main_title": {"title": "林晓雨的请假申请", "desc": "心内科一病区 护士"},
        "sub_title_text": "家中老人住院，需要陪护。",
        "horizontal_content_list": [
            {"keyname": "类型", "value": "事假"},
            {"keyname": "时间", "value": "11月26日 至 11月27日"},
        ],
        "button_list": [
            {"text": "同意", "style": 1, "key": "approve"},
            {"text": "驳回", "style": 2, "key": "reject"},
        ],
        **more,
    }
