"""Voice files made out of nothing: a valid AMR head, silent frames, a speex variant."""

import struct

AMR_HEAD = b"#!AMR\n"
#: Bytes of one 20 ms frame by its mode.
FRAME_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
QUIET = bytes([0x3C]) + bytes(31)


def amr(seconds: float) -> bytes:
    """Return a quiet recording of this length."""
    return AMR_HEAD + QUIET * max(1, round(seconds * 50))


def amr_seconds(data: bytes) -> float:
    """Return the length of a recording by walking over its frames."""
    place, frames = len(AMR_HEAD), 0
    while place < len(data):
        place += FRAME_BYTES[data[place] >> 3 & 15]
        frames += 1
    return frames / 50


def speex(seconds: float) -> bytes:
    """Return the head of a 16 kHz speex stream followed by silent frames."""
    head = b"Speex   " + b"1.2.0".ljust(20, b"\0")
    head += struct.pack("<13i", 1, 80, 16000, 1, 4, 1, -1, 320, 0, 1, 0, 0, 0)
    return head + bytes(70) * max(1, round(seconds * 50))
