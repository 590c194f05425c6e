"""AES-256-GCM with a 12-byte nonce: nobody reads what is sealed, nobody changes it unseen.

pycryptodome is always there; the `cryptography` package does the same faster for short messages and is used
when it is installed. Both are held to the same test vectors.
"""

import secrets
from collections.abc import Callable

from Crypto.Cipher import AES

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:  # the base installation
    AESGCM = None  # type: ignore[assignment,misc]

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class NotAuthentic(Exception):
    """Sealed bytes were changed, cut, moved elsewhere, or belong to another key."""


def encrypt(key: bytes, nonce: bytes, plain: bytes, about: bytes = b"") -> bytes:
    """Return ciphertext and tag; a nonce must never be used twice with one key.

    Args:
        about: What the bytes belong to; not hidden, but opening with another value fails.
    """
    _check(key, nonce)
    return _encrypt(key, nonce, plain, about)


def decrypt(key: bytes, nonce: bytes, sealed: bytes, about: bytes = b"") -> bytes:
    """Return the plain bytes.

    Raises:
        NotAuthentic: Anything differs from what was encrypted.
    """
    _check(key, nonce)
    if len(sealed) < TAG_BYTES:
        raise NotAuthentic
    return _decrypt(key, nonce, sealed, about)


def seal(key: bytes, plain: bytes, *, about: bytes = b"") -> bytes:
    """Return nonce, ciphertext and tag in one piece, under a fresh random nonce."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + encrypt(key, nonce, plain, about)


def unseal(key: bytes, sealed: bytes, *, about: bytes = b"") -> bytes:
    """Undo `seal`.

    Raises:
        NotAuthentic: Anything differs from what was sealed.
    """
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise NotAuthentic
    return decrypt(key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)


def _check(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key needs {KEY_BYTES} bytes")
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"the nonce needs {NONCE_BYTES} bytes")


def base_encrypt(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    """Encrypt with pycryptodome."""
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=TAG_BYTES)
    cipher.update(about)
    sealed, tag = cipher.encrypt_and_digest(plain)
    return sealed + tag


def base_decrypt(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    """Decrypt with pycryptodome."""
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=TAG_BYTES)
    cipher.update(about)
    try:
        return cipher.decrypt_and_verify(sealed[:-TAG_BYTES], sealed[-TAG_BYTES:])
    except ValueError:
        raise NotAuthentic from None


def fast_encrypt(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    """Encrypt with the `cryptography` package."""
    return AESGCM(key).encrypt(nonce, plain, about)


def fast_decrypt(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    """Decrypt with the `cryptography` package."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, about)
    except InvalidTag:
        raise NotAuthentic from None


_Cipher = Callable[[bytes, bytes, bytes, bytes], bytes]
_encrypt: _Cipher = base_encrypt if AESGCM is None else fast_encrypt
_decrypt: _Cipher = base_decrypt if AESGCM is None else fast_decrypt
