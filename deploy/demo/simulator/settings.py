"""What can be set when the simulator starts."""

from dataclasses import dataclass, field


@dataclass(kw_only=True, frozen=True)
class Settings:
    """Addresses and habits of one running simulator."""

    #: Port of the server interfaces and of the page with all phones.
    port: int = 8800
    #: One simulated phone per port.
    phone_ports: tuple[int, ...] = (8801, 8802, 8803, 8804)
    #: Origin of the real Qingban behind the phones.
    qingban_url: str = "http://localhost:8700"
    #: SQLite file that keeps the state over a restart; none keeps it in memory only.
    state_path: str | None = None
    #: "same" returns the valid token again, "new" hands out a fresh one on every fetch.
    token_mode: str = "same"
    #: Whether user/get and user/list show mobile, avatar and the like, as for apps made before 2022-06-20.
    show_sensitive: bool = False
    #: Messages one member gets from one app within a minute; the rest is dropped without an error.
    member_per_minute: int = 30
    #: The same for an hour.
    member_per_hour: int = 1000
    #: Seconds between two attempts of a callback.
    callback_pause: float = 0.2
    #: Seconds until an unanswered callback is cut.
    callback_timeout: float = 5.0
    #: People the phones start with; empty lets the simulator choose.
    first_people: tuple[str, ...] = field(default=())

    #: Lets /-sim/api/ be used from other machines, for a demo in containers.
    hooks_everywhere: bool = False

    @property
    def origin(self) -> str:
        """Return Qingban's origin without a trailing slash."""
        return self.qingban_url.rstrip("/")
