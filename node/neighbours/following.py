"""Following and being followed, as rows and activities (specs/activities.md §4)."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from federation.remote_actor import RemoteActor
from node.core import audit
from node.core.errors import DomainError, NotFound
from node.core.unit import Unit
from node.neighbours.events import FollowerJoined, FollowingEnded
from node.neighbours.models import LONGEST_ADDRESS, OwnActivity, Peer
from node.neighbours.public import Incoming, PeerShown, new_activity_id, own_actor, own_ids, peer, send
from node.neighbours.settings import Settings
from protocols import activities
from protocols.errors import RemoteProtocolError
from protocols.types import JsonObject

KINDS = frozenset({"commune", "grouping"})
MOST_FOLLOWERS_OF_A_HOST = 5_000


def remember(unit: Unit, actor: RemoteActor) -> PeerShown:
    """Write down, or bring up to date, what an actor's own document says. Raises RemoteProtocolError for addresses
    longer than we keep."""
    profile = actor.profile
    check_length(actor.id, profile.inbox, profile.shared_inbox or "")
    row = unit.session.get(Peer, actor.id, with_for_update=True)
    if row is None:
        row = Peer(actor_id=actor.id, host=actor.host, since=unit.now, we_follow="no", follows_us=False)
        unit.session.add(row)
    row.name = _one_line(profile.name or "", 200) or _one_line(profile.preferred_username, 200) or actor.host
    row.url = profile.url if profile.url and _is_short(profile.url) else actor.id
    row.inbox, row.shared_inbox = profile.inbox, profile.shared_inbox
    row.kind = profile.node_kind if profile.node_kind in KINDS else ""
    row.code = _one_line(profile.official_code or "", 32)
    row.document = actor.document
    unit.session.flush()
    found = peer(unit, actor.id)
    assert found is not None
    return found


def check_length(*addresses: str) -> None:
    """Raises RemoteProtocolError for an address longer than we keep."""
    if not all(_is_short(address) for address in addresses):
        raise RemoteProtocolError("An address is too long", code="too-long")


def _is_short(address: str) -> bool:
    return len(address.encode()) <= LONGEST_ADDRESS


def _one_line(text: str, limit: int) -> str:
    """Foreign text as one line without controls (PostgreSQL keeps no NUL, pages show no overrides)."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:limit].strip()


def follow(unit: Unit, actor: RemoteActor, by: str) -> PeerShown:
    """Ask to follow an actor just fetched. Asking again while it is pending sends the question again."""
    if actor.id == own_actor(unit):
        raise DomainError("neighbours.ourselves", field="address")
    known = remember(unit, actor)
    if not known.is_node:
        raise DomainError("neighbours.not-a-node", field="address", status=422)
    if known.we_follow == "accepted":
        return known
    activity_id = new_activity_id(unit)
    send(unit, activities.build_follow(activity_id, actor=own_actor(unit), followed=actor.id), known)
    values = {"we_follow": "requested", "follow_id": activity_id}
    unit.session.execute(update(Peer).where(Peer.actor_id == actor.id).values(values))
    audit.record(unit, by, "neighbours.followed", actor.id)
    found = peer(unit, actor.id)
    assert found is not None
    return found


def unfollow(unit: Unit, actor_id: str, by: str) -> None:
    """Stop following. Raises NotFound."""
    row = unit.session.get(Peer, actor_id, with_for_update=True)
    if row is None:
        raise NotFound("neighbours.unknown")
    asked = unit.session.get(OwnActivity, row.follow_id) if row.follow_id else None
    if asked is not None:
        known = peer(unit, actor_id)
        assert known is not None
        undo = activities.build_undo(
            new_activity_id(unit), actor=own_actor(unit), undone=asked.document, to=(actor_id,)
        )
        send(unit, undo, known)
    row.we_follow, row.follow_id = "no", None
    unit.emit(FollowingEnded(actor_id, row.host))
    audit.record(unit, by, "neighbours.unfollowed", actor_id)


def heard_follow(unit: Unit, incoming: Incoming) -> str:
    """Somebody follows us: open following accepts at once. Asking again answers again: the first may be lost."""
    if incoming.activity.object_id != own_actor(unit) or incoming.peer is None:
        return "not for us"
    asker = incoming.peer
    if _is_refused(unit, asker):
        reject = activities.build_reject(
            new_activity_id(unit), actor=own_actor(unit), rejected=incoming.activity.document, to=asker.actor_id
        )
        send(unit, reject, asker)
        _forget_stranger(unit, asker.actor_id)
        return "rejected"
    values = {"follows_us": True, "their_follow_id": incoming.activity.id}
    unit.session.execute(update(Peer).where(Peer.actor_id == asker.actor_id).values(values))
    accept = activities.build_accept(
        new_activity_id(unit), actor=own_actor(unit), accepted=incoming.activity.document, to=asker.actor_id
    )
    send(unit, accept, asker)
    unit.emit(FollowerJoined(asker.actor_id))  # also when it asks anew: then it has parted with us, or was restored
    return "accepted"


def _is_refused(unit: Unit, asker: PeerShown) -> bool:
    if asker.follows_us:
        return False
    if not unit.settings("neighbours", Settings).open_following and not asker.is_node:
        return True
    counting = select(func.count()).where(Peer.host == asker.host, Peer.follows_us.is_(True))
    return unit.session.execute(counting).scalar_one() >= MOST_FOLLOWERS_OF_A_HOST


def _forget_stranger(unit: Unit, actor_id: str) -> None:
    """Nothing ties us: its row need not be kept."""
    tied = (Peer.we_follow != "no") | Peer.follows_us.is_(True)
    unit.session.execute(delete(Peer).where(Peer.actor_id == actor_id, ~tied))


def heard_answer(unit: Unit, incoming: Incoming, *, accepted: bool) -> str:
    """Our question to follow was answered; a Reject may come long after the Accept and ends it."""
    row = unit.session.get(Peer, incoming.actor_id, with_for_update=True)
    if row is None or not _is_our_question(row, incoming.activity.object_id):
        return "no such question"
    if row.we_follow == "accepted" and not accepted:
        unit.emit(FollowingEnded(row.actor_id, row.host))
    row.we_follow = "accepted" if accepted else "rejected"
    return row.we_follow


def _is_our_question(row: Peer, object_id: str | None) -> bool:
    """Whether an answer is to the question that waits, not to one that we have taken back."""
    return row.follow_id is not None and row.follow_id == object_id


def heard_undo(unit: Unit, incoming: Incoming) -> str:
    """Somebody follows us no longer. An Undo of an earlier question than the one in force arrived too late."""
    undone = incoming.activity.object
    if undone is None or undone.get("type") != "Follow" or undone.get("object") not in own_ids(unit):
        return "nothing to undo"
    row = unit.session.get(Peer, incoming.actor_id, with_for_update=True)
    if row is None or not row.follows_us or not _is_in_force(row, undone):
        return "nothing to undo"
    row.follows_us, row.their_follow_id = False, None
    return "unfollowed"


def _is_in_force(row: Peer, undone: JsonObject) -> bool:
    """Whether what is taken back is the question that counts, not one asked before it."""
    return row.their_follow_id == undone.get("id")
