"""Who appears in the vectors: fixed keys, for tests alone, and a moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from protocols import ed25519, multikey
from protocols.actors import rsa_public_pem

FOLDER = Path(__file__).parents[2] / "specs" / "vectors"
Object = dict[str, Any]

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
NOW_TEXT = "2026-11-22T10:00:00Z"
TODAY = "2026-11-22"
A, B = "https://aville.example/ap/actor/aville", "https://bourg.example/who/commune"
A_BASE, B_BASE = "https://aville.example", "https://bourg.example"
A_SEED, B_SEED, C_SEED, LEA_SEED = (letter.encode() * 32 for letter in "abcl")
A_METHOD, B_METHOD = f"{A}#proof-ed25519", f"{B}#swears"
LEA = multikey.did_key(ed25519.public_key(LEA_SEED))
LEA_METHOD = f"{LEA}#{LEA.removeprefix('did:key:')}"
LOG_A, LOG_B = f"{A} {B}", f"{B} {A}"


def private_pem(name: str = "first") -> str:
    pem: str = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))[name]
    return pem


def rsa_key(name: str = "first") -> RSAPrivateKey:
    key = load_pem_private_key(private_pem(name).encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def rsa_public(name: str = "first") -> Object:
    return {"publicKeyPem": rsa_public_pem(rsa_key(name).public_key())}


def ed_public(seed: bytes) -> Object:
    return {"publicKeyMultibase": multikey.encode(ed25519.public_key(seed))}


def party_key(seed: bytes, method: str) -> Object:
    return {"verificationMethod": method, **ed_public(seed)}


CONTEXT: list[Any] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v1",
    {"ygor": "urn:ygor:ns#", "sc": "http://schema.org#", "maximumAttendeeCapacity": "sc:maximumAttendeeCapacity"},
]
"""Of the vectors' documents: a node may write others (actors.md 5.2), and these do not change when Ygor's do."""

KEYS: Object = {A: party_key(A_SEED, A_METHOD), B: party_key(B_SEED, B_METHOD)}
