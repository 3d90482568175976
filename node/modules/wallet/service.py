"""What a wallet shows, and what the desk may do with cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from node.accounts import public as accounts
from node.cards import public as cards
from node.civic.words import N_
from node.core import audit
from node.core.errors import NotFound
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.desk import public as desk
from node.honour import public as honour
from node.ledger import public as ledger

PASS_MINUTES = 3
SOON = timedelta(days=30)
LINES = 30


@dataclass(frozen=True, slots=True)
class LotShown:
    """Tokens that end on the same day. `soon`: within a month."""

    day: date
    amount: int
    soon: bool


@dataclass(frozen=True, slots=True)
class LineShown:
    """One movement. `title` stands in its memo, as somebody wrote it; `words` is the msgid of its kind."""

    id: str
    title: str
    words: str
    amount: int
    at: datetime
    neighbour: str


@dataclass(frozen=True, slots=True)
class WalletShown:
    """Everything on the page of the card."""

    card: cards.CardShown
    name: str
    total: int
    available: int
    held: int
    lots: tuple[LotShown, ...]
    ending_soon: int
    first_day: date | None
    lines: tuple[LineShown, ...]


KINDS = {
    "award": N_("Jetons gagnés"),
    "spend": N_("Paiement"),
    "refund": N_("Remboursement"),
    "expire": N_("Jetons arrivés à échéance"),
    "correct": N_("Correction"),
    "move": N_("Bourse du foyer"),
}
OTHER = N_("Mouvement")


def show(unit: Unit, account_id: str) -> WalletShown:
    """The wallet of a person; the card and the wallet are made at the first look, so this is a write."""
    _person(unit, account_id)
    card = cards.issue(unit, account_id)
    wallet_id = ledger.open_wallet(unit, account_id)
    balance = ledger.balance(unit, wallet_id)
    lots = _lots(unit, balance)
    soon = sum(lot.amount for lot in lots if lot.soon)
    return WalletShown(
        card=card,
        name=accounts.names(unit, [account_id])[account_id],
        total=balance.total,
        available=balance.available,
        held=balance.held,
        lots=lots,
        ending_soon=soon,
        first_day=lots[0].day if lots else None,
        lines=lines(unit, wallet_id),
    )


def show_at_desk(unit: Unit, agent: Viewer, account_id: str) -> WalletShown:
    """The same for an agent who prints the card; the person reads of it (specs/people.md §2)."""
    wallet = show(unit, account_id)
    desk.write_by_agent(unit, agent, account_id, "desk.card-printed", "card")
    return wallet


def _lots(unit: Unit, balance: ledger.Balance) -> tuple[LotShown, ...]:
    days: dict[date, int] = {}
    for lot in balance.lots:
        days[lot.expiry_day] = days.get(lot.expiry_day, 0) + lot.amount
    return tuple(LotShown(day, amount, day - unit.today <= SOON) for day, amount in sorted(days.items()))


def lines(unit: Unit, wallet_id: str, *, before: str | None = None) -> tuple[LineShown, ...]:
    """The latest movements of a wallet, the newest first."""
    found = ledger.history(unit, wallet_id, limit=LINES, before=before)
    return tuple(
        LineShown(
            line.transfer_id,
            str(line.memo.get("title") or ""),
            KINDS.get(line.kind, OTHER),
            line.amount,
            line.at,
            str(line.memo.get("neighbour") or ""),
        )
        for line in found
    )


@dataclass(frozen=True, slots=True)
class PassShown:
    """A code for one payment at a neighbour's. `minutes`: how long it is good; `communes`: where."""

    payload: str
    minutes: int
    communes: tuple[str, ...]


def phone_pass(unit: Unit, account_id: str) -> PassShown:
    """A fresh pass; nothing is stored, the commune recognises it when it comes back. Raises NotFound."""
    communes = tuple(commune.name for commune in honour.accepted_communes(unit))
    return PassShown(honour.make_pass(unit, account_id, minutes=PASS_MINUTES), PASS_MINUTES, communes)


def total(unit: Unit, account_id: str) -> int:
    """What a person can spend now; 0 for somebody who never had a wallet."""
    wallet_id = ledger.wallet_of(unit, account_id)
    return ledger.balance(unit, wallet_id).available if wallet_id else 0


def replace_card(unit: Unit, account_id: str, by: str, card_id: str) -> bool:
    """The lost card dies, a new one is issued; at the desk the agent's name is kept.

    `card_id` is the card that the page showed; False if it was replaced already.
    """
    _person(unit, account_id)
    live = cards.card_of(unit, account_id)
    if live is None or live.id != card_id:
        return False
    audit.record(unit, by, "cards.replaced", account_id)
    cards.report_lost(unit, account_id, by, card_id)
    return True


def _person(unit: Unit, account_id: str) -> None:
    """Raises NotFound `wallet.person` for somebody unknown, or who left."""
    person = accounts.account_summary(unit, account_id)
    if person is None or person.state != "active":
        raise NotFound("wallet.person")
