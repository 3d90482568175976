"""What the pages about neighbours show, read in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from federation.hosts import HostState
from federation.ports import Backlog
from node.core.errors import NotFound
from node.core.unit import Unit
from node.neighbours import rotation
from node.neighbours.health import ORDER, Signs, Verdict, judge
from node.neighbours.letters import Letter, letters
from node.neighbours.models import DeliveryRow, FormerId, HeardActivity, HostRuleRow, Peer
from node.neighbours.outbox import backlog
from node.neighbours.public import PeerShown, peer
from node.neighbours.settings import Settings
from node.neighbours.stores import load_host, nearest_rule

RECENT = 20
MOST_LETTERS = 50


@dataclass(frozen=True, slots=True)
class Heard:
    """An activity a peer sent us, and what became of it."""

    type: str
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class PeerPage:
    """Everything an administrator should know of one host: `peer` is its node, else the first of its actors."""

    peer: PeerShown
    others: int
    former: tuple[str, ...]
    state: HostState
    backlog: Backlog
    rule: str | None
    rule_host: str
    verdict: Verdict
    dead: tuple[Letter, ...]
    waiting: tuple[Letter, ...]
    heard: tuple[Heard, ...]


def peer_page(unit: Unit, host: str) -> PeerPage:
    """Raises NotFound."""
    rows = select(Peer.actor_id).where(Peer.host == host).order_by(Peer.kind.desc(), Peer.since)
    ids = unit.session.execute(rows.limit(1)).scalars().all()
    found = peer(unit, ids[0]) if ids else None
    if found is None:
        raise NotFound("neighbours.unknown")
    others = unit.session.execute(select(func.count()).where(Peer.host == host)).scalar_one() - 1
    told = select(HeardActivity).where(HeardActivity.actor_id == found.actor_id)
    heard = unit.session.execute(told.order_by(HeardActivity.received_at.desc()).limit(RECENT)).scalars()
    names = select(FormerId.former_host).where(FormerId.actor_id == found.actor_id).order_by(FormerId.moved_at)
    state, left = load_host(unit, host), backlog(unit, host)
    name, rule = nearest_rule(unit, host)
    return PeerPage(
        found,
        others,
        tuple(unit.session.execute(names).scalars()),
        state,
        left,
        rule,
        name,
        judge(_signs(unit, found, state, left, rule, _last_errors(unit, host).get(host, ""))),
        letters(unit, "dead", host, MOST_LETTERS),
        letters(unit, "pending", host, RECENT),
        tuple(Heard(row.type, row.received_at, row.outcome) for row in heard),
    )


def _signs(unit: Unit, one: PeerShown, state: HostState, left: Backlog, rule: str | None, error: str) -> Signs:
    return Signs(
        now=unit.now,
        since=one.since,
        rule=rule,
        only_listed=unit.settings("neighbours", Settings).allow_listed_only,
        we_follow=one.we_follow,
        follows_us=one.follows_us,
        pending=left.pending,
        dead=left.dead,
        error=error or state.last_error or "",
        last_heard=state.last_heard,
        last_success=state.last_success,
        skew_s=state.clock_skew_s,
    )


def _last_errors(unit: Unit, host: str | None = None) -> dict[str, str]:
    """Host → the error of the row that was tried and failed last, of those that wait or died."""
    failed = (DeliveryRow.state != "done", DeliveryRow.error != "")
    tried = func.max(func.coalesce(DeliveryRow.ended_at, DeliveryRow.next_attempt_at))
    query = select(DeliveryRow.host, DeliveryRow.error).where(*failed).group_by(DeliveryRow.host, DeliveryRow.error)
    if host is not None:
        query = query.where(DeliveryRow.host == host)
    found: dict[str, str] = {}
    for name, error in unit.session.execute(query.order_by(tried)):
        found[name] = error
    return found


@dataclass(frozen=True, slots=True)
class PeerLine:
    """A host in the administrators' list, with its node or, of an ordinary server, one of its followers."""

    peer: PeerShown
    followers: int
    pending: int
    dead: int
    last_heard: datetime | None
    last_success: datetime | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Overview:
    """The list of peers, those that need attention first. `stray`: dead letters of hosts that nobody is known at."""

    lines: tuple[PeerLine, ...]
    only_listed: bool
    rules: int
    stray: int
    keys_are_old: bool


def admin_list(unit: Unit) -> Overview:
    """All hosts with their health."""
    tied = select(Peer).where(or_(Peer.we_follow != "no", Peer.follows_us.is_(True), Peer.kind != ""))
    chosen: dict[str, list[Peer]] = {}
    for row in unit.session.execute(tied.order_by(Peer.kind.desc(), Peer.since)).scalars():
        chosen.setdefault(row.host, []).append(row)
    errors, counts = _last_errors(unit), _backlogs(unit)
    lines = []
    for host, rows in chosen.items():
        shown = peer(unit, rows[0].actor_id)
        assert shown is not None, "its row was read in this unit"
        state, left = load_host(unit, host), counts.get(host, Backlog(0, 0, None))
        verdict = judge(_signs(unit, shown, state, left, nearest_rule(unit, host)[1], errors.get(host, "")))
        lines.append(PeerLine(shown, len(rows), left.pending, left.dead, state.last_heard, state.last_success, verdict))
    lines.sort(key=lambda line: (ORDER[line.verdict.level], not line.peer.is_node, line.peer.name.casefold()))
    rules = unit.session.execute(select(func.count()).select_from(HostRuleRow)).scalar_one()
    return Overview(
        tuple(lines),
        unit.settings("neighbours", Settings).allow_listed_only,
        rules,
        sum(left.dead for host, left in counts.items() if host not in chosen),
        any(one.is_old for one in rotation.shown(unit)),
    )


def _backlogs(unit: Unit) -> dict[str, Backlog]:
    query = (
        select(DeliveryRow.host, DeliveryRow.state, func.count(), func.min(DeliveryRow.created_at))
        .where(DeliveryRow.state.in_(("pending", "dead")))
        .group_by(DeliveryRow.host, DeliveryRow.state)
    )
    found: dict[str, Backlog] = {}
    for host, state, count, oldest in unit.session.execute(query):
        left = found.get(host, Backlog(0, 0, None))
        found[host] = (
            Backlog(count, left.dead, oldest) if state == "pending" else Backlog(left.pending, count, left.oldest)
        )
    return found


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the page shows it."""

    host: str
    rule: str
    reason: str
    made_at: datetime
    peers: int


def rules_page(unit: Unit) -> tuple[Sequence[Rule], bool]:
    """All rules, each with how many hosts that we know it concerns; whether only listed hosts may federate."""
    hosts = unit.session.execute(select(Peer.host).distinct()).scalars().all()
    nearest = [nearest_rule(unit, host)[0] for host in hosts]
    rows = unit.session.execute(select(HostRuleRow).order_by(HostRuleRow.rule.desc(), HostRuleRow.host)).scalars()
    only = unit.settings("neighbours", Settings).allow_listed_only
    return [Rule(row.host, row.rule, row.reason, row.made_at, nearest.count(row.host)) for row in rows], only
