"""A node's keys: an RSA key everybody on the fediverse understands, one Ed25519 key for object proofs, another for
HTTP signatures (never the same: some peers cache a key under the wrong use), and one secret for cookies and digests."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from nacl.signing import SigningKey

SEED_BYTES = 32
RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """Private keys of one node. Seeds are 32 raw bytes."""

    rsa: RSAPrivateKey
    proof_seed: bytes
    http_seed: bytes
    secret: bytes

    @property
    def proof_public(self) -> bytes:
        return bytes(SigningKey(self.proof_seed).verify_key)

    @property
    def http_public(self) -> bytes:
        return bytes(SigningKey(self.http_seed).verify_key)


def make_keys(folder: Path) -> None:
    """Write fresh keys, readable by their owner only. Existing files are never overwritten."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rsa = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    pem = rsa.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(folder / "actor-rsa.pem", pem)
    for name in ("proof.ed25519", "http.ed25519", "secret.key"):
        _write(folder / name, secrets.token_bytes(SEED_BYTES).hex().encode() + b"\n")


def load_keys(folder: Path) -> NodeKeys:
    """Read the keys. Raises FileNotFoundError or ValueError naming the file."""
    pem = (folder / "actor-rsa.pem").read_bytes()
    try:
        # We made this file ourselves: the full check of an RSA key takes longer than opening the rest of a node.
        rsa = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{folder / 'actor-rsa.pem'} does not hold a readable key") from error
    if not isinstance(rsa, RSAPrivateKey):
        raise ValueError(f"{folder / 'actor-rsa.pem'} does not hold an RSA key")
    return NodeKeys(rsa, *(_seed(folder / name) for name in ("proof.ed25519", "http.ed25519", "secret.key")))


def _seed(path: Path) -> bytes:
    try:
        seed = bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise ValueError(f"{path} is not written in hexadecimal digits") from error
    if len(seed) != SEED_BYTES:
        raise ValueError(f"{path} does not hold {SEED_BYTES} bytes")
    return seed


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
