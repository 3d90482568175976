"""HTTP signatures as most of the fediverse still makes them: draft-cavage-http-signatures-12, RSA with SHA-256.

We sign `(request-target) host date digest content-type`. We accept what covers at least the target, the host and the
date, and with a body its digest; `hs2019` is read as the fediverse means it, RSA PKCS #1 v1.5 with SHA-256.

Clauses: specs/signing.md §4.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from protocols.digests import check_digest, make_digest
from protocols.errors import RemoteProtocolError
from protocols.messages import MAX_KEY_ID, HttpMessage, SignatureParameters, refuse
from protocols.timestamps import http_date, parse_http_date

SKEW_S = 3600

_MAX_HEADER = 8192
_MAX_COVERED = 32
_PARAMETER = re.compile(r'[ \t]*(?P<name>[A-Za-z]+)=(?:"(?P<text>[^"\\]*)"|(?P<number>[0-9]{1,12}))[ \t]*')
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_ALGORITHMS = frozenset({"rsa-sha256", "hs2019"})
_REQUEST_TARGET = "(request-target)"


def sign(message: HttpMessage, *, key_id: str, private_key: RSAPrivateKey, now: datetime) -> dict[str, str]:
    """Headers to add to `message`: Host, Date, Digest (with a body) and Signature.

    A Content-Type among the message's headers is signed with a body; Host, Date and Digest are ours to set.
    Raises RemoteProtocolError when the message's URL is none (it usually comes from a peer's document).
    """
    location = message.location()
    headers = {"Host": location.origin.authority, "Date": http_date(now)}
    covered = [_REQUEST_TARGET, "host", "date"]
    if message.body is not None:
        headers["Digest"] = make_digest(message.body)
        covered.append("digest")
        if message.single("content-type") is not None:
            covered.append("content-type")
    ours = {name.lower() for name in headers}
    kept = tuple((name, value) for name, value in message.headers if name.lower() not in ours)
    complete = HttpMessage(message.method, message.url, kept + tuple(headers.items()), message.body)
    signature = private_key.sign(signing_string(complete, tuple(covered)), PKCS1v15(), hashes.SHA256())
    encoded = base64.b64encode(signature).decode("ascii")
    headers["Signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",signature="{encoded}"'
    )
    return headers


def parse(message: HttpMessage) -> SignatureParameters:
    """Read the one Signature header. Raises RemoteProtocolError (401) when it is absent, doubled or malformed."""
    header = message.single("signature")
    if header is None or len(header) > _MAX_HEADER:
        raise refuse("No acceptable Signature header")
    found = _parameters(header)
    key_id = found.get("keyId", "")
    covered = tuple(found.get("headers", "").lower().split(" "))
    if not 0 < len(key_id) <= MAX_KEY_ID or not key_id.isprintable():
        raise refuse("No acceptable keyId")
    if len(covered) > _MAX_COVERED or len(set(covered)) != len(covered):
        raise refuse("Too many or repeated names in the covered headers")
    try:
        signature = base64.b64decode(found.get("signature", "").encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refuse("Malformed signature") from error
    if not signature:
        raise refuse("Empty signature")
    return SignatureParameters(
        key_id=key_id,
        algorithm=found.get("algorithm"),
        covered=covered,
        created=_seconds(found.get("created")),
        expires=_seconds(found.get("expires")),
        signature=signature,
    )


def verify(
    message: HttpMessage,
    *,
    public_key: RSAPublicKey,
    now: datetime,
    skew_s: int = SKEW_S,
    parsed: SignatureParameters | None = None,
) -> None:
    """Raises RemoteProtocolError (401) unless the request is signed by `public_key`, whole and fresh.

    `message.url` must be the address under which we received it: target and host are taken from there, so a request
    signed for another node, path or method is refused. Whether the key belongs to the actor is the caller's question.
    `parsed` is what `parse` gave for this very message, if it was asked already.
    """
    parameters = parsed or parse(message)
    if parameters.algorithm is not None and parameters.algorithm.lower() not in _ALGORITHMS:
        raise refuse("Unknown signature algorithm")
    _check_coverage(message, parameters.covered)
    message.check_host()
    _check_time(message, parameters, now, timedelta(seconds=skew_s))
    digest = message.single("digest")
    if digest is not None:
        check_digest(digest, message.body or b"")
    try:
        public_key.verify(
            parameters.signature, signing_string(message, parameters.covered), PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature as error:
        raise refuse("The signature does not fit") from error


def _parameters(header: str) -> dict[str, str]:
    """`name="value"` and `name=123`, with commas between."""
    found: dict[str, str] = {}
    position = 0
    while match := _PARAMETER.match(header, position):
        if match["name"] in found:
            raise refuse("Repeated parameter in the Signature header")
        found[match["name"]] = match["number"] if match["text"] is None else match["text"]
        position = match.end()
        if position == len(header):
            return found
        if header[position] != ",":
            break
        position += 1
    raise refuse("Malformed Signature header")


def _check_coverage(message: HttpMessage, covered: tuple[str, ...]) -> None:
    required = {_REQUEST_TARGET, "host", "date"} | ({"digest"} if message.body else set())
    if not required <= set(covered):
        raise refuse("The signature must cover (request-target), host, date and with a body digest")


def _request_target(message: HttpMessage) -> str:
    return f"{message.method.lower()} {message.location().target}"


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise refuse("Malformed time in the Signature header")
    return int(text)


def _check_time(message: HttpMessage, parameters: SignatureParameters, now: datetime, skew: timedelta) -> None:
    date = message.single("date")
    if date is None:
        raise refuse("No Date header")
    if abs(parse_http_date(date) - now) > skew:
        raise RemoteProtocolError("The request's date is too far from now", status=401, code="stale")
    if parameters.expires is not None and parameters.expires < now.timestamp():
        raise RemoteProtocolError("The signature has expired", status=401, code="stale")


def signing_string(message: HttpMessage, covered: tuple[str, ...]) -> bytes:
    """What is signed (specs/signing.md §4.1). Raises RemoteProtocolError (401) for a covered header that is absent."""
    lines = []
    for name in covered:
        if name == _REQUEST_TARGET:
            value: str | None = _request_target(message)
        elif _NAME.fullmatch(name):
            value = message.single(name)
        else:
            raise refuse("Unknown component among the covered headers")
        if value is None:
            raise refuse("A covered header is absent")
        lines.append(f"{name}: {value}")
    try:
        return "\n".join(lines).encode("latin-1")
    except UnicodeEncodeError as error:
        raise refuse("A covered header is not Latin-1") from error
