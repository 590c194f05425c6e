"""The way to WeCom and back: shared tokens, busy moments waited out, pauses and the circuit honoured."""

import hashlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import orjson
import requests
from requests.adapters import HTTPAdapter
from wechatpy.enterprise import WeChatClient

from core import log
from core.config import WeComConfig
from core.messaging import tokens
from core.messaging.circuit import Circuit, Pauses
from core.messaging.wecom_answers import JSON_LIMIT, MEDIA_LIMIT, body_of, file_name, media_type
from core.messaging.wecom_errors import WeComAway, WeComRefused

logger = log.get(__name__)

TIMEOUT = (3.0, 8.0)
CONNECTIONS = 16

BUSY = frozenset({-1, 6000, 45033})
TOKEN_GONE = frozenset({40014, 42001})
BAD_SECRET = frozenset({40001, 40013, 40091, 41002, 41004, 50003})
TRIES_WHEN_BUSY = 3
RENEWALS = 2


class Transport(WeChatClient):
    """wechatpy's client with our way to the far end; one per secret."""

    def __init__(self, config: WeComConfig, secret: str = "", *, circuit: Circuit | None = None) -> None:
        super().__init__(config.corpid, secret or config.secret, timeout=TIMEOUT, auto_retry=False)
        self.config = config
        self.API_BASE_URL = config.api_base
        self.circuit = circuit or Circuit("wecom")
        self.pauses = Pauses()
        self.sleep: Callable[[float], None] = time.sleep
        self._held, self._held_until, self._fetches, self._lock = "", 0.0, 0, threading.Lock()
        self._http.trust_env = False
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=CONNECTIONS))

    # Tokens

    @property
    def access_token(self) -> str:
        """The token of this secret, from memory or from the table all processes share."""
        held, until = self._held, self._held_until
        return held if held and time.monotonic() < until else self._token()

    def fetch_access_token(self) -> dict[str, Any]:
        """Replace the token (the library's word for it)."""
        return {"access_token": self._token(stale=self._held)}

    def _token(self, *, stale: str = "") -> str:
        with self._lock:
            if self._held and self._held != stale and time.monotonic() < self._held_until:
                return self._held
            value, seconds = tokens.obtain(self._key("access"), self._ask_for_token, stale=stale)
            self._held, self._held_until = value, time.monotonic() + min(seconds, 600.0)
            return value

    def _key(self, kind: str) -> str:
        owner = hashlib.sha256(f"{self.API_BASE_URL} {self.secret}".encode()).hexdigest()[:16]
        return f"{self.corp_id}:{owner}:{kind}"

    def _ask_for_token(self) -> tokens.Fetched:
        self._fetches += 1
        answer = self._once("get", "gettoken", params={"corpid": self.corp_id, "corpsecret": self.secret})
        code = int(answer.get("errcode", 0))
        if code in BAD_SECRET:
            raise WeComRefused(code, str(answer.get("errmsg", "")))
        if code:
            raise WeComAway(reason="gettoken", code=code)
        return tokens.Fetched(value=str(answer["access_token"]), seconds=int(answer.get("expires_in", 7200)))

    # Every call passes here

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        """Call WeCom with a token: wait out busy moments, replace a dead token once, honour pauses."""
        process = kwargs.pop("result_processor", None)
        call = url_or_endpoint.removeprefix(self.API_BASE_URL)
        busy, renewals = 0, 0
        while True:
            self._check_pause(call)
            token = self.access_token
            kwargs["params"] = {**(kwargs.get("params") or {}), "access_token": token}
            answer = self._once(method, call, **kwargs)
            code = int(answer.get("errcode", 0)) if isinstance(answer, dict) else 0
            if code == 0:
                self.pauses.worked(call)
                return process(answer) if process else answer
            if code in BUSY and busy < TRIES_WHEN_BUSY:
                busy += 1
                self.sleep(random.uniform(1.0, 3.0))  # noqa: S311 - jitter, not a secret
            elif code in (*TOKEN_GONE, 40001) and renewals < RENEWALS:
                # A token somebody else stored may be dead too; one we fetched ourselves is tried only once.
                fetches = self._fetches
                self._token(stale=token)
                renewals += 1 if self._fetches == fetches and code != 40001 else RENEWALS
            else:
                raise self._refusal(call, code, str(answer.get("errmsg", "")))

    def _check_pause(self, call: str) -> None:
        if seconds := self.pauses.wait(call):
            raise WeComAway(retry_after=int(seconds) + 1, reason="limited", call=call)

    def _refusal(self, call: str, code: int, message: str) -> Exception:
        if code == 45009:
            return WeComAway(
                retry_after=int(self.pauses.limited(call)), reason="limited", call=call, code=code
            )
        if code in BUSY or code in TOKEN_GONE:
            return WeComAway(reason="busy", call=call, code=code)
        if code in (40001, 60020):
            logger.error("wecom.refused call=%s code=%s", call, code)
        if code == 40001:
            self._held = ""
            tokens.block(self._key("access"), code)
        return WeComRefused(code, message, call=call)

    def _once(self, method: str, call: str, *, raw: bool = False, **kwargs: Any) -> Any:
        """Send one request; count what it says about WeCom's health."""
        if seconds := self.circuit.wait():
            raise WeComAway(retry_after=int(seconds) + 1, reason="circuit", call=call)
        if isinstance(kwargs.get("data"), dict):
            kwargs["data"] = orjson.dumps(kwargs["data"])
        try:
            with self._http.request(
                method,
                self.API_BASE_URL + call,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
                **kwargs,
            ) as response:
                answer = _media(response) if raw else _json(response)
        except (requests.RequestException, OSError) as error:
            self.circuit.failed()
            # The address in the original error holds the token: say what happened, not where.
            raise WeComAway(reason=type(error).__name__, call=call) from None
        except WeComAway:
            self.circuit.failed()
            raise
        self.circuit.worked()
        return answer


def _json(response: requests.Response) -> dict[str, Any]:
    """Read the answer as strict JSON; anything else means WeCom, or something between us, is unwell."""
    if response.status_code != 200:
        raise WeComAway(reason="http_status", http_status=response.status_code)
    try:
        answer = orjson.loads(body_of(response, limit=JSON_LIMIT))
    except orjson.JSONDecodeError:
        raise WeComAway(reason="not_json") from None
    if not isinstance(answer, dict) or not _is_whole(answer.get("errcode", 0)):
        raise WeComAway(reason="not_json")
    return answer


def _media(response: requests.Response) -> tuple[str, str, bytes] | dict[str, Any]:
    """Read a file; WeCom answers errors with JSON and the same status."""
    if response.status_code == 200 and media_type(response) not in ("application/json", "text/plain"):
        return file_name(response), media_type(response), body_of(response, limit=MEDIA_LIMIT)
    return _json(response)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdigit())
