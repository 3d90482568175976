"""The verifiable random function against RFC 9381, and against those who would bend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from protocols.ed25519 import public_key
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.gold import vrf

FILE = Path(__file__).parents[3] / "specs/vectors/ecvrf/rfc9381_edwards25519_sha512_tai.json"
VECTORS = json.loads(FILE.read_text())["vectors"]
SEED = bytes(range(32))
ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
"""A point of order eight."""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_rfcs_vectors_byte_for_byte(vector: dict[str, str]) -> None:
    seed, alpha = bytes.fromhex(vector["sk"]), bytes.fromhex(vector["alpha"])
    assert public_key(seed).hex() == vector["pk"]
    assert vrf.prove(seed, alpha).hex() == vector["pi"]
    assert vrf.output(bytes.fromhex(vector["pk"]), alpha, bytes.fromhex(vector["pi"])).hex() == vector["beta"]


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_every_proof_is_accepted_and_the_output_is_one(seed: bytes, alpha: bytes) -> None:
    proof = vrf.prove(seed, alpha)
    assert proof == vrf.prove(seed, alpha)
    found = vrf.output(public_key(seed), alpha, proof)
    assert len(found) == vrf.OUTPUT_LENGTH
    assert found != vrf.output(public_key(seed), alpha + b".", vrf.prove(seed, alpha + b"."))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, vrf.PROOF_LENGTH * 8 - 1))
def test_no_bit_of_a_proof_can_be_changed(bit: int) -> None:
    proof = bytearray(vrf.prove(SEED, b"draw"))
    proof[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RemoteProtocolError, match="does not fit"):
        vrf.output(public_key(SEED), b"draw", bytes(proof))


def test_another_input_or_another_key_is_refused() -> None:
    proof = vrf.prove(SEED, b"draw")
    for public, alpha in ((public_key(SEED), b"other"), (public_key(bytes(32)), b"draw")):
        with pytest.raises(RemoteProtocolError):
            vrf.output(public, alpha, proof)


def test_an_answer_beyond_the_order_is_not_a_second_proof() -> None:
    """s + q fits the same equation: accepted, one output would have two proofs."""
    proof = vrf.prove(SEED, b"draw")
    more = int.from_bytes(proof[48:], "little") + ORDER
    with pytest.raises(RemoteProtocolError):
        vrf.output(public_key(SEED), b"draw", proof[:48] + more.to_bytes(32, "little"))


def test_a_gamma_off_the_subgroup_is_refused() -> None:
    """Gamma plus a point of small order has the same eightfold: it must not pass as another proof."""
    proof = vrf.prove(SEED, b"draw")
    moved = sodium.crypto_core_ed25519_add(proof[:32], SMALL)
    with pytest.raises(RemoteProtocolError):
        vrf.output(public_key(SEED), b"draw", moved + proof[32:])


@pytest.mark.parametrize(
    "public",
    [
        SMALL,
        (1).to_bytes(32, "little"),
        bytes(32),
        (2**255 - 19 + 1).to_bytes(32, "little"),
        (1 | 1 << 255).to_bytes(32, "little"),
        b"\xff" * 32,
        b"",
        b"short",
    ],
)
def test_keys_of_small_order_and_odd_encodings_are_refused(public: bytes) -> None:
    for proof in (vrf.prove(SEED, b"draw"), (1).to_bytes(32, "little") + bytes(48), bytes(80)):
        with pytest.raises(RemoteProtocolError):
            vrf.output(public, b"draw", proof)


@given(st.binary(max_size=100), st.binary(max_size=100))
@settings(max_examples=60, deadline=None)
def test_nonsense_is_refused_and_nothing_else_happens(public: bytes, proof: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        vrf.output(public, b"draw", proof)


def test_bounds_on_our_own_side() -> None:
    with pytest.raises(LocalProtocolError):
        vrf.prove(b"short", b"draw")
    with pytest.raises(LocalProtocolError):
        vrf.prove(SEED, bytes(vrf.LONGEST_INPUT + 1))
    with pytest.raises(RemoteProtocolError):
        vrf.output(public_key(SEED), bytes(vrf.LONGEST_INPUT + 1), bytes(80))
