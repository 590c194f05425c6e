"""One call of a server interface, and the table of all of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import ApiError

if TYPE_CHECKING:
    from .world import World


@dataclass(kw_only=True)
class Call:
    """What a caller sent, already authenticated."""

    #: The whole simulated world.
    world: "World"
    #: Query parameters.
    params: dict[str, str]
    #: Decoded JSON body, empty for GET.
    body: dict[str, Any] = field(default_factory=dict)
    #: Uploaded file as (name, bytes), for multipart calls.
    upload: tuple[str, bytes] | None = None
    #: App of the token; none for the contacts assistant.
    agent: dict[str, Any] | None = None

    def need(self, name: str, code: int) -> Any:
        """Return a parameter of query or body; raise the code when it is missing."""
        value = self.params.get(name) or self.body.get(name)
        if value in (None, "", []):
            raise ApiError(code)
        return value

    def number(self, name: str, code: int) -> int:
        """Return a parameter as a whole number."""
        try:
            return int(self.need(name, code))
        except (TypeError, ValueError):
            raise ApiError(40058, f"{name} must be a number") from None


@dataclass(kw_only=True, frozen=True)
class Binary:
    """An answer that is a file."""

    #: Bytes of the file.
    data: bytes
    #: Name offered to the caller.
    name: str
    #: Media type.
    mime: str


@dataclass(kw_only=True, frozen=True)
class Entry:
    """One line of the table of interfaces."""

    #: GET or POST.
    method: str
    #: Function that answers.
    answer: Callable[[Call], dict[str, Any] | Binary]
    #: "app", "contacts", "any" or "none" (no token at all).
    who: str


TABLE: dict[str, Entry] = {}


def api(method: str, path: str, *, who: str = "app") -> Callable[[Any], Any]:
    """Put a function into the table of interfaces."""

    def keep(function: Any) -> Any:
        TABLE[path] = Entry(method=method, answer=function, who=who)
        return function

    return keep
