"""AES-256-GCM by both libraries, held to the same vectors."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.crypto import aead, fields

BASE = (aead.base_encrypt, aead.base_decrypt)
FAST = (aead.fast_encrypt, aead.fast_decrypt)
BOTH = pytest.mark.parametrize(("encrypt", "decrypt"), [BASE, FAST], ids=["pycryptodome", "cryptography"])

# Test cases 14 and 16 of the GCM specification by McGrew and Viega.
VECTORS = [
    ("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    (
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]
KEY = bytes(range(32))
NONCE = b"n" * 12


@BOTH
@pytest.mark.parametrize("vector", VECTORS)
def test_both_libraries_agree_with_the_specification(encrypt, decrypt, vector):
    key, nonce, plain, about, sealed = map(bytes.fromhex, vector)

    assert encrypt(key, nonce, plain, about) == sealed
    assert decrypt(key, nonce, sealed, about) == plain


@settings(deadline=None)
@given(plain=some.binary(max_size=200), about=some.binary(max_size=40))
def test_what_one_library_seals_the_other_opens(plain, about):
    assert aead.base_encrypt(KEY, NONCE, plain, about) == aead.fast_encrypt(KEY, NONCE, plain, about)
    assert aead.unseal(KEY, aead.seal(KEY, plain, about=about), about=about) == plain


@settings(deadline=None)
@given(plain=some.binary(max_size=60), where=some.integers(min_value=0), bit=some.integers(0, 7))
def test_a_changed_bit_anywhere_is_noticed(plain, where, bit):
    sealed = bytearray(aead.seal(KEY, plain))
    sealed[where % len(sealed)] ^= 1 << bit

    with pytest.raises(aead.NotAuthentic):
        aead.unseal(KEY, bytes(sealed))


@BOTH
def test_sealed_bytes_do_not_open_elsewhere(encrypt, decrypt):
    sealed = encrypt(KEY, NONCE, b"salary", b"row 1")

    with pytest.raises(aead.NotAuthentic):
        decrypt(KEY, NONCE, sealed, b"row 2")


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 27])
def test_cut_bytes_are_refused(sealed):
    with pytest.raises(aead.NotAuthentic):
        aead.unseal(KEY, sealed)


@pytest.mark.parametrize(("key", "nonce"), [(b"k" * 16, NONCE), (KEY, b"n" * 16)])
def test_other_lengths_of_key_and_nonce_are_mistakes(key, nonce):
    with pytest.raises(ValueError, match="needs"):
        aead.encrypt(key, nonce, b"")


@settings(deadline=None)
@given(some.text(max_size=80))
def test_a_sealed_field_opens_for_its_purpose(plain):
    sealed = fields.seal_text(plain, purpose="settings:flows.token:1", key=KEY)

    assert fields.open_text(sealed, purpose="settings:flows.token:1", key=KEY) == plain
    assert sealed.isascii()


def test_the_same_text_is_sealed_differently_each_time():
    once, again = (fields.seal_text("42", purpose="p", key=KEY) for _ in range(2))

    assert once != again


@pytest.mark.parametrize(
    ("purpose", "key"), [("settings:flows.token:2", KEY), ("settings:flows.token:1", bytes(32))]
)
def test_a_sealed_field_does_not_open_for_others(purpose, key):
    sealed = fields.seal_text("secret", purpose="settings:flows.token:1", key=KEY)

    with pytest.raises(fields.NotAuthentic):
        fields.open_text(sealed, purpose=purpose, key=key)


@settings(deadline=None)
@given(some.text(max_size=60))
def test_any_other_text_in_a_sealed_column_is_refused(text):
    for found in (text, "s1." + text):
        with pytest.raises(fields.NotAuthentic):
            fields.open_text(found, purpose="p", key=KEY)
