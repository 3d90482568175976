"""ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381): for one key and one input there is one output, and a proof of it.

The group is libsodium's. Two of its habits matter: its multiplication refuses points outside the subgroup of prime
order, so the cofactor is cleared by three additions (§5.4.1.1, step 6); and it reads encodings that RFC 8032 refuses,
so those are refused here.
"""

from __future__ import annotations

import hashlib
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from protocols.errors import LocalProtocolError, RemoteProtocolError

SUITE: Final = b"\x03"
PROOF_LENGTH: Final = 80
OUTPUT_LENGTH: Final = 64
LONGEST_INPUT: Final = 65_536
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_FIELD: Final = 2**255 - 19
_IDENTITY: Final = (1).to_bytes(32, "little")
_CHALLENGE: Final = 16


def prove(seed: bytes, alpha: bytes) -> bytes:
    """The proof (80 bytes) for an input of at most `LONGEST_INPUT` bytes, by a 32-byte Ed25519 seed (§5.1)."""
    if len(seed) != 32 or len(alpha) > LONGEST_INPUT:
        raise LocalProtocolError("a seed of 32 bytes and a bounded input were expected")
    hashed = hashlib.sha512(seed).digest()
    secret = int.from_bytes(hashed[:32], "little") & ~7 & ~(1 << 255) | 1 << 254
    public = sodium.crypto_scalarmult_ed25519_base_noclamp(_scalar(secret))
    point = _to_curve(public, alpha)
    gamma = _times(secret, point)
    nonce = int.from_bytes(hashlib.sha512(hashed[32:] + point).digest(), "little") % _ORDER  # §5.4.2.2
    commitment = sodium.crypto_scalarmult_ed25519_base_noclamp(_scalar(nonce))
    challenge = _challenge(public, point, gamma, commitment, _times(nonce, point))
    answer = (nonce + challenge * secret) % _ORDER
    return gamma + challenge.to_bytes(_CHALLENGE, "little") + answer.to_bytes(32, "little")


def output(public: bytes, alpha: bytes, proof: bytes) -> bytes:
    """The output (64 bytes) if the proof is right (§5.3). Raises RemoteProtocolError `bad-proof` otherwise."""
    try:
        if len(alpha) <= LONGEST_INPUT and len(proof) == PROOF_LENGTH and _verified(public, alpha, proof):
            return _hash(b"\x03", _eightfold(proof[:32]))  # §5.2
    except (CryptoError, ValueError, TypeError) as error:
        raise _wrong() from error
    raise _wrong()


def _verified(public: bytes, alpha: bytes, proof: bytes) -> bool:
    gamma, challenge = proof[:32], int.from_bytes(proof[32:48], "little")
    answer = int.from_bytes(proof[48:], "little")
    if answer >= _ORDER or not (_decodes(public) and _decodes(gamma)):
        return False
    if _eightfold(public) == _IDENTITY:  # §5.4.5: a key of small order has the same output for everybody
        return False
    point = _to_curve(public, alpha)
    u = _minus(sodium.crypto_scalarmult_ed25519_base_noclamp(_scalar(answer)), _times(challenge, public))
    v = _minus(_times(answer, point), _times(challenge, gamma))
    return challenge == _challenge(public, point, gamma, u, v)


def _to_curve(public: bytes, alpha: bytes) -> bytes:
    """Try and increment (§5.4.1.1): half of all tries succeed, so a hundred failures do not happen."""
    for counter in range(256):
        tried = _hash(b"\x01", public + alpha + bytes([counter]))[:32]
        if _decodes(tried) and (point := _eightfold(tried)) != _IDENTITY:
            return point
    raise LocalProtocolError("no point found")


def _challenge(*points: bytes) -> int:
    return int.from_bytes(_hash(b"\x02", b"".join(points))[:_CHALLENGE], "little")


def _hash(domain: bytes, data: bytes) -> bytes:
    return hashlib.sha512(SUITE + domain + data + b"\x00").digest()


def _decodes(encoded: bytes) -> bool:
    """Whether RFC 8032 §5.1.3 decodes these bytes to a point of the curve."""
    if len(encoded) != 32:
        return False
    y, sign = int.from_bytes(encoded, "little") & (1 << 255) - 1, encoded[31] >> 7
    if y >= _FIELD or (sign and y in (1, _FIELD - 1)):
        return False
    try:
        sodium.crypto_core_ed25519_add(encoded, _IDENTITY)
    except (CryptoError, RuntimeError):
        return False
    return True


def _eightfold(point: bytes) -> bytes:
    for _ in range(3):
        point = sodium.crypto_core_ed25519_add(point, point)
    return point


def _times(number: int, point: bytes) -> bytes:
    return sodium.crypto_scalarmult_ed25519_noclamp(_scalar(number), point)


def _minus(one: bytes, other: bytes) -> bytes:
    return sodium.crypto_core_ed25519_sub(one, other)


def _scalar(number: int) -> bytes:
    return (number % _ORDER).to_bytes(32, "little")


def _wrong() -> RemoteProtocolError:
    return RemoteProtocolError("The proof of the random function does not fit", code="bad-proof")
