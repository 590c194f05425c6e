"""The one client of WeCom's server interface: wechatpy with our tokens, limits and missing calls."""

import hashlib
import secrets
from functools import cache
from typing import Any
from urllib.parse import quote

from core.clock import now
from core.config import Config, WeComConfig
from core.errors import NotAllowed
from core.messaging import tokens
from core.messaging.wecom_calls import JSApi, Media, OAuth
from core.messaging.wecom_errors import WeComAway, WeComRefused
from core.messaging.wecom_transport import Transport

__all__ = ["WeComAway", "WeComClient", "WeComRefused", "client", "contacts_client", "page_signature"]

PAGE_OF_IDS = 10_000


class WeComClient(Transport):
    """WeCom for one secret.

    Every call may raise `WeComRefused` (no use in trying again) or `WeComAway` (try later).
    """

    media = Media()
    oauth = OAuth()
    jsapi = JSApi()

    # Contacts

    def user_ids(self) -> list[tuple[str, int]]:
        """List every (userid, department id); needs the contacts secret."""
        found, cursor = [], ""
        for _ in range(1000):
            page = self.post("user/list_id", data={"cursor": cursor, "limit": PAGE_OF_IDS})
            found += [(str(row["userid"]), int(row["department"])) for row in page.get("dept_user", ())]
            following = str(page.get("next_cursor") or "")
            if not following:
                return found
            if following == cursor:
                break
            cursor = following
        raise WeComAway(reason="endless_pages", call="user/list_id")

    def department_ids(self) -> list[dict[str, Any]]:
        """List every department as `{id, parentid, order}`."""
        return list(self.get("department/simplelist").get("department_id", ()))

    def departments(self) -> list[dict[str, Any]]:
        """List the departments the app may see, with names and leaders."""
        return list(self.get("department/list").get("department", ()))

    def members(self, department_id: int) -> list[dict[str, Any]]:
        """List the members directly in a department."""
        return list(self.get("user/list", params={"department_id": department_id}).get("userlist", ()))

    def member(self, userid: str) -> dict[str, Any]:
        """Read one member; refuses with a code of `MEMBER_UNKNOWN` when there is none."""
        return dict(self.get("user/get", params={"userid": userid}))

    def tags(self) -> list[dict[str, Any]]:
        """List the tags as `{tagid, tagname}`."""
        return list(self.get("tag/list").get("taglist", ()))

    def tag_members(self, tag_id: int) -> tuple[list[str], list[int]]:
        """Return the userids and the department ids under a tag."""
        answer = self.get("tag/get", params={"tagid": tag_id})
        users = [str(row["userid"]) for row in answer.get("userlist", ())]
        return users, [int(party) for party in answer.get("partylist", ())]

    # Sign-in

    def user_for_code(self, code: str) -> str:
        """Spend a sign-in code and return the member's userid.

        Raises:
            NotAllowed: The person is no member of this corporation.
            WeComRefused: The code is wrong, late or used (`CODE_SPENT`).
        """
        userid = str(self.get("auth/getuserinfo", params={"code": code}).get("userid") or "")
        if not userid or "/" in userid:
            raise NotAllowed("你不是本单位的企业微信成员，不能登录", reason="not_a_member")
        return userid

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Build the address that signs in a member inside WeCom."""
        return (
            f"{self.config.authorize_url}?appid={self.corp_id}&redirect_uri={quote(redirect_uri, safe='')}"
            f"&response_type=code&scope=snsapi_base&state={state}&agentid={self.config.agentid}#wechat_redirect"
        )

    def login_url(self, redirect_uri: str, state: str) -> str:
        """Build the address that signs in a member in a desktop browser."""
        return (
            f"{self.config.login_url}?login_type=CorpApp&appid={self.corp_id}&agentid={self.config.agentid}"
            f"&redirect_uri={quote(redirect_uri, safe='')}&state={state}&lang=zh"
        )

    # Messages

    def send_text(self, userid: str, text: str) -> dict[str, Any]:
        """Send a text to one person or to several joined by `|`; see `send_template_card`."""
        return self._send(userid, {"msgtype": "text", "text": {"content": text}})

    def send_template_card(self, userid: str, card: dict[str, Any]) -> dict[str, Any]:
        """Send a template card to one person or to several joined by `|`.

        Returns:
            WeCom's answer: `msgid`, `response_code` (updates the card once within 72 hours), and who did not
            get it in `invaliduser` and `unlicenseduser`, lower-cased and joined by `|`.
        """
        return self._send(userid, {"msgtype": "template_card", "template_card": card})

    def _send(self, userid: str, message: dict[str, Any]) -> dict[str, Any]:
        return dict(
            self.post(
                "message/send",
                data={
                    "touser": userid,
                    "agentid": self.config.agentid,
                    # WeCom drops a repeat of the same bytes: a delivery that was killed may be done again.
                    "enable_duplicate_check": 1,
                    "duplicate_check_interval": 14_400,
                    **message,
                },
            )
        )

    def update_template_card(
        self,
        userids: list[str],
        response_code: str,
        card: dict[str, Any] | None = None,
        replace_name: str | None = None,
    ) -> None:
        """Replace a card that was sent, or only make its buttons dead with `replace_name` on them.

        Raises:
            WeComRefused: Code `CARD_GONE`: the response code was used or is too old.
        """
        change = (
            {"template_card": card} if card is not None else {"button": {"replace_name": replace_name or ""}}
        )
        self.post(
            "message/update_template_card",
            data={
                "userids": userids,
                "agentid": self.config.agentid,
                "response_code": response_code,
                **change,
            },
        )

    # Pages

    def jsapi_ticket(self) -> str:
        """Return the corporation's ticket for page signatures."""
        return self._ticket("jsapi", "get_jsapi_ticket")

    def agent_ticket(self) -> str:
        """Return the app's ticket for page signatures."""
        return self._ticket(f"agent-{self.config.agentid}", "ticket/get", {"type": "agent_config"})

    def _ticket(self, kind: str, call: str, params: dict[str, str] | None = None) -> str:
        def fetch() -> tokens.Fetched:
            answer = self.get(call, params=params or {})
            return tokens.Fetched(value=str(answer["ticket"]), seconds=int(answer["expires_in"]))

        return tokens.obtain(self._key(kind), fetch)[0]

    def sign_page(self, url: str, *, for_agent: bool = False) -> dict[str, Any]:
        """Sign a page of ours for the JS-SDK; the caller makes sure that `url` is ours.

        Returns:
            `corpId`, `agentId`, `timestamp`, `nonceStr` and `signature`, the names the JS-SDK uses.
        """
        ticket = self.agent_ticket() if for_agent else self.jsapi_ticket()
        timestamp, nonce = int(now().timestamp()), secrets.token_hex(8)
        return {
            "corpId": self.corp_id,
            "agentId": self.config.agentid,
            "timestamp": timestamp,
            "nonceStr": nonce,
            "signature": page_signature(ticket, nonce, timestamp, url),
        }

    # Media

    def download_media(self, media_id: str, *, voice: bool = False) -> tuple[str, str, bytes]:
        """Fetch what a phone uploaded.

        Args:
            voice: Ask for the better 16 kHz speex recording instead of 8 kHz AMR.

        Returns:
            File name, media type, content.
        """
        call = "media/get/jssdk" if voice else "media/get"
        answer = self.get(call, params={"media_id": media_id}, raw=True)
        if isinstance(answer, dict):
            raise WeComAway(reason="not_a_file", call=call)
        name, mime, content = answer
        return name or media_id, mime, content

    def upload_media(
        self, kind: str, name: str, content: bytes, mime: str = "application/octet-stream"
    ) -> str:
        """Upload a file (image, voice, video or file) for three days; return its media id."""
        answer = self.post("media/upload", params={"type": kind}, files={"media": (name, content, mime)})
        return str(answer["media_id"])


def page_signature(ticket: str, nonce: str, timestamp: int | str, url: str) -> str:
    """Sign a page address for the JS-SDK: fixed order, raw values, without what follows `#`."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeCom's choice


def client(config: Config | WeComConfig) -> WeComClient:
    """Return this process's client for the app's secret."""
    return _clients(config.wecom if isinstance(config, Config) else config)[0]


def contacts_client(config: Config | WeComConfig) -> WeComClient:
    """Return this process's client for the contacts secret; the app's when there is none."""
    return _clients(config.wecom if isinstance(config, Config) else config)[1]


@cache
def _clients(config: WeComConfig) -> tuple[WeComClient, WeComClient]:
    app = WeComClient(config)
    if not config.contacts_secret:
        return app, app
    return app, WeComClient(config, config.contacts_secret, circuit=app.circuit)
