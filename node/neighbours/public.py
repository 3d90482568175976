"""What other parts may ask of federation: who our neighbours are, and telling them something.

Clauses: specs/activities.md §3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from federation.addressing import Recipient, plan
from federation.identity import prove
from federation.remote_actor import RemoteActor, read_actor
from node.core.errors import NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.neighbours import addresses
from node.neighbours.models import FormerId, HostRuleRow, OwnActivity, OwnObject, Peer
from node.neighbours.outbox import backlog, plan_rows
from protocols import activities
from protocols.types import JsonObject
from protocols.vocabulary import PUBLIC, with_context

PASSED_OVER: Final = "passed over"
"""What a handler answers when an activity is none of its part's business: the next part is asked."""


@dataclass(frozen=True, slots=True)
class PeerShown:
    """A node or another actor we know. `kind`: commune, grouping, or empty for an ordinary fediverse actor."""

    actor_id: str
    host: str
    name: str
    url: str
    inbox: str
    shared_inbox: str | None
    kind: str
    code: str
    we_follow: str
    follows_us: bool
    since: datetime
    document: JsonObject

    @property
    def is_node(self) -> bool:
        """Whether it says that it is a Ygor node."""
        return self.kind in {"commune", "grouping"}

    @property
    def base_url(self) -> str:
        """Scheme and host of the actor's id."""
        scheme, _, rest = self.actor_id.partition("://")
        return f"{scheme}://{rest.split('/', 1)[0]}"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A verified activity as parts get it: `peer` is None for somebody we neither follow nor are followed by."""

    activity: activities.Activity
    actor_id: str
    host: str
    peer: PeerShown | None
    received_at: datetime
    arrived: RemoteActor | None = None
    """For a Move: the actor it leads to, which names the mover in `alsoKnownAs`."""
    inbox: str = ""
    """Where its sender takes an answer, also when we do not know it otherwise."""


def own_actor(unit: Unit) -> str:
    """The id of our own public actor."""
    return addresses.actor_id(unit.node)


def own_ids(unit: Unit) -> tuple[str, ...]:
    """All ids of our public actor: the present one, then those it had before we moved."""
    return (own_actor(unit), *addresses.former_ids(unit.node))


def own_proof_method(unit: Unit, owner: str = "") -> str:
    """The verification method of what we sign with `unit.keys.proof_seed`, under one of our ids (the present one);
    our actor document publishes its key."""
    return addresses.proof_method(owner or own_actor(unit), unit.keys.suffix)


def own_proof_key(unit: Unit, method: str, *, even_revoked: bool = False) -> bytes | None:
    """The public key behind a verification method of ours, of today or of the past; None for one that is not ours or
    was revoked."""
    owner = method.partition("#")[0]
    if owner not in own_ids(unit):
        return None
    for one in unit.keyring.sets:
        if (even_revoked or one.revoked_at is None) and method == addresses.proof_method(owner, one.suffix):
            return one.proof_public
    return None


def new_activity_id(unit: Unit) -> str:
    """A fresh address for an activity of ours."""
    return unit.node.base_url + addresses.ACTIVITY_PATH + new_id()


def peer(unit: Unit, actor_id: str) -> PeerShown | None:
    """The peer with this actor id, or that had it before it moved; None if we do not know it."""
    row = unit.session.get(Peer, actor_id) or unit.session.get(Peer, present_id(unit, actor_id))
    return _shown(row) if row else None


def heard_from(unit: Unit, actor: RemoteActor) -> None:
    """Somebody we know proved something just now: if by a key that we had not written down, its document is."""
    row = unit.session.get(Peer, actor.id)
    if row is None or row.document == actor.document:
        return
    known = {key.id for key in read_actor(row.document).profile.proof_keys}
    if any(key.id not in known for key in actor.profile.proof_keys):
        row.document = actor.document


def present_id(unit: Unit, actor_id: str) -> str:
    """The id that a peer has today."""
    moved = unit.session.get(FormerId, actor_id)
    return moved.actor_id if moved else actor_id


def former_ids_of(unit: Unit, actor_id: str) -> tuple[str, ...]:
    """The ids that a peer had before it moved."""
    query = select(FormerId.former_id).where(FormerId.actor_id == actor_id).order_by(FormerId.moved_at)
    return tuple(unit.session.execute(query).scalars())


def present_host(unit: Unit, host: str) -> str:
    """Where the peer is today that was found at a host: cards printed before a move still name the old one."""
    query = select(FormerId.actor_id).where(FormerId.former_host == host).order_by(FormerId.moved_at.desc())
    found = unit.session.execute(query).scalars().first()
    row = unit.session.get(Peer, found) if found else None
    return row.host if row else host


def peer_by_host(unit: Unit, host: str) -> PeerShown:
    """The Ygor node at a host. Raises NotFound `neighbours.unknown`."""
    found = select(Peer).where(Peer.host == present_host(unit, host), Peer.kind != "")
    rows = unit.session.execute(found.order_by(Peer.since)).scalars().all()
    if not rows:
        raise NotFound("neighbours.unknown")
    return _shown(rows[0])


def peers(unit: Unit, *, nodes_only: bool = False) -> tuple[PeerShown, ...]:
    """Everybody we follow or are followed by, by name."""
    query = select(Peer).where(or_(Peer.we_follow != "no", Peer.follows_us.is_(True))).order_by(Peer.name)
    if nodes_only:
        query = query.where(Peer.kind != "")
    return tuple(_shown(row) for row in unit.session.execute(query).scalars())


def remember(unit: Unit, actor: RemoteActor) -> PeerShown:
    """Write down, or bring up to date, what an actor just fetched says of itself. Raises RemoteProtocolError."""
    from node.neighbours import following

    return following.remember(unit, actor)


def follow(unit: Unit, actor: RemoteActor, by: str) -> PeerShown:
    """Ask to follow a node just fetched; once followed, nothing. Raises DomainError `neighbours.…` at `address`."""
    from node.neighbours import following

    return following.follow(unit, actor, by)


@dataclass(frozen=True, slots=True)
class Health:
    """How it stands with a host: messages that wait for it and that were given up, and when it last spoke."""

    pending: int
    dead: int
    last_heard: datetime | None
    last_success: datetime | None
    last_error: str | None
    blocked: bool


def health(unit: Unit, host: str) -> Health:
    """How it stands with a host (authority)."""
    from node.neighbours.stores import load_host, nearest_rule

    waiting, state = backlog(unit, host), load_host(unit, host)
    blocked = nearest_rule(unit, host)[1] == "block"
    return Health(waiting.pending, waiting.dead, state.last_heard, state.last_success, state.last_error, blocked)


def blocked_hosts(unit: Unit, hosts: Iterable[str]) -> frozenset[str]:
    """Those of the hosts (authorities) that an administrator has blocked, themselves or a domain above them."""
    from node.neighbours.stores import nearest_rule

    if unit.session.execute(select(HostRuleRow.host).where(HostRuleRow.rule == "block").limit(1)).first() is None:
        return frozenset()
    return frozenset(host for host in set(hosts) if nearest_rule(unit, host)[1] == "block")


def publish_created(unit: Unit, document: JsonObject) -> str:
    """Tell all followers of a new public object of ours (an object without `@context`); returns the activity's id."""
    _keep_object(unit, document)
    actor, cc = own_actor(unit), _cc(unit)
    number = new_activity_id(unit)
    create = activities.build_create(number, actor=actor, created=document, to=(PUBLIC,), cc=cc, published=unit.now)
    return _publish(unit, create)


def publish_updated(unit: Unit, document: JsonObject) -> str:
    """Tell all followers of the new state of a public object of ours."""
    _keep_object(unit, document)
    actor, cc = own_actor(unit), _cc(unit)
    number = new_activity_id(unit)
    update = activities.build_update(number, actor=actor, updated=document, to=(PUBLIC,), cc=cc, published=unit.now)
    return _publish(unit, update)


def publish_deleted(unit: Unit, object_id: str, *, former_type: str) -> str:
    """Tell all followers that a public object of ours is gone; its address answers 410 from now on."""
    stone = activities.tombstone(object_id, former_type=former_type, deleted=unit.now)
    _keep_object(unit, stone)
    number = new_activity_id(unit)
    delete = activities.build_delete(number, actor=own_actor(unit), deleted=stone, to=(PUBLIC,), cc=_cc(unit))
    return _publish(unit, delete)


def send(unit: Unit, activity: JsonObject, to: PeerShown) -> str:
    """Send an activity to one peer alone; returns its id. It is proved here."""
    proved = prove(addresses.identity(unit.node, unit.keys), activity, unit.now)
    _keep_activity(unit, proved, public=False)
    plan_rows(unit, plan(proved, [Recipient(to.inbox, to.shared_inbox)], private=True))
    return str(proved["id"])


def send_all(unit: Unit, activity: JsonObject, to: Sequence[PeerShown]) -> str:
    """Send one activity to several peers, none of which sees it in public; returns its id."""
    proved = prove(addresses.identity(unit.node, unit.keys), activity, unit.now)
    _keep_activity(unit, proved, public=False)
    plan_rows(unit, plan(proved, [Recipient(each.inbox, each.shared_inbox) for each in to], private=True))
    return str(proved["id"])


def answer(unit: Unit, activity: JsonObject, to: Incoming) -> str:
    """Send an activity to whom a message came from, known to us or not; returns its id. It is proved here."""
    proved = prove(addresses.identity(unit.node, unit.keys), activity, unit.now)
    _keep_activity(unit, proved, public=False)
    plan_rows(unit, plan(proved, [Recipient(to.inbox)], private=True))
    return str(proved["id"])


def publish_about_us(unit: Unit, activity: JsonObject) -> str:
    """Tell followers, and whom we follow, something about ourselves; `activity` is one of our actors', present or
    former. Returns its id."""
    return _publish(unit, activity, or_(Peer.follows_us.is_(True), Peer.we_follow != "no"))


def _publish(unit: Unit, activity: JsonObject, to: ColumnElement[bool] | None = None) -> str:
    proved = prove(addresses.identity_of(str(activity["actor"]), unit.keys), activity, unit.now)
    _keep_activity(unit, proved, public=True)
    chosen = Peer.follows_us.is_(True) if to is None else to
    followers = unit.session.execute(select(Peer.inbox, Peer.shared_inbox).where(chosen))
    plan_rows(unit, plan(proved, [Recipient(inbox, shared) for inbox, shared in followers]))
    return str(proved["id"])


def _cc(unit: Unit) -> tuple[str, ...]:
    return (f"{own_actor(unit)}/followers",)


def _keep_activity(unit: Unit, proved: JsonObject, *, public: bool) -> None:
    number = str(proved["id"]).rpartition("/")[2]
    row = OwnActivity(id=str(proved["id"]), number=number, public=public, document=proved, created_at=unit.now)
    unit.session.add(row)


def _keep_object(unit: Unit, document: JsonObject) -> None:
    unit.session.merge(OwnObject(id=str(document["id"]), document=with_context(document), updated_at=unit.now))


def _shown(row: Peer) -> PeerShown:
    return PeerShown(
        row.actor_id,
        row.host,
        row.name,
        row.url,
        row.inbox,
        row.shared_inbox,
        row.kind,
        row.code,
        row.we_follow,
        row.follows_us,
        row.since,
        row.document,
    )
