"""Ed25519 public keys as Multikey text and did:key (W3C Controlled Identifiers 1.0 §2.2.2, FEP-521a).

Also base58btc itself, for the proof values of `protocols.proofs`.

Clauses: specs/signing.md §3.
"""

from __future__ import annotations

from protocols.errors import LocalProtocolError, RemoteProtocolError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_ED25519_PUBLIC = b"\xed\x01"
_MAX_TEXT = 1024  # base58 is quadratic; an RSA-4096 Multikey has about 720 letters
_DID_KEY = "did:key:"


def encode(public_key: bytes) -> str:
    """`z6Mk…` for the 32 bytes of an Ed25519 public key."""
    if len(public_key) != 32:
        raise LocalProtocolError("An Ed25519 public key has 32 bytes")
    return base58btc(_ED25519_PUBLIC + public_key)


def decode(text: str) -> bytes:
    """The 32 bytes behind `z6Mk…`. Raises RemoteProtocolError for any other kind of key."""
    data = from_base58btc(text)
    if len(data) != 34 or not data.startswith(_ED25519_PUBLIC):
        raise RemoteProtocolError("Not an Ed25519 Multikey")
    return data[2:]


def did_key(public_key: bytes) -> str:
    """`did:key:z6Mk…`."""
    return _DID_KEY + encode(public_key)


def from_did_key(did: str) -> bytes:
    """The 32 bytes behind `did:key:z6Mk…`."""
    if not did.startswith(_DID_KEY):
        raise RemoteProtocolError("Not a did:key")
    return decode(did.removeprefix(_DID_KEY))


def base58btc(data: bytes) -> str:
    """Multibase base58btc: `z`, then one `1` for each leading zero byte, then the number in base 58."""
    number = int.from_bytes(data, "big")
    letters = ""
    while number:
        number, remainder = divmod(number, 58)
        letters = _ALPHABET[remainder] + letters
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + letters


def from_base58btc(text: str) -> bytes:
    """Inverse of `base58btc`; raises RemoteProtocolError for a foreign letter or an over-long text."""
    if not text.startswith("z") or len(text) > _MAX_TEXT:
        raise RemoteProtocolError("Not a base58btc multibase value")
    number = 0
    for letter in text[1:]:
        value = _VALUES.get(letter)
        if value is None:
            raise RemoteProtocolError("Not a base58btc multibase value")
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
