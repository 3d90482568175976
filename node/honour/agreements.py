"""Terms signed between two, in rows: proposing, countersigning, refusing, ending (specs/honour.md §3).

Which terms hold is said in `choosing`; those that follow from a grouping's come through `derived`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from node.core import audit
from node.core.errors import Conflict, DomainError, Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import books, parties
from node.honour.choosing import is_countersigned, newest_signed
from node.honour.models import TermsRow
from node.honour.values import TermsShown
from node.neighbours.public import (
    PeerShown,
    new_activity_id,
    own_actor,
    own_ids,
    peer,
    peer_by_host,
    send,
)
from protocols import activities
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour import terms as wire_terms
from protocols.honour.terms import PartyKey, StatementPeriod, Terms, Way
from protocols.types import JsonObject

OPEN = ("proposed-by-us", "proposed-by-them")
PROPOSAL = "ygor:TermsProposal"
AGREEMENT = "ygor:TermsAgreement"
REFUSAL = "ygor:TermsRefusal"
ENDING = "ygor:TermsEnding"
FORM_FIELDS = {"booking_hold_s": "booking_hold_hours", "till_hold_s": "till_hold_minutes"}
WITHDRAWN, SUPERSEDED = "withdrawn", "superseded"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator asks for; `ours`: our residents at their tills, `theirs`: theirs at ours."""

    ours: Way
    theirs: Way
    services: tuple[str, ...]
    till_hold_s: int
    booking_hold_s: int
    statement_period: StatementPeriod
    dispute_days: int
    refund_days: int
    valid_from: date
    valid_until: date


def propose(unit: Unit, peer_host: str, wanted: Wanted, by: str) -> str:
    """Sign terms and offer them to a neighbour; answers the row's id. A former proposal of ours is withdrawn by it.

    Raises NotFound `neighbours.unknown`, Invalid `honour.terms` with the field, Conflict `honour.proposal-waits`.
    """
    known = peer_by_host(unit, peer_host)
    them = parties.their_party(unit, known)
    if _rows(unit, them.actor, "proposed-by-them"):
        raise Conflict("honour.proposal-waits")
    us = parties.our_party(unit, them.actor)
    newest = newest_signed(unit, them.actor)
    former = None if newest is None else wire_terms.from_json(newest.document)
    by_a = former is None or former.a.actor == us.actor
    a, b = (us, them) if by_a else (them, us)
    terms = Terms(
        id=new_id() if former is None else former.id,
        version=1 if former is None else former.version + 1,
        a=a,
        b=b,
        a_at_b=wanted.ours if by_a else wanted.theirs,
        b_at_a=wanted.theirs if by_a else wanted.ours,
        services=wanted.services,
        till_hold_s=wanted.till_hold_s,
        booking_hold_s=wanted.booking_hold_s,
        statement_period=wanted.statement_period,
        dispute_days=wanted.dispute_days,
        refund_days=wanted.refund_days,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
    )
    _refuse_problems(terms, by_a)
    for old in _rows(unit, them.actor, "proposed-by-us"):
        old.state, old.note, old.decided_at = "ended", WITHDRAWN, unit.now
    try:
        wire_terms.from_json(wire_terms.to_json(terms))
        document = wire_terms.propose(
            terms,
            seed=unit.keys.proof_seed,
            verification_method=parties.our_method(unit, us.actor),
            created=unit.now.replace(microsecond=0),
        )
    except (LocalProtocolError, RemoteProtocolError) as error:
        raise Invalid("honour.terms", problem=str(error)) from error
    row = _row(unit, terms, document, known, them.actor, "proposed-by-us")
    offer(unit, row, known)
    audit.record(unit, by, "honour.terms-proposed", known.host, hash=row.hash)
    return row.id


def offer(unit: Unit, row: TermsRow, known: PeerShown) -> None:
    """Send a proposal that bears our proof, for the first time or once more."""
    offered = _wrapped(unit, PROPOSAL, row.hash, {"ygor:document": row.document})
    row.activity_id = new_activity_id(unit)
    offer = activities.build_offer(row.activity_id, actor=own_actor(unit), offered=offered, to=(known.actor_id,))
    send(unit, offer, known)


def heard_proposal(unit: Unit, known: PeerShown, activity_id: str, document: JsonObject) -> str:
    """A neighbour offers terms: shown to our administrators if they hold together. Answers what became of it."""
    key = parties.their_key(unit, known, document)
    terms = wire_terms.verify_proposal(document, key=key, now=unit.now)
    them = parties.their_id(unit, known)
    us = terms.other(them).actor
    if us not in own_ids(unit) or us != parties.our_id(unit, them):
        raise RemoteProtocolError("these terms are not with us", status=403, code="not-a-party")
    found = wire_terms.terms_hash(terms)
    same = unit.session.execute(select(TermsRow).where(TermsRow.hash == found)).scalar()
    if same is not None:
        if same.state == "proposed-by-them":  # signed anew: their keys were rotated
            same.document, same.activity_id = document, activity_id
        return "known"
    newest = newest_signed(unit, them)
    former = None if newest is None else wire_terms.from_json(newest.document)
    if former is not None and not wire_terms.succeeds(terms, former):
        raise RemoteProtocolError("not the next version of our terms", status=409, code="not-next")
    for old in _rows(unit, them, *OPEN):
        old.state, old.note, old.decided_at = "ended", SUPERSEDED, unit.now
    row = _row(unit, terms, document, known, them, "proposed-by-them")
    row.activity_id = activity_id
    return "shown to the administrators"


def countersign(unit: Unit, row_id: str, by: str) -> None:
    """Accept a neighbour's proposal: our proof is added, they are told, the terms are live on both sides."""
    row, known = _decide(unit, row_id, "proposed-by-them")
    document = wire_terms.countersign(
        row.document,
        seed=unit.keys.proof_seed,
        verification_method=parties.our_method(unit, parties.ours_in(unit, wire_terms.from_json(row.document)).actor),
        created=unit.now.replace(microsecond=0),
    )
    _go_live(unit, row, document)
    row.decided_by = by
    result = _wrapped(unit, AGREEMENT, row.hash, {"ygor:document": document})
    accept = activities.build_accept(
        new_activity_id(unit), actor=own_actor(unit), accepted=row.activity_id, to=known.actor_id
    )
    send(unit, {**accept, "result": result}, known)
    audit.record(unit, by, "honour.terms-countersigned", known.host, hash=row.hash)


def heard_agreement(unit: Unit, known: PeerShown, document: JsonObject) -> str:
    """Our proposal came back with their proof."""
    terms = wire_terms.from_json(document)
    row = unit.session.execute(select(TermsRow).where(TermsRow.hash == wire_terms.terms_hash(terms))).scalar()
    them = parties.their_id(unit, known)
    if row is None or row.peer_actor != them or not _awaited(row):
        return "no such proposal"
    us = parties.ours_in(unit, terms).actor
    keys: dict[str, PartyKey] = {
        us: parties.our_key(unit, us, document),
        them: parties.their_key(unit, known, document),
    }
    wire_terms.verify_countersigned(document, keys=keys, now=unit.now)
    newest = newest_signed(unit, them)
    if newest is not None and (newest.version, row.hash) >= (row.version, newest.hash):
        return "other terms are live"  # both countersigned at once: of two with one number, the smaller hash stands
    _go_live(unit, row, document)
    return "live"


def refuse(unit: Unit, row_id: str, reason: str, by: str) -> None:
    """Say no to a neighbour's proposal."""
    row, known = _decide(unit, row_id, "proposed-by-them")
    row.state, row.note, row.decided_at, row.decided_by = "refused", reason[:300], unit.now, by
    _say_no(unit, row, known, REFUSAL, reason)
    audit.record(unit, by, "honour.terms-refused", known.host, hash=row.hash)


def end(unit: Unit, row_id: str, reason: str, by: str) -> None:
    """End live terms, or take back our own proposal: nothing new is charged from now on, what is owed stays owed."""
    row, known = _decide(unit, row_id, "live", "proposed-by-us")
    row.state, row.note, row.decided_at, row.decided_by = "ended", reason[:300], unit.now, by
    _say_no(unit, row, known, ENDING, reason)
    audit.record(unit, by, "honour.terms-ended", known.host, hash=row.hash)


def heard_no(unit: Unit, known: PeerShown, terms_hash: str, reason: str, *, ending: bool) -> str:
    """They refused our proposal, took theirs back, or ended the terms."""
    row = unit.session.execute(select(TermsRow).where(TermsRow.hash == terms_hash)).scalar()
    if row is None or row.peer_actor != parties.their_id(unit, known) or row.grouping:
        return "no such terms"
    allowed = ("live", "proposed-by-them") if ending else ("proposed-by-us",)
    if row.state not in allowed:
        return "nothing to change"
    row.state, row.note, row.decided_at = "ended" if ending else "refused", reason[:300], unit.now
    return row.state


def listing(unit: Unit) -> tuple[TermsShown, ...]:
    """All terms signed between two, open proposals first, then live ones, then the past, the newest first."""
    order = {"proposed-by-them": 0, "proposed-by-us": 1, "live": 2}
    query = select(TermsRow).where(TermsRow.grouping == "")
    rows = unit.session.execute(query.order_by(TermsRow.made_at.desc(), TermsRow.id.desc())).scalars().all()
    return tuple(shown(unit, row) for row in sorted(rows, key=lambda row: order.get(row.state, 3)))


def get(unit: Unit, row_id: str) -> TermsShown:
    """Raises NotFound `honour.terms-unknown`."""
    return shown(unit, _get(unit, row_id, lock=False))


def newest_with(unit: Unit, peer_host: str) -> TermsShown | None:
    """The newest countersigned terms with a host, for the form of the next version."""
    row = newest_signed(unit, parties.their_id(unit, peer_by_host(unit, peer_host)))
    return None if row is None else shown(unit, row)


def shown(unit: Unit, row: TermsRow) -> TermsShown:
    terms = wire_terms.from_json(row.document)
    by_a = terms.a == parties.ours_in(unit, terms)
    return TermsShown(
        id=row.id,
        hash=row.hash,
        host=row.peer_host,
        commune=row.peer_name,
        version=row.version,
        state=row.state,
        note=row.note,
        is_valid_today=terms.is_valid_on(unit.today),
        ours=terms.a_at_b if by_a else terms.b_at_a,
        theirs=terms.b_at_a if by_a else terms.a_at_b,
        terms=terms,
        made_at=row.made_at,
        decided_at=row.decided_at,
        document=row.document,
        grouping=row.grouping,
    )


def _get(unit: Unit, row_id: str, *, lock: bool) -> TermsRow:
    row = unit.session.get(TermsRow, row_id, with_for_update=lock)
    if row is None:
        raise NotFound("honour.terms-unknown")
    return row


def _decide(unit: Unit, row_id: str, *states: str) -> tuple[TermsRow, PeerShown]:
    row = _get(unit, row_id, lock=True)
    known = peer(unit, row.peer_actor)
    if known is None:
        raise NotFound("neighbours.unknown")
    if row.grouping:
        raise Conflict("honour.terms-common")
    if row.state not in states:
        raise Conflict("honour.terms-decided")
    return row, known


def _awaited(row: TermsRow) -> bool:
    """Whether a countersignature may still come: we signed it, and what we did since they may not have known."""
    withdrawn = row.state == "ended" and row.note in (WITHDRAWN, SUPERSEDED) and not is_countersigned(row)
    return row.state == "proposed-by-us" or withdrawn


def _rows(unit: Unit, peer_actor: str, *states: str) -> list[TermsRow]:
    signed = (TermsRow.peer_actor == peer_actor, TermsRow.grouping == "", TermsRow.state.in_(states))
    query = select(TermsRow).where(*signed)
    return list(unit.session.execute(query).scalars())


def _row(unit: Unit, terms: Terms, document: JsonObject, known: PeerShown, them: str, state: str) -> TermsRow:
    row = TermsRow(id=new_id(), hash=wire_terms.terms_hash(terms), number=terms.id, version=terms.version)
    row.peer_actor, row.peer_host, row.peer_name = them, known.host, known.name
    row.state, row.document, row.made_at, row.activity_id, row.note = state, document, unit.now, "", ""
    row.grouping = row.offer = ""
    unit.session.add(row)
    unit.session.flush()
    return row


def _go_live(unit: Unit, row: TermsRow, document: JsonObject) -> None:
    for old in _rows(unit, row.peer_actor, "live", *OPEN):
        if old is not row:
            old.state, old.note, old.decided_at = "ended", SUPERSEDED, unit.now
    row.state, row.document, row.decided_at = "live", document, unit.now
    own = parties.ours_in(unit, wire_terms.from_json(document)).actor
    books.open_logs(unit, own, row.peer_actor)


def _say_no(unit: Unit, row: TermsRow, known: PeerShown, kind: str, reason: str) -> None:
    result = _wrapped(unit, kind, row.hash, {"ygor:reason": reason[:300]})
    reject = activities.build_reject(
        new_activity_id(unit), actor=own_actor(unit), rejected=row.activity_id, to=known.actor_id
    )
    send(unit, {**reject, "result": result}, known)


def _wrapped(unit: Unit, kind: str, terms_hash: str, more: JsonObject) -> JsonObject:
    """A signed document inside an activity: an object of ours with an address, as ActivityPub wants it."""
    address = f"{unit.node.base_url}/ygor/terms/{terms_hash}"
    return {"type": kind, "id": address, "attributedTo": own_actor(unit), "ygor:hash": terms_hash, **more}


def _refuse_problems(terms: Terms, by_a: bool) -> None:
    """The first thing wrong with the terms, as an error beside the form's field."""
    for problem in wire_terms.problems(terms):
        side, _, name = problem.field.partition(".")
        ours = (side == "a_at_b") is by_a
        field = f"{'ours' if ours else 'theirs'}_{name}" if name else FORM_FIELDS.get(side, side)
        raise DomainError(f"honour.terms-{problem.code}", field=field, status=422)
