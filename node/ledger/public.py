"""What other parts may ask of the ledger. Everything takes the unit of work first and answers frozen values."""

from __future__ import annotations

from node.ledger.accounts import account, find_owed, open_account, open_owed, open_wallet, wallet_of
from node.ledger.awards import award
from node.ledger.balances import balance, find_transfer, history, supply
from node.ledger.day_books import DayBook, day_books
from node.ledger.figures import Flow, Seal, Spent, awarded_to, expiring, flows, sealed_before, spending, treasury_days
from node.ledger.handing import expiring_lots, give_up, hand_over, share_out, spent_since
from node.ledger.holds import commit_hold, expire_holds, find_hold, hold, release_hold
from node.ledger.journal import JournalEntry, journal
from node.ledger.minting import destroy, mint
from node.ledger.posting import TREASURY
from node.ledger.refunds import correct, refund
from node.ledger.rules import AMOUNT_LIMIT
from node.ledger.settings import Settings
from node.ledger.spending import spend, transfer_between
from node.ledger.sweep import sweep
from node.ledger.values import Account, Balance, Expiring, Held, Line, Lot, Memo, Posted, Supply, Swept
from node.ledger.verification import verify

__all__ = [
    "AMOUNT_LIMIT",
    "TREASURY",
    "Account",
    "Balance",
    "DayBook",
    "Expiring",
    "Flow",
    "Held",
    "JournalEntry",
    "Line",
    "Lot",
    "Memo",
    "Posted",
    "Seal",
    "Settings",
    "Spent",
    "Supply",
    "Swept",
    "account",
    "award",
    "awarded_to",
    "balance",
    "commit_hold",
    "correct",
    "day_books",
    "destroy",
    "expire_holds",
    "expiring",
    "expiring_lots",
    "find_hold",
    "find_owed",
    "find_transfer",
    "flows",
    "give_up",
    "hand_over",
    "history",
    "hold",
    "journal",
    "mint",
    "open_account",
    "open_owed",
    "open_wallet",
    "refund",
    "release_hold",
    "sealed_before",
    "share_out",
    "spend",
    "spending",
    "spent_since",
    "supply",
    "sweep",
    "transfer_between",
    "treasury_days",
    "verify",
    "wallet_of",
]
