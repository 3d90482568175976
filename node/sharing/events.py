"""What happened between our residents and what neighbours offer, told inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from protocols.types import JsonObject


@dataclass(frozen=True, slots=True)
class CertifiedElsewhere:
    """A neighbour's organisation certified an action of our resident: it belongs in the register. `evidence` is the
    neighbour's signed word; `request_id` is unique and makes the record idempotent; `tokens` are ours, already awarded
    by `transfer_id` (empty without any), spendable until `expiry_day`. `kind`: the module that offered it."""

    request_id: str
    account_id: str
    kind: str
    local_id: str
    title: str
    organisation: str
    commune: str
    commune_actor: str
    minutes: int
    skills: tuple[str, ...]
    theme: str
    tokens: int
    transfer_id: str
    expiry_day: date | None
    done_on: date
    certified_at: datetime
    evidence: JsonObject
