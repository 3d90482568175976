"""Ed25519 through libsodium, which refuses small-order keys and malleable signatures (specs/signing.md §3).

That strictness matters for evidence that is kept: one signature must not fit two statements.
"""

from __future__ import annotations

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import SigningKey, VerifyKey

from protocols.errors import LocalProtocolError, RemoteProtocolError


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a 32-byte seed."""
    return bytes(_signing_key(seed).verify_key)


def sign(seed: bytes, data: bytes) -> bytes:
    """64 bytes of signature."""
    return _signing_key(seed).sign(data).signature


def verify(public: bytes, signature: bytes, data: bytes) -> None:
    """Raises RemoteProtocolError("bad-signature") unless `signature` over `data` is by `public`."""
    try:
        if len(public) == 32 and len(signature) == 64:
            VerifyKey(public).verify(data, signature)
            return
    except (BadSignatureError, CryptoError) as error:
        raise RemoteProtocolError("The signature does not fit", status=401, code="bad-signature") from error
    raise RemoteProtocolError("The signature does not fit", status=401, code="bad-signature")


def _signing_key(seed: bytes) -> SigningKey:
    if len(seed) != 32:
        raise LocalProtocolError("An Ed25519 seed has 32 bytes")
    return SigningKey(seed)
