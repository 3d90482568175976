"""Residents of ours who take part elsewhere: what they ask for, what the neighbour answers (specs/sharing.md §4).

The neighbour decides. Until it has answered, the page says so; what it answers counts if it is about the latest wish
and newer than what we know. A certification is taken in once, with its proof, and nothing changes it afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sqlalchemy import ColumnElement, select

from node.core.errors import Conflict, Invalid, NotFound
from node.core.ids import new_code, new_id, new_secret
from node.core.unit import Unit
from node.neighbours import public as federation
from node.neighbours.public import Incoming, PeerShown
from node.sharing import awards, letters
from node.sharing.models import Request
from node.sharing.values import COMING, LIVE, Invitation, Participation
from protocols.errors import RemoteProtocolError
from protocols.joining import NAME_LENGTH, Answer, Wish, build_wish, parse_answer

MOST_COMING = 30
REPEAT_AFTER = timedelta(hours=6)
MOST_SENDS = 30
REPEATED_AT_ONCE = 100
REMIND_BEFORE = timedelta(hours=24)
FRESH = timedelta(hours=2)
"""Whoever asked less than this before has just been written to."""


def can_ask(unit: Unit, peer_actor: str) -> bool:
    """Whether this neighbour would listen: we follow each other (§2.2)."""
    return _neighbour(unit, peer_actor) is not None


def _neighbour(unit: Unit, peer_actor: str) -> PeerShown | None:
    peer = federation.peer(unit, peer_actor)
    known = peer is not None and peer.is_node and peer.follows_us and peer.we_follow == "accepted"
    return peer if known else None


def ask(unit: Unit, account_id: str, invitation: Invitation, name: str) -> Participation:
    """Ask the neighbour for a place. Asking again while it is pending or granted changes nothing and sends nothing.

    `name`: what the organisation may call the person. Raises Invalid `sharing.name`, Conflict `sharing.over`,
    `sharing.not-neighbours`, `sharing.too-many`.
    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= NAME_LENGTH or not shown.isprintable():
        raise Invalid("sharing.name", field="name", limit=NAME_LENGTH)
    row = unit.session.execute(select(Request).where(*_same(account_id, invitation)).with_for_update()).scalar()
    if row is not None and row.state in LIVE - {"leaving"}:
        return shown_of(row)
    if unit.now >= invitation.ends_at:
        raise Conflict("sharing.over")
    peer = _neighbour(unit, invitation.peer_actor)
    if peer is None:
        raise Conflict("sharing.not-neighbours")
    if _coming(unit, account_id) >= MOST_COMING:
        raise Conflict("sharing.too-many")
    promised = awards.promise(unit, invitation.peer_actor, invitation.tokens).tokens
    if row is None:
        row = _new(unit, account_id, invitation, peer)
    row.sequence, row.version, row.sends = row.sequence + 1, 0, 0
    row.name, row.state, row.reason, row.note, row.tokens = shown, "asked", "", "", promised
    row.asked_at = row.changed_at = unit.now
    row.reminded_at = None
    _send(unit, row, "Join", peer)
    return shown_of(row)


def leave(unit: Unit, account_id: str, request_id: str) -> Participation:
    """Tell the neighbour that the person does not come. Done again, it changes nothing.

    Raises NotFound, Conflict `sharing.begun`.
    """
    row = unit.session.get(Request, request_id, with_for_update=True)
    if row is None or row.account_id != account_id:
        raise NotFound("sharing.unknown")
    if row.state not in COMING:
        return shown_of(row)
    if unit.now >= row.starts_at:
        raise Conflict("sharing.begun")
    _withdraw(unit, row)
    return shown_of(row)


def _withdraw(unit: Unit, row: Request) -> None:
    row.sequence, row.version, row.sends = row.sequence + 1, 0, 0
    row.state, row.reason, row.note, row.changed_at = "leaving", "", "", unit.now
    _send(unit, row, "Leave", federation.peer(unit, row.peer_actor))


def withdraw_all(unit: Unit, account_id: str) -> int:
    """Somebody goes for good: their places elsewhere are given back. Returns how many were."""
    rows = unit.session.scalars(
        select(Request).where(Request.account_id == account_id, Request.state.in_(COMING)).with_for_update()
    ).all()
    for row in rows:
        _withdraw(unit, row)
    return len(rows)


def _same(account_id: str, invitation: Invitation) -> tuple[ColumnElement[bool], ...]:
    return (
        Request.account_id == account_id,
        Request.object_uri == invitation.object_uri,
        Request.slot_uri == invitation.slot_uri,
    )


def _coming(unit: Unit, account_id: str) -> int:
    query = select(Request.id).where(
        Request.account_id == account_id, Request.state.in_(COMING), Request.ends_at > unit.now
    )
    return len(unit.session.scalars(query.limit(MOST_COMING)).all())


def _new(unit: Unit, account_id: str, invitation: Invitation, peer: PeerShown) -> Request:
    """A row not yet asked for. Slots of one event share the reference, other events never do."""
    known = select(Request.participant).where(
        Request.account_id == account_id, Request.object_uri == invitation.object_uri
    )
    participant = unit.session.scalars(known).first() or new_secret(16)
    row = Request(
        id=new_id(), account_id=account_id, kind=invitation.kind, local_id=invitation.local_id,
        object_uri=invitation.object_uri, slot_uri=invitation.slot_uri, peer_actor=peer.actor_id, peer_host=peer.host,
        peer_name=peer.name[:120], participant=participant, code=new_code(), sequence=0, title=invitation.title[:300],
        organisation=invitation.organisation[:300], place=invitation.place[:300], starts_at=invitation.starts_at,
        ends_at=invitation.ends_at, transfer_id="", evidence=None, settled_at=None, reminded_at=None,
    )  # fmt: skip
    unit.session.add(row)
    return row


def _send(unit: Unit, row: Request, kind: Literal["Join", "Leave"], peer: PeerShown | None) -> None:
    row.sent_at, row.sends = unit.now, row.sends + 1
    unit.session.flush()
    if peer is None:  # no longer known: there is nobody to ask
        return
    name, code = (row.name, row.code) if kind == "Join" else ("", "")
    wish = Wish(row.object_uri, row.participant, row.sequence, row.slot_uri, name, code)
    number, actor = federation.new_activity_id(unit), federation.own_actor(unit)
    federation.send(unit, build_wish(kind, number, actor=actor, to=peer.actor_id, wish=wish), peer)


def repeat(unit: Unit) -> int:
    """Ask again where no answer came: it may be lost for good (a restored backup, a week of silence). The same wish
    has the same answer, so nothing is done twice."""
    query = (
        select(Request)
        .where(
            Request.state.in_(("asked", "leaving")),
            Request.sent_at < unit.now - REPEAT_AFTER,
            Request.sends < MOST_SENDS,
            Request.ends_at > unit.now,
        )
        .order_by(Request.sent_at, Request.id)
        .limit(REPEATED_AT_ONCE)
    )
    rows = unit.session.scalars(query).all()
    for row in rows:
        _send(unit, row, "Join" if row.state == "asked" else "Leave", federation.peer(unit, row.peer_actor))
    return len(rows)


def remind(unit: Unit) -> int:
    """Write to those who are expected at a neighbour's within a day, once each."""
    query = select(Request).where(
        Request.state == "registered",
        Request.reminded_at.is_(None),
        Request.asked_at < unit.now - FRESH,
        Request.starts_at > unit.now,
        Request.starts_at <= unit.now + REMIND_BEFORE,
    )
    rows = unit.session.scalars(query.order_by(Request.starts_at, Request.id).limit(REPEATED_AT_ONCE)).all()
    for row in rows:
        row.reminded_at = unit.now
        letters.remind(unit, shown_of(row))
    return len(rows)


def heard_answer(unit: Unit, incoming: Incoming) -> str:
    """The neighbour says where a participation stands. Answers what became of that."""
    answer = parse_answer(incoming.activity.document)
    row = unit.session.execute(
        select(Request)
        .where(
            Request.participant == answer.participant,
            Request.object_uri == answer.object_id,
            Request.slot_uri == answer.slot,
        )
        .with_for_update()
    ).scalar()
    if row is None or row.peer_actor != incoming.actor_id:
        return "no such participation"
    if row.evidence is not None:
        return "already certified"
    if answer.sequence != row.sequence or answer.version < row.version or _is_known(row, answer):
        return "late: passed over"
    if answer.state == "attended":
        awards.check_evidence(unit, incoming, row, answer.evidence)
    before = shown_of(row)
    _take(unit, row, answer)
    letters.tell(unit, before, shown_of(row))
    if row.state == "attended":
        awards.settle(unit, row)
    return row.state


def _is_known(row: Request, answer: Answer) -> bool:
    """Whether this version was heard. Version 0 comes from a node that keeps nothing of what it refused: any other
    word of the same wish overrules it, wherever it arrives."""
    return answer.version == row.version and row.state not in {"asked", "leaving"}


def _take(unit: Unit, row: Request, answer: Answer) -> None:
    row.version, row.state, row.reason, row.note = answer.version, answer.state, answer.reason, answer.note
    row.title, row.place = answer.title[:300] or row.title, answer.place[:300] or row.place
    row.organisation = answer.organisation[:300] or row.organisation
    if answer.starts_at is not None and answer.ends_at is not None:
        if answer.ends_at < answer.starts_at:
            raise RemoteProtocolError("endTime: before startTime")
        row.starts_at, row.ends_at = answer.starts_at, answer.ends_at
    row.changed_at = unit.now
    if answer.state == "attended":
        row.evidence = answer.evidence
    unit.session.flush()


def shown_of(row: Request) -> Participation:
    """The row as pages see it."""
    return Participation(
        id=row.id, account_id=row.account_id, kind=row.kind, local_id=row.local_id, object_uri=row.object_uri,
        slot_uri=row.slot_uri, peer_host=row.peer_host, peer_name=row.peer_name, name=row.name, code=row.code,
        state=row.state, reason=row.reason, note=row.note, title=row.title, organisation=row.organisation,
        place=row.place, starts_at=row.starts_at, ends_at=row.ends_at, tokens=row.tokens, paid=bool(row.transfer_id),
        settled=row.settled_at is not None, changed_at=row.changed_at,
    )  # fmt: skip
