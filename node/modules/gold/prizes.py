"""What becomes of a prize: claimed, handed over, or passed on to the next in the order (specs/gold.md §7).

Each passing is a signed line of the draw's file, so that everybody sees that it went to the next one and why.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from node.core import audit
from node.core.errors import Conflict, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.ledger import public as ledger
from node.modules.gold import notices, planning, rules, signing
from node.modules.gold.events import GoldWon
from node.modules.gold.models import Action, Draw, DrawEntry, DrawPassing, WonPrize
from protocols.gold.drawing import Walk
from protocols.gold.objects import Passing, Prize, passing_json, read_announcement, read_result

AT_ONCE = 50
EVENTS = {"declined": "decline", "unclaimed": "lapse", "revoked": "revoke", "left": "leave"}


def claim(unit: Unit, account_id: str, prize_id: str) -> None:
    """Take what one won: gold goes to the wallet, anything else waits at the town hall. Twice is once.

    Raises NotFound, Conflict `gold.prize-over`, `gold.too-late`, `ledger.treasury-short`.
    """
    row = _mine(unit, account_id, prize_id)
    if row.state in ("claimed", "handed"):
        return
    state = rules.next_prize_state(row.state, "claim")
    if unit.now > row.deadline:
        raise Conflict("gold.too-late")
    if row.gold:
        draw = planning.find(unit, row.draw_id)
        memo = {"kind": "gold", "title": draw.name, "draw_id": draw.id}
        wallet_id = ledger.open_wallet(unit, account_id)
        row.transfer_id = ledger.award(unit, f"gold:{row.id}", wallet_id, row.gold, memo, cls="gold").transfer_id
    row.state, row.decided_at = state, unit.now


def decline(unit: Unit, account_id: str, prize_id: str) -> None:
    """Leave a prize to the next in the order. Raises NotFound, Conflict `gold.prize-over`."""
    row = _mine(unit, account_id, prize_id)
    if row.state != "declined":
        _pass_on(unit, row, "declined")


def hand_over(unit: Unit, by: str, prize_id: str) -> None:
    """An agent has given somebody what they claimed. Raises NotFound, Conflict `gold.prize-over`."""
    row = _row(unit, prize_id)
    if row.state == "handed":
        return
    row.state, row.decided_at = rules.next_prize_state(row.state, "hand"), unit.now
    audit.record(unit, by, "gold.handed", row.id, prize=row.name)


def take_back(unit: Unit, prize_id: str, reason: str) -> None:
    """The action was revoked, or its person has left: what was won goes back and on. Handed things stay."""
    row = _row(unit, prize_id)
    if (row.state, EVENTS[reason]) not in rules.PRIZE_STATES:
        return
    if row.transfer_id:
        memo = {"kind": "gold", "title": row.name, "draw_id": row.draw_id}
        ledger.correct(unit, f"gold-back:{row.id}", row.transfer_id, memo)
    _pass_on(unit, row, reason)


def lapse_due(unit: Unit) -> int:
    """Pass on what nobody took in time; returns how many."""
    due = select(WonPrize.id).where(WonPrize.state == "won", WonPrize.deadline < unit.now)
    found = unit.session.scalars(due.order_by(WonPrize.deadline, WonPrize.id).limit(AT_ONCE)).all()
    for prize_id in found:
        _pass_on(unit, _row(unit, prize_id), "unclaimed")
    return len(found)


def _pass_on(unit: Unit, row: WonPrize, reason: str) -> None:
    """To the next in the order whose action stands; entries that cannot take it are named on the way."""
    draw = planning.find(unit, row.draw_id, lock=True)
    state = rules.next_prize_state(row.state, EVENTS[reason])
    row.state, row.decided_at = state, unit.now
    announcement = read_announcement(draw.announcement)
    walk = _walk(unit, draw, len(announcement.units))
    source: str | None = row.reference
    while source is not None:
        following = walk.next()
        number = _passings(unit, draw) + 1
        to = following.reference if following else None
        passing = Passing(
            announcement.id, draw.alpha, number, row.unit, source, to, reason, unit.now.replace(microsecond=0)
        )
        document = signing.signed(unit, passing_json(passing), announcement.drawer.actor)
        unit.session.add(DrawPassing(draw_id=draw.id, number=number, document=document))
        unit.session.flush()
        if to is None:
            return
        reason = why_unable(unit, draw.id, to)
        source = to if reason else None
        if not reason:
            give(unit, draw, row.unit, number, to, announcement.prizes[announcement.units[row.unit]])


def _walk(unit: Unit, draw: Draw, units: int) -> Walk:
    """The order, as far as it was gone."""
    result = read_result(draw.result)
    walk = Walk(result.seed, planning.entries_of(unit, draw.id), result.struck)
    for _ in range(units + _passings(unit, draw)):
        walk.next()
    return walk


def _passings(unit: Unit, draw: Draw) -> int:
    counted = select(func.count()).select_from(DrawPassing).where(DrawPassing.draw_id == draw.id)
    return unit.session.execute(counted).scalar_one()


def why_unable(unit: Unit, draw_id: str, reference: str) -> str:
    """Why an entry cannot take a prize any more; empty if it can."""
    entry = unit.session.get_one(DrawEntry, (draw_id, reference))
    if not entry.account_id:
        return "left"
    action = unit.session.get(Action, entry.action_id)
    return "revoked" if action is None or action.revoked_at is not None else ""


def give(unit: Unit, draw: Draw, number: int, turn: int, reference: str, prize: Prize) -> None:
    """It is this entry's turn at one thing to win: its person is told."""
    entry = unit.session.get_one(DrawEntry, (draw.id, reference))
    won = WonPrize(
        id=new_id(), draw_id=draw.id, unit=number, turn=turn, reference=reference, account_id=entry.account_id,
        name=prize.name, gold=prize.gold, state="won", deadline=unit.now + timedelta(days=draw.claim_days),
        transfer_id="",
    )  # fmt: skip
    unit.session.add(won)
    unit.session.flush()
    if entry.account_id:
        notices.won(unit, draw, won)
        unit.emit(GoldWon(entry.account_id, draw.id, prize.name, prize.gold))


def _mine(unit: Unit, account_id: str, prize_id: str) -> WonPrize:
    row = _row(unit, prize_id)
    if row.account_id != account_id:
        raise NotFound("gold.prize-unknown")
    return row


def _row(unit: Unit, prize_id: str) -> WonPrize:
    row = unit.session.get(WonPrize, prize_id, with_for_update=True)
    if row is None:
        raise NotFound("gold.prize-unknown")
    return row
