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


@dataclass(frozen=True, slots=True)
class AccountTakenOver:
    """Somebody whose account was kept at the desk or by a guardian gave it an e-mail address of their own."""

    account_id: str


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """Every part has erased what it knew of the person. `closed_by`: themselves, or an agent."""

    account_id: str
    closed_by: str
