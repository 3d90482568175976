"""`Digest` (RFC 3230, as cavage signatures use it) and `Content-Digest` (RFC 9530) (specs/signing.md §2).

Every listed digest must be of a known algorithm and must match: a list of which only one entry is looked at would let
two readers check different bodies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from http_message_signatures import ContentDigest, HTTPMessageSignaturesException

from protocols.errors import RemoteProtocolError

_ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_MAX_HEADER = 512


def make_digest(body: bytes) -> str:
    """`SHA-256=<base64>`."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def check_digest(value: str, body: bytes) -> None:
    """Raises RemoteProtocolError("bad-digest") unless every entry of a `Digest` header fits `body`."""
    seen: set[str] = set()
    for entry in value[: _MAX_HEADER + 1].split(","):
        name, equals, encoded = entry.strip(" \t").partition("=")
        algorithm = _ALGORITHMS.get(name.lower())
        if algorithm is None or not equals or name.lower() in seen or len(value) > _MAX_HEADER:
            raise _refusal("Unknown, repeated or malformed digest")
        seen.add(name.lower())
        try:
            expected = base64.b64decode(encoded.encode("ascii"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise _refusal("Malformed digest") from error
        if not hmac.compare_digest(expected, algorithm(body).digest()):
            raise _refusal("The digest does not fit the body")


def make_content_digest(body: bytes) -> str:
    """`sha-256=:<base64>:`."""
    return ContentDigest.create(body)


def check_content_digest(value: str, body: bytes) -> None:
    """Raises RemoteProtocolError("bad-digest") unless every member of a `Content-Digest` header fits `body`."""
    if len(value) > _MAX_HEADER:
        raise _refusal("Content-Digest is too long")
    try:
        ContentDigest.verify(value, body)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise _refusal("Content-Digest is malformed or does not fit the body") from error


def _refusal(message: str) -> RemoteProtocolError:
    return RemoteProtocolError(message, status=401, code="bad-digest")
