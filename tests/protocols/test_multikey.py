from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import ed25519, multikey
from protocols.errors import LocalProtocolError, RemoteProtocolError
from tests.protocols.vectors import ALICE_PUBLIC_TEXT, ALICE_SEED_TEXT, feature_documents


def test_fep_521a_vector() -> None:
    expected = feature_documents("fep-521a.feature")[0]["publicKeyMultibase"]
    key = bytes.fromhex("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
    assert multikey.encode(key) == expected
    assert multikey.decode(expected) == key
    assert multikey.from_did_key(multikey.did_key(key)) == key


def test_an_rsa_multikey_is_not_ed25519() -> None:
    with pytest.raises(RemoteProtocolError):
        multikey.decode(feature_documents("fep-521a.feature")[1]["publicKeyMultibase"])


def test_w3c_key_pair() -> None:
    seed = multikey.from_base58btc(ALICE_SEED_TEXT)
    assert seed[:2] == b"\x80\x26"  # multicodec ed25519-priv
    assert multikey.encode(ed25519.public_key(seed[2:])) == ALICE_PUBLIC_TEXT


@given(st.binary(max_size=200))
def test_base58_round_trip(data: bytes) -> None:
    assert multikey.from_base58btc(multikey.base58btc(data)) == data


@given(st.binary(min_size=32, max_size=32))
def test_key_round_trip(key: bytes) -> None:
    assert multikey.decode(multikey.encode(key)) == key
    assert multikey.encode(key).startswith("z6Mk")


@given(st.text() | st.text("z123abcXYZ0OIl"))
def test_only_refusals(text: str) -> None:
    for read in (multikey.decode, multikey.from_base58btc, multikey.from_did_key):
        with contextlib.suppress(RemoteProtocolError):
            read(text)


@pytest.mark.parametrize("text", ["", "z", "6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "z0", "z" + "2" * 2000])
def test_refuses(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        multikey.decode(text)


def test_own_mistakes() -> None:
    with pytest.raises(LocalProtocolError):
        multikey.encode(b"short")
    with pytest.raises(LocalProtocolError):
        ed25519.sign(b"short", b"")


def test_small_order_keys_sign_nothing() -> None:
    with pytest.raises(RemoteProtocolError):
        ed25519.verify(b"\x01" + bytes(31), b"\x01" + bytes(63), b"any message")


@given(st.binary(), st.binary(), st.binary(max_size=10))
def test_ed25519_refuses_noise(public: bytes, signature: bytes, data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        ed25519.verify(public, signature, data)
