"""A neighbour moves, keys are rotated and revoked: terms, books, cards and statements go on under the old names."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from node.core.config import ProcessSettings, change_address
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import agreements, settling, verification
from node.honour.models import HeadRow, StatementRow, TermsRow
from node.honour.values import TermsShown
from node.neighbours import rotation
from node.neighbours.public import peers
from node.serving import serving
from tests.fixtures.nodes import NodeFactory
from tests.node.honour.communes import BY, Communes, MovingClock, books_agree, free_port, start, until, wanted
from tests.node.neighbours.communes import quiet


@pytest.mark.parametrize("settings", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
async def test_terms_books_and_cards_outlive_a_move_and_two_rotations(
    tmp_path: Path, settings: ProcessSettings
) -> None:
    clock, port = MovingClock(), free_port()
    factory = NodeFactory(tmp_path, settings, clock)
    try:
        a = factory("Castanet-Tolosan", address=f"http://castanet.localhost:{port}")
        b = factory("Ramonville", code="31446", address=f"http://ramonville.localhost:{port}")
        old_host, communes = a.host, Communes(a, b, clock)
        async with serving([a, b], factory.runtime, port=port):
            await communes.befriend()
            await communes.agree()
            account, card = await communes.resident(tokens=100)
            assert (await communes.outcome(await communes.charge(card, 4))).state == "posted"
            await books_agree(communes)
            waiting = await a.write(settling.cut, b.host, "tokens", None, BY)
            await until(lambda: b.read(lambda unit: unit.session.get(StatementRow, waiting) is not None))
            rotation.rotate(a, leaked=True)
            await a.write(rotation.tell_keys)
            await until(lambda: b.read(lambda unit: _is_proved_by(unit, a.keys.suffix)))
            await quiet(a, b)  # what is under way when a process stops comes back with its lease

        a.close()
        change_address(a.folder, f"http://participer.localhost:{port}")
        communes.a = a = factory.open(a.folder)
        async with serving([a, b], factory.runtime, port=port):
            await until(lambda: b.read(lambda unit: [one.host for one in peers(unit)] == [a.host]))
            await b.write(settling.countersign, waiting, BY)
            await until(lambda: a.read(_is_signed, waiting))
            assert old_host in card, "the printed card names the old host"
            paid = await b.write(_start, old_host, card)
            assert (await communes.outcome(paid)).state == "posted"
            assert await communes.balance(account) == 100 - 6 - 6
            await books_agree(communes)
            writers = await b.read(lambda unit: list(unit.session.scalars(select(HeadRow.log))))
            assert all(old_host in log and a.host not in log for log in writers), "logs keep their names"

            made = await b.write(agreements.propose, a.host, wanted(clock().date(), refund_days=5), BY)
            [proposed] = await until(lambda: a.read(_in_state, "proposed-by-them"))
            await a.write(agreements.countersign, proposed.id, BY)
            await until(lambda: b.read(lambda unit: agreements.get(unit, made).state == "live"))
            rotation.rotate(a, leaked=False)
            await a.write(rotation.tell_keys)
            clock.forward(minutes=20)
            assert (await communes.outcome(await communes.charge(card, 2))).state == "posted"
            await books_agree(communes)

            await b.write(_forge_a_proof)
            found = await b.read(verification.verify)
            assert [line.split(" ")[0] for line in found] == ["terms", "terms"], "neither proof fits what was changed"
    finally:
        factory.close()


def _start(unit: Unit, host: str, card: str) -> str:
    return start(unit, new_id(), host, card, 4)


def _is_proved_by(unit: Unit, suffix: str) -> bool:
    [document] = unit.session.scalars(select(StatementRow.document))
    return suffix in str(document["proof"])


def _is_signed(unit: Unit, statement: str) -> bool:
    row = unit.session.get(StatementRow, statement)
    return row is not None and row.state == "countersigned"


def _in_state(unit: Unit, state: str) -> list[TermsShown]:
    return [one for one in agreements.listing(unit) if one.state == state]


def _forge_a_proof(unit: Unit) -> None:
    row = unit.session.scalars(select(TermsRow).where(TermsRow.state == "live")).one()
    unit.session.execute(
        update(TermsRow).where(TermsRow.id == row.id).values(document={**row.document, "refundDays": 6})
    )
