"""From a verified activity to what the parts do with it, in one transaction with the record of its id.

Clauses: specs/activities.md §1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, cast

import structlog
from sqlalchemy import Table, Text, bindparam, delete, select, update
from sqlalchemy import cast as cast_as

from federation.inbox import Received
from federation.remote_actor import RemoteActor
from node.core.database import insert_new
from node.core.errors import DomainError
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import farewells, following, moving
from node.neighbours.models import HeardActivity, KeyRow, Peer
from node.neighbours.public import PASSED_OVER, Incoming, peer
from node.neighbours.stores import KEYS, remember_signatures
from protocols import activities
from protocols.errors import RemoteProtocolError
from protocols.types import JsonObject

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


def may_concern_its_actor(received: Received) -> bool:
    """Whether the actor tells us of itself: a new state, or a Move."""
    told = received.activity.get("object")
    about = told.get("id") if isinstance(told, dict) else told
    return received.activity["type"] in ("Move", "Update") and about == received.actor.id


def concerns_its_actor(unit: Unit, received: Received) -> bool:
    """Whether somebody we know tells us of itself, and has not told us so before."""
    if not may_concern_its_actor(received) or unit.session.get(Peer, received.actor.id) is None:
        return False
    heard = select(HeardActivity.id).where(HeardActivity.id == received.activity_id)
    return unit.session.execute(heard).first() is None


_peers = cast(Table, Peer.__table__)
_DOCUMENTS = select(_peers.c.actor_id, cast_as(_peers.c.document, Text).label("written")).where(
    _peers.c.actor_id.in_(bindparam("names", expanding=True))
)


class TakenIn(Enum):
    """What became of an activity when it was stored."""

    NEW = "new"
    KNOWN = "known"
    REPLAYED = "replayed"
    ID_REUSED = "id-reused"


Arrival = tuple[Received, RemoteActor | str | None]
"""An activity; and for a Move where it was confirmed to lead, or the code of the reason why it was not."""


def take_in(unit: Unit, received: Received, handlers: Handlers, arrived: RemoteActor | str | None = None) -> TakenIn:
    """One activity: `take_in_all`."""
    return take_in_all(unit, [(received, arrived)], handlers)[0]


def take_in_all(unit: Unit, arrivals: Sequence[Arrival], handlers: Handlers) -> list[TakenIn]:
    """Record signatures and ids, remember who it was, let parts act, in the order of arrival, in one transaction. A
    copy does nothing, nor does a second one among those that arrived together.

    What is refused here is told, not raised: an error would undo the others. What a rule of ours refuses is recorded
    too, with the reason: the sender's part is done, sending it again would change nothing. Raises RemoteProtocolError
    for an id that we could not keep.
    """
    arrived = [received for received, _ in arrivals]
    for received in arrived:
        following.check_length(received.activity_id, received.actor.id)
    outcomes = [TakenIn.NEW] * len(arrived)
    fresh = remember_signatures(unit, [one.request.seen if one.request else None for one in arrived])
    acts = {}
    for number, received in enumerate(arrived):
        if not fresh[number] or received.duplicate:
            outcomes[number] = TakenIn.KNOWN if fresh[number] else TakenIn.REPLAYED
        else:
            acts[number] = _action(received, handlers)
    recorded = _record(unit, {number: (arrived[number], act) for number, act in acts.items()}, outcomes)
    outdated = _outdated(unit, {one.actor.id: one.actor for one in (arrived[number] for number in recorded)})
    for number in recorded:
        act = acts[number]
        if not isinstance(act, str) and (act[1] or arrived[number].actor.id in outdated):
            _note(unit, arrived[number], _act(unit, arrivals[number], *act))
    return outcomes


Action = str | tuple[activities.Activity, tuple[Handler, ...]]


def _action(received: Received, handlers: Handlers) -> Action:
    """What was read and who acts on it; in words when it cannot be read."""
    try:
        activity = activities.parse_activity(received.activity)
    except RemoteProtocolError as error:
        return f"passed over: {error}"[:200]
    said = activity.object_type or _result_type(activity)
    return activity, handlers.get((activity.type, said)) or handlers.get((activity.type, ""), ())


def _record(unit: Unit, new: Mapping[int, tuple[Received, Action]], outcomes: list[TakenIn]) -> list[int]:
    """Write the ids down. Returns the numbers of those that were not there; of the others says what they are."""
    rows: dict[str, dict[str, Any]] = {}
    for received, act in new.values():
        rows.setdefault(
            received.activity_id,
            {
                "id": received.activity_id,
                "digest": received.digest,
                "actor_id": received.actor.id,
                "type": str(received.activity["type"])[:40],
                "received_at": received.received_at,
                "outcome": act if isinstance(act, str) else PASSED_OVER,
            },
        )
    inserted = insert_new(unit.session, HeardActivity.id, list(rows.values()))
    known = {name: row["digest"] for name, row in rows.items()}
    if len(inserted) < len(rows):
        query = select(HeardActivity.id, HeardActivity.digest).where(HeardActivity.id.in_(rows.keys() - inserted))
        known |= {name: digest for name, digest in unit.session.execute(query)}  # noqa: C416 - rows are not tuples
    recorded = []
    for number, (received, _) in new.items():
        if received.activity_id in inserted:
            inserted.remove(received.activity_id)
            recorded.append(number)
        elif known[received.activity_id] == received.digest:
            outcomes[number] = TakenIn.KNOWN
        else:
            outcomes[number] = TakenIn.ID_REUSED
    return recorded


def _note(unit: Unit, received: Received, outcome: str) -> None:
    if outcome != PASSED_OVER:
        row = HeardActivity.id == received.activity_id
        unit.session.execute(update(HeardActivity).where(row).values(outcome=outcome[:200]))


def _act(unit: Unit, arrival: Arrival, activity: activities.Activity, handlers: tuple[Handler, ...]) -> str:
    """The outcome in words. What a part wrote before it refused is undone."""
    received, arrived = arrival
    if isinstance(arrived, str):
        return f"refused: {arrived}"
    try:
        with unit.session.begin_nested():
            return _acted(unit, received, arrived, activity, handlers)
    except (DomainError, RemoteProtocolError) as error:
        log.info("activity refused", activity=received.activity_id, reason=str(error))
        return f"refused: {error}"


def _acted(
    unit: Unit,
    received: Received,
    arrived: RemoteActor | None,
    activity: activities.Activity,
    handlers: tuple[Handler, ...],
) -> str:
    known, sender = peer(unit, received.actor.id), received.actor.id
    if activity.type == "Follow" and received.actor.profile.moved_to is not None:
        return "refused: moved-away"  # specs/federation.md §13.8
    if (known is None and activity.type == "Follow") or (known is not None and known.actor_id == sender):
        known = following.remember(unit, received.actor)  # not under an id that it had before it moved
    host, inbox = received.actor.host, received.actor.inbox
    incoming = Incoming(activity, sender, host, known, received.received_at, arrived, inbox)
    for handler in handlers:
        outcome = handler(unit, incoming)
        if outcome != PASSED_OVER:
            return outcome
    return PASSED_OVER


def _outdated(unit: Unit, actors: Mapping[str, RemoteActor]) -> set[str]:
    """Actors of whom we keep a document that is not the one just read."""
    if not actors:
        return set()
    kept = unit.session.connection().execute(_DOCUMENTS, {"names": list(actors)})
    return {row.actor_id for row in kept if not _is_written(actors[row.actor_id].document, row.written)}


def _is_written(document: JsonObject, written: str) -> bool:
    """Whether that text is what we would write: nearly always it is, letter for letter, and need not be read."""
    return json.dumps(document) == written or json.loads(written) == document


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
    unit.wake(KEYS)
    return "remembered"


HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("Follow", ""): following.heard_follow,
    ("Accept", ""): heard_accept,
    ("Reject", ""): heard_reject,
    ("Undo", ""): following.heard_undo,
    ("Update", ""): heard_update,
    ("Delete", ""): farewells.heard_delete,
    ("Move", ""): moving.heard_move,
}
