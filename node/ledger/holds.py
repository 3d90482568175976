"""Setting tokens aside. A hold lessens what is available when it is made, not when it is committed, and protects its
lots: they can be spent by its commit even after their last day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from node.core.errors import Conflict, Invalid, NotFound
from node.core.unit import Unit
from node.ledger import posting, rules
from node.ledger.models import HOLD_LOTS, HOLDS
from node.ledger.posting import TREASURY, Hand, moment, sql
from node.ledger.spending import settle_payment
from node.ledger.values import Held, HoldState, Memo, Portion, Posted

_INSERT = sql(
    "INSERT INTO ledger_holds (id, account_id, amount, until, made_at, state, memo, body)"
    " VALUES (?, ?, ?, ?, ?, 'held', ?, ?) ON CONFLICT (id) DO NOTHING"
)
_INSERT_LOT = sql("INSERT INTO ledger_hold_lots (hold_id, cls, expiry_day, funder, amount) VALUES (?, ?, ?, ?, ?)")
_HOLD = sql(
    "UPDATE ledger_lots SET held = held + ?"
    " WHERE account_id = ? AND cls = ? AND expiry_day = ? AND funder = ? AND amount - held >= ?"
)
_FREE = sql(
    "UPDATE ledger_lots SET held = held - ?"
    " WHERE account_id = ? AND cls = ? AND expiry_day = ? AND funder = ? AND held >= ?"
)


def hold(
    unit: Unit, hold_id: str, wallet_id: str, amount: int, *, until: datetime, memo: Memo, cls: str = "token"
) -> Held:
    """Set `amount` tokens of a wallet aside until the instant `until`, earliest last day first. The same id and body
    answer the hold's present state.

    Raises Invalid, NotFound, Conflict (`ledger.conflict`; `ledger.short` with `missing`).
    """
    rules.check_amount(amount)
    rules.check_class(cls)
    rules.check_id(hold_id)
    text = rules.memo_text(memo)
    ends = moment(until, postgres=False)
    body = rules.digest({"hold": wallet_id, "amount": amount, "until": ends, "memo": text, "cls": cls})
    hand = Hand(unit)
    _, lots = posting.lock_lots(hand, wallet_id, cls, unit.today)
    row = _row(unit, hold_id)
    if row is not None:
        if row.body != body:
            raise Conflict("ledger.conflict")
        return _answer(row, _portions(unit, hold_id))
    if until <= unit.now:
        raise Invalid("ledger.hold-until", field="until")
    portions = rules.choose(lots, amount, unit.today)
    if (missing := amount - rules.total(portions)) > 0:
        raise Conflict("ledger.short", missing=missing)
    moments = (moment(until, hand.postgres), moment(unit.now, hand.postgres))
    hand.run(_INSERT, hold_id, wallet_id, amount, *moments, text, body)
    for p in portions:
        _change(hand, _HOLD, wallet_id, p)
        hand.run(_INSERT_LOT, hold_id, p.cls, p.expiry_day.isoformat(), p.funder, p.amount)
    return Held(hold_id, wallet_id, amount, until, "held", rules.by_day(portions))


def commit_hold(
    unit: Unit, transfer_id: str, hold_id: str, *, to: str = TREASURY, memo: Memo, amount: int | None = None
) -> Posted:
    """Pay with held tokens, all of them or the first `amount`; what is left is available again. `to` as in `spend`.

    Raises Invalid, NotFound (`ledger.hold-unknown`), Conflict (`ledger.conflict`; `ledger.hold-over` if it was
    released, committed by another transfer, or its time has come).
    """
    row = _known(unit, hold_id)
    amount = row.amount if amount is None else amount
    rules.check_amount(amount, row.amount)
    asked = posting.draft("spend", transfer_id, amount, memo, row.account_id, to=to, hold=hold_id)
    hand = Hand(unit)
    owner = posting.lock_holder(hand, row.account_id)
    if first := posting.first_result(hand, asked):
        return first
    posting.check_target(hand, to)
    if row.state != "held" or unit.now >= row.until:
        raise Conflict("ledger.hold-over")
    portions = _portions(unit, hold_id)
    _end(unit, hand, row, portions, "committed", transfer_id)
    posting.write(unit, hand, asked)
    return settle_payment(unit, hand, asked, owner, rules.part(portions, 0, amount), to, memo)


def release_hold(unit: Unit, hold_id: str) -> Held:
    """Make held tokens available again. A hold that is over already stays as it is. Raises NotFound."""
    row = _known(unit, hold_id)
    hand = Hand(unit)
    posting.lock_holder(hand, row.account_id)
    portions = _portions(unit, hold_id)
    if row.state != "held":
        return _answer(row, portions)
    state: HoldState = "released" if unit.now < row.until else "expired"
    _end(unit, hand, row, portions, state, None)
    return Held(row.id, row.account_id, row.amount, row.until, state, rules.by_day(portions))


def find_hold(unit: Unit, hold_id: str) -> Held | None:
    """A hold as it stands, None if there is none of that id."""
    row = _row(unit, hold_id)
    return None if row is None else _answer(row, _portions(unit, hold_id))


def expire_holds(unit: Unit, limit: int = 200) -> int:
    """Free up to `limit` holds whose time has come; answers how many."""
    due = select(HOLDS).where(HOLDS.c.state == "held", HOLDS.c.until <= unit.now)
    rows = unit.session.execute(due.order_by(HOLDS.c.account_id, HOLDS.c.id).limit(limit)).all()
    hand = Hand(unit)
    for row in rows:
        posting.lock_holder(hand, row.account_id)
        _end(unit, hand, row, _portions(unit, row.id), "expired", None)
    return len(rows)


def _row(unit: Unit, hold_id: str) -> Any:
    return unit.session.execute(select(HOLDS).where(HOLDS.c.id == hold_id)).one_or_none()


def _known(unit: Unit, hold_id: str) -> Any:
    row = _row(unit, hold_id)
    if row is None:
        raise NotFound("ledger.hold-unknown")
    return row


def _portions(unit: Unit, hold_id: str) -> tuple[Portion, ...]:
    asked = select(HOLD_LOTS).where(HOLD_LOTS.c.hold_id == hold_id)
    rows = unit.session.execute(asked.order_by(HOLD_LOTS.c.expiry_day, HOLD_LOTS.c.funder))
    return tuple(Portion(row.cls, row.expiry_day, row.funder, row.amount) for row in rows)


def _answer(row: Any, portions: tuple[Portion, ...]) -> Held:
    return Held(row.id, row.account_id, row.amount, row.until, row.state, rules.by_day(portions))


def _end(
    unit: Unit, hand: Hand, row: Any, portions: tuple[Portion, ...], state: HoldState, transfer_id: str | None
) -> None:
    for portion in portions:
        _change(hand, _FREE, row.account_id, portion)
    change = update(HOLDS).where(HOLDS.c.id == row.id, HOLDS.c.state == "held")
    unit.session.execute(change.values(state=state, transfer_id=transfer_id))


def _change(hand: Hand, statement: posting.Sql, account_id: str, p: Portion) -> None:
    changed = hand.run(statement, p.amount, account_id, p.cls, p.expiry_day.isoformat(), p.funder, p.amount).rowcount
    assert changed == 1, "lots seen under the account's lock were changed"
