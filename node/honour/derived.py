"""Terms that follow from a grouping's, which both parties accepted, as rows of ours (specs/groupings.md §5).

Nobody countersigns them: `node.groupings` has verified the grouping's terms and both acceptances before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import books
from node.honour.models import TermsRow
from node.honour.parties import ours_in
from node.neighbours.public import peer
from protocols.errors import RemoteProtocolError
from protocols.honour import terms as wire_terms
from protocols.honour.terms import Terms


@dataclass(frozen=True, slots=True)
class CommonTerms:
    """`terms` between us and another party, derived from a grouping's terms with the hash `offer`. `last_day`: the last
    on which they open payments, if a later version replaces them."""

    grouping: str
    offer: str
    terms: Terms
    last_day: date | None = None


def adopt(unit: Unit, common: CommonTerms) -> bool:
    """See `public.adopt_common`."""
    own = ours_in(unit, common.terms)
    other = common.terms.other(own.actor)
    found = wire_terms.terms_hash(common.terms)
    row = unit.session.execute(select(TermsRow).where(TermsRow.hash == found).with_for_update()).scalar()
    if row is None:
        known = peer(unit, other.actor)
        if known is None:
            raise RemoteProtocolError("a member that we do not know yet", status=409, code="unknown-member")
        row = TermsRow(id=new_id(), hash=found, number=common.terms.id, version=common.terms.version)
        row.peer_actor, row.peer_host, row.peer_name = other.actor, known.host, known.name
        row.document, row.activity_id, row.made_at = wire_terms.to_json(common.terms), "", unit.now
        row.grouping, row.offer, row.state = common.grouping, common.offer, ""
        unit.session.add(row)
    news = row.state != "live"
    if news:
        row.state, row.note, row.decided_at = "live", "", unit.now
        books.open_logs(unit, own.actor, other.actor)
    row.last_day = common.last_day
    unit.session.flush()
    return news


def drop(unit: Unit, grouping: str, peer_actor: str | None, kept: frozenset[str], note: str) -> int:
    """See `public.drop_common`."""
    query = select(TermsRow).where(TermsRow.grouping == grouping, TermsRow.state == "live")
    if peer_actor is not None:
        query = query.where(TermsRow.peer_actor == peer_actor)
    over = [row for row in unit.session.execute(query).scalars() if row.offer not in kept]
    for row in over:
        row.state, row.note, row.decided_at = "ended", note[:300], unit.now
    unit.session.flush()
    return len(over)


def end_after(unit: Unit, grouping: str, offer: str, last_day: date) -> None:
    """See `public.end_common_after`."""
    replaced = (TermsRow.grouping == grouping, TermsRow.offer == offer)
    unit.session.execute(update(TermsRow).where(*replaced).values(last_day=last_day))


def in_force(unit: Unit, grouping: str) -> tuple[tuple[str, str, str], ...]:
    """See `public.common_terms`."""
    query = select(TermsRow).where(TermsRow.grouping == grouping, TermsRow.state == "live").order_by(TermsRow.hash)
    return tuple((row.peer_actor, row.offer, row.hash) for row in unit.session.execute(query).scalars())


def partners(unit: Unit, grouping: str) -> frozenset[str]:
    """See `public.common_with`."""
    query = select(TermsRow.peer_actor).where(TermsRow.grouping == grouping, TermsRow.state == "live")
    return frozenset(unit.session.execute(query).scalars())
