"""An actor that says it is gone, or whose address says so: nothing ties us any more (specs/federation.md §6.7)."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select

from node.core.unit import Unit
from node.neighbours import outbox
from node.neighbours.events import FollowingEnded
from node.neighbours.models import Peer
from node.neighbours.public import PASSED_OVER, Incoming

WHY = "The actor is gone"


def heard_delete(unit: Unit, incoming: Incoming) -> str:
    """A Delete of the actor by itself; of anything else it is another part's business."""
    if incoming.activity.object_id != incoming.actor_id:
        return PASSED_OVER
    return "forgotten" if part_with(unit, incoming.actor_id) else "not known"


def part_with(unit: Unit, actor_id: str) -> bool:
    """End every tie with an actor that is gone; False when there was none. What waits for its inbox dies, unless others
    share it. A node stays written down: what we signed with it, and what it owes, outlives it."""
    row = unit.session.get(Peer, actor_id, with_for_update=True)
    if row is None:
        return False
    if row.we_follow in ("accepted", "requested"):
        unit.emit(FollowingEnded(actor_id, row.host))
    row.we_follow, row.follow_id = "no", None
    row.follows_us, row.their_follow_id = False, None
    unit.session.flush()
    for inbox in {row.inbox, row.shared_inbox} - {None}:
        if inbox is not None and not _is_shared(unit, inbox):
            outbox.bury_destination(unit, inbox, unit.now, WHY)
    if not row.kind:
        unit.session.delete(row)
        unit.session.flush()
    return True


def _is_shared(unit: Unit, inbox: str) -> bool:
    """Whether somebody who is not gone takes deliveries there."""
    tied = or_(Peer.follows_us.is_(True), Peer.we_follow != "no")
    there = or_(Peer.inbox == inbox, Peer.shared_inbox == inbox)
    return unit.session.execute(select(func.count()).where(and_(tied, there))).scalar_one() > 0
