"""Requests signed by hand, covering what the forger likes: our own signing code would not make them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from federation.identity import Identity
from protocols import ed25519
from protocols.digests import make_content_digest, make_digest
from protocols.messages import HttpMessage
from protocols.timestamps import http_date
from protocols.types import JsonObject
from tests.federation.peers import Peer

WHOLE = ("(request-target)", "host", "date", "digest")
WHOLE_RFC9421 = ("@method", "@target-uri", "@authority", "content-digest")


def with_header(message: HttpMessage, name: str, *values: str) -> HttpMessage:
    """The request with a header replaced, doubled or (without values) taken away."""
    kept = tuple((key, value) for key, value in message.headers if key.lower() != name.lower())
    return replace(message, headers=kept + tuple((name, value) for value in values))


def delivery(target: Peer, body: bytes, headers: Mapping[str, str] | None = None) -> HttpMessage:
    """An unsigned POST to a peer's inbox, with both digests."""
    complete = {
        "Content-Type": "application/activity+json",
        "Host": target.host,
        "Digest": make_digest(body),
        "Content-Digest": make_content_digest(body),
        **(headers or {}),
    }
    return HttpMessage("POST", f"{target.base_url}/inbox", tuple(complete.items()), body)


def cavage_signed(
    message: HttpMessage,
    who: Identity,
    peer: Peer,
    *,
    covered: tuple[str, ...] = WHOLE,
    method: str = "",
    more: str = "",
) -> HttpMessage:
    """A draft-cavage signature over `covered`, as if the request's method were `method`; `more` parameters besides."""
    if message.single("date") is None and "date" in covered:
        message = with_header(message, "Date", http_date(peer.clock()))
    lines = []
    for name in covered:
        target = f"{(method or message.method).lower()} {message.location().target}"
        lines.append(f"{name}: {target if name == '(request-target)' else message.single(name)}")
    signature = base64.b64encode(who.rsa_key.sign("\n".join(lines).encode(), PKCS1v15(), hashes.SHA256())).decode()
    value = (
        f'keyId="{who.rsa_key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}"{more},signature="{signature}"'
    )
    return with_header(message, "Signature", value)


def rfc9421_signed(
    message: HttpMessage,
    who: Identity,
    peer: Peer,
    *,
    covered: tuple[str, ...] = WHOLE_RFC9421,
    created: bool = True,
    labels: tuple[str, ...] = ("sig1",),
) -> HttpMessage:
    """An RFC 9421 signature by the Ed25519 key, under every one of the labels."""
    location = message.location()
    values = {"@method": message.method, "@target-uri": message.url, "@authority": location.origin.authority}
    names = " ".join(f'"{name}"' for name in covered)
    time = f";created={round(peer.clock().timestamp())}" if created else ""
    parameters = f'({names}){time};keyid="{who.ed25519_key_id}"'
    lines = [f'"{name}": {values.get(name, message.single(name))}' for name in covered]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = base64.b64encode(ed25519.sign(who.ed25519_seed, base.encode())).decode()
    message = with_header(message, "Signature-Input", ", ".join(f"{label}={parameters}" for label in labels))
    return with_header(message, "Signature", ", ".join(f"{label}=:{signature}:" for label in labels))


def linked_data_signed(activity: JsonObject, key_id: str) -> JsonObject:
    """An activity with what looks like an LD signature; nothing of ours reads one."""
    return {
        **activity,
        "signature": {
            "type": "RsaSignature2017",
            "creator": key_id,
            "created": "2026-11-23T09:00:00Z",
            "signatureValue": base64.b64encode(bytes(256)).decode(),
        },
    }
