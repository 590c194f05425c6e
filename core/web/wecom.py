"""Where WeCom calls us: the address check and every event."""

import falcon

from core import audit, clock, log, messaging
from core.contributions import Route
from core.crypto.callback import CallbackRefused
from core.db import atomic
from core.errors import NotFound
from core.platform import Platform
from core.web import binding
from core.web.page import Page

logger = log.get(__name__)

MAX_CALLBACK = 64 * 1024


class Callback(Page):
    """WeCom's callback address: stored first, answered at once, worked on later."""

    def __init__(self, platform: Platform) -> None:
        self._config = platform.config
        self._noted = 0

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer WeCom's check of the address with the decrypted text."""
        try:
            resp.text = messaging.echo(dict(req.params), self._config)
        except CallbackRefused as error:
            self._refuse(error)
        resp.content_type = falcon.MEDIA_TEXT

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Store the event, then answer 200 with nothing."""
        try:
            messaging.receive(dict(req.params), binding.body(req, MAX_CALLBACK), self._config)
        except CallbackRefused as error:
            self._refuse(error)
        resp.status = falcon.HTTP_200
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = ""

    def _refuse(self, error: CallbackRefused) -> None:
        logger.warning("callback.refused reason=%s", error.reason)
        minute = int(clock.now().timestamp()) // 60
        if minute != self._noted:  # strangers may knock for ever: once a minute is enough
            self._noted = minute
            with atomic():
                audit.record("core.callback.refused", reason=error.reason)
        raise NotFound from None


def routes(platform: Platform) -> list[Route]:
    """The callback address."""
    callback = Callback(platform)
    return [
        Route(path="/wecom/callback", resource=callback, public="企业微信回调，签名即身份", limit="wecom")
    ]
