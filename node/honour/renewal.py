"""What a neighbour's move, or leaked keys of our own, change in terms and statements."""

from __future__ import annotations

from sqlalchemy import select, update

from node.core.unit import Unit
from node.honour import agreements, parties
from node.honour.models import PaymentRow, StatementRow, TermsRow
from node.neighbours.events import KeysRevoked, PeerMoved
from node.neighbours.public import former_ids_of, peer
from protocols.honour import messages as m
from protocols.honour import settlement, wire
from protocols.honour import statement as protocol
from protocols.honour import terms as wire_terms
from protocols.honour.terms import owner_of
from protocols.proofs import proofs_of
from protocols.types import JsonObject


def follow_move(unit: Unit, event: PeerMoved) -> None:
    """Terms, payments and statements keep the id they were signed with; people see the present host and name."""
    names = former_ids_of(unit, event.actor_id)
    for table in (TermsRow, StatementRow, PaymentRow):
        moved = update(table).where(table.peer_actor.in_(names))
        unit.session.execute(moved.values(peer_host=event.host))
    for named in (TermsRow, StatementRow):
        unit.session.execute(update(named).where(named.peer_actor.in_(names)).values(peer_name=event.name))


def sign_anew(unit: Unit, event: KeysRevoked) -> None:
    """What we signed with a key that is revoked now and that nobody has answered yet is signed and sent once more."""
    for row in unit.session.execute(select(TermsRow).where(TermsRow.state == "proposed-by-us")).scalars().all():
        known = peer(unit, row.peer_actor)
        if known is None:
            continue
        terms = wire_terms.from_json(row.document)
        row.document = wire_terms.propose(
            terms,
            seed=unit.keys.proof_seed,
            verification_method=parties.our_method(unit, parties.ours_in(unit, terms).actor),
            created=unit.now.replace(microsecond=0),
        )
        agreements.offer(unit, row, known)
    waiting = select(StatementRow).where(StatementRow.outgoing.is_not(None))
    for one in unit.session.execute(waiting).scalars().all():
        _sign_statement(unit, one)
    unit.wake("honour")


def _sign_statement(unit: Unit, row: StatementRow) -> None:
    if row.outgoing is None:
        return
    said = wire.from_json(row.outgoing)
    if isinstance(said, m.StatementAck):
        ack = protocol.countersign(
            _without_proofs_of(row.document, said.sender),
            seed=unit.keys.proof_seed,
            verification_method=parties.our_method(unit, said.sender),
            now=unit.now.replace(microsecond=0),
        )
        row.document, row.ack, said = ack.document, wire.to_json(ack), ack
    row.outgoing, row.attempts, row.next_attempt_at = parties.signed(unit, said), 0, unit.now
    if row.state == settlement.OURS:
        row.document = row.outgoing


def _without_proofs_of(document: JsonObject, actor: str) -> JsonObject:
    kept = [one for one in proofs_of(document) if owner_of(str(one.get("verificationMethod"))) != actor]
    bare = {name: value for name, value in document.items() if name != "proof"}
    return {**bare, "proof": kept[0] if len(kept) == 1 else [*kept]}


SUBSCRIPTIONS = ((PeerMoved, follow_move), (KeysRevoked, sign_anew))
