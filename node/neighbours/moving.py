"""Moves (FEP-7628): a peer's, followed with care, and our own.

A Move is followed only if the mover's own document says where it went (`movedTo`) and the document there names the
mover (`alsoKnownAs`), both as they are at this moment. The former id stays a name of the peer for ever: terms, logs and
statements go on under it (specs/federation.md §13, specs/decisions/0023).
"""

from __future__ import annotations

from sqlalchemy import select, update

from federation.client import FederationClient, FetchBudget
from federation.discovery import fetch_actor
from federation.remote_actor import RemoteActor
from node.core.ids import new_id
from node.core.unit import Unit
from node.neighbours import addresses
from node.neighbours.events import FollowingEnded, PeerMoved
from node.neighbours.following import KINDS, remember
from node.neighbours.models import FormerId, OwnMove, Peer
from node.neighbours.public import Incoming, new_activity_id, own_actor, peer, publish_about_us, send
from protocols import activities
from protocols.errors import RemoteProtocolError
from protocols.vocabulary import PUBLIC

MOST_HOPS = 3
"""Who moved again before we heard of the first time is followed so far."""


async def arrival(client: FederationClient, mover: str) -> RemoteActor:
    """The actor that `mover` became, after every hop was confirmed from both ends. What counts is where the mover's own
    document leads now: since it told us, it may have moved again.

    Raises RemoteProtocolError `moved-unproved`, `moved-in-circles`, `moved-too-far`, AddressRefused for a blocked host,
    PeerUnreachable.
    """
    budget, seen = FetchBudget(), [mover]
    left = await fetch_actor(client, mover, budget)
    target = left.profile.moved_to
    if target is None:
        raise RemoteProtocolError("The actor's own document does not say so", code="moved-unproved")
    for _ in range(MOST_HOPS):
        _check_new(target, seen)
        found = await fetch_actor(client, target, budget)
        _check_claimed(found, seen[-1])
        if found.profile.moved_to is None:
            return found
        seen.append(target)
        target = found.profile.moved_to
    raise RemoteProtocolError("The Move leads on and on", code="moved-too-far")


def _check_new(target: str, seen: list[str]) -> None:
    if target in seen:
        raise RemoteProtocolError("The Move leads in circles", code="moved-in-circles")


def _check_claimed(found: RemoteActor, mover: str) -> None:
    if mover not in found.profile.also_known_as:
        raise RemoteProtocolError("The target does not know the mover", code="moved-unproved")


def heard_move(unit: Unit, incoming: Incoming) -> str:
    """A peer moved: everything that ties us goes on with the actor it became."""
    arrived = incoming.arrived
    old = unit.session.get(Peer, incoming.actor_id, with_for_update=True)
    if old is None:
        return "not known"
    if arrived is None or arrived.id == own_actor(unit):
        return "refused: moved-unproved"
    if old.kind in KINDS and arrived.profile.node_kind not in KINDS:
        return "refused: moved-no-node"
    follows, asked = old.follows_us, old.their_follow_id
    we_follow, since, old_id, old_host = old.we_follow, old.since, old.actor_id, old.host
    unit.session.delete(old)
    unit.session.flush()
    shown = remember(unit, arrived)
    row = unit.session.get(Peer, arrived.id, with_for_update=True)
    assert row is not None, "it was just remembered"
    row.since = min(row.since, since)
    row.follows_us, row.their_follow_id = row.follows_us or follows, row.their_follow_id or asked
    _rename(unit, old_id, old_host, arrived.id)
    if we_follow in ("accepted", "requested"):
        unit.emit(FollowingEnded(old_id, old_host))  # what it told us has addresses that it uses no longer
        if row.we_follow not in ("accepted", "requested"):
            row.follow_id, row.we_follow = new_activity_id(unit), "requested"
            send(unit, activities.build_follow(row.follow_id, actor=own_actor(unit), followed=row.actor_id), shown)
    unit.session.flush()
    unit.emit(PeerMoved(old_id, row.actor_id, row.host, row.name))
    return "moved"


def _rename(unit: Unit, former_id: str, former_host: str, present: str) -> None:
    """From now on `former_id`, and whatever was a name of it, means `present`; who moved back has its name again."""
    names = update(FormerId).where(FormerId.actor_id == former_id).values(actor_id=present)
    unit.session.execute(names)
    back = unit.session.get(FormerId, present)
    if back is not None:
        unit.session.delete(back)
        unit.session.flush()
    unit.session.merge(FormerId(former_id=former_id, former_host=former_host, actor_id=present, moved_at=unit.now))


def last_told(unit: Unit) -> str:
    """The base address at which our followers believe us."""
    told = select(OwnMove.base_url).order_by(OwnMove.told_at.desc(), OwnMove.id.desc()).limit(1)
    found = unit.session.execute(told).scalar()
    if found is None:
        return unit.node.former_urls[-1] if unit.node.former_urls else unit.node.base_url
    return str(found)


def tell_move(unit: Unit) -> bool:
    """If we are at another address than the one last told: the former actor says so to everybody, the present one asks
    anew to follow whom we follow. Answers whether there was anything to tell."""
    former = last_told(unit)
    if former == unit.node.base_url:
        return False
    mover, arrived = addresses.actor_at(former), own_actor(unit)
    number = f"{former}{addresses.ACTIVITY_PATH}{new_id()}"
    move = activities.build_move(number, actor=mover, target=arrived, to=(PUBLIC, f"{mover}/followers"))
    publish_about_us(unit, move)
    followed = select(Peer).where(Peer.we_follow.in_(("accepted", "requested")))
    for row in unit.session.execute(followed).scalars().all():
        known = peer(unit, row.actor_id)
        assert known is not None
        row.follow_id = new_activity_id(unit)
        send(unit, activities.build_follow(row.follow_id, actor=arrived, followed=row.actor_id), known)
    unit.session.add(OwnMove(id=new_id(), base_url=unit.node.base_url, told_at=unit.now))
    return True
