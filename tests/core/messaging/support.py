"""A house of a few people, a WeCom that records, and callbacks as WeCom makes them."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from wechatpy.enterprise.crypto import WeChatCrypto

from core import messaging
from core.config import Config, WeComConfig
from core.contributions import Card, CardButton
from core.crypto import callback
from core.crypto.xml import parse
from core.directory.models import Person
from core.messaging import cards
from core.messaging.models import Outbox
from tests.core.jobs.support import install_jobs, make_site

AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
WECOM = WeComConfig(corpid="wwtest", agentid=1, secret="s", callback_token="token1", callback_aes_key=AES_KEY)
CONFIG = Config(
    data_dir=Path("unused"),
    database_url="sqlite:///unused",
    origin="http://localhost",
    keys_dir=Path("unused"),
    wecom=WECOM,
)
CLICK = (
    "<xml><ToUserName>wwtest</ToUserName><FromUserName>{userid}</FromUserName><CreateTime>1700000000</CreateTime>"
    "<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>{key}</EventKey><TaskId>{task_id}</TaskId>"
    "<CardType>button_interaction</CardType><ResponseCode>{code}</ResponseCode>{more}</xml>"
)


@dataclass
class Wecom:
    """Records what it is sent; fails when told to."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    updated: list[tuple[str, str, Any]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    invalid: tuple[str, ...] = ()

    def send_template_card(self, userid, card):
        """Record a card."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((userid, card))
        number = len(self.sent)
        code = f"rc-{number}" if "task_id" in card else ""
        return SimpleNamespace(msgid=f"msg-{number}", response_code=code, invalid=self.invalid)

    def update_template_card(self, userids, response_code, card=None, replace_name=None):
        """Record a change."""
        if self.failures:
            raise self.failures.pop(0)
        self.updated.append((userids[0], response_code, card or replace_name))


class Desk:
    """A plugin with one kind of card: things wait for an answer, the first one counts."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.presses: list[Any] = []
        self.error: Exception | None = None
        self.wecom = Wecom()
        self.site = make_site("main", "flows")
        install_jobs()
        button = CardButton(key="approve", handle=self.press)
        messaging.install([("flows", Card(kind="flows.approval", build=self.build, buttons=(button,)))])
        messaging.install_client(lambda: self.wecom)
        messaging.install_actors(lambda person, site: SimpleNamespace(person_id=person.id, site=site))
        messaging.install_events(lambda event: None)

    def person(self, userid: str, **values: Any) -> Person:
        """Make a person."""
        return Person.create(userid=userid, name=userid, site=self.site, **values)

    def build(self, about: str, reader: Person) -> dict[str, Any] | None:
        """Build a card with a button, a notice once answered, nothing for what is gone."""
        if about == "gone" or self.answers.get(about) == "gone":
            return None
        if about in self.answers:
            return cards.notice("请假", url="http://localhost/1", text=self.answers[about])
        return cards.with_buttons("请假", url="http://localhost/1", buttons=[("approve", "同意")])

    def press(self, press: Any) -> None:
        """Answer once."""
        self.presses.append(press)
        if self.error:
            raise self.error
        self.answers[press.about] = "已同意"

    def send(self, *people: Person, about: str = "leave-1", key: str = "leave:1") -> int:
        """Send the card."""
        to = [person.id for person in people]
        return messaging.send_card("flows.approval", to=to, about=about, key=key, site=self.site)


def click(row: Outbox, userid: str, *, key: str = "approve", code: str = "fresh-1", more: str = "") -> str:
    """Write the message of a press."""
    return CLICK.format(userid=userid, key=key, task_id=row.task_id, code=code, more=more)


def delivered(message: str, *, nonce: str = "n1") -> tuple[dict[str, str], bytes]:
    """Encrypt and sign a message as WeCom does: (query, body)."""
    wrapped = WeChatCrypto("token1", AES_KEY, "wwtest").encrypt_message(message, nonce, "1700000000")
    encrypt = parse(wrapped.encode())["Encrypt"]
    signature = callback.signature("token1", "1700000000", nonce, encrypt)
    query = {"timestamp": "1700000000", "nonce": nonce, "msg_signature": signature}
    return query, f"<xml><ToUserName>wwtest</ToUserName><Encrypt>{encrypt}</Encrypt></xml>".encode()


def receive(message: str) -> None:
    """Let WeCom call back."""
    messaging.receive(*delivered(message), CONFIG)


def outbox() -> list[Outbox]:
    """Return the rows of the outbox in the order they were made."""
    return list(Outbox.select().order_by(Outbox.id))
