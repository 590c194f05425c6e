"""Absolute addresses of our own pages: from the configured origin only, never from a request."""

_origin: list[str] = []


def use(origin: str) -> None:
    """Take the origin of this deployment."""
    _origin[:] = [origin]


def address(path: str) -> str:
    """Return the absolute address of a path of ours, for cards, codes and exports."""
    return _origin[0] + path
