"""Taking part in what another node offers: `Join` and `Leave`, and the answers (specs/sharing.md §2–§4).

The node of the resident asks, the node of the event decides. A person is a reference that the asking node drew for
this one event, and the first name they chose. Every wish of a participation bears a rising `sequence`, every answer
the sequence it knows of and a rising `version`: whatever comes late, twice or in another order changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from protocols import fields
from protocols.activities import build_accept, build_join, build_leave, build_reject
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.origins import same_origin
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject

WISH: Final = "ygor:participation"
PARTICIPATION: Final = "ygor:Participation"
State = Literal["registered", "waiting", "refused", "left", "cancelled", "attended", "absent"]
STATES: Final[tuple[State, ...]] = ("registered", "waiting", "refused", "left", "cancelled", "attended", "absent")
GRANTED: Final[frozenset[State]] = frozenset({"registered", "waiting", "left", "attended", "absent"})
"""Told with an Accept; the others with a Reject. A refused Leave is a Reject that says where things stand."""
REASONS: Final = (
    "not-neighbours", "not-a-node", "unknown", "slot-unknown", "closed", "over", "full", "begun", "too-many", "refused",
    "withdrawn", "changed",
)  # fmt: skip
"""Why: a fixed list, so that every node can say it in its reader's language. Others are read as "refused"."""
MOST_SEQUENCE = 10_000
MOST_VERSION = 1_000_000
NAME_LENGTH, NOTE_LENGTH, TITLE_LENGTH = 60, 500, 300
_REF = re.compile(r"[A-Za-z0-9_-]{16,64}")
_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a `Join` or a `Leave` says beyond its object. `slot`: the id of one span of the event, empty for an event
    without any. `name` and `code` (what the person shows on the day) are empty in a Leave."""

    object_id: str
    participant: str
    sequence: int
    slot: str = ""
    name: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a participation stands, by the word of the node that offers. `sequence`: the latest wish it has heard;
    `version`: rises with each answer. `reason` is one of `REASONS` or empty, `note` a sentence by people.
    `evidence`: the signed word that the person took part, with the state "attended"."""

    object_id: str
    participant: str
    sequence: int
    version: int
    state: State
    owner: str
    slot: str = ""
    reason: str = ""
    note: str = ""
    title: str = ""
    organisation: str = ""
    place: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    evidence: JsonObject | None = None


def build_wish(kind: Literal["Join", "Leave"], activity_id: str, *, actor: str, to: str, wish: Wish) -> JsonObject:
    """The activity, not yet proved. Raises LocalProtocolError for what the other side would refuse."""
    build = build_join if kind == "Join" else build_leave
    said: JsonObject = {"ygor:participant": wish.participant, "ygor:sequence": wish.sequence}
    said |= _present({"ygor:slot": wish.slot, "name": wish.name, "ygor:code": wish.code})
    activity = {**build(activity_id, actor=actor, event=wish.object_id, to=to), WISH: said}
    try:
        parse_wish(activity)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our {kind} is malformed: {error}") from error
    return activity


def parse_wish(activity: JsonObject) -> Wish | None:
    """Read a Join or Leave; None when it names no participant: an ordinary actor, who speaks for itself.

    Raises RemoteProtocolError.
    """
    if activity.get(WISH) is None:
        return None
    said, object_id = fields.child(activity, WISH), fields.reference(activity, "object")
    joins = fields.type_of(activity) == "Join"
    name = fields.text(said, "name", max_length=NAME_LENGTH).strip() if joins else ""
    if joins and not name:
        raise RemoteProtocolError("name: a text was expected")
    return Wish(
        object_id=object_id,
        participant=_matching(said, "ygor:participant", _REF),
        sequence=fields.integer(said, "ygor:sequence", minimum=1, maximum=MOST_SEQUENCE),
        slot=_slot(said, object_id),
        name=name,
        code=_matching(said, "ygor:code", _CODE) if joins else "",
    )


def build_answer(activity_id: str, *, to: str, about: str, answer: Answer, granted: bool) -> JsonObject:
    """Accept or Reject of the activity `about`, whose `result` says where the participation stands; not yet proved.

    Raises LocalProtocolError for what the other side would refuse.
    """
    build = _BUILD_ANSWER[granted]
    result: JsonObject = {
        "type": PARTICIPATION,
        "attributedTo": answer.owner,
        "object": answer.object_id,
        "ygor:participant": answer.participant,
        "ygor:sequence": answer.sequence,
        "ygor:version": answer.version,
        "ygor:state": answer.state,
    }
    result |= _present({"ygor:slot": answer.slot, "ygor:reason": answer.reason, "content": answer.note})
    result |= _present({"name": answer.title, "ygor:organisation": answer.organisation, "ygor:place": answer.place})
    result |= _present({"startTime": _time(answer.starts_at), "endTime": _time(answer.ends_at)})
    result |= _present({"ygor:evidence": answer.evidence})
    activity = {**build(activity_id, actor=answer.owner, about=about, to=to), "result": result}
    try:
        parse_answer(activity)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our answer is malformed: {error}") from error
    return activity


def parse_answer(activity: JsonObject) -> Answer:
    """Read the `result` of an Accept or Reject. Raises RemoteProtocolError. `evidence` is verified by `attendance`."""
    said, owner = fields.child(activity, "result"), fields.identifier(activity, "actor")
    if fields.type_of(said) != PARTICIPATION:
        raise RemoteProtocolError("Not a participation")
    if fields.identifier(said, "attributedTo") != owner:
        raise RemoteProtocolError("The participation is another actor's word", status=403, code="foreign-object")
    object_id = fields.identifier(said, "object")
    if not same_origin(object_id, owner):
        raise RemoteProtocolError("The event is not of the actor's origin", status=403, code="cross-origin")
    state = fields.text(said, "ygor:state", max_length=20)
    reason = fields.optional_text(said, "ygor:reason", max_length=40) or ""
    return Answer(
        object_id=object_id,
        participant=_matching(said, "ygor:participant", _REF),
        sequence=fields.integer(said, "ygor:sequence", minimum=1, maximum=MOST_SEQUENCE),
        version=fields.integer(said, "ygor:version", maximum=MOST_VERSION),
        state=_state(state),
        owner=owner,
        slot=_slot(said, object_id),
        reason=reason if not reason or reason in REASONS else "refused",
        note=fields.optional_text(said, "content", max_length=NOTE_LENGTH) or "",
        title=fields.optional_text(said, "name", max_length=TITLE_LENGTH) or "",
        organisation=fields.optional_text(said, "ygor:organisation", max_length=TITLE_LENGTH) or "",
        place=fields.optional_text(said, "ygor:place", max_length=TITLE_LENGTH) or "",
        starts_at=fields.optional_moment(said, "startTime"),
        ends_at=fields.optional_moment(said, "endTime"),
        evidence=fields.optional_child(said, "ygor:evidence"),
    )


def _accept(activity_id: str, *, actor: str, about: str, to: str) -> JsonObject:
    return build_accept(activity_id, actor=actor, accepted=about, to=to)


def _reject(activity_id: str, *, actor: str, about: str, to: str) -> JsonObject:
    return build_reject(activity_id, actor=actor, rejected=about, to=to)


_BUILD_ANSWER: Final = {True: _accept, False: _reject}


def _state(text: str) -> State:
    for state in STATES:
        if state == text:
            return state
    raise RemoteProtocolError("ygor:state: unknown")


def _slot(said: JsonObject, object_id: str) -> str:
    """The id of a slot lies inside its event's: the same address with a fragment."""
    slot = fields.optional_text(said, "ygor:slot", max_length=2_000) or ""
    if slot and not slot.startswith(f"{object_id}#"):
        raise RemoteProtocolError("ygor:slot: not a slot of this event")
    return slot


def _matching(said: JsonObject, name: str, shape: re.Pattern[str]) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise RemoteProtocolError(f"{name}: malformed")
    return value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _present(values: dict[str, Json]) -> JsonObject:
    return {name: value for name, value in values.items() if value is not None and value != ""}
