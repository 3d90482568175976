"""The member's side: asking to join, accepting new terms, leaving, and what the grouping answers
(specs/groupings.md §3, §6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from federation.remote_actor import RemoteActor
from node.core import audit
from node.core.errors import Conflict, Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.groupings import lists, pairs, records
from node.groupings.admitting import APPLICATION
from node.groupings.models import NetworkRow
from node.honour import public as honour
from node.neighbours.public import PeerShown, follow, new_activity_id, own_actor, peer, send, send_all
from protocols import activities
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.groupings import Acceptance, Departure
from protocols.honour.terms import PartyKey
from protocols.types import JsonObject

DEPARTURE = "ygor:GroupingDeparture"
MOST_NETWORKS = 20
MOST_SENT = 8
REFRESH_SOON = timedelta(hours=1)


def ask(unit: Unit, actor: RemoteActor, document: JsonObject, terms_hash: str, by: str) -> str:
    """Accept the terms of the grouping just looked at and ask to be a member; answers its host.

    `document`: its list as fetched; `terms_hash`: the terms that were shown. Raises Invalid `groupings.no-grouping`,
    Conflict `groupings.already`, `groupings.terms-changed`, `groupings.too-many`.
    """
    found = verified(unit, actor, document)
    newest = found.terms[0]
    if wire.digest(newest) != terms_hash:
        raise Conflict("groupings.terms-changed", field="address")
    if wire.read_terms(newest).valid_until < unit.today:
        raise Conflict("groupings.terms-over", field="address")
    row = records.network(unit, actor.id, lock=True)
    if row is not None and row.state in (*records.IN_FORCE, "own"):
        raise Conflict("groupings.already", field="address")
    if row is None:
        row = _new_row(unit, actor)
    known = follow(unit, actor, by)
    row.state, row.note, row.sent, row.listed = "applied", "", [], []
    row.asked_at, row.since, row.name, row.attempts, row.last_error = unit.now, None, found.grouping.name, 0, ""
    if lists.store(unit, row, document, found) == "fork":
        raise Conflict("groupings.fork", field="address")
    accept_again(unit, row, known, terms_hash)
    audit.record(unit, by, "groupings.asked", known.host, terms=terms_hash)
    return known.host


def verified(unit: Unit, actor: RemoteActor, document: JsonObject) -> wire.MemberList:
    """A grouping's list as its own actor signed it. Raises Invalid `groupings.no-grouping` at the address."""
    if actor.id == own_actor(unit):
        raise Invalid("neighbours.ourselves", field="address")
    if actor.profile.node_kind != "grouping":
        raise Invalid("groupings.no-grouping", field="address")
    keys = [PartyKey(key.id, key.public_key) for key in actor.profile.proof_keys]
    try:
        return wire.verify_list(document, actor=actor.id, keys=keys, now=unit.now)
    except RemoteProtocolError as error:
        raise Invalid("groupings.bad-list", field="address") from error


def accept_new(unit: Unit, host: str, terms_hash: str, by: str) -> None:
    """A member accepts the newest version of the terms. Raises Conflict `groupings.terms-changed`, `.decided`."""
    row = records.network_at(unit, host, lock=True)
    known = peer(unit, row.actor_id)
    newest = records.newest_offer(unit, row.actor_id)
    if row.state != "member" or known is None:
        raise Conflict("groupings.decided")
    if newest is None or newest.hash != terms_hash:
        raise Conflict("groupings.terms-changed")
    if terms_hash in {str(each["terms"]) for each in row.listed}:
        raise Conflict("groupings.decided")
    accept_again(unit, row, known, terms_hash)
    audit.record(unit, by, "groupings.terms-accepted", host, terms=terms_hash)


def accept_again(unit: Unit, row: NetworkRow, known: PeerShown, terms_hash: str) -> None:
    """Sign an acceptance and send it; asking again about the same terms signs anew, since the first may be refused."""
    document = records.signed(
        unit,
        wire.ACCEPTANCE.write(
            Acceptance(
                id=new_id(),
                grouping=row.actor_id,
                terms=terms_hash,
                member=records.our_party(unit),
                code=unit.node.code[:32] or None,
                created=unit.now.replace(microsecond=0),
            )
        ),
    )
    row.sent = [*row.sent, document][-MOST_SENT:]
    number = new_activity_id(unit)
    offered: JsonObject = {
        "type": APPLICATION,
        "id": f"{number}#application",
        "attributedTo": own_actor(unit),
        "ygor:document": document,
    }
    send(unit, activities.build_offer(number, actor=own_actor(unit), offered=offered, to=(known.actor_id,)), known)
    row.application_id, row.next_attempt_at = number, unit.now + REFRESH_SOON
    unit.wake("groupings")


def leave(unit: Unit, host: str, by: str) -> None:
    """Leave, or take the question back: nothing new is paid between us and the members from now on; what is owed stays
    owed. The grouping and every member with whom terms were in force are told. Raises Conflict `groupings.decided`."""
    row = records.network_at(unit, host, lock=True)
    if row.state not in records.IN_FORCE:
        raise Conflict("groupings.decided")
    actors = sorted(honour.common_with(unit, row.actor_id) | {row.actor_id})
    told = [known for each in actors if (known := peer(unit, each)) is not None]
    departure = Departure(
        id=new_id(), grouping=row.actor_id, member=own_actor(unit), created=unit.now.replace(microsecond=0)
    )
    result: JsonObject = {
        "type": DEPARTURE,
        "id": f"{unit.node.base_url}/ap/departures/{departure.id}",
        "attributedTo": own_actor(unit),
        "ygor:document": records.signed(unit, wire.DEPARTURE.write(departure)),
    }
    activity = activities.build_leave(new_activity_id(unit), actor=own_actor(unit), event=row.actor_id, to=row.actor_id)
    activity["to"] = [known.actor_id for known in told]
    send_all(unit, {**activity, "result": result}, told)
    row.state, row.note, row.listed, row.next_attempt_at = "left", "", [], None
    honour.drop_common(unit, row.actor_id, None, frozenset(), "left")
    for fellow in records.members(unit, row.actor_id, "listed", "member"):
        fellow.state, fellow.next_attempt_at = lists.GONE, None
    audit.record(unit, by, "groupings.left", host)


def heard_membership(unit: Unit, known: PeerShown) -> str:
    """The grouping says that we are a member: its list will tell."""
    return heard_news(unit, known)


def heard_news(unit: Unit, known: PeerShown) -> str:
    """The grouping's list has changed: fetch it now."""
    row = records.network(unit, known.actor_id, lock=True)
    if row is None or row.state not in records.IN_FORCE:
        return "not a member"
    row.next_attempt_at, row.attempts = unit.now, 0
    unit.wake("groupings")
    return "will look"


def heard_refusal(unit: Unit, known: PeerShown, application_id: str | None, reason: str) -> str:
    """Our question was refused; a member whose newer acceptance is refused stays a member under the older one."""
    row = records.network(unit, known.actor_id, lock=True)
    if row is None or row.state not in records.IN_FORCE or application_id != row.application_id:
        return "no such question"
    row.note = reason[:300]
    if row.state == "applied":
        row.state, row.next_attempt_at = "refused", None
    else:
        row.next_attempt_at = unit.now
        unit.wake("groupings")
    return "refused"


def heard_removal(unit: Unit, known: PeerShown, reason: str) -> str:
    """The grouping has ended our membership: it says why here, its list is what counts."""
    row = records.network(unit, known.actor_id, lock=True)
    if row is None or row.state != "member":
        return "not a member"
    row.note = reason[:300]
    return heard_news(unit, known)


def heard_fellow_leave(unit: Unit, grouping: str, known: PeerShown, created: datetime) -> str:
    """A fellow member has left a grouping of ours: its acceptances until then are over, whatever a list still says."""
    network = records.network(unit, grouping, lock=True)
    if network is None or network.state != "member":
        return "not known"
    row = records.member(unit, grouping, known.actor_id, lock=True)
    if row is None or created > unit.now + wire.SKEW:
        return "not known"
    row.departed_at = max(created, row.departed_at or created)
    row.acceptances = [each for each in row.acceptances if wire.read_acceptance(each).created > created]
    if not row.acceptances and row.state in ("listed", "member"):
        row.state, row.next_attempt_at = "left", None
    pairs.sync_member(unit, network, row)
    return "left"


def _new_row(unit: Unit, actor: RemoteActor) -> NetworkRow:
    count = select(func.count()).where(NetworkRow.state.in_(records.IN_FORCE))
    if unit.session.execute(count).scalar_one() >= MOST_NETWORKS:
        raise Conflict("groupings.too-many", field="address")
    row = NetworkRow(actor_id=actor.id, host=actor.host, name=actor.host, state="applied", version=0, list_hash="")
    row.note, row.sent, row.listed, row.application_id, row.attempts, row.last_error = "", [], [], "", 0, ""
    unit.session.add(row)
    unit.session.flush()
    return row
