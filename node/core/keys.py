"""A node's keys: an RSA key everybody on the fediverse understands, one Ed25519 key for object proofs, another for
HTTP signatures (never the same: some peers cache a key under the wrong use), and one secret for cookies and digests.

The three that sign are one *set*. A node begins with the set in `actor-rsa.pem`, `proof.ed25519` and `http.ed25519`;
from its first rotation on all sets stand in `keyring.json`, which is replaced as a whole (`node.core.keyring`).
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from nacl.signing import SigningKey

SEED_BYTES = 32
RSA_BITS = 2048
DRAW_KEY = b"ygor-draw/1 random function"
FIRST_FILES = ("actor-rsa.pem", "proof.ed25519", "http.ed25519")


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The private keys by which a node signs. Seeds are 32 raw bytes; `suffix` ends the ids of these keys."""

    rsa: RSAPrivateKey
    proof_seed: bytes
    http_seed: bytes
    secret: bytes
    suffix: str = ""

    @property
    def proof_public(self) -> bytes:
        return bytes(SigningKey(self.proof_seed).verify_key)

    @property
    def http_public(self) -> bytes:
        return bytes(SigningKey(self.http_seed).verify_key)

    @property
    def draw_seed(self) -> bytes:
        """The secret of this set's random function (specs/gold.md §4). Derived, never the proof key itself: Ed25519 and
        the function make their nonces alike, and two uses of one nonce give a key away."""
        return hmac.digest(self.proof_seed, DRAW_KEY, "sha256")

    @property
    def draw_public(self) -> bytes:
        return bytes(SigningKey(self.draw_seed).verify_key)


def new_rsa() -> RSAPrivateKey:
    """A fresh RSA key; takes a good part of a second."""
    return generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def pem_of(rsa: RSAPrivateKey) -> bytes:
    """A private key as it is kept in a file."""
    return rsa.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def make_keys(folder: Path) -> None:
    """Write fresh keys, readable by their owner only. Existing files are never overwritten."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / "actor-rsa.pem", pem_of(new_rsa()))
    for name in ("proof.ed25519", "http.ed25519", "secret.key"):
        _write(folder / name, secrets.token_bytes(SEED_BYTES).hex().encode() + b"\n")


def load_first_keys(folder: Path) -> tuple[NodeKeys, datetime]:
    """The keys a node began with, and since when. Raises FileNotFoundError or ValueError naming the file."""
    rsa = read_rsa((folder / "actor-rsa.pem").read_bytes(), str(folder / "actor-rsa.pem"))
    proof, http = (read_seed(folder / name) for name in ("proof.ed25519", "http.ed25519"))
    made = datetime.fromtimestamp((folder / "proof.ed25519").stat().st_mtime, UTC)
    return NodeKeys(rsa, proof, http, load_secret(folder)), made


def load_secret(folder: Path) -> bytes:
    """The secret of cookies and digests, which never changes."""
    return read_seed(folder / "secret.key")


def read_rsa(pem: bytes, where: str) -> RSAPrivateKey:
    """Raises ValueError naming `where`."""
    try:
        # We made this file ourselves: the full check of an RSA key takes longer than opening the rest of a node.
        rsa = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where} does not hold a readable key") from error
    if not isinstance(rsa, RSAPrivateKey):
        raise ValueError(f"{where} does not hold an RSA key")
    return rsa


def read_seed(path: Path) -> bytes:
    """32 bytes written as hexadecimal digits. Raises ValueError naming the file."""
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
