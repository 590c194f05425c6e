"""Callbacks against WeCom's own vector, against wechatpy, and against strangers."""

import base64
import struct
import time

import pytest
from Crypto.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as some
from wechatpy.enterprise.crypto import WeChatCrypto

from core.crypto import callback
from core.crypto.callback import CallbackRefused, Keys
from core.crypto.xml import BadXML, as_list, parse

AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
KEYS = Keys(token="QDG6eK", aes_key=callback.decode_key(AES_KEY), receive_id="wx5823bf96d3bd56c7")
OFFICIAL = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}
MESSAGE = "<xml><FromUserName><![CDATA[u1]]></FromUserName><Event><![CDATA[click]]></Event></xml>"
PLAIN = some.characters(exclude_categories=("Cs", "Cc"), exclude_characters="]<>&")
QUERIES = some.dictionaries(some.sampled_from(list(OFFICIAL)), some.text(max_size=50))
ORACLE = WeChatCrypto(KEYS.token, AES_KEY, KEYS.receive_id)


def signed(body_text: str, *, timestamp: str = "1700000000", nonce: str = "abc"):
    """Sign an encrypted text as WeCom does: (query, body)."""
    query = {
        "timestamp": timestamp,
        "nonce": nonce,
        "msg_signature": callback.signature(KEYS.token, timestamp, nonce, body_text),
    }
    return query, f"<xml><ToUserName>c</ToUserName><Encrypt><![CDATA[{body_text}]]></Encrypt></xml>".encode()


def encrypted(frame: bytes) -> str:
    """Encrypt a frame that already has its padding."""
    sealed = AES.new(KEYS.aes_key, AES.MODE_CBC, iv=KEYS.aes_key[:16]).encrypt(frame)
    return base64.b64encode(sealed).decode()


def framed(message: bytes, *, receive_id: bytes = b"wx5823bf96d3bd56c7", length: int | None = None) -> bytes:
    """Build the frame inside the encryption, without padding."""
    size = len(message) if length is None else length
    return b"r" * 16 + struct.pack(">I", size) + message + receive_id


def padded(frame: bytes) -> bytes:
    """Pad to whole blocks of 32."""
    count = 32 - len(frame) % 32
    return frame + bytes([count]) * count


def refusal(query, body) -> str:
    """Return why a message is refused."""
    with pytest.raises(CallbackRefused) as caught:
        callback.open_message(query, body, KEYS)
    return caught.value.reason


def test_the_official_vector_opens():
    assert callback.verify_echo(OFFICIAL, KEYS) == "1616140317555161061"


def test_what_wechatpy_encrypts_opens():
    wrapped = ORACLE.encrypt_message(MESSAGE, "nonce1", "1700000000")
    outer = parse(wrapped.encode())
    query, body = signed(outer["Encrypt"], nonce="nonce1")

    event = callback.open_message(query, body, KEYS)

    assert query["msg_signature"] == outer["MsgSignature"]
    assert event.fields == {"FromUserName": "u1", "Event": "click"}


@settings(deadline=None)
@given(some.text(PLAIN, max_size=300))
def test_what_opens_here_opens_in_wechatpy(text):
    message = f"<xml><Content><![CDATA[{text}]]></Content></xml>"
    query, body = signed(encrypted(padded(framed(message.encode()))))

    ours = callback.open_message(query, body, KEYS)
    theirs = ORACLE.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])

    assert theirs == message
    assert ours.fields == {"Content": text}


def test_the_same_event_in_another_delivery_has_the_same_body_hash():
    frame = padded(framed(MESSAGE.encode()))
    once = callback.open_message(*signed(encrypted(frame)), KEYS)
    again = callback.open_message(*signed(encrypted(b"s" + frame[1:])), KEYS)

    assert (once.body_hash, once.raw_hash == again.raw_hash) == (again.body_hash, False)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (padded(framed(b"<xml/>"))[:-1] + b"\x00", "padding"),
        (padded(framed(b"<xml/>"))[:-1] + b"\x21", "padding"),
        (padded(framed(b"<xml></xml>"))[:-3] + b"\x01\x02\x03", "padding"),
        (padded(b"too short"), "length"),
        (padded(framed(b"<xml/>", length=500)), "length"),
        (padded(framed(b"<xml/>", length=2)), "receive_id"),
        (padded(framed(b"<xml/>", receive_id=b"another")), "receive_id"),
        (padded(framed(b"not xml")), "xml"),
        (padded(framed(b"<xml>text only</xml>")), "xml"),
    ],
)
def test_a_frame_that_is_not_whole_is_refused(frame, reason):
    assert refusal(*signed(encrypted(frame))) == reason


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": "170000000"},
        {"timestamp": "１７００００００００"},
        {"nonce": ""},
        {"nonce": "a" * 65},
        {"nonce": "a-b"},
        {"nonce": ["a", "b"]},
        {"msg_signature": "0" * 39},
        {"extra": "1"},
    ],
)
def test_another_query_is_refused(change):
    query, body = signed(encrypted(padded(framed(MESSAGE.encode()))))

    assert refusal({**query, **change}, body) == "query"


def test_swapped_time_and_nonce_do_not_pass_as_another_query():
    query, body = signed(encrypted(padded(framed(MESSAGE.encode()))), nonce="9")

    assert refusal({**query, "timestamp": query["nonce"], "nonce": query["timestamp"]}, body) == "query"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml></xml>",
        b"<xml><Encrypt>AAAA</Encrypt><Encrypt>AAAA</Encrypt></xml>",
        b"<!DOCTYPE xml><xml><Encrypt>AAAA</Encrypt></xml>",
        b"<xml><Encrypt>AAAA</Encrypt></xml>tail",
        b"<xml><a><Encrypt>AAAA</Encrypt></a></xml>",
        b"<xml>" + b"<a>1</a>" * 9 + b"<Encrypt>AAAA</Encrypt></xml>",
    ],
)
def test_another_envelope_is_refused(body):
    query, _ = signed("AAAA")

    assert refusal(query, body) == "envelope"


def test_a_wrong_signature_is_refused_before_anything_is_decrypted():
    query, _ = signed("AAAA")
    _, body = signed("BBBB")

    assert refusal(query, body) == "signature"


def test_a_body_above_its_limit_is_refused():
    assert refusal(OFFICIAL, b"x" * (64 * 1024 + 1)) == "size"


def test_a_hostile_body_costs_little_time():
    query, _ = signed("AAAA")
    started = time.process_time()
    for body in (b"<xml>" + b"<a>" * 20_000, b"<xml>" + b" " * 60_000, b"<xml><a><![CDATA[" + b"]" * 60_000):
        refusal(query, body)

    assert time.process_time() - started < 1


@settings(max_examples=150, deadline=None)
@given(some.binary(max_size=300), QUERIES)
def test_random_requests_are_only_ever_refused(body, query):
    with pytest.raises(CallbackRefused):
        callback.open_message(query, body, KEYS)
    with pytest.raises(CallbackRefused):
        callback.verify_echo(query, KEYS)


@settings(max_examples=150, deadline=None)
@given(some.binary(min_size=1, max_size=20).map(lambda piece: piece * 16))
def test_random_plain_frames_under_our_key_are_only_ever_refused(frame):
    whole = frame[: len(frame) // 16 * 16]

    with pytest.raises(CallbackRefused):
        callback.open_message(*signed(encrypted(whole)), KEYS)


@settings(max_examples=150, deadline=None)
@given(some.binary(max_size=200))
def test_random_messages_are_no_xml(message):
    assert refusal(*signed(encrypted(padded(framed(message))))) == "xml"


def test_repeated_children_become_lists():
    text = b"<xml><A><B>1</B><B>2</B><B><C>3</C></B></A><D/></xml>"

    assert parse(text) == {"A": {"B": ["1", "2", {"C": "3"}]}, "D": ""}
    assert [as_list(value) for value in (None, "", "x", ["x", "y"])] == [[], [], ["x"], ["x", "y"]]


@pytest.mark.parametrize(
    "text",
    [
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<!DOCTYPE xml [<!ENTITY e "x">]><xml><a>&e;</a></xml>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>',
        b"<?php x?><xml><a>1</a></xml>",
        b"<xml><a>&unknown;</a></xml>",
        b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>",
        b"<xml>" + b"<a>1</a>" * 4_001 + b"</xml>",
        b"<xml><a>\xff</a></xml>",
        b"<other><a>1</a></other>",
    ],
)
def test_xml_that_declares_or_digs_is_refused(text):
    with pytest.raises(BadXML):
        parse(text)


def test_eight_levels_are_allowed():
    assert parse(b"<xml>" + b"<a>" * 7 + b"</a>" * 7 + b"</xml>")
