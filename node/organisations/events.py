"""What happened to organisations. Emitted inside the transaction that did it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganisationOpened:
    """An organisation became active: made by the desk, or a request that was agreed to."""

    organisation_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class OrganisationClosed:
    organisation_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    organisation_id: str
    account_id: str
    role: str


@dataclass(frozen=True, slots=True)
class MemberLeft:
    organisation_id: str
    account_id: str
