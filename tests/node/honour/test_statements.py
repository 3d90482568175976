"""A statement of a period: cut at sequence numbers, countersigned, settled once in each log."""

from __future__ import annotations

import pytest

from node.core.errors import Conflict, Invalid
from node.core.ids import new_id
from node.honour import pages, settling
from node.honour import public as honour
from node.ledger import public as ledger
from tests.node.honour.communes import BY, Communes, books_agree


async def countersigned(communes: Communes, statement_id: str) -> None:
    async def there() -> bool:
        found = [await node.read(pages.statements) for node in (communes.a, communes.b)]
        both = [one for shown in found for one in shown if one.id == statement_id]
        return len(both) == 2 and all(
            one.state == "countersigned" and one.settled_ours and one.settled_theirs for one in both
        )

    await communes.until(there)


async def arrived(communes: Communes, statement_id: str) -> pages.StatementShown:
    async def there() -> list[pages.StatementShown]:
        return [one for one in await communes.a.read(pages.statements) if one.id == statement_id]

    found: list[pages.StatementShown] = await communes.until(there)
    return found[0]


async def test_a_statement_settles_both_logs_and_returns_the_tokens(communes: Communes) -> None:
    _, card = await communes.resident()
    for price in (20, 7):
        await communes.outcome(await communes.charge(card, price))
    assert await communes.owed() == 41
    await communes.in_step()
    before = (await communes.a.read(ledger.supply)).treasury
    made = await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)
    shown = await arrived(communes, made)
    assert (shown.state, shown.net_ours, shown.net_theirs) == ("proposed-by-them", 41, 27)
    await communes.a.write(settling.countersign, made, BY)
    await countersigned(communes, made)
    assert await communes.owed() == 0
    assert (await communes.a.read(ledger.supply)).treasury == before + 41
    await books_agree(communes)
    [line] = (await communes.b.read(pages.statement, made)).partners
    assert (line.payments, line.price) == (2, 27)
    with pytest.raises(Conflict, match="decided"):
        await communes.a.write(settling.countersign, made, BY)
    with pytest.raises(Conflict, match="empty"):
        await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)


async def test_a_refund_after_the_settlement_is_owed_back(communes: Communes) -> None:
    account, card = await communes.resident()
    payment = await communes.charge(card, 20)
    await communes.outcome(payment)
    await communes.in_step()
    made = await communes.a.write(settling.cut, communes.b.host, "euros", 900, BY)

    async def waiting() -> bool:
        return any(one.id == made for one in await communes.b.read(pages.statements))

    await communes.until(waiting)
    assert (await communes.b.read(pages.statement, made)).euro_cents == -900
    await communes.b.write(settling.countersign, made, BY)
    await countersigned(communes, made)
    await communes.b.write(honour.refund_payment, new_id(), payment, 20)

    async def given() -> bool:
        return await communes.balance(account) == 100

    await communes.until(given)
    await books_agree(communes)
    await communes.outcome(await communes.charge(card, 10))
    await books_agree(communes)
    made = await communes.a.write(settling.cut, communes.b.host, "carried", None, BY)

    async def second() -> bool:
        return any(one.id == made for one in await communes.b.read(pages.statements))

    await communes.until(second)
    shown = await communes.b.read(pages.statement, made)
    assert (shown.number, shown.net_theirs, shown.net_ours) == (2, 15, 10)
    await communes.b.write(settling.countersign, made, BY)
    await countersigned(communes, made)
    await books_agree(communes)


async def test_a_disputed_statement_frees_its_number(communes: Communes) -> None:
    _, card = await communes.resident()
    await communes.outcome(await communes.charge(card, 20))
    await communes.in_step()
    made = await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)
    await arrived(communes, made)
    with pytest.raises(Conflict, match="open"):
        await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)
    await communes.a.write(settling.dispute, made, "Nous comptons autrement.", BY)

    async def disputed() -> bool:
        return (await communes.b.read(pages.statement, made)).state == "disputed"

    await communes.until(disputed)
    assert (await communes.b.read(pages.statement, made)).reason == "Nous comptons autrement."
    assert await communes.owed() == 30
    again = await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)
    assert (await arrived(communes, again)).number == 1


async def test_both_cut_at_once_and_as_proposal_stands(communes: Communes) -> None:
    _, card = await communes.resident()
    await communes.outcome(await communes.charge(card, 20))
    await communes.in_step()
    by_a = await communes.a.write(settling.cut, communes.b.host, "tokens", None, BY)
    try:
        by_b = await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)
    except Conflict:
        by_b = ""  # a's was there already

    async def one_stands() -> bool:
        shown = await communes.b.read(pages.statements)
        return any(one.id == by_a and one.state == "proposed-by-them" for one in shown) and not any(
            one.id == by_b and one.state == "proposed-by-us" for one in shown
        )

    await communes.until(one_stands)
    await communes.b.write(settling.countersign, by_a, BY)
    await countersigned(communes, by_a)
    await books_agree(communes)


async def test_euros_need_a_sum_and_only_euros(communes: Communes) -> None:
    for settlement, cents in (("euros", None), ("tokens", 5)):
        with pytest.raises(Invalid, match="cents"):
            await communes.a.write(settling.cut, communes.b.host, settlement, cents, BY)  # type: ignore[arg-type]  # a word no form knows
