"""What must be true between acts, awards and the ledger: told by `ygor check`."""

from __future__ import annotations

from sqlalchemy import select

from node.core.unit import Unit
from node.emission.models import Act, Award
from node.ledger import public as ledger


def verify(unit: Unit) -> list[str]:
    """One line per breach (specs/emission.md §1.6, §5.3)."""
    found = []
    for act in unit.session.scalars(select(Act).where(Act.state == "confirmed")):
        line = ledger.find_transfer(unit, act.transfer_id)
        expected = act.amount if act.effect == "issue" else -act.amount
        if line is None or line.kind not in ("mint", "destroy") or line.amount != expected:
            found.append(f"emission: act {act.number} has no transfer of its own")
        if act.settled_by == act.entered_by:
            found.append(f"emission: act {act.number} was confirmed by who entered it")
    for award in unit.session.scalars(select(Award).where(Award.transfer_id != "").execution_options(yield_per=500)):
        line = ledger.find_transfer(unit, award.transfer_id)
        if line is None or line.kind != "award" or line.amount != award.amount:
            found.append(f"emission: award {award.id} differs from the ledger")
        if award.state == "revoked" and award.taken + award.lost != award.amount:
            found.append(f"emission: award {award.id} was taken back for another sum")
    return found
