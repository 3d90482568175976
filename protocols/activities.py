"""Activities: what one node tells another, read strictly and written so that a strict reader understands.

The security model is FEP-fe34's, taken literally: an activity and its actor share an origin; what an activity creates,
changes, deletes or undoes belongs to that same actor; an embedded object of somebody else is not looked at, only its
identifier is.

Clauses: specs/activities.md §2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from protocols import fields
from protocols.actors import ACTOR_TYPES
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.origins import same_origin
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject
from protocols.vocabulary import PUBLIC, activity_context


@dataclass(frozen=True, slots=True)
class Rule:
    """What an activity of one type may do with its object."""

    own: bool = False
    """The object must have the actor's origin."""
    owner: str | None = None
    """The property of an embedded object that must name the actor; without one nothing embedded is kept."""
    free: bool = False
    """An embedded object is kept whoever it belongs to: it carries its own proofs."""
    self_only: bool = False
    """The object must be the actor itself."""
    targeted: bool = False
    """A target is required."""


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "Follow": Rule(),
        "Join": Rule(),
        "Leave": Rule(),
        "Accept": Rule(),
        "Reject": Rule(),
        "Announce": Rule(),
        "Offer": Rule(free=True),
        "Undo": Rule(own=True, owner="actor"),
        "Create": Rule(own=True, owner="attributedTo"),
        "Update": Rule(own=True, owner="attributedTo"),
        "Delete": Rule(own=True),
        "Move": Rule(own=True, self_only=True, targeted=True),
    }
)
"""Activity type → rule. Other types are refused with the code "unsupported-type"; an inbox may pass over them."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as read.

    `object_id` is None only for an Offer of a nameless object. `object` is the embedded object when its origin and
    owner are the actor's (or it is offered, and then trusted only by its own proofs), else None: fetch it by its id.
    `document` is everything that came.
    """

    id: str
    type: str
    actor: str
    object_id: str | None
    object_type: str | None
    object: JsonObject | None
    target: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    published: datetime | None
    document: JsonObject

    @property
    def public(self) -> bool:
        """Whether it is addressed to everybody."""
        return PUBLIC in (*self.to, *self.cc)


def parse_activity(document: JsonObject) -> Activity:
    """Read an activity; raises RemoteProtocolError. That the sender is its actor is for the caller to verify."""
    kind = fields.type_of(document)
    rule = RULES.get(kind)
    if rule is None:
        raise RemoteProtocolError("Activities of this type are not understood", code="unsupported-type")
    activity_id, actor = fields.identifier(document), fields.identifier(document, "actor")
    if not same_origin(activity_id, actor):
        raise RemoteProtocolError("The activity and its actor have different origins", code="cross-origin")
    object_id, embedded = _parse_object(document, rule, actor)
    target = fields.optional_reference(document, "target")
    if rule.targeted and target is None:
        raise RemoteProtocolError("target: an address was expected")
    return Activity(
        id=activity_id,
        type=kind,
        actor=actor,
        object_id=object_id,
        object_type=None if embedded is None else fields.type_of(embedded),
        object=embedded,
        target=target,
        to=fields.recipients(document, "to"),
        cc=fields.recipients(document, "cc"),
        published=fields.optional_moment(document, "published"),
        document=document,
    )


def build_follow(activity_id: str, *, actor: str, followed: str) -> JsonObject:
    """A wish to receive what `followed` publishes."""
    return _build("Follow", activity_id, actor, followed, to=(followed,))


def build_join(activity_id: str, *, actor: str, event: str, to: str) -> JsonObject:
    """Taking part in an event; `to` is its owner."""
    return _build("Join", activity_id, actor, event, to=(to,))


def build_leave(activity_id: str, *, actor: str, event: str, to: str) -> JsonObject:
    """Taking part no longer."""
    return _build("Leave", activity_id, actor, event, to=(to,))


def build_accept(activity_id: str, *, actor: str, accepted: JsonObject | str, to: str) -> JsonObject:
    """Yes to a Follow, Join or Offer: who asked for what, for peers that lost its id, or its id."""
    return _build("Accept", activity_id, actor, _mention(accepted), to=(to,))


def build_reject(activity_id: str, *, actor: str, rejected: JsonObject | str, to: str) -> JsonObject:
    """No to a Follow, Join or Offer; also takes an earlier Accept back."""
    return _build("Reject", activity_id, actor, _mention(rejected), to=(to,))


def build_undo(activity_id: str, *, actor: str, undone: JsonObject, to: tuple[str, ...]) -> JsonObject:
    """Takes back one of our own activities, given whole."""
    return _build("Undo", activity_id, actor, _bare(undone), to=to)


def build_create(
    activity_id: str, *, actor: str, created: JsonObject, to: tuple[str, ...], cc: tuple[str, ...], published: datetime
) -> JsonObject:
    """Publishes an object of ours."""
    return _build("Create", activity_id, actor, _bare(created), to=to, cc=cc, published=published)


def build_update(
    activity_id: str, *, actor: str, updated: JsonObject, to: tuple[str, ...], cc: tuple[str, ...], published: datetime
) -> JsonObject:
    """Publishes the new state of an object of ours, or of the actor itself."""
    return _build("Update", activity_id, actor, _bare(updated), to=to, cc=cc, published=published)


def build_delete(
    activity_id: str, *, actor: str, deleted: JsonObject, to: tuple[str, ...], cc: tuple[str, ...] = ()
) -> JsonObject:
    """Says that an object of ours is gone; `deleted` is its `tombstone`."""
    return _build("Delete", activity_id, actor, _bare(deleted), to=to, cc=cc)


def build_offer(
    activity_id: str, *, actor: str, offered: JsonObject, to: tuple[str, ...], target: str | None = None
) -> JsonObject:
    """Offers a signed object; it keeps its own `@context` when it has one, because its proof covers that."""
    return _build("Offer", activity_id, actor, offered, to=to, target=target)


def build_announce(
    activity_id: str, *, actor: str, announced: str, to: tuple[str, ...], cc: tuple[str, ...], published: datetime
) -> JsonObject:
    """Passes on an object, usually somebody else's, by its id."""
    return _build("Announce", activity_id, actor, announced, to=to, cc=cc, published=published)


def build_move(activity_id: str, *, actor: str, target: str, to: tuple[str, ...]) -> JsonObject:
    """Says that the actor is now `target` (FEP-7628), which must list it in `alsoKnownAs`."""
    return _build("Move", activity_id, actor, actor, to=to, target=target)


def tombstone(object_id: str, *, former_type: str, deleted: datetime) -> JsonObject:
    """What is left of a deleted object; served with status 410."""
    return {"id": object_id, "type": "Tombstone", "formerType": former_type, "deleted": rfc3339(deleted)}


def _parse_object(document: JsonObject, rule: Rule, actor: str) -> tuple[str | None, JsonObject | None]:
    value = document.get("object")
    if rule.free and isinstance(value, dict):
        return fields.optional_identifier(value, "id"), value
    object_id = fields.reference(document, "object")
    if rule.own and not same_origin(object_id, actor):
        raise RemoteProtocolError("The object is not of the actor's origin", code="cross-origin")
    if rule.self_only and object_id != actor:
        raise RemoteProtocolError("The object must be the actor itself", code="cross-origin")
    if rule.owner is None or not isinstance(value, dict):
        return object_id, None
    is_actor = fields.type_of(value) in ACTOR_TYPES
    owner = object_id if is_actor else fields.identifier(value, rule.owner)
    if owner != actor:
        raise RemoteProtocolError("The object belongs to somebody else", code="cross-origin")
    return object_id, value


def _build(
    kind: str,
    activity_id: str,
    actor: str,
    obj: Json,
    *,
    to: tuple[str, ...] = (),
    cc: tuple[str, ...] = (),
    target: str | None = None,
    published: datetime | None = None,
) -> JsonObject:
    document: JsonObject = {
        "@context": activity_context(),
        "id": activity_id,
        "type": kind,
        "actor": actor,
        "object": obj,
        "to": list[Json](to),
        "cc": list[Json](cc),
    }
    if target is not None:
        document["target"] = target
    if published is not None:
        document["published"] = rfc3339(published)
    try:
        parse_activity(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our {kind} is malformed: {error}") from error
    return document


def _bare(obj: JsonObject | str) -> Json:
    """An object to embed: without its own context and without proofs, which would no longer fit."""
    if isinstance(obj, str):
        return obj
    return {name: value for name, value in obj.items() if name not in ("@context", "proof")}


def _mention(obj: JsonObject | str) -> Json:
    """Who asked for what, and nothing else of it: whoever asks must not choose how much we keep and send."""
    if isinstance(obj, str):
        return obj
    said = {name: obj[name] for name in ("id", "type", "actor", "object") if name in obj}
    return {name: value.get("id") if isinstance(value, dict) else value for name, value in said.items()}
