"""What the pages about neighbours' tokens show, read in one unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.honour import books, settling
from node.honour.models import HeadRow, PaymentRow, StatementRow
from node.honour.records import head_of
from node.honour.showing import shown
from node.honour.values import PaymentShown
from node.neighbours.public import own_ids, peer
from node.organisations import public as organisations
from protocols.honour import messages as m
from protocols.honour import settlement
from protocols.honour.log import Sums

WAITING = 50


@dataclass(frozen=True, slots=True)
class PairShown:
    """Where business with one neighbour stands. `ours`: the sums of our log (our residents at their tills), `theirs`:
    of our mirror of their log. `suspense`: what has waited for an answer longer than the terms' dispute days, in our
    tokens. `behind`: the mirror lacks entries that we are asking for. `cheats`: its writer signed two histories."""

    host: str
    commune: str
    ours: Sums
    theirs: Sums
    waiting: int
    suspense: int
    behind: bool
    cheats: bool
    acked_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """What neighbours' residents paid at one partner's tills in a period, less refunds, in our tokens."""

    organisation_id: str
    name: str
    payments: int
    price: int


@dataclass(frozen=True, slots=True)
class StatementShown:
    """A statement as one side reads it. `ours` is the cut of our log: what we owe them, in our tokens (`owed`) and in
    theirs (`owed_price`); `theirs` the cut of their log: what they owe us, in their tokens and in ours. `net_ours`,
    `net_theirs`: what we owe less what they owe, in our tokens and in theirs. `euro_cents`: what we pay them."""

    id: str
    number: int
    host: str
    commune: str
    state: str
    period_end: date
    ours: m.Cut
    theirs: m.Cut
    net_ours: int
    net_theirs: int
    settlement: str
    euro_cents: int | None
    settled_ours: bool
    settled_theirs: bool
    code: str
    reason: str
    last_error: str
    waiting: bool
    made_at: datetime
    decided_at: datetime | None
    partners: tuple[PartnerLine, ...] = ()
    signed_by: tuple[str, ...] = ()


def pairs(unit: Unit) -> tuple[PairShown, ...]:
    """Every neighbour we ever had terms with."""
    found = []
    mirrors = unit.session.execute(select(HeadRow).where(HeadRow.ours.is_(False))).scalars().all()
    for mirror in mirrors:
        own = unit.session.get(HeadRow, books.our_log(unit, mirror.peer_actor))
        known = peer(unit, mirror.peer_actor)
        if own is None or known is None:
            continue
        open_ones = select(func.count()).where(
            PaymentRow.peer_actor == mirror.peer_actor, PaymentRow.state.not_in(("POSTED", "FAILED"))
        )
        set_aside = select(func.coalesce(func.sum(PaymentRow.price), 0)).where(
            PaymentRow.peer_actor == mirror.peer_actor, PaymentRow.suspended.is_(True)
        )
        found.append(
            PairShown(
                host=known.host,
                commune=known.name,
                ours=head_of(own).sums,
                theirs=head_of(mirror).sums,
                waiting=unit.session.execute(open_ones).scalar_one(),
                suspense=int(unit.session.execute(set_aside).scalar_one()),
                behind=mirror.task == "pull",
                cheats=mirror.fork is not None,
                acked_at=own.acked_at,
                last_error=mirror.last_error,
            )
        )
    return tuple(sorted(found, key=lambda one: one.commune))


def waiting(unit: Unit) -> tuple[PaymentShown, ...]:
    """Payments at our tills that neighbours have not answered, or whose answers need people; the oldest first."""
    query = select(PaymentRow).where(PaymentRow.state.not_in(("POSTED", "FAILED")) | PaymentRow.trouble.is_not(None))
    rows = unit.session.execute(query.order_by(PaymentRow.created_at).limit(WAITING)).scalars()
    return tuple(shown(unit, row) for row in rows)


def statements(unit: Unit) -> tuple[StatementShown, ...]:
    """All statements, the newest first."""
    rows = unit.session.execute(select(StatementRow).order_by(StatementRow.made_at.desc())).scalars()
    return tuple(_shown(unit, row) for row in rows)


def statement(unit: Unit, statement_id: str) -> StatementShown:
    """One statement with the lines of our partners. Raises NotFound `honour.statement-unknown`."""
    row = unit.session.get(StatementRow, statement_id)
    if row is None:
        raise NotFound("honour.statement-unknown")
    return _shown(unit, row, whole=True)


def _shown(unit: Unit, row: StatementRow, *, whole: bool = False) -> StatementShown:
    message = settling.statement_of(row)
    log = books.our_log(unit, row.peer_actor)
    ours, theirs = message.a_at_b, message.b_at_a
    we_are_a = ours.log == log
    if not we_are_a:
        ours, theirs = theirs, ours
    cents = message.euro_cents
    return StatementShown(
        id=row.id,
        number=row.number,
        host=row.peer_host,
        commune=row.peer_name,
        state=row.state,
        period_end=message.period_end,
        ours=ours,
        theirs=theirs,
        net_ours=ours.owed - theirs.owed_price,
        net_theirs=ours.owed_price - theirs.owed,
        settlement=message.settlement,
        euro_cents=cents if cents is None or we_are_a else -cents,
        settled_ours=row.settled_ours,
        settled_theirs=row.settled_theirs,
        code=row.code,
        reason=row.reason,
        last_error=row.last_error,
        waiting=row.outgoing is not None,
        made_at=row.made_at,
        decided_at=row.decided_at,
        partners=_partners(unit, theirs) if whole else (),
        signed_by=_signers(unit, row) if whole else (),
    )


def _signers(unit: Unit, row: StatementRow) -> tuple[str, ...]:
    """The communes whose proof stands under the statement."""
    message = settling.statement_of(row)
    names = {**dict.fromkeys(own_ids(unit), unit.node.name), row.peer_actor: row.peer_name}
    both = (message.sender, message.recipient) if row.state == settlement.SIGNED else (message.sender,)
    return tuple(names[actor] for actor in both)


def _partners(unit: Unit, cut: m.Cut) -> tuple[PartnerLine, ...]:
    """What each of our partners took since the cut before, less refunds."""
    entries = [entry for entry in books.all_entries(unit, cut.log) if entry.seq <= cut.seq]
    since = max((entry.through for entry in entries if entry.kind == "settle"), default=0)
    moved = [entry for entry in entries if entry.seq > since and entry.kind != "settle"]
    query = select(PaymentRow.id, PaymentRow.organisation_id).where(
        PaymentRow.id.in_({entry.payment for entry in moved})
    )
    where: dict[str, str] = {row.id: row.organisation_id for row in unit.session.execute(query)}
    counts: dict[str, int] = {}
    sums: dict[str, int] = {}
    for entry in moved:
        organisation_id = where.get(entry.payment, "")
        counts[organisation_id] = counts.get(organisation_id, 0) + (entry.kind == "charge")
        signed = entry.price if entry.kind == "charge" else -entry.price
        sums[organisation_id] = sums.get(organisation_id, 0) + signed
    names = organisations.names(unit, set(sums))
    lines = [PartnerLine(one, names.get(one, one or "?"), counts[one], sums[one]) for one in sums]
    return tuple(sorted(lines, key=lambda line: line.name))
