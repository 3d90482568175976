"""Guests from other communes: what their node asks for, what we answer (specs/sharing.md §3).

One row per participation for ever, so that a message that comes late, twice or in another order finds what it means:
a wish older than the latest changes nothing, the latest again gets the same answer, a Leave that came first is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from node.core import throttle
from node.core.errors import Conflict, DomainError
from node.core.ids import new_id
from node.core.unit import Unit
from node.neighbours import public as federation
from node.neighbours.public import Incoming
from node.sharing import joinable
from node.sharing.joinable import Standing
from node.sharing.models import Guest
from node.sharing.settings import Settings
from protocols import jcs
from protocols.attendance import Attendance, sign
from protocols.joining import (
    GRANTED,
    NAME_LENGTH,
    NOTE_LENGTH,
    REASONS,
    Answer,
    State,
    Wish,
    build_answer,
    parse_answer,
    parse_wish,
)

MOST_LIVE_OF_A_PEER = 2_000
MOST_ROWS_OF_A_PEER = 20_000
WISHES_PER_HOUR = 1_200
STRANGERS_PER_HOUR = 60
NAMES_KEPT = timedelta(days=90)


def heard_wish(unit: Unit, incoming: Incoming, *, joins: bool) -> str:
    """A Join or a Leave. Answers what became of it; raises RemoteProtocolError for a malformed one."""
    wish = parse_wish(incoming.activity.document)
    peer = incoming.peer
    if wish is None or peer is None or not peer.is_node:
        reason = "not-a-node" if wish is None else "not-neighbours"
        return _refuse_stranger(unit, incoming, wish, reason) if joins else "passed over: not a neighbour's"
    try:
        throttle.count(unit, f"sharing.wishes:{peer.host}", limit=WISHES_PER_HOUR, window_s=3600)
    except DomainError:
        return "passed over: too many"
    asked, wish = wish, _local(unit, wish)
    row = _row(unit, incoming.actor_id, wish)
    if row is None:
        row = _new(unit, incoming, wish)
        if row is None:
            return _refuse_stranger(unit, incoming, asked, "unknown" if joins else "")
    elif wish.sequence < row.sequence:
        return "late: passed over"
    elif wish.sequence == row.sequence and row.said is not None:
        row.wish_id = incoming.activity.id
        _post(unit, row, _present(unit, row, parse_answer(row.said)), granted=row.said["type"] == "Accept")
        return "answered again"
    row.sequence, row.wish_id, row.peer_name = wish.sequence, incoming.activity.id, peer.name[:120]
    reason = _join(unit, row, wish, neighbours=_are_neighbours(incoming)) if joins else _leave(unit, row)
    answer = _say(unit, row, reason=reason, granted=not reason)
    return f"{answer.state}: {reason}" if reason else answer.state


def _are_neighbours(incoming: Incoming) -> bool:
    """Both follow each other: neither side is dragged into the other's affairs (§2.2)."""
    peer = incoming.peer
    return peer is not None and peer.follows_us and peer.we_follow == "accepted"


def _join(unit: Unit, row: Guest, wish: Wish, *, neighbours: bool) -> str:
    """Try to give a place; answers why not, empty when it was given."""
    row.name, row.code = _one_line(wish.name), wish.code
    row.state = "registered"  # from now on the module knows better
    door = joinable.of_kind(unit, row.kind)
    try:
        if not neighbours:
            raise Conflict("sharing.not-neighbours")
        if door is None or not unit.settings("sharing", Settings).welcome_guests:
            raise Conflict("sharing.closed")
        if _count_live(unit, row.peer_host) > MOST_LIVE_OF_A_PEER:
            raise Conflict("sharing.too-many")
        with unit.session.begin_nested():
            door.join(unit, row.id, *_addresses(unit, row))
    except DomainError as error:
        row.state, row.name, row.code = "refused", "", ""
        return _reason(error)
    return ""


def _leave(unit: Unit, row: Guest) -> str:
    """Free the place. What we know of the person goes with it."""
    door = joinable.of_kind(unit, row.kind)
    try:
        if door is not None:
            with unit.session.begin_nested():
                door.leave(unit, row.id, *_addresses(unit, row))
    except DomainError as error:
        return _reason(error)
    row.state, row.name, row.code = "left", "", ""
    return ""


def _reason(error: DomainError) -> str:
    word = error.key.partition(".")[2]
    return word if word in REASONS else "refused"


def _refuse_stranger(unit: Unit, incoming: Incoming, wish: Wish | None, reason: str) -> str:
    """No, and nothing kept of it: an ordinary actor of the fediverse is told too (Mobilizon's `Join`, §2.6)."""
    uri = incoming.activity.object_id or ""
    if not reason or not uri.startswith(unit.node.base_url + "/"):
        return "passed over: not ours"
    try:
        throttle.count(unit, f"sharing.strangers:{incoming.host}", limit=STRANGERS_PER_HOUR, window_s=3600)
    except DomainError:
        return "passed over: too many"
    said = wish or Wish(uri, "0" * 16, 1)
    owner = federation.own_actor(unit)
    answer = Answer(uri, said.participant, said.sequence, 0, "refused", owner, slot=said.slot, reason=reason)
    number = federation.new_activity_id(unit)
    about = incoming.activity.id
    reject = build_answer(number, to=incoming.actor_id, about=about, answer=answer, granted=False)
    federation.answer(unit, reject, incoming)
    return f"refused: {reason}"


def _path(unit: Unit, uri: str) -> str:
    """An address of ours without our name, which may have been another one when it was sent; others as they are."""
    for base in (unit.node.base_url, *unit.node.former_urls):
        if uri.startswith(f"{base}/"):
            return uri[len(base) :]
    return uri


def _local(unit: Unit, wish: Wish) -> Wish:
    """A wish about paths of ours, whatever our name was when it was made."""
    return replace(wish, object_id=_path(unit, wish.object_id), slot=_path(unit, wish.slot))


def _addresses(unit: Unit, row: Guest) -> tuple[str, str]:
    """Event and slot under our present name."""
    return unit.node.url(row.object_uri), unit.node.url(row.slot_uri) if row.slot_uri else ""


def _present(unit: Unit, row: Guest, answer: Answer) -> Answer:
    """A former answer under our present name."""
    object_id, slot = _addresses(unit, row)
    return replace(answer, owner=federation.own_actor(unit), object_id=object_id, slot=slot)


def key_of(actor_id: str, wish: Wish) -> str:
    """Who, for what: one participation has one row."""
    return hashlib.sha256(jcs.canonical([actor_id, wish.object_id, wish.slot, wish.participant])).hexdigest()


def _row(unit: Unit, actor_id: str, wish: Wish) -> Guest | None:
    query = select(Guest).where(Guest.key == key_of(actor_id, wish)).with_for_update()
    return unit.session.execute(query).scalar()


def _new(unit: Unit, incoming: Incoming, wish: Wish) -> Guest | None:
    """A fresh row; None for what is not ours, or from a node that has sent more than we keep."""
    assert incoming.peer is not None
    found = joinable.owner_of(unit, unit.node.url(wish.object_id)) if wish.object_id.startswith("/") else None
    if found is None or len(wish.object_id) > 500 or len(wish.slot) > 500:
        return None
    kept = select(func.count()).where(Guest.peer_host == incoming.host)
    if unit.session.execute(kept).scalar_one() >= MOST_ROWS_OF_A_PEER:
        return None
    row = Guest(
        id=new_id(), key=key_of(incoming.actor_id, wish), kind=found[0], object_uri=wish.object_id,
        slot_uri=wish.slot, peer_actor=incoming.actor_id, peer_host=incoming.host, peer_name="",
        participant=wish.participant, name="", code="", sequence=wish.sequence, version=0, wish_id="", state="left",
        said=None, evidence=None, changed_at=unit.now,
    )  # fmt: skip
    unit.session.add(row)
    unit.session.flush()
    return row


def _count_live(unit: Unit, host: str) -> int:
    """Guests of a node who have a name here: those who come, or came not long ago."""
    return unit.session.execute(select(func.count()).where(Guest.peer_host == host, Guest.name != "")).scalar_one()


def _standing(unit: Unit, row: Guest, *, reason: str = "", note: str = "") -> Answer:
    """Where a guest stands now, by the module's tables; by ours for somebody it knows nothing of."""
    door = joinable.of_kind(unit, row.kind)
    found = None if door is None else door.standing(unit, row.id, *_addresses(unit, row))
    state: State = "cancelled"
    if row.state in {"refused", "left"}:
        state = "refused" if row.state == "refused" else "left"
    elif found is not None and found.state is not None:
        state = found.state
    shown = found or Standing(None, "")
    object_id, slot = _addresses(unit, row)
    return Answer(
        object_id=object_id, participant=row.participant, sequence=row.sequence, version=row.version, state=state,
        owner=federation.own_actor(unit), slot=slot, reason=reason, note=_one_line(note, NOTE_LENGTH),
        title=shown.title, organisation=shown.organisation, place=shown.place, starts_at=shown.starts_at,
        ends_at=shown.ends_at, evidence=row.evidence,
    )  # fmt: skip


def _say(unit: Unit, row: Guest, *, reason: str = "", note: str = "", granted: bool = True) -> Answer:
    """Tell where a guest stands: a new version, which overrules all earlier ones wherever it arrives."""
    row.version += 1
    row.changed_at = unit.now
    unit.session.flush()
    answer = _standing(unit, row, reason=reason, note=note)
    _post(unit, row, answer, granted=granted and answer.state in GRANTED)
    return answer


def _post(unit: Unit, row: Guest, answer: Answer, *, granted: bool) -> None:
    peer = federation.peer(unit, row.peer_actor)
    number = federation.new_activity_id(unit)
    row.said = build_answer(number, to=row.peer_actor, about=row.wish_id, answer=answer, granted=granted)
    if peer is not None:  # forgotten since: there is nobody to tell
        federation.send(unit, row.said, peer)


def tell(unit: Unit, ids: Collection[str], *, reason: str = "", note: str = "") -> int:
    """Tell the nodes of these guests where they stand now, where that is news. Ids that are no guests' are passed
    over. Returns how many were told."""
    told = 0
    for row in _rows(unit, ids):
        if row.state in {"refused", "left"}:
            continue
        answer = _standing(unit, row, reason=reason, note=note)
        if row.said is None or _bare(_present(unit, row, parse_answer(row.said))) != _bare(answer):
            _say(unit, row, reason=reason, note=note)
            told += 1
    return told


def _bare(answer: Answer) -> Answer:
    """What it says, without when it was said; times on the wire have whole seconds."""
    starts_at = answer.starts_at and answer.starts_at.replace(microsecond=0)
    ends_at = answer.ends_at and answer.ends_at.replace(microsecond=0)
    return replace(answer, sequence=1, version=0, starts_at=starts_at, ends_at=ends_at)


def attest(unit: Unit, guest_id: str, attendance: Attendance) -> None:
    """Sign that a guest took part and tell their node. Done once: what is signed stays as it is."""
    row = unit.session.get(Guest, guest_id, with_for_update=True)
    if row is None or row.evidence is not None:
        return
    own, method = federation.own_actor(unit), federation.own_proof_method(unit)
    object_id, slot = _addresses(unit, row)
    whole = replace(
        attendance, issuer=own, issuer_name=unit.node.name, participant=row.participant, object_id=object_id,
        slot=slot, certified_at=unit.now.replace(microsecond=0),
    )  # fmt: skip
    row.evidence = sign(whole, seed=unit.keys.proof_seed, verification_method=method)
    _say(unit, row)


def _rows(unit: Unit, ids: Collection[str]) -> Sequence[Guest]:
    if not ids:
        return ()
    query = select(Guest).where(Guest.id.in_(set(ids))).order_by(Guest.id).with_for_update()
    return unit.session.execute(query).scalars().all()


def names(unit: Unit, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Guest id → (first name, commune); the name is empty once they left or long after."""
    query = select(Guest.id, Guest.name, Guest.peer_name).where(Guest.id.in_(set(ids)))
    return {id_: (name, commune) for id_, name, commune in unit.session.execute(query)}


def by_code(unit: Unit, slot_uri: str, code: str) -> str | None:
    """The guest who shows this code at this slot."""
    slot = _path(unit, slot_uri)
    query = select(Guest.id).where(Guest.slot_uri == slot, Guest.code == code, Guest.name != "")
    return unit.session.execute(query).scalars().first()


def forget_names(unit: Unit) -> None:
    """What a guest was called is not kept for ever: the certification and its reference are enough."""
    old = (Guest.changed_at < unit.now - NAMES_KEPT, Guest.name != "")
    unit.session.execute(update(Guest).where(*old).values(name="", code=""))


def _one_line(text: str, limit: int = NAME_LENGTH) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit].strip()
