"""Requests signed and verified in both dialects (specs/signing.md §2, §4, §5)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

HOUR_S = 3600
PublicKey = RSAPublicKey | bytes


class BadRequest(Exception):
    """A signature that is missing, incomplete, stale or wrong: 401."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a signature is about. `authority` is the receiver's own; `target` is path and query."""

    method: str
    scheme: str
    authority: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def dialect(self) -> str:
        """ "rfc9421", "cavage" or "" for an unsigned request."""
        if "signature-input" in self.headers:
            return "rfc9421"
        return "cavage" if "signature" in self.headers else ""


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def sign_cavage(request: Request, key_id: str, key: RSAPrivateKey) -> dict[str, str]:
    """§4: the headers to add."""
    added = {"host": request.authority, "date": formatdate(usegmt=True), "digest": "SHA-256=" + sha256(request.body)}
    covered = ["(request-target)", "host", "date", "digest", "content-type"]
    text = _cavage_text(request, covered, {**request.headers, **added})
    signature = base64.b64encode(key.sign(text, PKCS1v15(), hashes.SHA256())).decode()
    said = f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",signature="{signature}"'
    return {**added, "signature": said}


def sign_rfc9421(request: Request, key_id: str, key: SigningKey) -> dict[str, str]:
    """§5, with an Ed25519 key: the headers to add."""
    digest = f"sha-256=:{sha256(request.body)}:"
    covered = ["@method", "@target-uri", "@authority", "content-digest"]
    names = " ".join(f'"{name}"' for name in covered)
    parameters = f'({names});created={int(time.time())};keyid="{key_id}";nonce="{secrets.token_urlsafe(9)}"'
    base = _base(request, covered, {**request.headers, "content-digest": digest}, parameters)
    signature = base64.b64encode(key.sign(base).signature).decode()
    return {
        "content-digest": digest,
        "signature-input": f"sig1={parameters}",
        "signature": f"sig1=:{signature}:",
    }


def key_id_of(request: Request) -> str:
    if request.dialect == "rfc9421":
        found = re.search(r';keyid="([^"]+)"', request.headers["signature-input"])
    else:
        found = re.search(r'keyId="([^"]+)"', request.headers.get("signature", ""))
    if found is None:
        raise BadRequest("no key id")
    return found[1]


def verify(request: Request, key: PublicKey, now_s: float | None = None) -> None:
    """Raises BadRequest unless `key` signed this request, whole and within the hour."""
    now_s = time.time() if now_s is None else now_s
    if request.dialect == "rfc9421":
        _verify_rfc9421(request, key, now_s)
    elif request.dialect == "cavage":
        _verify_cavage(request, key, now_s)
    else:
        raise BadRequest("not signed")


def _verify_cavage(request: Request, key: PublicKey, now_s: float) -> None:
    """4.3"""
    parts = dict(re.findall(r'(\w+)="([^"]*)"', request.headers["signature"]))
    covered = parts["headers"].split(" ")
    required = {"(request-target)", "host", "date"} | ({"digest"} if request.body else set())
    if not required <= set(covered) or not isinstance(key, RSAPublicKey):
        raise BadRequest("not enough is covered")
    _check_age(parsedate_to_datetime(request.headers["date"]).timestamp(), now_s)
    if request.headers["host"] != request.authority:
        raise BadRequest("for another host")
    if request.body and request.headers["digest"] != "SHA-256=" + sha256(request.body):
        raise BadRequest("the digest does not fit")
    _check(key, base64.b64decode(parts["signature"]), _cavage_text(request, covered, request.headers))


def _verify_rfc9421(request: Request, key: PublicKey, now_s: float) -> None:
    """5.3"""
    found = re.fullmatch(r"(\w+)=(\(([^)]*)\)(;.*))", request.headers["signature-input"])
    value = re.fullmatch(r"(\w+)=:([A-Za-z0-9+/=]+):", request.headers["signature"])
    if found is None or value is None or found[1] != value[1]:
        raise BadRequest("not one signature")
    covered = re.findall(r'"([^"]+)"', found[3])
    required = {"@method", "@target-uri"} | ({"content-digest"} if request.body else set())
    created = re.search(r";created=(\d+)", found[4])
    if not required <= set(covered) or created is None:
        raise BadRequest("not enough is covered")
    _check_age(int(created[1]), now_s)
    if request.body and request.headers["content-digest"] != f"sha-256=:{sha256(request.body)}:":
        raise BadRequest("the digest does not fit")
    _check(key, base64.b64decode(value[2]), _base(request, covered, request.headers, found[2]))


def _check_age(moment_s: float, now_s: float) -> None:
    if abs(moment_s - now_s) > HOUR_S:
        raise BadRequest("too old or too new")


def _check(key: PublicKey, signature: bytes, text: bytes) -> None:
    try:
        if isinstance(key, bytes):
            VerifyKey(key).verify(text, signature)
        else:
            key.verify(signature, text, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, BadSignatureError) as error:
        raise BadRequest("the signature does not fit") from error


def _cavage_text(request: Request, covered: list[str], headers: Mapping[str, str]) -> bytes:
    """4.1"""
    target = f"{request.method.lower()} {request.target}"
    values = [target if name == "(request-target)" else headers[name] for name in covered]
    return "\n".join(f"{name}: {value}" for name, value in zip(covered, values, strict=True)).encode("latin-1")


def _base(request: Request, covered: list[str], headers: Mapping[str, str], parameters: str) -> bytes:
    """5.2: RFC 9421 §2.5"""
    known = {
        "@method": request.method,
        "@target-uri": f"{request.scheme}://{request.authority}{request.target}",
        "@authority": request.authority,
    }
    lines = [f'"{name}": {known.get(name) or headers[name]}' for name in covered]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
