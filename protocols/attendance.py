"""The signed word of a node that somebody took part (specs/sharing.md §5): plain JSON under JCS, FEP-8b32 proof.

Members are named as in W3C Verifiable Credentials 2.0. The person is the reference that their own node drew for this
one event: whoever finds the document learns nobody's name, and two of them do not show that they are the same person's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from protocols import fields
from protocols.errors import RemoteProtocolError
from protocols.proofs import add_proof, verify_proof
from protocols.timestamps import rfc3339
from protocols.types import Json, JsonObject

TYPE: Final = "YgorCertifiedAction"
SUBJECT: Final = "urn:ygor:participant:"
MOST_MINUTES = 24 * 60
MOST_SKILLS = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Attendance:
    """What was done, by whom (a participant's reference), certified by which organisation of which node."""

    title: str
    organisation: str
    minutes: int
    done_on: date
    certified_at: datetime
    issuer: str = ""
    issuer_name: str = ""
    participant: str = ""
    object_id: str = ""
    kind: str = "mission"
    slot: str = ""
    theme: str = "other"
    skills: tuple[str, ...] = ()
    tokens: int = 0
    """What the mission promises to residents of its own commune; what is awarded elsewhere is not said here."""


def sign(attendance: Attendance, *, seed: bytes, verification_method: str) -> JsonObject:
    """The same bytes each time: the proof is as old as the certification."""
    action: JsonObject = {
        "kind": attendance.kind,
        "about": attendance.object_id,
        "name": attendance.title,
        "organisation": attendance.organisation,
        "theme": attendance.theme,
        "skills": list[Json](attendance.skills),
        "doneOn": attendance.done_on.isoformat(),
        "minutes": attendance.minutes,
        "tokens": attendance.tokens,
    }
    if attendance.slot:
        action["slot"] = attendance.slot
    unsecured: JsonObject = {
        "type": [TYPE],
        "issuer": {"id": attendance.issuer, "name": attendance.issuer_name},
        "validFrom": rfc3339(attendance.certified_at),
        "credentialSubject": {"id": SUBJECT + attendance.participant, "action": action},
    }
    created = attendance.certified_at
    return add_proof(unsecured, seed=seed, verification_method=verification_method, created=created)


def verify(document: JsonObject, *, public_key: bytes, verification_method: str, now: datetime) -> Attendance:
    """Read what a node signed. Raises RemoteProtocolError: 401 for the proof, 400 for the shape. That the key is the
    issuer's is the caller's to know."""
    verify_proof(document, public_key=public_key, verification_method=verification_method, now=now)
    return parse(document)


def parse(document: JsonObject) -> Attendance:
    """Read the statement without its proof. Raises RemoteProtocolError."""
    if document.get("type") != [TYPE]:
        raise RemoteProtocolError("Not a certified action")
    issuer, subject = fields.child(document, "issuer"), fields.child(document, "credentialSubject")
    action, named = fields.child(subject, "action"), fields.text(subject, "id")
    if not named.startswith(SUBJECT):
        raise RemoteProtocolError("credentialSubject: not a participant")
    return Attendance(
        issuer=fields.identifier(issuer),
        issuer_name=fields.text(issuer, "name"),
        participant=named.removeprefix(SUBJECT),
        object_id=fields.identifier(action, "about"),
        title=fields.text(action, "name"),
        organisation=fields.text(action, "organisation"),
        minutes=fields.integer(action, "minutes", maximum=MOST_MINUTES),
        done_on=_day(action, "doneOn"),
        certified_at=fields.moment(document, "validFrom"),
        kind=fields.text(action, "kind", max_length=20),
        slot=fields.optional_text(action, "slot", max_length=2_000) or "",
        theme=fields.text(action, "theme", max_length=40),
        skills=fields.texts(action, "skills", max_items=MOST_SKILLS, max_length=100),
        tokens=fields.integer(action, "tokens", maximum=100_000),
    )


def _day(action: JsonObject, name: str) -> date:
    text = fields.text(action, name, max_length=10)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RemoteProtocolError(f"{name}: a day was expected")
