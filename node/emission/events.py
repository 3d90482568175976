"""What happened to awards, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AwardProposed:
    """Somebody signs for somebody else's action, first or second. A subscriber that knows why this person must not
    (a household, say) refuses by raising a DomainError."""

    kind: str
    signer_id: str
    account_id: str
    organisation_id: str


@dataclass(frozen=True, slots=True)
class AwardSigned:
    """An award that waited for a second signature was paid. `subject` is what the certifying module called it."""

    award_id: str
    kind: str
    subject: str
    account_id: str
    certifier_id: str
    amount: int
    transfer_id: str
    expiry_day: date | None


@dataclass(frozen=True, slots=True)
class AwardRefused:
    """The second person did not sign: nothing was paid, and will not be."""

    award_id: str
    kind: str
    subject: str
    account_id: str


@dataclass(frozen=True, slots=True)
class AwardRevoked:
    """The action did not stand: `taken` tokens came back, `lost` were spent already."""

    award_id: str
    kind: str
    subject: str
    account_id: str
    taken: int
    lost: int
