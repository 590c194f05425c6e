"""Everything the simulated corp knows, behind one lock."""

import copy
import hashlib
import json
import threading
import time
from collections import deque
from typing import Any

#: Parts of the state that survive a restart.
KEPT = (
    "users",
    "departments",
    "tags",
    "tokens",
    "tickets",
    "messages",
    "inbox",
    "read",
    "cards",
    "response_codes",
    "media",
    "phones",
    "jars",
    "offset",
    "serial",
    "ledger",
    "user_tickets",
)

#: The parts that hold the contacts.
CONTACTS = ("users", "departments", "tags")


class State:
    """The corp, its people, messages, tokens and phones."""

    def __init__(self, corp: dict[str, Any]) -> None:
        self.lock = threading.RLock()
        self.seed = corp
        self.fingerprint = hashlib.sha256(json.dumps(corp, sort_keys=True, default=str).encode()).hexdigest()
        self.blobs: dict[str, bytes] = {}
        self.changed = threading.Event()
        self.favourites: tuple[str, ...] = ()
        self.reset()

    def reset(self) -> None:
        """Go back to the corp as it was handed over."""
        corp = copy.deepcopy(self.seed)
        self.corp = corp
        self.users: dict[str, dict[str, Any]] = {user["userid"].lower(): user for user in corp["users"]}
        self.departments: dict[int, dict[str, Any]] = {int(one["id"]): one for one in corp["departments"]}
        self.tags: dict[int, dict[str, Any]] = {int(tag["tagid"]): tag for tag in corp.get("tags", ())}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.tickets: dict[str, dict[str, Any]] = {}
        self.oauth_codes: dict[str, dict[str, Any]] = {}
        self.user_tickets: dict[str, dict[str, Any]] = {}
        self.tfa: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        self.inbox: dict[str, list[dict[str, Any]]] = {}
        self.read: dict[str, int] = {}
        self.cards: dict[str, dict[str, Any]] = {}
        self.response_codes: dict[str, dict[str, Any]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.phones: dict[str, dict[str, Any]] = {}
        self.jars: dict[str, dict[str, Any]] = {}
        self.local: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.tasks: set[str] = set()
        self.sent_at: dict[str, list[float]] = {}
        self.duplicates: dict[str, dict[str, Any]] = {}
        self.wrong_secrets: dict[str, list[float]] = {}
        self.ledger: list[dict[str, Any]] = []
        self.log: deque[dict[str, Any]] = deque(maxlen=100)
        self.blobs.clear()
        self.offset = 0.0
        self.serial = 0
        self.contacts_version = getattr(self, "contacts_version", 0) + 1
        self.version = int(time.time() * 1000)

    def now(self) -> float:
        """Return simulated time in seconds."""
        return time.time() + self.offset

    def next_id(self) -> int:
        """Return a number never used before."""
        self.serial += 1
        return self.serial

    def touch(self) -> None:
        """Tell phones and the saver that something changed."""
        self.version += 1
        self.changed.set()

    def agent(self, agentid: object) -> dict[str, Any] | None:
        """Return the app with this id."""
        text = str(agentid)
        return next((one for one in self.corp["agents"] if str(one["agentid"]) == text), None)

    def user(self, userid: object) -> dict[str, Any] | None:
        """Return a member; userids are unique ignoring case."""
        return self.users.get(str(userid).lower())

    def note(self, kind: str, what: str, result: object, **facts: object) -> None:
        """Write one line of the request log."""
        self.log.append(
            {"n": self.next_id(), "at": self.now(), "kind": kind, "what": what, "result": result, **facts}
        )
        self.changed.set()

    def dump(self, *, contacts: bool = True) -> dict[str, str]:
        """Return what survives a restart, part by part as JSON."""
        with self.lock:
            names = [name for name in KEPT if contacts or name not in CONTACTS]
            pieces = {
                name: json.dumps(getattr(self, name), ensure_ascii=False, default=str) for name in names
            }
        pieces["fingerprint"] = json.dumps(self.fingerprint)
        pieces["corpid"] = json.dumps(self.corp["corpid"])
        return pieces

    def load(self, saved: dict[str, Any]) -> None:
        """Take over a saved state; contacts only when the corp was seeded alike."""
        if saved.get("corpid") != self.corp["corpid"]:
            return
        same_seed = saved.get("fingerprint") == self.fingerprint
        for name in KEPT:
            if name in saved and (same_seed or name not in CONTACTS):
                value = saved[name]
                numbered = name in ("departments", "tags")
                setattr(self, name, {int(k): v for k, v in value.items()} if numbered else value)
        for message in self.messages.values():
            task = message["body"].get("template_card", {}).get("task_id")
            self.tasks |= {f"{message['agentid']}/{task}"} if task else set()
