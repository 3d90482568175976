"""The grouping's side of membership: who asks, is admitted, refused, removed, leaves (specs/groupings.md §3, §6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from federation.remote_actor import read_actor
from node.core import audit
from node.core.errors import Conflict, NotFound
from node.core.unit import Unit
from node.groupings import pairs, publishing, records
from node.groupings.models import MemberRow, NetworkRow
from node.neighbours.public import PeerShown, follow, new_activity_id, own_actor, peer, send
from protocols import activities
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.groupings import Acceptance
from protocols.types import JsonObject

APPLICATION = "ygor:GroupingApplication"
MEMBERSHIP = "ygor:GroupingMembership"
REFUSAL = "ygor:GroupingRefusal"
REMOVAL = "ygor:GroupingRemoval"
MOST_WAITING = 500
TERMS_CHANGED, STALE = "terms-changed", "stale"


def heard_application(unit: Unit, known: PeerShown, activity_id: str, document: JsonObject) -> str:
    """A node accepts our terms and asks to be a member; a member accepts a new version. Answers what became of it."""
    found = wire.read_acceptance(document)
    if found.member.actor != known.actor_id:
        raise RemoteProtocolError("an acceptance is signed by its member", status=403, code="foreign-object")
    wire.verify_author(document, known.actor_id, records.keys_of(known), unit.now)
    if found.created > unit.now + wire.SKEW:
        raise RemoteProtocolError("an acceptance made in the future", status=401, code="stale")
    network = publishing.own(unit, lock=True)
    if network is None or unit.node.kind != "grouping" or found.grouping != network.actor_id:
        return "not for us"
    row = records.member(unit, network.actor_id, known.actor_id, lock=True)
    if row is not None and _has(row, document):
        return _said_before(unit, network, row, known)
    newest = records.newest_offer(unit, network.actor_id)
    assert newest is not None, "a network has terms"
    if row is not None and _is_old(row, found):
        _say_no(unit, known, activity_id, REFUSAL, STALE)
        return STALE
    if found.terms != newest.hash:
        _say_no(unit, known, activity_id, REFUSAL, TERMS_CHANGED)
        return TERMS_CHANGED
    if row is None:
        row = _new_row(unit, network, known)
    row.application_id, row.code, row.name = activity_id, (found.code or known.code)[:32], found.member.name
    if row.state == "member":
        row.acceptances = [document, *(each for each in row.acceptances if each["terms"] != found.terms)]
        row.acceptances = row.acceptances[: wire.MOST_ACCEPTANCES]
        pairs.sync_member(unit, network, row)
        publishing.rebuild(unit, network)
        return "accepted again"
    row.state, row.note, row.acceptances, row.asked_at = "applied", "", [document], unit.now
    return "shown to the administrators"


def accept(unit: Unit, host: str, terms_hash: str, by: str) -> None:
    """Admit an applicant under the terms it accepted, which are those shown to the administrator; it is told, all
    members get the new list, we follow it. Raises Conflict `groupings.decided`, `groupings.terms-outdated`, `.full`."""
    network, row, known = _find(unit, host)
    if row.state != "applied":
        raise Conflict("groupings.decided")
    newest = records.newest_offer(unit, network.actor_id)
    accepted = str(row.acceptances[0]["terms"])
    if newest is None or not accepted == terms_hash == newest.hash:
        raise Conflict("groupings.terms-outdated")
    row.state, row.since, row.verified = "member", unit.now.replace(microsecond=0), True
    row.decided_at, row.decided_by = unit.now, by
    pairs.sync_member(unit, network, row)
    publishing.rebuild(unit, network)
    follow(unit, read_actor(known.document), by)
    _tell_member(unit, network, row, known)
    audit.record(unit, by, "groupings.member-accepted", host, terms=accepted)


def refuse(unit: Unit, host: str, reason: str, by: str) -> None:
    """Say no to an applicant, which reads why. Raises Conflict `groupings.decided`."""
    _, row, known = _find(unit, host)
    if row.state != "applied":
        raise Conflict("groupings.decided")
    row.state, row.note, row.decided_at, row.decided_by = "refused", reason[:300], unit.now, by
    row.departed_at = unit.now
    _say_no(unit, known, row.application_id, REFUSAL, reason)
    audit.record(unit, by, "groupings.member-refused", host, reason=reason)


def remove(unit: Unit, host: str, reason: str, by: str) -> None:
    """End a membership: off the list, nothing new is paid between it and the others. Raises Conflict."""
    network, row, known = _find(unit, host)
    if row.state != "member":
        raise Conflict("groupings.decided")
    row.state, row.note, row.departed_at = "removed", reason[:300], unit.now
    row.decided_at, row.decided_by = unit.now, by
    pairs.sync_member(unit, network, row)
    publishing.rebuild(unit, network)
    _say_no(unit, known, row.application_id, REMOVAL, reason)
    audit.record(unit, by, "groupings.member-removed", host, reason=reason)


def heard_departure(unit: Unit, network: NetworkRow, member_actor: str, created: datetime) -> str:
    """A member or applicant leaves; nobody has to agree. The order to leave an earlier membership came too late."""
    row = records.member(unit, network.actor_id, member_actor, lock=True)
    if row is None or row.state not in records.IN_FORCE:
        return "not known"
    if all(wire.read_acceptance(each).created > created for each in row.acceptances):
        return "not known"
    was = row.state
    row.state, row.departed_at, row.decided_at = "left", created, unit.now
    if was == "member":
        pairs.sync_member(unit, network, row)
        publishing.rebuild(unit, network)
    return "left"


def _said_before(unit: Unit, network: NetworkRow, row: MemberRow, known: PeerShown) -> str:
    """A repeated question has no second effect; a member is told again that it is one."""
    if row.state == "member":
        _tell_member(unit, network, row, known)
    return "known"


def _has(row: MemberRow, document: JsonObject) -> bool:
    return wire.digest(document) in {wire.digest(each) for each in row.acceptances}


def _is_old(row: MemberRow, found: Acceptance) -> bool:
    """Whether it was signed before the member left or was refused, or before what it signed since (§3.4)."""
    if row.departed_at is not None and found.created <= row.departed_at.replace(microsecond=0):
        return True
    return any(wire.read_acceptance(each).created > found.created for each in row.acceptances)


def _new_row(unit: Unit, network: NetworkRow, known: PeerShown) -> MemberRow:
    waiting = select(func.count()).where(MemberRow.grouping == network.actor_id, MemberRow.state == "applied")
    if unit.session.execute(waiting).scalar_one() >= MOST_WAITING:
        raise RemoteProtocolError("too many ask at once", status=429, code="too-many")
    row = MemberRow(grouping=network.actor_id, actor_id=known.actor_id, host=known.host, name=known.name, state="new")
    row.note, row.application_id, row.acceptances, row.attempts, row.last_error = "", "", [], 0, ""
    row.verified = False
    unit.session.add(row)
    return row


def _find(unit: Unit, host: str) -> tuple[NetworkRow, MemberRow, PeerShown]:
    publishing.require_grouping(unit)
    network = publishing.own(unit, lock=True)
    query = select(MemberRow).where(MemberRow.grouping == own_actor(unit), MemberRow.host == host.lower())
    row = unit.session.execute(query.with_for_update()).scalar()
    known = None if row is None else peer(unit, row.actor_id)
    if network is None or row is None or known is None:
        raise NotFound("groupings.member-unknown")
    return network, row, known


def _tell_member(unit: Unit, network: NetworkRow, row: MemberRow, known: PeerShown) -> None:
    result: JsonObject = {
        "type": MEMBERSHIP,
        "id": unit.node.url(records.LIST_PATH),
        "attributedTo": own_actor(unit),
        "ygor:version": network.version,
        "ygor:hash": network.list_hash,
    }
    number = new_activity_id(unit)
    answer = activities.build_accept(number, actor=own_actor(unit), accepted=row.application_id, to=known.actor_id)
    send(unit, {**answer, "result": result}, known)


def _say_no(unit: Unit, known: PeerShown, application_id: str, kind: str, reason: str) -> None:
    result: JsonObject = {
        "type": kind,
        "id": unit.node.url(records.LIST_PATH),
        "attributedTo": own_actor(unit),
        "ygor:reason": reason[:300],
    }
    number = new_activity_id(unit)
    answer = activities.build_reject(number, actor=own_actor(unit), rejected=application_id, to=known.actor_id)
    send(unit, {**answer, "result": result}, known)
