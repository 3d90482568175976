"""Which terms hold between us and a neighbour today (specs/honour.md §3, specs/groupings.md §5).

Terms signed between the two communes win over those that follow from a grouping's. Among several groupings' the till
cites those that accept the service, of these the ones with the highest cap per day, then the highest limit, then the
smaller hash; the issuer takes any of them, for it accepted them all.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from node.core.errors import Conflict
from node.core.unit import Unit
from node.honour import books
from node.honour.models import TermsRow
from node.honour.values import AcceptedCommune
from node.neighbours.public import blocked_hosts, own_ids, present_host
from protocols.honour import terms as wire_terms
from protocols.honour.terms import Terms
from protocols.proofs import proofs_of

SHADOWED = "shadowed"


def live(unit: Unit, peer_actor: str, service: str = "") -> Terms | None:
    """The terms in force today with a neighbour, for its residents at our tills."""
    query = select(TermsRow).where(TermsRow.peer_actor == peer_actor, TermsRow.state == "live")
    return _best(unit, unit.session.execute(query).scalars(), service)


def by_hash(unit: Unit, terms_hash: str) -> tuple[Terms, str] | None:
    """Binding terms by their hash and their state: live or over, or shadowed by terms signed between the two."""
    row = unit.session.execute(select(TermsRow).where(TermsRow.hash == terms_hash)).scalar()
    if row is None or not is_binding(row):
        return None
    terms = wire_terms.from_json(row.document)
    if row.grouping and row.state == "live":
        if row.last_day is not None and unit.today > row.last_day:
            return terms, "ended"
        if _signed_today(unit, row.peer_actor):
            return terms, SHADOWED
    return terms, row.state


def knows(unit: Unit, peer_actor: str) -> bool:
    """Whether there ever were terms with this node."""
    return _newest_row(unit, peer_actor) is not None


def newest(unit: Unit, peer_actor: str) -> Terms | None:
    """The terms under which old business is finished, live or over: the last version that both signed, else those of a
    grouping that have stood longest, since the neighbour knows them for certain."""
    row = _newest_row(unit, peer_actor)
    return None if row is None else wire_terms.from_json(row.document)


def newest_signed(unit: Unit, peer_actor: str) -> TermsRow | None:
    """The last version that both signed: the next proposal builds on it."""
    over = TermsRow.state.in_(("live", "ended"))
    query = select(TermsRow).where(TermsRow.peer_actor == peer_actor, TermsRow.grouping == "", over)
    signed = [row for row in unit.session.execute(query).scalars() if is_countersigned(row)]
    return max(signed, key=lambda row: row.version, default=None)


def accepted(unit: Unit) -> tuple[AcceptedCommune, ...]:
    """The communes whose residents may pay here today, by name."""
    cheats = books.forked_actors(unit)
    query = select(TermsRow).where(TermsRow.state == "live").order_by(TermsRow.peer_name, TermsRow.peer_actor)
    found: dict[str, AcceptedCommune] = {}
    rows = unit.session.execute(query).scalars().all()
    blocked = blocked_hosts(unit, (row.peer_host for row in rows))
    for row in rows:
        wanted = row.peer_actor not in cheats and row.peer_host not in blocked
        if wanted and row.peer_actor not in found and _is_valid(unit, row):
            found[row.peer_actor] = AcceptedCommune(row.peer_host, row.peer_name, row.peer_actor)
    return tuple(found.values())


def live_at_host(unit: Unit, peer_host: str, service: str) -> Terms:
    """The terms under which a host's residents pay here. Raises Conflict `honour.no-terms`."""
    host = present_host(unit, peer_host.lower())
    query = select(TermsRow).where(TermsRow.peer_host == host, TermsRow.state == "live")
    cheats = books.forked_actors(unit)
    rows = [row for row in unit.session.execute(query).scalars() if row.peer_actor not in cheats]
    if blocked_hosts(unit, (row.peer_host for row in rows)):
        raise Conflict("honour.no-terms")
    terms = _best(unit, rows, service)
    if terms is None:
        raise Conflict("honour.no-terms")
    return terms


def count_common(unit: Unit) -> int:
    """With how many nodes terms that follow from a grouping's are in force."""
    common = (TermsRow.state == "live", TermsRow.grouping != "")
    return unit.session.execute(select(func.count(func.distinct(TermsRow.peer_actor))).where(*common)).scalar_one()


def may_come_later(unit: Unit, peer_actor: str, terms_hash: str) -> bool:
    """Whether a fellow member cites terms of a grouping that the member list has not brought to us yet."""
    if unit.session.execute(select(TermsRow.id).where(TermsRow.hash == terms_hash)).first():
        return False
    common = select(TermsRow.id).where(
        TermsRow.peer_actor == peer_actor, TermsRow.grouping != "", TermsRow.state == "live"
    )
    return unit.session.execute(common.limit(1)).first() is not None


def is_countersigned(row: TermsRow) -> bool:
    """Whether both parties' proofs stand on the document itself."""
    return len(proofs_of(row.document)) > 1


def is_binding(row: TermsRow) -> bool:
    """Whether both parties are bound: by two proofs, or because both accepted the grouping's terms."""
    return bool(row.grouping) or is_countersigned(row)


def _best(unit: Unit, rows: Iterable[TermsRow], service: str) -> Terms | None:
    """The terms a till cites, by the order told above; None if none is valid today."""
    signed: list[TermsRow] = []
    common: dict[str, TermsRow] = {}
    for row in rows:
        if not _is_valid(unit, row):
            continue
        if not row.grouping:
            signed.append(row)
        elif row.grouping not in common or common[row.grouping].version < row.version:
            common[row.grouping] = row
    if signed:
        return wire_terms.from_json(max(signed, key=lambda row: row.version).document)

    def rank(terms: Terms) -> tuple[bool, int, int, str]:
        way = terms.b_at_a if terms.a.actor in own_ids(unit) else terms.a_at_b
        return (not terms.accepts(service), -way.day_cap, -way.limit, wire_terms.terms_hash(terms))

    return min((wire_terms.from_json(row.document) for row in common.values()), key=rank, default=None)


def _is_valid(unit: Unit, row: TermsRow) -> bool:
    if row.last_day is not None and unit.today > row.last_day:
        return False
    return wire_terms.from_json(row.document).is_valid_on(unit.today)


def _signed_today(unit: Unit, peer_actor: str) -> bool:
    query = select(TermsRow).where(TermsRow.peer_actor == peer_actor, TermsRow.state == "live", TermsRow.grouping == "")
    return any(_is_valid(unit, row) for row in unit.session.execute(query).scalars())


def _newest_row(unit: Unit, peer_actor: str) -> TermsRow | None:
    signed = newest_signed(unit, peer_actor)
    if signed is not None:
        return signed
    query = select(TermsRow).where(TermsRow.peer_actor == peer_actor, TermsRow.grouping != "")
    common = list(unit.session.execute(query.order_by(TermsRow.made_at, TermsRow.id)).scalars())
    return next((row for row in common if row.state == "live"), common[-1] if common else None)
