"""The sender of callbacks: signs, posts, retries, reads passive replies."""

import queue
import random
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .crypt import BadPacket, Crypt
from .faults import Faults
from .settings import Settings
from .state import State

ATTEMPTS = 3
Reply = Callable[[ElementTree.Element], None]


@dataclass(kw_only=True, frozen=True)
class Packet:
    """One callback waiting to be sent."""

    #: App that receives it.
    agent: dict[str, Any]
    #: Plain XML.
    xml: str
    #: Words for the log.
    label: str
    #: What to do with a passive reply.
    on_reply: Reply | None


class Callbacks:
    """A background thread that delivers events in order, or out of order when asked."""

    def __init__(self, state: State, faults: Faults, settings: Settings) -> None:
        self.state = state
        self.faults = faults
        self.settings = settings
        self.waiting: queue.Queue[Packet] = queue.Queue()
        self.idle = threading.Condition()
        self.pending = 0
        threading.Thread(target=self._work, name="simulator-callbacks", daemon=True).start()

    def put(self, agent: dict[str, Any], xml: str, label: str, on_reply: Reply | None = None) -> None:
        """Queue one callback, or two when duplicates are switched on."""
        if self.faults.flags["callbacks_off"]:
            self.state.note("callback", label, "off")
            return
        packet = Packet(agent=agent, xml=xml, label=label, on_reply=on_reply)
        for _ in range(2 if self.faults.flags["callbacks_double"] else 1):
            with self.idle:
                self.pending += 1
            self.waiting.put(packet)

    def wait(self, seconds: float) -> bool:
        """Wait until everything queued has been sent; tell whether it has."""
        with self.idle:
            return self.idle.wait_for(lambda: self.pending == 0, timeout=seconds)

    def _work(self) -> None:
        while True:
            batch = [self.waiting.get()]
            if self.faults.flags["callbacks_shuffle"]:
                time.sleep(1.0)
                while not self.waiting.empty():
                    batch.append(self.waiting.get())
                batch = batch[::-1] if len(batch) == 2 else random.sample(batch, len(batch))
            for packet in batch:
                try:
                    self._deliver(packet)
                finally:
                    with self.idle:
                        self.pending -= 1
                        self.idle.notify_all()

    def _deliver(self, packet: Packet) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            started = time.monotonic()
            try:
                status, body = self._post(packet)
                result: object = status if status != 200 else self._read_reply(packet, body)
                again = status != 200 and self.faults.flags["callbacks_retry_status"]
            except OSError as error:
                result, again = f"{type(error).__name__}", True
            spent = round((time.monotonic() - started) * 1000)
            with self.state.lock:
                self.state.note("callback", packet.label, result, ms=spent, attempt=attempt)
            if not again:
                return
            time.sleep(self.settings.callback_pause)

    def _crypt(self, agent: dict[str, Any]) -> Crypt:
        callback = agent["callback"]
        return Crypt(callback["token"], callback["aes_key"], self.state.corp["corpid"])

    def _post(self, packet: Packet) -> tuple[int, bytes]:
        crypt = self._crypt(packet.agent)
        encrypted, stamp, nonce = crypt.encrypt(packet.xml), str(int(self.state.now())), secrets.token_hex(8)
        query = {"msg_signature": crypt.sign(stamp, nonce, encrypted), "timestamp": stamp, "nonce": nonce}
        body = (
            f"<xml><ToUserName><![CDATA[{self.state.corp['corpid']}]]></ToUserName>"
            f"<AgentID><![CDATA[{packet.agent['agentid']}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return self._open(packet.agent["callback"]["url"], query, body.encode())

    def verify(self, agent: dict[str, Any]) -> bool:
        """Send the GET that proves a callback address and compare the answer."""
        crypt = self._crypt(agent)
        secret, stamp, nonce = (
            str(secrets.randbelow(10**18)),
            str(int(self.state.now())),
            secrets.token_hex(8),
        )
        echo = crypt.encrypt(secret)
        query = {
            "msg_signature": crypt.sign(stamp, nonce, echo),
            "timestamp": stamp,
            "nonce": nonce,
            "echostr": echo,
        }
        try:
            status, body = self._open(agent["callback"]["url"], query, None)
        except OSError as error:
            status, body = 0, str(error).encode()
        good = status == 200 and body == secret.encode()
        with self.state.lock:
            self.state.note("callback", "verify url", "ok" if good else status)
        return good

    def _open(self, url: str, query: dict[str, str], body: bytes | None) -> tuple[int, bytes]:
        mark = "&" if "?" in url else "?"
        request = urllib.request.Request(
            url + mark + urllib.parse.urlencode(query), data=body, headers={"Content-Type": "text/xml"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=self.settings.callback_timeout) as answer:
                return answer.status, answer.read(1_000_000)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(1_000_000)

    def _read_reply(self, packet: Packet, body: bytes) -> str:
        text = body.strip()
        if text in (b"", b"success"):
            return "ok"
        try:
            outer = ElementTree.fromstring(text)
            parts = [outer.findtext(name) or "" for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")]
            inner = ElementTree.fromstring(self._crypt(packet.agent).open_reply(*parts))
        except (ElementTree.ParseError, BadPacket) as error:
            return f"bad reply: {error}"
        if packet.on_reply:
            with self.state.lock:
                packet.on_reply(inner)
        return f"reply {inner.findtext('MsgType') or ''}"
