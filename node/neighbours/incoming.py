"""From a verified activity to what the parts do with it, in one transaction with the record of its id.

Clauses: specs/activities.md §1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from sqlalchemy import delete, select

from federation.inbox import Received
from federation.remote_actor import RemoteActor
from node.core.errors import DomainError
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import following, moving
from node.neighbours.models import HeardActivity, KeyRow, Peer
from node.neighbours.public import PASSED_OVER, Incoming, peer
from protocols import activities
from protocols.errors import RemoteProtocolError

Handler = Callable[[Unit, Incoming], str]
Handlers = Mapping[tuple[str, str], tuple[Handler, ...]]
log = structlog.get_logger("node.neighbours")


def handlers_of(node: Node) -> Handlers:
    """(activity type, object type) → handlers, of all parts that are on. An object type of "" takes any; an answer that
    brings a `result` is told apart by the type of that. Parts that share a type are asked in their order, until one
    does not pass it over."""
    found: dict[tuple[str, str], tuple[Handler, ...]] = {}
    for part in node.parts:
        if part.module.activities:
            for key, handler in part.load(part.module.activities).items():
                found[key] = (*found.get(key, ()), handler)
    return found


def concerns_its_actor(unit: Unit, received: Received) -> bool:
    """Whether somebody we know tells us of itself: a new state, or a Move."""
    activity, actor_id = received.activity, received.actor.id
    told = activity.get("object")
    about = told.get("id") if isinstance(told, dict) else told
    return activity["type"] in ("Move", "Update") and about == actor_id and unit.session.get(Peer, actor_id) is not None


def take_in(unit: Unit, received: Received, handlers: Handlers, arrived: RemoteActor | str | None = None) -> None:
    """Record the id, remember who it was, let a part act. A copy that came at the same time does nothing.

    `arrived`: for a Move, where it was confirmed to lead, or the code of the reason why it was not.

    What a rule of ours refuses is recorded too, with the reason: the sender's part is done, sending it again would
    change nothing. Raises RemoteProtocolError for an id that we could not keep.
    """
    following.check_length(received.activity_id, received.actor.id)
    if unit.session.execute(select(HeardActivity.id).where(HeardActivity.id == received.activity_id)).first():
        return
    kind = str(received.activity["type"])
    row = HeardActivity(
        id=received.activity_id,
        digest=received.digest,
        actor_id=received.actor.id,
        type=kind[:40],
        received_at=received.received_at,
    )
    unit.session.add(row)
    unit.session.flush()
    try:
        with unit.session.begin_nested():
            row.outcome = _act(unit, received, handlers, arrived)[:200]
    except (DomainError, RemoteProtocolError) as error:
        row.outcome = f"refused: {error}"[:200]
        log.info("activity refused", activity=received.activity_id, reason=str(error))


def _act(unit: Unit, received: Received, handlers: Handlers, arrived: RemoteActor | str | None) -> str:
    if isinstance(arrived, str):
        return f"refused: {arrived}"
    try:
        activity = activities.parse_activity(received.activity)
    except RemoteProtocolError as error:
        return f"passed over: {error}"
    known, sender = peer(unit, received.actor.id), received.actor.id
    if (known is None and activity.type == "Follow") or (known is not None and known.actor_id == sender):
        known = following.remember(unit, received.actor)  # not under an id that it had before it moved
    host, inbox = received.actor.host, received.actor.inbox
    incoming = Incoming(activity, sender, host, known, received.received_at, arrived, inbox)
    said = activity.object_type or _result_type(activity)
    for handler in handlers.get((activity.type, said)) or handlers.get((activity.type, ""), ()):
        outcome = handler(unit, incoming)
        if outcome != PASSED_OVER:
            return outcome
    return PASSED_OVER


def _result_type(activity: activities.Activity) -> str:
    """The type of what comes with an answer (`Accept` of an `Offer`), which itself only names the question."""
    result = activity.document.get("result")
    kind = result.get("type") if isinstance(result, dict) else None
    return kind if isinstance(kind, str) else ""


def heard_accept(unit: Unit, incoming: Incoming) -> str:
    return following.heard_answer(unit, incoming, accepted=True)


def heard_reject(unit: Unit, incoming: Incoming) -> str:
    return following.heard_answer(unit, incoming, accepted=False)


def heard_update(unit: Unit, incoming: Incoming) -> str:
    """An actor told us of itself: its document was brought up to date on the way in, its keys are looked up anew."""
    if incoming.activity.object_id != incoming.actor_id:
        return PASSED_OVER
    unit.session.execute(delete(KeyRow).where(KeyRow.actor_id == incoming.actor_id))
    if incoming.peer is not None and incoming.peer.is_node:  # its instance actor signs with the same keys
        own = KeyRow.actor_id.startswith(incoming.peer.base_url + "/", autoescape=True)
        unit.session.execute(delete(KeyRow).where(own))
    return "remembered"


HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("Follow", ""): following.heard_follow,
    ("Accept", ""): heard_accept,
    ("Reject", ""): heard_reject,
    ("Undo", ""): following.heard_undo,
    ("Update", ""): heard_update,
    ("Move", ""): moving.heard_move,
}
