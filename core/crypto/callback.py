"""WeCom callbacks: believe nothing before the signature, verify every byte after it.

Steps and limits follow the security model: size, query, `Encrypt` by an anchored expression, SHA-1 signature
in constant time, AES-CBC with the padding checked in full, length, receive id, inner XML without a DTD.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from Crypto.Cipher import AES

from core.config import WeComConfig
from core.crypto.xml import BadXML, parse
from core.errors import NotAllowed

MAX_BODY_BYTES = 64 * 1024
BLOCK = 32

_QUERY = {
    "timestamp": re.compile(r"[0-9]{10}"),
    "nonce": re.compile(r"[0-9A-Za-z]{1,64}"),
    "msg_signature": re.compile(r"[0-9a-f]{40}"),
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LEAF = rb"<(?P<tag>[A-Za-z]{1,32})>(?:<!\[CDATA\[([^\]<>]*)\]\]>|([^\]<>]*))</(?P=tag)>"
_ENVELOPE = re.compile(rb"\s*<xml>((?:\s*" + _LEAF + rb"){1,8})\s*</xml>\s*")
_LEAVES = re.compile(_LEAF)


class CallbackRefused(NotAllowed):
    """A callback that is not from WeCom, not for us, or not whole; `reason` is one word for the log."""

    default = "回调没有通过验证"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What the callback settings of the app hold."""

    token: str
    """Token that goes into the signature."""
    aes_key: bytes
    """32 bytes behind EncodingAESKey."""
    receive_id: str
    """The corporation's id."""

    @classmethod
    def of(cls, wecom: WeComConfig) -> "Keys":
        """Read them from the deployment's configuration."""
        return cls(
            token=wecom.callback_token, aes_key=decode_key(wecom.callback_aes_key), receive_id=wecom.corpid
        )


@dataclass(frozen=True, kw_only=True)
class Event:
    """A callback that came from WeCom, decrypted."""

    raw_hash: str
    """SHA-256 of the encrypted text, in hex: the same delivery has the same one."""
    body_hash: str
    """SHA-256 of the decrypted message, in hex: the same event has the same one."""
    signed_at: int
    """Seconds since 1970 in the query; known to WeCom, but no proof of age."""
    fields: dict[str, Any]
    """The message: text, mappings, and lists where an element stands several times."""


def decode_key(text: str) -> bytes:
    """Turn the 43 characters of EncodingAESKey into 32 bytes; spare bits in the last one are allowed.

    Raises:
        CallbackRefused: It is not such a key.
    """
    try:
        key = base64.b64decode(text + "=")
    except (binascii.Error, ValueError):
        raise CallbackRefused("key") from None
    if len(text) != 43 or len(key) != 32:
        raise CallbackRefused("key")
    return key


def signature(token: str, timestamp: str, nonce: str, text: str) -> str:
    """Return WeCom's signature over the four values."""
    joined = "".join(sorted((token, timestamp, nonce, text)))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def verify_echo(query: Mapping[str, Any], keys: Keys) -> str:
    """Return the plain text WeCom wants to hear when an administrator saves the callback address.

    Raises:
        CallbackRefused: Something is not as WeCom makes it.
    """
    rest = dict(query)
    echo = rest.pop("echostr", None)
    if not isinstance(echo, str) or len(echo) > 4096:
        raise CallbackRefused("query")
    _check_signature(_checked_query(rest), echo, keys.token)
    try:
        return _decrypt(echo, keys).decode()
    except UnicodeDecodeError:
        raise CallbackRefused("text") from None


def signed_text(query: Mapping[str, Any], body: bytes, token: str) -> str:
    """Return the encrypted text of a message whose signature holds; the front service stops here.

    Raises:
        CallbackRefused: Something is not as WeCom makes it.
    """
    if len(body) > MAX_BODY_BYTES:
        raise CallbackRefused("size")
    checked = _checked_query(query)
    text = _encrypted(body)
    _check_signature(checked, text, token)
    return text


def open_message(query: Mapping[str, Any], body: bytes, keys: Keys) -> Event:
    """Verify, decrypt and parse one message.

    Raises:
        CallbackRefused: Something is not as WeCom makes it.
    """
    text = signed_text(query, body, keys.token)
    message = _decrypt(text, keys)
    try:
        fields = parse(message)
    except BadXML:
        raise CallbackRefused("xml") from None
    return Event(
        raw_hash=hashlib.sha256(text.encode()).hexdigest(),
        body_hash=hashlib.sha256(message).hexdigest(),
        signed_at=int(query["timestamp"]),
        fields=fields,
    )


def _checked_query(query: Mapping[str, Any]) -> dict[str, str]:
    if set(query) != set(_QUERY):
        raise CallbackRefused("query")
    for name, pattern in _QUERY.items():
        value = query[name]
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise CallbackRefused("query")
    return dict(query)


def _encrypted(body: bytes) -> str:
    whole = _ENVELOPE.fullmatch(body)
    if not whole:
        raise CallbackRefused("envelope")
    found = [cdata or plain for name, cdata, plain in _LEAVES.findall(whole[1]) if name == b"Encrypt"]
    if len(found) != 1:
        raise CallbackRefused("envelope")
    try:
        return str(found[0].decode("ascii"))
    except UnicodeDecodeError:
        raise CallbackRefused("envelope") from None


def _check_signature(query: Mapping[str, str], text: str, token: str) -> None:
    if not _BASE64.fullmatch(text):
        raise CallbackRefused("encoding")
    expected = signature(token, query["timestamp"], query["nonce"], text)
    if not hmac.compare_digest(expected, query["msg_signature"]):
        raise CallbackRefused("signature")


def _decrypt(text: str, keys: Keys) -> bytes:
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CallbackRefused("encoding") from None
    if not sealed or len(sealed) % AES.block_size:
        raise CallbackRefused("length")
    frame = AES.new(keys.aes_key, AES.MODE_CBC, iv=keys.aes_key[:16]).decrypt(sealed)
    return _message(_unpad(frame), keys.receive_id)


def _unpad(frame: bytes) -> bytes:
    count = frame[-1]
    if not 1 <= count <= BLOCK or len(frame) < count:
        raise CallbackRefused("padding")
    if not hmac.compare_digest(frame[-count:], bytes([count]) * count):
        raise CallbackRefused("padding")
    return frame[:-count]


def _message(frame: bytes, receive_id: str) -> bytes:
    """Take the message out of: 16 random bytes, length, message, receive id."""
    if len(frame) < 20:
        raise CallbackRefused("length")
    end = 20 + int.from_bytes(frame[16:20], "big")
    if end > len(frame):
        raise CallbackRefused("length")
    if not hmac.compare_digest(frame[end:], receive_id.encode()):
        raise CallbackRefused("receive_id")
    return frame[20:end]
