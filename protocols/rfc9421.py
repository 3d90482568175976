"""HTTP Message Signatures, RFC 9421, with RSA PKCS #1 v1.5 SHA-256 or Ed25519 keys (specs/signing.md §5).

One signature over `@method @target-uri @authority content-digest`, with `created` and `keyid`. The signature base is
the http-message-signatures library's; what must be covered, and what time it is, is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import http_sf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    MappingKeyResolver,
    algorithms,
)

from protocols.digests import check_content_digest
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.messages import MAX_KEY_ID, HttpMessage, SignatureParameters, refuse

SKEW_S = 3600

_COVERED = ("@method", "@target-uri", "@authority")
_LABEL = "sig1"
_MAX_HEADER = 8192
_MAX_COVERED = 32
_PARAMETERS = frozenset({"alg", "created", "expires", "keyid", "nonce", "tag"})


@dataclass(slots=True)
class _Request:
    """The shape in which the library wants a request; it may write to `headers`."""

    method: str
    url: str
    headers: dict[str, str]


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its clock: `verify` below has already judged the times."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Nothing: see above."""


def sign(
    message: HttpMessage, *, key_id: str, private_key: RSAPrivateKey | bytes, now: datetime, nonce: str | None = None
) -> dict[str, str]:
    """Headers to add to `message`: Content-Digest (with a body), Signature-Input and Signature.

    `private_key` is an RSA key or the 32 bytes of an Ed25519 seed. A `nonce` makes a request that is honestly repeated
    within one second another signature, which the receiver's table of seen signatures lets pass. Raises
    RemoteProtocolError when the message's URL is none, LocalProtocolError for everything else that cannot be signed.
    """
    message.location()
    request = _Request(message.method, message.url, {})
    try:
        key = Ed25519PrivateKey.from_private_bytes(private_key) if isinstance(private_key, bytes) else private_key
        signer = HTTPMessageSigner(
            signature_algorithm=_algorithm(private_key),
            key_resolver=MappingKeyResolver(public_keys={}, private_keys={key_id: key}),
        )
        signer.sign(
            request,
            key_id=key_id,
            created=now,
            label=_LABEL,
            nonce=nonce,
            include_alg=False,
            covered_component_ids=_COVERED,
            body=message.body,
        )
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise LocalProtocolError(f"Cannot sign this request: {error}") from error
    return request.headers


def parse(message: HttpMessage) -> SignatureParameters:
    """Read the one signature. Raises RemoteProtocolError (401) when it is absent, one of several, or malformed."""
    inputs = _dictionary(message, "signature-input")
    signatures = _dictionary(message, "signature")
    _check_one_label(inputs, signatures)
    (covered, parameters), (signature, _) = next(iter(inputs.values())), next(iter(signatures.values()))
    if not isinstance(covered, list) or not isinstance(signature, bytes) or not signature:
        raise refuse("Malformed signature")
    if not parameters.keys() <= _PARAMETERS:
        raise refuse("Unknown signature parameter")
    key_id = _text(parameters, "keyid")
    if key_id is None or not 0 < len(key_id) <= MAX_KEY_ID:
        raise refuse("No acceptable keyid")
    return SignatureParameters(
        key_id=key_id,
        algorithm=_text(parameters, "alg"),
        covered=_component_names(covered),
        created=_seconds(parameters, "created"),
        expires=_seconds(parameters, "expires"),
        signature=signature,
    )


def verify(
    message: HttpMessage,
    *,
    public_key: RSAPublicKey | bytes,
    now: datetime,
    skew_s: int = SKEW_S,
    parsed: SignatureParameters | None = None,
) -> None:
    """Raises RemoteProtocolError (401) unless the request is signed by `public_key`, whole and fresh.

    `public_key` is an RSA key or the 32 bytes of an Ed25519 key. `message.url` must be the address under which we
    received it. Whether the key belongs to the actor is the caller's question. `parsed` is what `parse` gave for this
    very message, if it was asked already.
    """
    parameters = parsed or parse(message)
    _check_coverage(message, parameters.covered)
    _check_times(parameters, now.timestamp(), skew_s)
    message.check_host()
    digest = message.single("content-digest")
    if digest is not None:
        check_content_digest(digest, message.body or b"")
    headers = {name.lower(): value for name in parameters.covered if (value := message.single(name)) is not None}
    headers |= {name: message.single(name) or "" for name in ("signature-input", "signature")}
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key) if isinstance(public_key, bytes) else public_key
        verifier = _Verifier(
            signature_algorithm=_algorithm(public_key),
            key_resolver=MappingKeyResolver(public_keys={parameters.key_id: key}, private_keys={}),
        )
        verifier.verify(_Request(message.method, message.url, headers), max_age=None)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise refuse("The signature does not fit") from error


def _algorithm(key: RSAPrivateKey | RSAPublicKey | bytes) -> type[HTTPSignatureAlgorithm]:
    return algorithms.ED25519 if isinstance(key, bytes) else algorithms.RSA_V1_5_SHA256


def _dictionary(message: HttpMessage, name: str) -> dict[str, Any]:
    """A header as a structured dictionary: label → (value, parameters)."""
    text = message.single(name)
    if text is None or len(text) > _MAX_HEADER:
        raise refuse(f"No acceptable {name} header")
    try:
        parsed = http_sf.parse(text.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate)
    except ValueError as error:
        raise refuse(f"Malformed {name} header") from error
    if not isinstance(parsed, dict):
        raise refuse(f"Malformed {name} header")
    return parsed


def _check_one_label(inputs: dict[str, Any], signatures: dict[str, Any]) -> None:
    if len(inputs) != 1 or inputs.keys() != signatures.keys():
        raise refuse("Exactly one signature is expected")


def _refuse_duplicate(key: str, context: str) -> NoReturn:
    raise refuse("Repeated label or parameter in a signature header")


def _component_names(covered: list[Any]) -> tuple[str, ...]:
    """Plain names only: a component with parameters would have to be understood before it could be trusted."""
    if len(covered) > _MAX_COVERED:
        raise refuse("Too many covered components")
    for name, parameters in covered:
        if type(name) is not str or parameters:
            raise refuse("Unknown covered component")
    names = tuple(str(name) for name, _ in covered)
    if len(set(names)) != len(names):
        raise refuse("Repeated covered component")
    return names


def _text(parameters: dict[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and type(value) is not str:
        raise refuse(f"Malformed {name}")
    return value


def _seconds(parameters: dict[str, Any], name: str) -> int | None:
    value = parameters.get(name)
    if value is not None and type(value) is not int:
        raise refuse(f"Malformed {name}")
    return value


def _check_coverage(message: HttpMessage, covered: tuple[str, ...]) -> None:
    names = set(covered)
    target = "@target-uri" in names or (
        "@authority" in names and ("@request-target" in names or {"@path", "@query"} <= names)
    )
    if "@method" not in names or not target:
        raise refuse("The signature must cover the method and the whole target")
    if message.body and "content-digest" not in names:
        raise refuse("The signature must cover content-digest")


def _check_times(parameters: SignatureParameters, now_s: float, skew_s: int) -> None:
    if parameters.created is None:
        raise refuse("No created time")
    if abs(parameters.created - now_s) > skew_s:
        raise RemoteProtocolError("The signature's time is too far from now", status=401, code="stale")
    if parameters.expires is not None and parameters.expires < now_s:
        raise RemoteProtocolError("The signature has expired", status=401, code="stale")
