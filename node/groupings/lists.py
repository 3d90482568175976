"""A member takes in its grouping's list: what it says of us, and of our fellow members (specs/groupings.md §4, §5).

A list binds nobody by itself. We are a member if an acceptance that we signed stands on it; a fellow counts once its
own signature was checked with the key that its own node publishes.
"""

from __future__ import annotations

from node.core.unit import Unit
from node.groupings import pairs, records
from node.groupings.models import MemberRow, NetworkRow
from node.honour import public as honour
from node.neighbours.public import PeerShown, own_ids, peer
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.groupings import Listed, MemberList
from protocols.types import JsonObject

GONE = "gone"


def take(unit: Unit, grouping: str, document: JsonObject) -> str:
    """Take in a list that was fetched; what is older or forged changes nothing. Answers what became of it.

    Raises RemoteProtocolError: `bad-signature`, `bad-list`, `stale`; a `fork` is kept with the network and returned.
    """
    network = records.network(unit, grouping, lock=True)
    known = peer(unit, grouping)
    if network is None or known is None or network.state not in records.IN_FORCE:
        return "not a member"
    found = wire.verify_list(document, actor=grouping, keys=records.keys_of(known), now=unit.now)
    network.fetched_at = unit.now
    if found.created > unit.now + wire.SKEW:
        raise RemoteProtocolError("a list made in the future", status=401, code="stale")
    if (trouble := store(unit, network, document, found)) != "new":
        return trouble
    network.name = found.grouping.name
    before = [wire.digest(each) for each in network.listed]
    _our_standing(unit, network, found)
    _fellows(unit, network, found)
    if before != [wire.digest(each) for each in network.listed]:
        pairs.sync_all(unit, network)
    return "new"


def store(unit: Unit, network: NetworkRow, document: JsonObject, found: MemberList) -> str:
    """Keep a verified list if it is news, with its terms: "new", "same" or "fork".

    Raises RemoteProtocolError (`stale`) for an older one.
    """
    list_hash = wire.digest(document)
    try:
        news = wire.is_news(
            found.version, list_hash, known_version=network.version, known_hash=network.list_hash or list_hash
        )
        if not news:
            return "same"
        replaced = records.keep_offers(unit, found.terms)
    except RemoteProtocolError as error:
        if error.code != "fork":
            raise
        network.fork = network.fork or document
        return "fork"
    for offer, last_day in replaced.items():
        honour.end_common_after(unit, network.actor_id, offer, last_day)
    network.document, network.version, network.list_hash = document, found.version, list_hash
    unit.session.flush()
    return "new"


def _our_standing(unit: Unit, network: NetworkRow, found: MemberList) -> None:
    """What the list says of us counts only where it shows what we signed ourselves since we last joined."""
    us = [each for each in found.members if each.member in own_ids(unit)]
    signed = {wire.digest(each) for each in network.sent}
    listed = [each for entry in us for each in entry.acceptances if wire.digest(each) in signed]
    if us and (listed or network.state == "member"):
        if network.state == "applied":
            network.state, network.since, network.note = "member", us[-1].since, ""
        network.listed = listed
    elif network.state == "member":
        network.state, network.listed = "removed", []
        network.next_attempt_at = None
        honour.drop_common(unit, network.actor_id, None, frozenset(), network.note or pairs.ENDED_BY_LIST)


def _fellows(unit: Unit, network: NetworkRow, found: MemberList) -> None:
    """Keep the other members' acceptances for checking; whoever is no longer listed is no longer honoured."""
    rows = {row.actor_id: row for row in records.members(unit, network.actor_id, "listed", "member", "left", GONE)}
    present = set()
    for listed in found.members:
        if listed.member in own_ids(unit):
            continue
        present.add(listed.member)
        _take_fellow(unit, network, listed, rows.get(listed.member))
    for row in rows.values():
        if row.actor_id not in present and row.state in ("listed", "member"):
            row.state, row.next_attempt_at = GONE, None
            pairs.sync_member(unit, network, row)


def _take_fellow(unit: Unit, network: NetworkRow, listed: Listed, row: MemberRow | None) -> None:
    if row is None:
        row = MemberRow(grouping=network.actor_id, actor_id=listed.member, state=GONE, acceptances=[])
        row.note, row.application_id, row.attempts, row.last_error = "", "", 0, ""
        row.name, row.host, row.verified = "", "", False
        unit.session.add(row)
    current = [each for each in listed.acceptances if not _is_over(row, each)]
    same = [wire.digest(each) for each in current] == [wire.digest(each) for each in row.acceptances]
    row.since = listed.since
    if same and row.state in ("listed", "member"):
        return
    if not current and row.state in ("left", GONE):
        return
    row.acceptances, row.state, row.verified, row.attempts = current, "listed", False, 0
    _describe(row, current)
    unit.session.flush()
    known = peer(unit, row.actor_id)
    if known is None or not check(unit, network, row, known):
        row.next_attempt_at = unit.now
        unit.wake("groupings")


def _describe(row: MemberRow, acceptances: list[JsonObject]) -> None:
    """Name and place of a member, from what it signed; until its signature is checked it is only a claim."""
    host = row.actor_id.partition("://")[2].split("/", 1)[0]
    row.host, row.name = host[:262], row.name or host[:200]
    if acceptances:
        said = wire.read_acceptance(acceptances[0])
        row.name, row.code = said.member.name, said.code or ""


def _is_over(row: MemberRow, acceptance: JsonObject) -> bool:
    return row.departed_at is not None and wire.read_acceptance(acceptance).created <= row.departed_at


def check(unit: Unit, network: NetworkRow, row: MemberRow, known: PeerShown) -> bool:
    """Whether every acceptance of a fellow is signed by a key of its own; if so the terms with it follow (§5.2)."""
    try:
        for each in row.acceptances:
            wire.verify_author(each, row.actor_id, records.keys_of(known), unit.now)
            if wire.read_acceptance(each).created > unit.now + wire.SKEW:
                raise RemoteProtocolError("an acceptance made in the future", status=401, code="stale")
    except RemoteProtocolError as error:
        row.last_error = str(error)
        return False
    row.state, row.verified, row.next_attempt_at, row.last_error = "member", True, None, ""
    row.note = ""
    unit.session.flush()
    pairs.sync_member(unit, network, row)
    return True
