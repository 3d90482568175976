"""Whoever changes a row behind the ledger's back is found out by `verify`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from node.core.unit import Unit
from node.ledger import public as ledger
from node.ledger.sealing import seal


@pytest.fixture
def sealed(unit: Unit, wallet: str) -> str:
    """A short, sealed history: award, payment, refund, correction, hold, sweep."""
    owed = ledger.open_owed(unit, "ramonville.localhost")
    ledger.award(unit, "a", wallet, 30, {"action": "brocante"})
    ledger.award(unit, "b", wallet, 5, {})
    ledger.spend(unit, "s", wallet, 12, to=owed, memo={"offer": "piscine"})
    ledger.refund(unit, "r", "s", 2)
    ledger.correct(unit, "c", "b", {})
    ledger.hold(unit, "h", wallet, 4, until=unit.now + timedelta(days=300), memo={})
    unit.now += timedelta(days=250)
    ledger.sweep(unit)
    ledger.award(unit, "late", wallet, 6, {})
    assert seal(unit, 3) == 3
    while seal(unit):
        pass
    assert ledger.verify(unit) == []
    return wallet


TAMPERED = {
    "more in a wallet": "UPDATE ledger_lots SET amount = amount + 1 WHERE account_id = :wallet",
    "a lot removed": "DELETE FROM ledger_lots WHERE account_id = :wallet AND held = 0",
    "a lot later": "UPDATE ledger_lots SET expiry_day = '2030-01-01' WHERE account_id = :wallet AND held = 0",
    "a hold forgotten": "UPDATE ledger_lots SET held = 0",
    "a hold smaller": "UPDATE ledger_hold_lots SET amount = amount - 1",
    "a hold ended": "UPDATE ledger_holds SET state = 'released'",
    "amount of a transfer": "UPDATE ledger_transfers SET amount = 29 WHERE id = 'a'",
    "memo of a transfer": "UPDATE ledger_transfers SET memo = '{\"action\":\"loto\"}' WHERE id = 'a'",
    "kind of a transfer": "UPDATE ledger_transfers SET kind = 'refund' WHERE id = 'a'",
    "day of a transfer": "UPDATE ledger_transfers SET day = '2026-11-01' WHERE id = 'a'",
    "whose transfer": "UPDATE ledger_transfers SET account_id = 'treasury-00' WHERE id = 'a'",
    "what a refund refunds": "UPDATE ledger_transfers SET reverses = 'a' WHERE id = 'r'",
    "digest of the request": "UPDATE ledger_transfers SET body = prev WHERE id = 'a'",
    "an entry changed": "UPDATE ledger_entries SET amount = amount + 1 WHERE transfer_id = 'a' AND amount > 0",
    "an entry moved": "UPDATE ledger_entries SET account_id = 'treasury-63' WHERE transfer_id = 'a' AND amount > 0",
    "an entry of nobody": "UPDATE ledger_entries SET account_id = 'nobody' WHERE transfer_id = 'a' AND amount > 0",
    "entries removed": "DELETE FROM ledger_entries WHERE transfer_id = 's'",
    "an account removed": "DELETE FROM ledger_accounts WHERE kind = 'owed'",
    "a transfer taken out of the chain": "UPDATE ledger_transfers SET seq = NULL WHERE id = 'a'",
    "the last transfer unsealed": "UPDATE ledger_transfers SET seq = NULL, hash = NULL WHERE id = 'late'",
    "the order of the chain": "UPDATE ledger_transfers SET seq = 1000 WHERE id = 'a'",
    "the head of the chain": "UPDATE ledger_heads SET seq = seq - 1",
    "no head": "DELETE FROM ledger_heads",
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_is_found(unit: Unit, sealed: str, change: str) -> None:
    parameters = {"wallet": sealed} if ":wallet" in change else {}
    result = unit.session.connection().execute(text(change), parameters)
    assert result.rowcount >= 1, "the test changes nothing"
    unit.session.expire_all()
    assert ledger.verify(unit) != []
    unit.session.rollback()


def test_a_transfer_removed_with_its_effects_is_found(unit: Unit, sealed: str) -> None:
    """Sums alone would not see it: everything the award did is undone. The chain does."""
    connection = unit.session.connection()
    taken = connection.execute(text("SELECT account_id FROM ledger_entries WHERE transfer_id = 'late' AND amount < 0"))
    [shard] = [row[0] for row in taken]
    for statement in (
        "DELETE FROM ledger_lots WHERE account_id = :wallet AND held = 0",
        "UPDATE ledger_lots SET amount = amount + 6 WHERE account_id = :shard",
        "DELETE FROM ledger_entries WHERE transfer_id = 'late'",
        "DELETE FROM ledger_transfers WHERE id = 'late'",
    ):
        used = {name: value for name, value in {"wallet": sealed, "shard": shard}.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
    [problem] = ledger.verify(unit)
    assert problem.startswith("chain: it ends at number")


def test_a_forged_transfer_in_the_chain_is_found(unit: Unit, sealed: str) -> None:
    """A whole transfer, its entries and its effects rewritten consistently, but sealed long ago."""
    connection = unit.session.connection()
    for statement in (
        "UPDATE ledger_transfers SET amount = amount + 5 WHERE id = 'mint'",
        "UPDATE ledger_entries SET amount = amount + 5 WHERE transfer_id = 'mint' AND number = 0",
        "UPDATE ledger_lots SET amount = amount + 5 WHERE account_id = 'treasury-00'",
    ):
        connection.execute(text(statement))
    [problem] = ledger.verify(unit)
    assert problem.startswith("chain: transfer mint")
    assert problem.endswith("is not as it was sealed")


def test_problems_are_named_and_bounded(unit: Unit, sealed: str) -> None:
    ghosts = [{"id": f"ghost-{number}"} for number in range(70)]
    lot = text("INSERT INTO ledger_lots VALUES (:id, 'token', '9999-12-31', '', 1, 0)")
    unit.session.connection().execute(lot, ghosts)
    problems = ledger.verify(unit)
    assert len(problems) == 50 + 1
    assert "account ghost-" in problems[0]
    assert problems[-1] == "tokens token: accounts hold 1070, minted less destroyed is 1000"
