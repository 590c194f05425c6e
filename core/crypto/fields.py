"""Sealed columns: text that only this installation reads, tied to its purpose."""

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache

from core.crypto import aead
from core.crypto.aead import NotAuthentic

_VERSION = "s1."


def seal_text(plain: str, *, purpose: str, key: bytes) -> str:
    """Return `plain` sealed for one purpose, as printable text.

    Args:
        purpose: What the value is, for example `settings:flows.token:3`; the same words open it again.
        key: The installation's key for fields, at least 32 bytes.
    """
    sealed = aead.seal(_key_for(key, purpose), plain.encode(), about=purpose.encode())
    return _VERSION + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_text(sealed: str, *, purpose: str, key: bytes) -> str:
    """Return what was sealed.

    Raises:
        NotAuthentic: The text was changed, or was sealed for another purpose or under another key.
    """
    if not sealed.startswith(_VERSION):
        raise NotAuthentic
    coded = sealed.removeprefix(_VERSION)
    try:
        raw = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAuthentic from None
    return aead.unseal(_key_for(key, purpose), raw, about=purpose.encode()).decode()


@lru_cache(maxsize=256)
def _key_for(key: bytes, purpose: str) -> bytes:
    """Derive the purpose's own key, so that no key sees all messages."""
    if len(key) < aead.KEY_BYTES:
        raise ValueError(f"the key needs at least {aead.KEY_BYTES} bytes")
    return hmac.digest(key, b"qingban.fields.1\0" + purpose.encode(), hashlib.sha256)
