"""Draws of neighbours that we witness (specs/gold.md §4): we take one announcement for each draw, say that we hold it,
and answer when its time has come, not before: until then nobody can know who wins."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, func, or_, select

from node.core.unit import Unit
from node.modules.gold import outgoing, signing
from node.modules.gold.models import Witnessed
from node.modules.gold.settings import Settings
from node.neighbours.public import PeerShown, peer
from protocols.errors import RemoteProtocolError
from protocols.gold.objects import (
    Announcement,
    Answer,
    Receipt,
    alpha_of,
    answer_json,
    read_announcement,
    receipt_json,
)
from protocols.types import JsonObject

AT_ONCE = 50
MOST_WAITING = 50
"""Draws of one drawer that we hold and have not answered yet."""
LONGEST_WAIT = timedelta(days=366)
SKEW = timedelta(minutes=5)


def take(unit: Unit, known: PeerShown, activity_id: str, document: JsonObject) -> str:
    """A neighbour announces a draw with us among its witnesses. Answers what became of it.

    Raises RemoteProtocolError: it is not well-formed, not signed by the drawer, not for us, too late, or contradicts
    what the same drawer announced before.
    """
    if not unit.settings("gold", Settings).witness:
        raise RemoteProtocolError("we witness no draws", status=403, code="no-witness")
    announcement, alpha = read_announcement(document), alpha_of(document).hex()
    signing.verified(unit, known, document, announcement.drawer.actor)
    held = _held_already(unit, announcement)
    if held is not None and held.alpha == alpha:
        held.activity_id = activity_id
        _say_again(unit, known, held)
        return "known"
    ours = next((party for party in announcement.parties[1:] if signing.is_ours(unit, party.actor)), None)
    if ours is None:
        raise RemoteProtocolError("we are no witness of this draw", status=403, code="not-a-party")
    if held is not None:
        held.conflict = held.conflict or document  # shown on our page of witnessed draws, for everybody
        return "refused: another announcement of this draw is held"
    _check(unit, announcement, ours.key)
    received = unit.now.replace(microsecond=0)
    receipt = receipt_json(Receipt(announcement.id, alpha, ours.actor, received))
    row = Witnessed(
        uri=announcement.id, drawer=announcement.drawer.actor, number=announcement.number, alpha=alpha,
        document=document, activity_id=activity_id, draw_at=announcement.drawn_at, received_at=received,
        receipt=signing.signed(unit, receipt, ours.actor), state="held",
    )  # fmt: skip
    unit.session.add(row)
    unit.session.flush()
    outgoing.send_receipt(unit, known, activity_id, alpha, row.receipt)
    return "held as a witness"


def _held_already(unit: Unit, announcement: Announcement) -> Witnessed | None:
    """What we hold for this draw, or for this number of the same drawer (§4.2)."""
    same = and_(Witnessed.drawer == announcement.drawer.actor, Witnessed.number == announcement.number)
    query = select(Witnessed).where(or_(Witnessed.uri == announcement.id, same))
    return unit.session.scalars(query.order_by(Witnessed.received_at).limit(1)).first()


def _check(unit: Unit, announcement: Announcement, key: bytes) -> None:
    if not announcement.id.startswith(_base(announcement.drawer.actor) + "/"):
        raise RemoteProtocolError("the draw is not at its drawer's", status=403, code="cross-origin")
    if all(one.private is None or one.private.draw_public != key for one in unit.keyring.sets):
        raise RemoteProtocolError("the key named for us is not ours", status=409, code="wrong-draw-key")
    if announcement.announced > unit.now + SKEW or not unit.now < announcement.drawn_at <= unit.now + LONGEST_WAIT:
        raise RemoteProtocolError("the draw is not to come", status=409, code="wrong-time")
    mine = Witnessed.drawer == announcement.drawer.actor
    last = unit.session.scalars(select(Witnessed).where(mine, Witnessed.number == announcement.number - 1)).first()
    if last is not None and last.alpha != announcement.previous:
        raise RemoteProtocolError("the announcement before is another one", status=409, code="broken-chain")
    waiting = select(func.count()).select_from(Witnessed).where(mine, Witnessed.state == "held")
    if unit.session.execute(waiting).scalar_one() >= MOST_WAITING:
        raise RemoteProtocolError("too many draws at once", status=429, code="too-many")


def _base(actor: str) -> str:
    scheme, _, rest = actor.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}"


def _say_again(unit: Unit, known: PeerShown, row: Witnessed) -> None:
    outgoing.send_receipt(unit, known, row.activity_id, row.alpha, row.receipt)
    if row.answer is not None:
        outgoing.send_answer(unit, known, row.activity_id, row.alpha, row.answer)


def answer_due(unit: Unit) -> int:
    """Answer the draws whose time has come; returns how many were."""
    due = select(Witnessed).where(Witnessed.state == "held", Witnessed.draw_at <= unit.now)
    rows = unit.session.scalars(due.order_by(Witnessed.draw_at, Witnessed.uri).limit(AT_ONCE).with_for_update()).all()
    return sum(_answer(unit, row) for row in rows)


def _answer(unit: Unit, row: Witnessed) -> bool:
    announcement = read_announcement(row.document)
    ours = next(party for party in announcement.parties[1:] if signing.is_ours(unit, party.actor))
    proof = signing.prove_own(unit, ours.key, bytes.fromhex(row.alpha))
    if proof is None:
        row.state = "lost"  # our keys leaked or were destroyed: the draw says in public that we did not answer
        return False
    answer = Answer(announcement.id, row.alpha, ours.actor, proof, unit.now.replace(microsecond=0))
    row.answer, row.state = signing.signed(unit, answer_json(answer), ours.actor), "answered"
    known = peer(unit, row.drawer)
    if known is not None:
        outgoing.send_answer(unit, known, row.activity_id, row.alpha, row.answer)
    return True


def listing(unit: Unit, limit: int = 100) -> tuple[Witnessed, ...]:
    """All that we witnessed, the latest first."""
    query = select(Witnessed).order_by(Witnessed.received_at.desc())
    return tuple(unit.session.scalars(query.limit(limit)))
