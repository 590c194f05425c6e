"""The cipher and the signature of callbacks."""

import base64
import hashlib
import secrets
import struct
from typing import Any

from Crypto.Cipher import AES

BLOCK = 32


class BadPacket(Exception):
    """A packet whose signature, padding or receiver is wrong."""


class Crypt:
    """Seals and opens packets of one receiver."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        self.token = token
        self.key = base64.b64decode(aes_key + "=")
        self.receiver = receiver

    def _cipher(self) -> Any:
        return AES.new(self.key, AES.MODE_CBC, self.key[:16])

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Return the signature over the sorted four parts."""
        return hashlib.sha1("".join(sorted([self.token, timestamp, nonce, encrypted])).encode()).hexdigest()

    def encrypt(self, text: str, prefix: bytes | None = None) -> str:
        """Return the sealed text; the random prefix can be fixed for tests."""
        body = text.encode()
        frame = (
            (prefix or secrets.token_bytes(16)) + struct.pack(">I", len(body)) + body + self.receiver.encode()
        )
        pad = BLOCK - len(frame) % BLOCK
        return base64.b64encode(self._cipher().encrypt(frame + bytes([pad]) * pad)).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return the text inside; raise when it is not meant for this receiver."""
        try:
            frame = self._cipher().decrypt(base64.b64decode(encrypted))
            pad = frame[-1]
            length = struct.unpack(">I", frame[16:20])[0]
            body, receiver = frame[20 : 20 + length], frame[20 + length : -pad]
            text = body.decode()
        except (ValueError, IndexError, struct.error) as error:
            raise BadPacket(f"broken packet: {error}") from error
        if not 1 <= pad <= BLOCK or receiver.decode("utf-8", "replace") != self.receiver:
            raise BadPacket("wrong receiver")
        return text

    def open_reply(self, encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
        """Check and open a passive reply."""
        if self.sign(timestamp, nonce, encrypted) != signature:
            raise BadPacket("wrong signature")
        return self.decrypt(encrypted)
