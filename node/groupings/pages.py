"""What the pages about groupings show, read in one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select

from node import codes
from node.core.errors import NotFound
from node.core.unit import Unit
from node.groupings import publishing, records
from node.groupings.models import MemberRow, NetworkRow
from node.groupings.values import MemberLine, Membership, OfferShown, OwnNetwork
from node.modules.missions import public as missions
from node.neighbours.public import Health, health, own_actor, own_ids, peer, peers
from protocols import groupings as wire

FORMER = 50


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The state of the network: the grouping that we are, and those we have to do with."""

    own: OwnNetwork | None
    memberships: tuple[Membership, ...]
    is_grouping: bool
    suggestions: tuple[tuple[str, str], ...] = ()
    """(name, address) of groupings that we know and have not asked."""


def public_page(unit: Unit) -> NetworkPage:
    """What everybody may see: memberships in force, without backlogs and errors."""
    found = [_membership(unit, row, inside=False) for row in _networks(unit) if row.state == "member"]
    own = _own(unit, inside=False) if unit.node.kind == "grouping" else None
    return NetworkPage(own, tuple(found), unit.node.kind == "grouping")


def admin_page(unit: Unit) -> NetworkPage:
    """Everything, for administrators."""
    found = tuple(_membership(unit, row, inside=True) for row in _networks(unit))
    own = _own(unit, inside=True) if unit.node.kind == "grouping" else None
    return NetworkPage(own, found, unit.node.kind == "grouping", _suggestions(unit, found))


def membership(unit: Unit, host: str) -> Membership:
    """Raises NotFound `groupings.unknown`."""
    return _membership(unit, records.network_at(unit, host), inside=True)


def member(unit: Unit, host: str) -> tuple[MemberLine, OwnNetwork]:
    """A member of ours or an applicant. Raises Forbidden, NotFound `groupings.member-unknown`."""
    publishing.require_grouping(unit)
    network = _own(unit, inside=True)
    if network is not None:
        for line in (*network.waiting, *network.members, *network.former):
            if line.host == host.lower():
                return line, network
    raise NotFound("groupings.member-unknown")


def count_waiting(unit: Unit) -> int:
    """How many nodes wait for our grouping's answer."""
    waiting = (MemberRow.grouping == own_actor(unit), MemberRow.state == "applied")
    return unit.session.execute(select(func.count()).select_from(MemberRow).where(*waiting)).scalar_one()


def hosts_with_new_terms(unit: Unit) -> list[str]:
    """Groupings of ours whose newest terms we have not accepted yet."""
    found = []
    for row in _networks(unit):
        newest = records.newest_offer(unit, row.actor_id) if row.state == "member" else None
        if newest is not None and newest.hash not in {str(each["terms"]) for each in (*row.listed, *row.sent)}:
            found.append(row.host)
    return found


def _networks(unit: Unit) -> list[NetworkRow]:
    order = {"member": 0, "applied": 1, "refused": 2, "removed": 3, "left": 4}
    query = select(NetworkRow).where(NetworkRow.state != "own").order_by(NetworkRow.name, NetworkRow.actor_id)
    return sorted(unit.session.execute(query).scalars(), key=lambda row: order[row.state])


def offers_shown(unit: Unit, grouping: str) -> tuple[OfferShown, ...]:
    """All versions of a grouping's terms, the newest first."""
    found = []
    for number, row in enumerate(records.offers(unit, grouping)):
        terms = wire.read_terms(row.document)
        valid = terms.valid_from <= unit.today <= row.last_day
        found.append(OfferShown(row.hash, terms, row.last_day, number == 0, valid, row.last_day < terms.valid_until))
    return tuple(found)


def _own(unit: Unit, *, inside: bool) -> OwnNetwork | None:
    row = publishing.own(unit)
    if row is None:
        return None
    counts, official, offers = (
        _counts(unit),
        _official(unit.node.siren) if inside else None,
        offers_shown(unit, row.actor_id),
    )

    def lines(*states: str) -> tuple[MemberLine, ...]:
        rows = records.members(unit, row.actor_id, *states)
        found = [_line(unit, each, offers, counts, official, inside) for each in rows]
        return tuple(sorted(found, key=lambda line: (line.name.casefold(), line.host)))

    return OwnNetwork(
        members=lines("member"),
        waiting=lines("applied") if inside else (),
        former=lines("refused", "left", "removed")[:FORMER] if inside else (),
        offers=offers,
        version=row.version,
        changed_at=row.fetched_at,
    )


def _membership(unit: Unit, row: NetworkRow, *, inside: bool) -> Membership:
    counts, offers = _counts(unit), offers_shown(unit, row.actor_id)
    current = row.state == "member"
    fellows = [
        _line(unit, each, offers, counts, None, inside)
        for each in (records.members(unit, row.actor_id, "listed", "member") if current else ())
    ]
    known = peer(unit, row.actor_id)
    return Membership(
        actor_id=row.actor_id,
        name=row.name,
        host=row.host,
        url=known.url if known else "",
        state=row.state,
        note=row.note,
        asked_at=row.asked_at,
        since=row.since,
        offers=offers,
        accepted=frozenset(str(each["terms"]) for each in row.listed),
        sent=frozenset(str(each["terms"]) for each in row.sent),
        fellows=tuple(sorted(fellows, key=lambda line: (line.name.casefold(), line.host))),
        version=row.version,
        fetched_at=row.fetched_at,
        error=row.last_error if inside else "",
        has_fork=row.fork is not None,
        missions=counts.get(row.host, 0),
        health=health(unit, row.host) if inside else None,
    )


def _line(
    unit: Unit,
    row: MemberRow,
    offers: tuple[OfferShown, ...],
    counts: Mapping[str, int],
    official: frozenset[str] | None,
    inside: bool,
) -> MemberLine:
    accepted = {str(each["terms"]) for each in row.acceptances}
    newest = next((offer for offer in offers if offer.hash in accepted), None)
    known = peer(unit, row.actor_id)
    state: Health | None = health(unit, row.host) if inside else None
    return MemberLine(
        actor_id=row.actor_id,
        name=row.name or row.host,
        host=row.host,
        url=known.url if known else "",
        code=row.code,
        state=row.state,
        note=row.note,
        since=row.since,
        asked_at=row.asked_at,
        accepted=newest.terms.version if newest else None,
        terms_hash=newest.hash if newest else "",
        is_late=newest is None or not newest.is_newest,
        is_us=row.actor_id in own_ids(unit),
        missions=counts.get(row.host, 0),
        is_official=None if official is None or not row.code else row.code in official,
        error=row.last_error if inside else "",
        health=state,
    )


def _counts(unit: Unit) -> Mapping[str, int]:
    return missions.counts_by_host(unit) if "missions" in unit.node.modules else {}


@cache
def _official(siren: str) -> frozenset[str] | None:
    """INSEE codes of the communes of a grouping; None where the official list does not tell."""
    try:
        return frozenset(codes.grouping(siren).members)
    except (codes.UnknownCode, codes.CodesMissing):
        return None


def _suggestions(unit: Unit, found: tuple[Membership, ...]) -> tuple[tuple[str, str], ...]:
    asked = {each.host for each in found if each.state in records.IN_FORCE}
    known = {each.host: (each.name, each.base_url) for each in peers(unit, nodes_only=True) if each.kind == "grouping"}
    if address := unit.node.grouping:
        known.setdefault(address.partition("://")[2].rstrip("/"), ("", address))
    ours = {unit.node.host, *asked}
    return tuple(sorted(value for host, value in known.items() if host not in ours))
