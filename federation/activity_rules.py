"""What an activity may say, given who says it: the same-origin and same-owner rules of FEP-fe34, taken literally.

Clauses: specs/federation.md §6.
"""

from __future__ import annotations

from protocols.errors import RemoteProtocolError
from protocols.fields import check_identifier
from protocols.origins import parse_url, same_origin
from protocols.types import Json, JsonObject

_EMBEDDING = ("object", "target", "result", "instrument")
_OWNING = frozenset({"Create", "Update"})


def identify(activity: JsonObject) -> tuple[str, str]:
    """(id, actor id) of an activity. Raises RemoteProtocolError unless type, id and actor are single strings, id and
    actor are addresses in their one spelling, without fragment on the actor, and both have one origin."""
    activity_id, actor = activity.get("id"), activity.get("actor")
    if not isinstance(activity.get("type"), str):
        raise RemoteProtocolError("An activity has one type, as a string", code="bad-activity")
    if not isinstance(activity_id, str) or not isinstance(actor, str):
        raise RemoteProtocolError("An activity has an id and one actor, as addresses", code="bad-activity")
    check_identifier(activity_id, "id")
    if parse_url(check_identifier(actor, "actor")).fragment is not None:
        raise RemoteProtocolError("An actor's id has no fragment", code="bad-activity")
    if not same_origin(activity_id, actor):
        raise RemoteProtocolError("Activity and actor are of different origins", status=403, code="cross-origin")
    return activity_id, actor


def refuse_json_ld(document: JsonObject) -> None:
    """Raises RemoteProtocolError for `@id`, `@type`, `@graph` and the like: a reader that processes JSON-LD would
    find another document in it than we do. Contexts are bound by proofs, and never interpreted."""
    todo: list[Json] = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, dict):
            for name, member in value.items():
                if name.startswith("@") and name != "@context":
                    raise RemoteProtocolError(f"{name} is for JSON-LD processors only", code="json-ld")
                if name != "@context":
                    todo.append(member)


def owner_of(document: JsonObject) -> str | None:
    """Who a document says it is by: `actor`, else `attributedTo`. Raises unless that is a string or absent."""
    owner = document.get("actor", document.get("attributedTo"))
    if owner is not None and not isinstance(owner, str):
        raise RemoteProtocolError("An object has one owner, as an address", code="bad-object")
    return owner


def check_object(activity: JsonObject, actor: str) -> None:
    """Create, Update, Delete and Undo act on what is the actor's own; raises RemoteProtocolError 403 otherwise.

    What cannot be seen here (who made the object with that id) is checked where the object is stored.
    """
    kind, target = activity["type"], activity.get("object")
    for name in _EMBEDDING:
        if isinstance(activity.get(name), list):
            raise RemoteProtocolError("Lists of objects are not accepted", code="bad-object")
    if kind not in _OWNING and kind not in ("Delete", "Undo"):
        return
    object_id = _id_of(target)
    if object_id is None or not same_origin(object_id, actor):
        raise RemoteProtocolError("The object is not of the actor's origin", status=403, code="cross-origin")
    if not isinstance(target, dict):
        return
    for name in ("actor", "attributedTo"):
        if name in target and target[name] != actor:
            raise RemoteProtocolError("The object is another actor's", status=403, code="foreign-object")
    if kind in _OWNING and object_id != actor and owner_of(target) is None:
        raise RemoteProtocolError("The object does not say whose it is", status=403, code="foreign-object")
    if "inbox" in target and object_id != actor:
        raise RemoteProtocolError("An actor speaks for itself only", status=403, code="foreign-object")


def embedded(activity: JsonObject) -> tuple[tuple[str, JsonObject], ...]:
    """The objects inside an activity, by the name under which they stand."""
    return tuple((name, value) for name in _EMBEDDING if isinstance(value := activity.get(name), dict))


def brings_evidence(activity: JsonObject) -> bool:
    """Whether an object inside carries a proof, so that keys of its owner may have to be fetched."""
    return any(document.get("proof") is not None for _, document in embedded(activity))


def is_own(document: JsonObject, actor: str) -> bool:
    """Whether an embedded object is the sender's own word: same origin, and not by somebody else."""
    object_id = document.get("id")
    if object_id is not None and (not isinstance(object_id, str) or not same_origin(object_id, actor)):
        return False
    return owner_of(document) in (None, actor)


def without_embedded(activity: JsonObject, name: str) -> JsonObject:
    """A copy in which a foreign object is only its id: what stands there is hearsay, its address is not."""
    object_id = _id_of(activity[name])
    if object_id is None:
        raise RemoteProtocolError("A foreign object without an id", status=403, code="foreign-object")
    parse_url(object_id)
    return {**activity, name: object_id}


def _id_of(value: Json) -> str | None:
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None
