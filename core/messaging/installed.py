"""What was handed in at start: kinds of cards, the client that speaks to WeCom, and who hears the rest."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from core.contributions import Card
from core.errors import Misconfigured

ActorFor = Callable[[Any, Any], Any]
OnEvent = Callable[[dict[str, Any]], Any]


class Client(Protocol):
    """The calls messages need; `core.messaging.wecom` has one, tests bring a recording one."""

    def send_template_card(self, userid: str, card: dict[str, Any]) -> Any:
        """Send a card to one person; the answer has `msgid`, `response_code` and `invalid`."""

    def update_template_card(
        self,
        userids: list[str],
        response_code: str,
        card: dict[str, Any] | None = None,
        replace_name: str | None = None,
    ) -> Any:
        """Replace a card, or only make its buttons dead."""


_cards: dict[str, tuple[str, Card]] = {}
_client: list[Callable[[], Client]] = []
_actor_for: list[ActorFor] = []
_on_event: list[OnEvent] = []


def install(cards: Iterable[tuple[str, Card]]) -> None:
    """Take the (owner, card) pairs; replaces what was installed before."""
    pairs = list(cards)
    _cards.clear()
    _cards.update((card.kind, (owner, card)) for owner, card in pairs)


def install_client(make: Callable[[], Client]) -> None:
    """Take a way to get the client that speaks to WeCom; asked when there is something to say."""
    _client[:] = [make]


def install_actors(actor_for: ActorFor) -> None:
    """Take (person, site) → the `Actor` a button handler acts as."""
    _actor_for[:] = [actor_for]


def install_events(on_event: OnEvent) -> None:
    """Take who hears every verified event that no card took; may hear one twice."""
    _on_event[:] = [on_event]


def card_of(kind: str) -> tuple[str, Card] | None:
    """Return the owner and the card of a kind, or None when its plugin is gone."""
    return _cards.get(kind)


def client() -> Client:
    """Return the client.

    Raises:
        Misconfigured: This process was started without one.
    """
    if not _client:
        raise Misconfigured("没有接入企业微信，消息发不出去")
    return _client[0]()


def actor_for(person: Any, site: Any) -> Any:
    """Return the actor for somebody who pressed a button.

    Raises:
        Misconfigured: This process was started without a way to make actors.
    """
    if not _actor_for:
        raise Misconfigured("没有接入人员身份，卡片按钮不能处理")
    return _actor_for[0](person, site)


def tell(event: dict[str, Any]) -> None:
    """Hand an event to whoever listens."""
    for listener in _on_event:
        listener(event)
