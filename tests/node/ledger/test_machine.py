"""Whole histories against a plain model: whatever is asked in whatever order, the ledger and the model agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from node.core.database import is_postgres
from node.core.errors import DomainError
from node.core.node import Node
from node.ledger import public as ledger
from node.ledger.rules import expiry_day
from node.ledger.sealing import seal
from tests.node.ledger.conftest import Scratch

WALLETS = 2
GRACE_DAYS = 7
AMOUNTS = st.integers(1, 60)
SMALL = st.integers(1, 12)
WHO = st.integers(0, WALLETS - 1)


class Purse:
    """A wallet of the model: tokens free and held, per last day."""

    def __init__(self) -> None:
        self.free: dict[date, int] = {}
        self.held: dict[date, int] = {}

    def add(self, day: date, amount: int) -> None:
        self.free[day] = self.free.get(day, 0) + amount

    def available(self, today: date) -> int:
        return sum(amount for day, amount in self.free.items() if day >= today)

    def draw(self, amount: int, today: date, first: date | None = None) -> list[tuple[date, int]]:
        """Take from the earliest valid day on (from `first` before all others), as far as it goes."""
        taken = []
        for day in sorted(self.free, key=lambda day: (day != first, day)):
            part = min(amount, self.free[day]) if day >= today else 0
            if part:
                self.free[day] -= part
                amount -= part
                taken.append((day, part))
        return sorted(taken)


class Books(RuleBasedStateMachine):
    scratch: Scratch

    payments = Bundle("payments")
    awards = Bundle("awards")
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.unit = self.stack.enter_context(self.scratch())
        self.wallets = [ledger.open_wallet(self.unit, f"owner-{n}") for n in range(WALLETS)]
        self.owed_id = ledger.open_owed(self.unit, "ramonville.localhost")
        self.purses = [Purse() for _ in range(WALLETS)]
        self.treasury = self.owed = self.minted = self.destroyed = self.spent = self.expired = 0
        self.paid: dict[str, tuple[int, str, list[tuple[date, int]], int]] = {}
        self.awarded: dict[str, tuple[int, date, int]] = {}
        self.open_holds: dict[str, tuple[int, Any, list[tuple[date, int]]]] = {}
        self.count = 0
        self.done: list[tuple[Callable[[], object], Callable[[], object], object]] = []

    def teardown(self) -> None:
        try:
            while seal(self.unit):
                pass
            assert ledger.verify(self.unit) == []
        finally:
            self.stack.close()

    def fresh(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def asked(self, call: Callable[[str], Any], other: Callable[[], object], refusal: str | None) -> Any:
        """Ask twice under `refusal`, or once and remember the request, to be asked again later. `other` asks for
        something else under the same id."""
        if refusal is None:
            result = call("first")
            self.done.append((lambda: call("first"), other, result))
            return result
        for _ in range(2):
            with pytest.raises(DomainError) as caught:
                call("first")
            assert caught.value.key == refusal
        return None

    @initialize(target=awards, amount=st.integers(60, 400))
    def first_tokens(self, amount: int) -> Any:
        self.mint(amount)
        return multiple(*(self.award(who, 30) for who in range(WALLETS)))

    @initialize(target=payments, amount=SMALL, to_owed=st.booleans())
    def first_payment(self, amount: int, to_owed: bool) -> Any:
        return self.spend(0, amount, to_owed)

    @rule(amount=st.integers(1, 200))
    def mint(self, amount: int) -> None:
        own = self.fresh()
        self.asked(
            lambda memo: ledger.mint(self.unit, own, amount, {"m": memo}),
            lambda: ledger.mint(self.unit, own, amount + 1, {"m": "first"}),
            None,
        )
        self.treasury, self.minted = self.treasury + amount, self.minted + amount

    @rule(amount=AMOUNTS)
    def destroy(self, amount: int) -> None:
        own = self.fresh()
        short = "ledger.treasury-short" if amount > self.treasury else None
        self.asked(
            lambda memo: ledger.destroy(self.unit, own, amount, {"m": memo}),
            lambda: ledger.destroy(self.unit, own, amount, {"m": "other"}),
            short,
        )
        if not short:
            self.treasury, self.destroyed = self.treasury - amount, self.destroyed + amount

    @rule(target=awards, who=WHO, amount=AMOUNTS)
    def award(self, who: int, amount: int) -> Any:
        own, wallet = self.fresh(), self.wallets[who]
        short = "ledger.treasury-short" if amount > self.treasury else None
        posted = self.asked(
            lambda memo: ledger.award(self.unit, own, wallet, amount, {"m": memo}),
            lambda: ledger.award(self.unit, own, wallet, amount % 60 + 1, {"m": "first"}),
            short,
        )
        if short:
            return multiple()
        day = expiry_day(self.unit.today, 1)
        assert posted == ledger.Posted(own, amount, ((day, amount),))
        self.purses[who].add(day, amount)
        self.treasury -= amount
        self.awarded[own] = (who, day, amount)
        return own

    @rule(target=payments, who=WHO, amount=st.one_of(SMALL, AMOUNTS), to_owed=st.booleans())
    def spend(self, who: int, amount: int, to_owed: bool) -> Any:
        own, wallet, purse = self.fresh(), self.wallets[who], self.purses[who]
        to = self.owed_id if to_owed else ledger.TREASURY
        short = "ledger.short" if amount > purse.available(self.unit.today) else None
        posted = self.asked(
            lambda memo: ledger.spend(self.unit, own, wallet, amount, to=to, memo={"m": memo}),
            lambda: ledger.spend(self.unit, own, self.wallets[who - 1], amount, to=to, memo={"m": "first"}),
            short,
        )
        if short:
            return multiple()
        lots = purse.draw(amount, self.unit.today)
        assert posted.lots == tuple(lots)
        self.pay(own, who, to, lots)
        return own

    def pay(self, own: str, who: int, to: str, lots: list[tuple[date, int]]) -> None:
        amount = sum(part for _, part in lots)
        self.spent += amount
        if to == ledger.TREASURY:
            self.treasury += amount
        else:
            self.owed += amount
        self.paid[own] = (who, to, lots, 0)

    @rule(original=payments, amount=SMALL)
    def refund(self, original: str, amount: int) -> None:
        own = self.fresh()
        who, to, lots, before = self.paid[original]
        from_owed = to != ledger.TREASURY and self.owed >= amount
        refusal = None
        if amount > sum(part for _, part in lots) - before:
            refusal = "ledger.refund-too-much"
        elif not from_owed and amount > self.treasury:
            refusal = "ledger.treasury-short"
        posted = self.asked(
            lambda memo: ledger.refund(self.unit, own, original, amount, {"m": memo}),
            lambda: ledger.refund(self.unit, own, original, amount, {"m": "other"}),
            refusal,
        )
        if refusal:
            return
        single = [day for day, part in reversed(lots) for _ in range(part)]
        back = Counter(max(day, self.unit.today + timedelta(days=GRACE_DAYS)) for day in single[before:][:amount])
        assert posted.lots == tuple(sorted(back.items()))
        for day, part in back.items():
            self.purses[who].add(day, part)
        self.paid[original] = (who, to, lots, before + amount)
        self.spent -= amount
        if from_owed:
            self.owed -= amount
        else:
            self.treasury -= amount

    @rule(original=awards)
    def correct(self, original: str) -> None:
        own = self.fresh()
        who, day, amount = self.awarded[original]
        done = "ledger.already-corrected" if amount == 0 else None
        posted = self.asked(
            lambda memo: ledger.correct(self.unit, own, original, {"m": memo}),
            lambda: ledger.correct(self.unit, own, original, {"m": "other"}),
            done,
        )
        if done:
            return
        taken = self.purses[who].draw(amount, self.unit.today, first=day)
        assert posted.lots == tuple(taken)
        self.treasury += posted.amount
        self.awarded[original] = (who, day, 0)

    @rule(target=holds, who=WHO, amount=st.one_of(SMALL, AMOUNTS), hours=st.integers(1, 24 * 60))
    def hold(self, who: int, amount: int, hours: int) -> Any:
        own, wallet, purse = self.fresh(), self.wallets[who], self.purses[who]
        until = self.unit.now + timedelta(hours=hours)
        short = "ledger.short" if amount > purse.available(self.unit.today) else None
        self.asked(
            lambda memo: ledger.hold(self.unit, own, wallet, amount, until=until, memo={"m": memo}).lots,
            lambda: ledger.hold(self.unit, own, wallet, amount + 1, until=until, memo={"m": "first"}),
            short,
        )
        if short:
            return multiple()
        lots = purse.draw(amount, self.unit.today)
        for day, part in lots:
            purse.held[day] = purse.held.get(day, 0) + part
        self.open_holds[own] = (who, until, lots)
        return own

    def close_hold(self, hold_id: str, keep: int) -> list[tuple[date, int]]:
        """End a hold: its first `keep` tokens are paid, the others are free again."""
        who, _, lots = self.open_holds.pop(hold_id)
        paid, purse = [], self.purses[who]
        for day, part in lots:
            purse.held[day] -= part
            gone = min(keep, part)
            keep -= gone
            if gone:
                paid.append((day, gone))
            if part > gone:
                purse.add(day, part - gone)
        return paid

    @rule(target=payments, hold_id=holds, share=st.integers(1, 100), to_owed=st.booleans())
    def commit(self, hold_id: str, share: int, to_owed: bool) -> Any:
        own = self.fresh()
        to = self.owed_id if to_owed else ledger.TREASURY
        live = hold_id in self.open_holds and self.unit.now < self.open_holds[hold_id][1]
        found = ledger.find_hold(self.unit, hold_id)
        assert found is not None
        amount = max(1, found.amount * share // 100)
        posted = self.asked(
            lambda memo: ledger.commit_hold(self.unit, own, hold_id, to=to, memo={"m": memo}, amount=amount),
            lambda: ledger.commit_hold(self.unit, own, hold_id, to=to, memo={"m": "other"}, amount=amount),
            None if live else "ledger.hold-over",
        )
        if not live:
            return multiple()
        who = self.open_holds[hold_id][0]
        paid = self.close_hold(hold_id, amount)
        assert posted.lots == tuple(paid)
        self.pay(own, who, to, paid)
        return own

    @rule(hold_id=holds)
    def release(self, hold_id: str) -> None:
        ledger.release_hold(self.unit, hold_id)
        if hold_id in self.open_holds:
            self.close_hold(hold_id, 0)

    @rule()
    def expire_holds(self) -> None:
        due = [own for own, (_, until, _) in self.open_holds.items() if until <= self.unit.now]
        assert ledger.expire_holds(self.unit) == len(due)
        for own in due:
            self.close_hold(own, 0)

    @rule(limit=st.integers(1, 5))
    def sweep(self, limit: int) -> None:
        while ledger.sweep(self.unit, limit).more:
            pass
        for purse in self.purses:
            for day in [day for day in purse.free if day < self.unit.today]:
                amount = purse.free.pop(day)
                self.treasury += amount
                self.expired += amount

    @rule(amount=AMOUNTS, back=st.booleans())
    def settle(self, amount: int, back: bool) -> None:
        own = self.fresh()
        source, target = (ledger.TREASURY, self.owed_id) if back else (self.owed_id, ledger.TREASURY)
        refusal = None
        if amount > (self.treasury if back else self.owed):
            refusal = "ledger.treasury-short" if back else "ledger.short"
        self.asked(
            lambda memo: ledger.transfer_between(self.unit, own, source, target, amount, {"m": memo}),
            lambda: ledger.transfer_between(self.unit, own, target, source, amount, {"m": "first"}),
            refusal,
        )
        if not refusal:
            moved = amount if back else -amount
            self.owed, self.treasury = self.owed + moved, self.treasury - moved

    @rule(days=st.sampled_from([0, 1, 6, 24, 26, 31]), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.unit.now += timedelta(days=days, hours=hours)
        note(f"it is {self.unit.now}")

    @rule(limit=st.integers(1, 20))
    def some_are_sealed(self, limit: int) -> None:
        seal(self.unit, limit)

    @rule(data=st.data())
    def an_old_request_comes_again(self, data: st.DataObject) -> None:
        again, other, result = data.draw(st.sampled_from(self.done))
        assert again() == result
        with pytest.raises(DomainError) as caught:
            other()
        assert caught.value.key == "ledger.conflict"

    @invariant()
    def wallets_agree(self) -> None:
        for wallet, purse in zip(self.wallets, self.purses, strict=True):
            found = ledger.balance(self.unit, wallet)
            held = sum(purse.held.values())
            assert found.available == purse.available(self.unit.today)
            assert (found.held, found.total) == (held, held + found.available)
            assert sum(lot.amount for lot in found.lots) == found.total

    @invariant()
    def supply_agrees(self) -> None:
        found = ledger.supply(self.unit)
        lapsed = sum(n for purse in self.purses for day, n in purse.free.items() if day < self.unit.today)
        assert (found.treasury, found.owed, found.spent) == (self.treasury, self.owed, self.spent)
        assert (found.lapsed, found.expired) == (lapsed, self.expired + lapsed)
        assert (found.minted, found.destroyed) == (self.minted, self.destroyed)
        everywhere = found.treasury + found.circulating + found.lapsed + found.owed
        assert everywhere == found.minted - found.destroyed


def test_any_history_agrees_with_the_model(scratch: Scratch, kept_node: Node) -> None:
    machine = type("OnThisDatabase", (Books,), {"scratch": staticmethod(scratch)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20 if is_postgres(kept_node.runtime.settings.database_url) else 50,
            stateful_step_count=40,
            deadline=None,
            phases=(Phase.generate,),  # a history is readable as it is; shrinking one takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
