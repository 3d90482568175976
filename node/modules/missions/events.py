"""What happened to missions, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class MissionPublished:
    """It can be seen and signed up for; neighbours may be told (`public.mission_value`)."""

    mission_id: str


@dataclass(frozen=True, slots=True)
class MissionChanged:
    """A published mission says something else now."""

    mission_id: str


@dataclass(frozen=True, slots=True)
class MissionWithdrawn:
    """A published mission is no longer shown (`cancelled`: it will not take place)."""

    mission_id: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class MissionCertified:
    """The organisation certified that somebody came. `hours` is exact to the minute; `expiry_day` is the last day the
    tokens can be spent, None when no token was awarded; `skills` and `theme` are keys of `node.civic`. `done_on`: the
    local day the slot began; `transfer_id`: the award in the ledger, empty without tokens."""

    signup_id: str
    mission_id: str
    account_id: str
    title: str
    organisation_name: str
    hours: float
    skills: tuple[str, ...]
    theme: str
    tokens: int
    expiry_day: date | None
    certified_at: datetime
    certifier_id: str
    done_on: date
    transfer_id: str


@dataclass(frozen=True, slots=True)
class MissionRevoked:
    """A certified attendance does not stand any more."""

    signup_id: str
    mission_id: str
    account_id: str
