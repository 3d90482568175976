"""What an issuer's decision does to the ledger, the log and the table of used consents.

Clauses: specs/honour-objects.md §5.4.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from node.core.unit import Unit
from node.honour import books
from node.honour.consents import used_key
from node.honour.models import ConsentRow, HeadRow, SaltRow
from node.households import public as households
from node.ledger import public as ledger
from node.neighbours.public import peer
from protocols.honour import messages as m
from protocols.honour.issuing import (
    AppendEntry,
    CommitHold,
    Effect,
    HoldLots,
    IssuerDecision,
    RefundLots,
    ReleaseHold,
    SpendLots,
    TellHolder,
    UseConsent,
)
from protocols.honour.log import salted_reference

SALT_BYTES = 16


def perform(
    unit: Unit, head: HeadRow, message: m.PaymentMessage | None, decision: IssuerDecision, *, sender: str = ""
) -> None:
    """Carry out a decision's effects in their order, in the caller's transaction, under the head's lock."""
    sender = message.sender if message is not None else sender
    for effect in decision.effects:
        _perform(unit, head, message, sender, effect)


def _perform(unit: Unit, head: HeadRow, message: m.PaymentMessage | None, sender: str, effect: Effect) -> None:
    match effect:
        case SpendLots():
            wallet = ledger.open_wallet(unit, effect.holder)
            transfer = transfer_id(sender, effect.payment)
            households.before_payment(unit, transfer, effect.holder, effect.amount)
            ledger.spend(unit, transfer, wallet, effect.amount, to=owed(unit, sender), memo=_memo(unit, sender))
        case HoldLots():
            wallet = ledger.open_wallet(unit, effect.holder)
            hold = transfer_id(sender, effect.payment)
            households.before_payment(unit, hold, effect.holder, effect.amount)
            ledger.hold(unit, hold, wallet, effect.amount, until=effect.until, memo=_memo(unit, sender))
        case CommitHold():
            same = transfer_id(sender, effect.payment)
            ledger.commit_hold(unit, same, same, to=owed(unit, sender), memo=_memo(unit, sender))
        case ReleaseHold():
            ledger.release_hold(unit, transfer_id(sender, effect.payment))
        case RefundLots():
            _refund(unit, head, sender, effect)
        case UseConsent():
            assert isinstance(message, m.Reserve | m.Charge), "only an opening uses a consent"
            key = used_key(sender, message.consent)
            unit.session.add(ConsentRow(key=key, sender=sender, payment=effect.payment))
        case AppendEntry():
            books.append_own(unit, head, effect.entry)
        case TellHolder():
            pass  # the holder finds each movement in the wallet, with the name of the neighbour: the ledger's memo


def transfer_id(sender: str, payment: str, refund: str = "") -> str:
    """The ledger's id of what a neighbour's payment moves; payment ids are theirs and two neighbours may choose one."""
    return "honour-" + sha256(f"{sender}\n{payment}\n{refund}".encode()).hexdigest()[:48]


def owed(unit: Unit, peer_actor: str) -> str:
    """The account of what we owe a neighbour."""
    return ledger.open_owed(unit, host_of(peer_actor))


def host_of(peer_actor: str) -> str:
    """After whom the account is named: the host in the id of our terms, which stays when the neighbour moves."""
    return peer_actor.partition("://")[2].split("/", 1)[0]


def reference(unit: Unit, log: str, account_id: str, message: m.PaymentMessage) -> str:
    """The salted reference of a person's entry; the salt is made at their first payment in a log."""
    row = unit.session.get(SaltRow, (account_id, log))
    if row is None:
        row = SaltRow(account_id=account_id, log=log, salt=secrets.token_bytes(SALT_BYTES))
        unit.session.add(row)
        unit.session.flush()
    refund = message.refund if isinstance(message, m.Refund) else ""
    return salted_reference(row.salt, transfer_id(message.sender, message.payment, refund))


def _refund(unit: Unit, head: HeadRow, sender: str, effect: RefundLots) -> None:
    if effect.amount == 0:
        return  # the rate's rounding: what stays sold still costs as much
    account, original = owed(unit, sender), transfer_id(sender, effect.payment)
    before = ledger.balance(unit, account).total
    again = transfer_id(sender, effect.payment, effect.refund)
    ledger.refund(unit, again, original, effect.amount, _memo(unit, sender))
    taken = before - ledger.balance(unit, account).total
    head.refunds_from_treasury += effect.amount - taken


def _memo(unit: Unit, sender: str) -> dict[str, str | int | bool | None]:
    known = peer(unit, sender)
    return {"neighbour": known.name if known else host_of(sender)}
