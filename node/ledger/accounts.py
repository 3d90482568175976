"""Opening and finding accounts."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import select

from node.core.errors import Invalid, NotFound
from node.core.ids import new_id
from node.core.unit import Unit
from node.ledger import rules
from node.ledger.models import ACCOUNTS
from node.ledger.posting import Hand, moment, sql
from node.ledger.values import Account, AccountKind

OWNER_LIMIT = 255
_OPEN = sql(
    "INSERT INTO ledger_accounts (id, kind, owner, opened_at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, owner) DO NOTHING"
)


def open_account(unit: Unit, kind: AccountKind, owner_id: str) -> str:
    """The account of that kind and owner, opened if there is none yet. Raises Invalid for the treasury's kind, an
    unknown kind or an owner that is empty or longer than 255."""
    if kind == "treasury" or kind not in get_args(AccountKind) or not 1 <= len(owner_id) <= OWNER_LIMIT:
        raise Invalid("ledger.account-kind")
    asked = select(ACCOUNTS.c.id).where(ACCOUNTS.c.kind == kind, ACCOUNTS.c.owner == owner_id)
    found: str | None = unit.session.execute(asked).scalar()
    if found is None:
        hand = Hand(unit)
        hand.run(_OPEN, new_id(), kind, owner_id, moment(unit.now, hand.postgres))
        found = unit.session.execute(asked).scalar_one()
    return found


def open_wallet(unit: Unit, owner_id: str) -> str:
    """The wallet of a resident, opened if there is none yet; answers the account's id."""
    return open_account(unit, "wallet", owner_id)


def open_owed(unit: Unit, peer_host: str) -> str:
    """The account of what is owed to a neighbouring node, by its host; opened if there is none yet."""
    return open_account(unit, "owed", peer_host)


def wallet_of(unit: Unit, owner_id: str) -> str | None:
    """The id of a resident's wallet, None if it was never opened. For read units."""
    asked = select(ACCOUNTS.c.id).where(ACCOUNTS.c.kind == "wallet", ACCOUNTS.c.owner == owner_id)
    found: str | None = unit.session.execute(asked).scalar()
    return found


def account(unit: Unit, account_id: str) -> Account:
    """Raises NotFound `ledger.account-unknown`."""
    row = unit.session.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account_id)).one_or_none()
    if row is None:
        raise NotFound("ledger.account-unknown")
    return Account(row.id, row.kind, row.owner)


def open_treasury(unit: Unit) -> None:
    """Make the treasury's shards, if they are not there yet."""
    hand = Hand(unit)
    for shard in rules.shard_ids():
        hand.run(_OPEN, shard, "treasury", shard, moment(unit.now, hand.postgres))


def find_owed(unit: Unit, peer_host: str) -> str | None:
    """The id of the account of what is owed to a neighbouring node, None if it was never opened. For read units."""
    asked = select(ACCOUNTS.c.id).where(ACCOUNTS.c.kind == "owed", ACCOUNTS.c.owner == peer_host)
    found: str | None = unit.session.execute(asked).scalar()
    return found
