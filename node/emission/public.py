"""What other parts may ask of the emission. A module that awards tokens for what it certifies calls `award`, and
listens to `events` for what becomes of it."""

from __future__ import annotations

from node.emission.acts import validity_months
from node.emission.awarding import Awarded, Claim, award, check_signer, waiting_of
from node.emission.districts import everybody as districts
from node.emission.revoking import Revoked, revoke
from node.emission.scale import most

__all__ = [
    "Awarded", "Claim", "Revoked", "award", "check_signer", "districts", "most", "revoke", "validity_months",
    "waiting_of",
]  # fmt: skip
