"""Two communes with live terms, for the tests of cross-honouring: real nodes, real HTTP between them."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from node.accounts import public as accounts
from node.cards import public as cards
from node.core.clock import utc_now
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.honour import agreements, verification
from node.honour import public as honour
from node.honour.agreements import Wanted
from node.honour.models import HeadRow
from node.ledger import public as ledger
from node.neighbours import following
from node.neighbours.public import own_actor, peers
from node.neighbours.views import find_actor
from protocols.honour.terms import Way

BY = "0" * 26
POOL = "0000000000000000000000P00L"
PATIENCE_S = 20.0


class MovingClock:
    """The real time, which a test may push forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def forward(self, **span: float) -> None:
        self.ahead += timedelta(**span)


@dataclass
class Communes:
    """`a` issues, `b` has the pool; each follows the other and terms are live once `agree` was awaited."""

    a: Node
    b: Node
    clock: MovingClock

    async def befriend(self) -> None:
        for one, other in ((self.a, self.b), (self.b, self.a)):
            actor = await find_actor(one, other.base_url)
            await one.write(following.follow, actor, BY)
        for one in (self.a, self.b):
            await until(lambda one=one: one.read(_is_followed_back))  # type: ignore[misc]  # binds the loop's value

    async def agree(self, **changes: Any) -> str:
        """A proposes, B countersigns; answers the hash once both have the terms live."""
        made = await self.a.write(agreements.propose, self.b.host, wanted(self.clock().date(), **changes), BY)
        [waiting] = await until(lambda: self.b.read(_in_state, "proposed-by-them"))
        await self.b.write(agreements.countersign, waiting.id, BY)
        await until(lambda: self.a.read(lambda unit: agreements.get(unit, made).state == "live"))
        live = await self.a.read(agreements.get, made)
        return live.hash

    async def resident(self, name: str = "Leïla", tokens: int = 100) -> tuple[str, str]:
        """A resident of A with tokens; answers the account and the card's QR text."""
        return await self.a.write(new_resident, name, tokens)

    async def charge(self, shown: str, price: int, payment_id: str | None = None) -> str:
        return await self.b.write(start, payment_id or new_id(), self.a.host, shown, price)

    async def outcome(self, payment_id: str) -> honour.PaymentShown:
        """The payment once it is over."""

        async def over() -> honour.PaymentShown | None:
            found = await self.b.read(honour.payment, payment_id)
            return found if found.state in ("posted", "failed") else None

        shown: honour.PaymentShown = await until(over)
        return shown

    async def balance(self, account_id: str) -> int:
        return await self.a.read(balance, account_id)

    async def owed(self) -> int:
        """What A's ledger owes B."""
        return await self.a.read(lambda unit: _owed(unit, self.b.host))

    async def until(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        return await until(ask)

    async def in_step(self) -> None:
        """Wait until the mirrors hold all that the logs hold."""
        for writer, mirror in ((self.a, self.b), (self.b, self.a)):
            await until(lambda w=writer, m=mirror: same_seq(w, m))  # type: ignore[misc]  # binds the loop's values


async def same_seq(writer: Node, mirror: Node) -> bool:
    log = await writer.read(lambda unit: own_actor(unit))
    own = await writer.read(_seq, log, True)
    copied = await mirror.read(_seq, log, False)
    return own == copied


def _seq(unit: Unit, writer: str, ours: bool) -> int:
    rows = unit.session.execute(select(HeadRow).where(HeadRow.ours.is_(ours))).scalars()
    return sum(row.seq for row in rows if row.log.startswith(writer + " "))


def start(unit: Unit, payment_id: str, host: str, shown: str, price: int) -> str:
    return honour.start_payment(
        unit, payment_id, host, shown, price, "piscine",
        organisation_id=POOL, title="Entrée piscine", operator_id=BY, till_id=POOL,
    ).id  # fmt: skip


def new_resident(unit: Unit, name: str, tokens: int) -> tuple[str, str]:
    person = accounts.create_account(unit, f"{new_id().lower()}@castanet.example", name, "Benali")
    wallet = ledger.open_wallet(unit, person.id)
    if tokens:
        ledger.mint(unit, new_id(), tokens, {})
        ledger.award(unit, new_id(), wallet, tokens, {})
    return person.id, cards.issue(unit, person.id).payload


def balance(unit: Unit, account_id: str) -> int:
    wallet = ledger.wallet_of(unit, account_id)
    return ledger.balance(unit, wallet).available if wallet else 0


def _owed(unit: Unit, host: str) -> int:
    found = ledger.find_owed(unit, host)
    return ledger.balance(unit, found).total if found else 0


def _is_followed_back(unit: Unit) -> bool:
    return any(one.we_follow == "accepted" and one.follows_us for one in peers(unit))


def _in_state(unit: Unit, state: str) -> list[Any]:
    return [one for one in agreements.listing(unit) if one.state == state]


def wanted(today: date, **changes: Any) -> Wanted:
    """Terms: 3 tokens of A for 2 of B, up to 500 a person and day."""
    ours = Way(rate_num=3, rate_den=2, limit=10_000, day_cap=500, card_day_cap=300)
    theirs = Way(rate_num=1, rate_den=1, limit=10_000, day_cap=500, card_day_cap=300)
    values: dict[str, Any] = {
        "ours": ours, "theirs": theirs, "services": ("*",), "till_hold_s": 900, "booking_hold_s": 259_200,
        "statement_period": "month", "dispute_days": 30, "refund_days": 30,
        "valid_from": today - timedelta(days=1), "valid_until": today + timedelta(days=365),
    }  # fmt: skip
    return Wanted(**{**values, **changes})


async def until(ask: Callable[[], Awaitable[Any]], patience_s: float = PATIENCE_S) -> Any:
    """Ask until the answer is true; raises AssertionError when patience is over."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if found := await ask():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def books_agree(communes: Communes) -> None:
    """Both sides hold the same logs, and `ygor check` finds nothing on either."""
    await communes.in_step()
    for node in (communes.a, communes.b):
        problems = await node.read(verification.verify)
        assert problems == []

    async def copied() -> bool:
        return await communes.a.read(sums_of, True) == await communes.b.read(sums_of, False)

    await until(copied)  # not in step at once after a move: logs bear the first name


def sums_of(unit: Unit, ours: bool) -> list[tuple[str, int, str, Any]]:
    rows = unit.session.execute(select(HeadRow).where(HeadRow.ours.is_(ours)).order_by(HeadRow.log)).scalars()
    return [(row.log, row.seq, row.hash, row.sums) for row in rows]
