"""Resident keys: one Ed25519 key per person, kept for them by their commune until they bring their own device."""

from __future__ import annotations

from hashlib import blake2b

from nacl.secret import SecretBox
from nacl.signing import SigningKey
from sqlalchemy import select

from node.accounts.models import ResidentKey
from node.core.errors import NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from protocols import multikey


def make_key(unit: Unit, account_id: str) -> str:
    """Make and keep a custodial key; answers its multikey (`z6Mk…`)."""
    signing = SigningKey.generate()
    public = multikey.encode(bytes(signing.verify_key))
    key = ResidentKey(
        id=new_id(),
        account_id=account_id,
        public_key=public,
        sealed_seed=bytes(_box(unit).encrypt(bytes(signing))),
        custodial=True,
        created_at=unit.now,
    )
    unit.session.add(key)
    return public


def seed_of(unit: Unit, account_id: str) -> bytes:
    """The 32-byte seed of a resident's custodial key. Raises NotFound `accounts.key`; nacl's CryptoError if the
    node's secret is no longer the one it was sealed with."""
    key = _live(unit, account_id)
    if key is None or key.sealed_seed is None:
        raise NotFound("accounts.key")
    return bytes(_box(unit).decrypt(key.sealed_seed))


def public_of(unit: Unit, account_id: str) -> str:
    """A resident's public key as a multikey. Raises NotFound `accounts.key`."""
    key = _live(unit, account_id)
    if key is None:
        raise NotFound("accounts.key")
    return key.public_key


def holder_of(unit: Unit, public_key: str) -> str | None:
    """The account whose key in use this is (a multikey), None if nobody's."""
    wanted = select(ResidentKey.account_id).where(
        ResidentKey.public_key == public_key, ResidentKey.retired_at.is_(None)
    )
    return unit.session.execute(wanted).scalar()


def _live(unit: Unit, account_id: str) -> ResidentKey | None:
    wanted = select(ResidentKey).where(ResidentKey.account_id == account_id, ResidentKey.retired_at.is_(None))
    return unit.session.execute(wanted.order_by(ResidentKey.created_at.desc()).limit(1)).scalar()


def _box(unit: Unit) -> SecretBox:
    return SecretBox(blake2b(key=unit.keys.secret, person=b"resident keys", digest_size=SecretBox.KEY_SIZE).digest())
