"""Cards to people in WeCom: sent once after the commit, changed when the thing changes, pressed safely."""

from core.messaging import cards
from core.messaging.callbacks import echo, receive
from core.messaging.installed import install, install_actors, install_client, install_events
from core.messaging.outbox import ShownCard, cards_for, send_card, update_card
from core.messaging.work import JOBS

__all__ = [
    "JOBS",
    "ShownCard",
    "cards",
    "cards_for",
    "echo",
    "install",
    "install_actors",
    "install_client",
    "install_events",
    "receive",
    "send_card",
    "update_card",
]
