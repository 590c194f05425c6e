"""The real client library works against the simulator, with nothing but its addresses changed."""

import io
from typing import Any

import pytest
import requests
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

from tests.deploy.simulator.builders import AGENT, CORPID, PNG, WARD
from tests.deploy.simulator.conftest import Running


class Client(WeChatClient):
    """The library with its one fixed address replaced."""

    def __init__(self, port: int, secret: str) -> None:
        self.API_BASE_URL = f"http://127.0.0.1:{port}/cgi-bin/"
        super().__init__(CORPID, secret, timeout=5)

    def fetch_access_token(self) -> Any:
        """Fetch from the simulator instead of the literal host."""
        url = f"{self.API_BASE_URL}gettoken"
        return self._fetch_access_token(url=url, params={"corpid": self.corp_id, "corpsecret": self.secret})


@pytest.fixture
def app(sim: Running) -> Client:
    """Return a client with the app's secret."""
    return Client(sim.port, "app-secret")


@pytest.fixture
def book(sim: Running) -> Client:
    """Return a client with the contacts secret."""
    return Client(sim.port, "contacts-secret")


def test_library_reads_users_without_sensitive_fields(app: Client) -> None:
    user = app.user.get("n001")

    assert (user["name"], user["department"], user["position"]) == ("林晓雨", [13], "护士")
    assert "mobile" not in user


def test_library_lists_a_department_with_everything_below(app: Client) -> None:
    assert [one["id"] for one in app.department.get(WARD)] == [WARD, 13, 14]
    assert {one["userid"] for one in app.user.list(13)} == {"n001", "h001", "x001", "x002"}


def test_library_writes_users_and_departments(book: Client, app: Client) -> None:
    department = book.department.create("新病区", parent_id=WARD)["id"]
    book.user.create("new1", "新人", department=[department], mobile="13900000001")
    book.user.update("new1", name="新名")

    assert app.user.get("new1")["name"] == "新名"
    book.user.delete("new1")
    book.department.delete(department)
    assert department not in [one["id"] for one in app.department.get()]


def test_library_refreshes_an_expired_token_by_itself(sim: Running, app: Client) -> None:
    app.user.get("n001")
    sim.api.hook("tokens", {"action": "expire"})

    assert app.user.get("n001")["userid"] == "n001"


def test_library_handles_tags(app: Client) -> None:
    assert app.tag.list() == [{"tagid": 1, "tagname": "党员"}]
    app.tag.add_users(1, ["d001"])

    assert {one["userid"] for one in app.tag.get_users(1)["userlist"]} == {"n001", "d001"}


def test_library_sends_messages(sim: Running, app: Client) -> None:
    answer = app.message.send_text(AGENT, ["n001", "NOBODY"], "你好")

    assert answer["invaliduser"] == "nobody"
    [message] = sim.api.hook("messages", userid="n001")["messages"]
    assert (message["msgtype"], message["body"], message["unread"]) == ("text", {"content": "你好"}, True)


def test_library_uploads_and_downloads_media(sim: Running, app: Client) -> None:
    media_id = app.media.upload("image", ("照片.png", io.BytesIO(PNG), "image/png"))["media_id"]

    url = app.media.get_url(media_id).replace("https://qyapi.weixin.qq.com", f"http://127.0.0.1:{sim.port}")
    answer = requests.get(url, timeout=5)
    assert answer.content == PNG
    assert "utf-8''%E7%85%A7%E7%89%87.png" in answer.headers["Content-Disposition"]


def test_library_hears_of_errors(app: Client) -> None:
    with pytest.raises(WeChatClientException) as caught:
        app.user.get("nobody")

    assert caught.value.errcode == 60111
    assert "more info at https://open.work.weixin.qq.com/devtool/query?e=60111" in caught.value.errmsg


def test_library_gets_tickets(app: Client) -> None:
    assert app.jsapi.get_jsapi_ticket() != app.jsapi.get_agent_jsapi_ticket()
