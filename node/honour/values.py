"""What other parts and pages get to see of cross-honouring: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from protocols.honour.terms import Terms, Way
from protocols.types import JsonObject

PaymentState = Literal["pending", "posted", "failed", "suspended"]


@dataclass(frozen=True, slots=True)
class AcceptedCommune:
    """A commune whose residents may pay at our tills: terms with it are live today."""

    host: str
    name: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment by a neighbour's resident at one of our tills.

    `price` and `refunded` are in our tokens, `amount` in theirs (None until posted). `state`: pending (their commune
    has not answered yet; nothing is lost, nothing is to be done), posted, failed (`reason` is a short code), suspended
    (no answer since the dispute window; still asked for). `words` is a French sentence (a msgid) that says what the
    payment waits for or why it failed. `cancelling`: the till asked to cancel, the commune's word is awaited.
    `refunding`: a refund was asked for and is not answered yet. `trouble`: the answers contradict each other, people
    must look.
    """

    id: str
    host: str
    commune: str
    state: PaymentState
    reason: str | None
    words: str
    price: int
    amount: int | None
    refunded: int
    service: str
    title: str
    organisation_id: str
    operator_id: str
    till_id: str
    first_name: str
    cancelling: bool
    refunding: bool
    trouble: str | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def can_cancel(self) -> bool:
        """Whether asking to cancel still makes sense; the issuing commune has the last word."""
        return self.state in {"pending", "suspended"} and not self.cancelling


@dataclass(frozen=True, slots=True)
class Quote:
    """What a till learns by asking: whom to greet, and whether the price is covered. `words`: why not, as a msgid.

    `code` is None if the commune answered the question, else the ground of its refusal.
    """

    first_name: str
    covered: bool
    code: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class TermsShown:
    """Terms as an administrator sees them. `ours`: our residents at their tills; `theirs`: the reverse. `grouping`: the
    actor of the grouping from whose terms they follow, or empty."""

    id: str
    hash: str
    host: str
    commune: str
    version: int
    state: str
    note: str
    is_valid_today: bool
    ours: Way
    theirs: Way
    terms: Terms
    made_at: datetime
    decided_at: datetime | None
    document: JsonObject
    grouping: str = ""

    @property
    def is_live(self) -> bool:
        return self.state == "live" and self.is_valid_today
