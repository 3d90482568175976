"""What happened to accounts. Emitted inside the transaction that did it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountCreated:
    """A person joined. `email` is None for somebody entered at the desk."""

    account_id: str
    email: str | None
    at_desk: bool


@dataclass(frozen=True, slots=True)
class RoleGranted:
    account_id: str
    role: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    account_id: str
    role: str
    revoked_by: str
