"""Keys and a moment shared by the tests of signatures."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

NOW = datetime(2026, 11, 22, 20, 30, 0, tzinfo=UTC)
SEED = bytes(range(32))
KEY_ID = "https://saint-avold.example/actor#main-key"


@cache
def rsa_key(name: str = "ours") -> rsa.RSAPrivateKey:
    """One RSA key for each name and test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
