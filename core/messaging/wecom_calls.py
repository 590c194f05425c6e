"""Groups of calls of wechatpy that carry fixed addresses or tickets of their own, led back to our client."""

from typing import Any
from urllib.parse import quote

from wechatpy.enterprise.client import api


class Media(api.WeChatMedia):
    """Files: addresses from the configuration, downloads through the client's limits."""

    def get_url(self, media_id: str) -> str:
        """Return the address of a file; it holds the token, never log it."""
        return self._address("media/get", media_id)

    def get_jssdk_url(self, media_id: str) -> str:
        """Return the address of the better recording; it holds the token, never log it."""
        return self._address("media/get/jssdk", media_id)

    def download(self, media_id: str) -> tuple[str, str, bytes]:
        """Fetch a file as (name, media type, content)."""
        name, mime, content = self._client.download_media(media_id)
        return name, mime, content

    def _address(self, call: str, media_id: str) -> str:
        base, token = self._client.API_BASE_URL, self._client.access_token
        return f"{base}{call}?access_token={token}&media_id={quote(media_id, safe='')}"


class OAuth(api.WeChatOAuth):
    """Sign-in: address and present path from the configuration."""

    def authorize_url(self, redirect_uri: str, state: str | None = None) -> str:
        """Build the address that signs in a member inside WeCom."""
        return str(self._client.authorize_url(redirect_uri, state or ""))

    def get_user_info(self, code: str) -> Any:
        """Spend a code; the library still asks the legacy path."""
        return self._get("auth/getuserinfo", params={"code": code})


class JSApi(api.WeChatJSAPI):
    """Tickets: from the table all processes share."""

    def get_jsapi_ticket(self) -> str:
        """Return the corporation's ticket."""
        return str(self._client.jsapi_ticket())

    def get_agent_jsapi_ticket(self) -> str:
        """Return the app's ticket."""
        return str(self._client.agent_ticket())
