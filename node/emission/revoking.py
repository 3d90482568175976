"""Taking an award back because its action did not stand: a correcting entry, never a deletion, and only once."""

from __future__ import annotations

from dataclasses import dataclass

from node.core import audit
from node.core.errors import Forbidden
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.emission import notices, rules
from node.emission.awarding import locked
from node.emission.events import AwardRevoked
from node.ledger import public as ledger


@dataclass(frozen=True, slots=True)
class Revoked:
    """`taken`: tokens that came back; `lost`: tokens that were spent, which the commune writes off."""

    award_id: str
    taken: int
    lost: int


def revoke(unit: Unit, viewer: Viewer, award_id: str, note: str) -> Revoked:
    """Take back what the wallet still has of it (specs/emission.md §5.1, §5.2). Revoked twice, it is taken once.

    Raises NotFound, Forbidden (`emission.own-award`), Conflict `emission.state`, Invalid `emission.note`.
    """
    if not viewer.roles & rules.SIGNERS:
        raise Forbidden("core.forbidden")
    row = locked(unit, award_id)
    rules.check_signer(viewer.account_id or "", row.account_id)
    if row.state == "revoked":
        return Revoked(row.id, row.taken, row.lost)
    if row.state != "paid":
        rules.check_waiting("")
    row.note = rules.check_note(note)
    if row.transfer_id:
        memo = {"kind": "revoked", "title": row.title, "award": row.id}
        row.taken = ledger.correct(unit, f"revoked:{row.id}"[:64], row.transfer_id, memo).amount
    row.lost = row.amount - row.taken
    row.state, row.ended_by, row.ended_at = "revoked", viewer.account_id, unit.now
    unit.session.flush()
    audit.record(
        unit, viewer.account_id or "", "emission.award-revoked", row.account_id,
        taken=row.taken, lost=row.lost, note=row.note,
    )  # fmt: skip
    unit.emit(AwardRevoked(row.id, row.kind, row.subject, row.account_id, row.taken, row.lost))
    notices.revoked(unit, row)
    return Revoked(row.id, row.taken, row.lost)
