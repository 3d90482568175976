"""A commune that minted before there were acts: each issue becomes one when its database is brought up to date."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from node.core.migrations import upgrade
from node.core.registry import installed
from node.core.unit import Unit
from node.emission import acts, verification
from node.emission.models import Act
from node.ledger import public as ledger


def test_what_was_minted_before_becomes_acts(unit: Unit) -> None:
    ledger.mint(unit, "council-1", 1_000, {"title": "2026-11-01/01"})
    ledger.mint(unit, "council-2", 20, {}, cls="gold")
    connection = unit.session.connection()
    for table in reversed(Act.metadata.sorted_tables):
        if table.name.startswith("emission_"):
            connection.execute(text(f"DROP TABLE {table.name}"))
    connection.execute(text("DELETE FROM alembic_version WHERE version_num LIKE 'emission%'"))
    # A revision that another one depends on is not kept apart: nothing else depends on this one.
    connection.execute(text("INSERT INTO alembic_version VALUES ('media_0001')"))
    upgrade(connection, installed())
    found = {(act.title, act.amount, act.cls, act.decided_on, act.state) for act in acts.listing(unit)}
    assert found == {
        ("2026-11-01/01", 1_000, "token", date(2026, 11, 23), "confirmed"),
        ("Reprise", 20, "gold", date(2026, 11, 23), "confirmed"),
    }
    assert acts.issued_in(unit, 2026) == 1_000
    assert verification.verify(unit) == []
