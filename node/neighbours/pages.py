"""What the pages about neighbours show, read in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from federation.hosts import HostState
from federation.ports import Backlog
from node.core.unit import Unit
from node.neighbours.models import DeliveryRow, HeardActivity, HostRuleRow
from node.neighbours.outbox import backlog
from node.neighbours.public import PeerShown, peer_by_host, peers
from node.neighbours.stores import load_host, nearest_rule

RECENT = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """An activity a peer sent us, and what became of it."""

    type: str
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits or died."""

    activity_id: str
    state: str
    attempts: int
    next_attempt_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class PeerPage:
    """Everything an administrator should know of one peer."""

    peer: PeerShown
    state: HostState
    backlog: Backlog
    rule: str | None
    waiting: tuple[Waiting, ...]
    heard: tuple[Heard, ...]


def peer_page(unit: Unit, host: str) -> PeerPage:
    """Raises NotFound."""
    found = peer_by_host(unit, host)
    query = select(DeliveryRow).where(DeliveryRow.host == host, DeliveryRow.state != "done")
    rows = unit.session.execute(query.order_by(DeliveryRow.created_at.desc()).limit(RECENT)).scalars()
    told = select(HeardActivity).where(HeardActivity.actor_id == found.actor_id)
    heard = unit.session.execute(told.order_by(HeardActivity.received_at.desc()).limit(RECENT)).scalars()
    return PeerPage(
        found,
        load_host(unit, host),
        backlog(unit, host),
        nearest_rule(unit, host),
        tuple(Waiting(r.activity_id, r.state, r.attempts, r.next_attempt_at, r.error) for r in rows),
        tuple(Heard(row.type, row.received_at, row.outcome) for row in heard),
    )


@dataclass(frozen=True, slots=True)
class PeerLine:
    """A peer in the administrators' list."""

    peer: PeerShown
    pending: int
    dead: int
    last_heard: datetime | None
    last_error: str | None


def admin_list(unit: Unit) -> tuple[Sequence[PeerLine], Sequence[tuple[str, str, str]]]:
    """All peers with their health, and all rules (host, rule, reason)."""
    lines = []
    for each in peers(unit):
        waiting, state = backlog(unit, each.host), load_host(unit, each.host)
        lines.append(PeerLine(each, waiting.pending, waiting.dead, state.last_heard, state.last_error))
    rules = unit.session.execute(select(HostRuleRow).order_by(HostRuleRow.host)).scalars()
    return lines, [(row.host, row.rule, row.reason) for row in rules]
