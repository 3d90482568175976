"""A resident of A pays at B's pool: the issuer decides, both books agree."""

from __future__ import annotations

import asyncio

import pytest

from node.cards import public as cards
from node.core.errors import Conflict, DomainError, Invalid
from node.core.ids import new_id
from node.core.unit import Unit
from node.honour import asking
from node.honour import public as honour
from node.honour.models import IssuedRow
from tests.node.honour.communes import BY, POOL, Communes, books_agree


async def test_a_card_pays_at_the_neighbours_pool(communes: Communes) -> None:
    account, card = await communes.resident(tokens=100)
    posted = await communes.outcome(await communes.charge(card, 20))
    assert (posted.state, posted.price, posted.amount) == ("posted", 20, 30)
    assert await communes.balance(account) == 70
    assert await communes.owed() == 30
    await books_agree(communes)


async def test_the_same_payment_twice_is_one_payment(communes: Communes) -> None:
    account, card = await communes.resident(tokens=100)
    payment = new_id()
    for _ in range(2):
        await communes.charge(card, 20, payment)
    await communes.outcome(payment)
    assert (await communes.b.read(honour.payment, payment)).state == "posted"
    await communes.charge(card, 20, payment)
    assert await communes.balance(account) == 70
    with pytest.raises(Conflict, match="conflict"):
        await communes.charge(card, 21, payment)


@pytest.mark.parametrize(
    ("tokens", "price", "code"), [(10, 20, "not-covered"), (900, 210, "not-covered"), (900, 340, "not-covered")]
)
async def test_what_is_not_covered_is_refused_without_a_reason(
    communes: Communes, tokens: int, price: int, code: str
) -> None:
    """The balance, the card's cap of 300 and the day's of 500: the till is not told which."""
    account, card = await communes.resident(tokens=tokens)
    refused = await communes.outcome(await communes.charge(card, price))
    assert (refused.state, refused.reason) == ("failed", code)
    assert "solde" in refused.words
    assert await communes.balance(account) == tokens
    assert await communes.owed() == 0
    await books_agree(communes)


async def test_an_unknown_and_a_lost_card_are_refused_alike(communes: Communes) -> None:
    account, card = await communes.resident()
    await communes.a.write(cards.report_lost, account, BY)
    unknown = f"YGOR:{communes.a.host}:0000AAAA"
    for shown in (card, unknown):
        refused = await communes.outcome(await communes.charge(shown, 5))
        assert refused.reason == "consent"
    assert await communes.balance(account) == 100


async def test_no_terms_no_payment(strangers: Communes) -> None:
    _, card = await strangers.resident()
    assert await strangers.b.read(honour.accepted_communes) == ()
    with pytest.raises(Conflict, match="no-terms"):
        await strangers.charge(card, 5)


async def test_bad_requests_never_leave_the_till(communes: Communes) -> None:
    _, card = await communes.resident()
    for price in (0, -3, 10**7):
        with pytest.raises(Invalid, match="price"):
            await communes.charge(card, price)
    with pytest.raises(Invalid, match="malformed"):
        await communes.charge("abc", 5)
    with pytest.raises(Invalid, match="pass"):
        await communes.charge("YGORP:abcd", 5)
    with pytest.raises(Invalid, match="payment-id"):
        await communes.charge(card, 5, "short")
    assert await communes.b.read(lambda unit: honour.payments_of(unit, POOL, unit.now.replace(year=2000))) == ()


async def test_a_phones_pass_pays_once(communes: Communes) -> None:
    account, _ = await communes.resident()
    shown = await communes.a.write(lambda unit: honour.make_pass(unit, account, most=20))
    assert honour.host_of(shown) == communes.a.host
    dear = await communes.outcome(await communes.charge(shown, 21))
    assert dear.reason == "consent"
    assert (await communes.outcome(await communes.charge(shown, 20))).state == "posted"
    assert (await communes.outcome(await communes.charge(shown, 20))).reason == "consent-used"
    assert await communes.balance(account) == 70


async def test_a_pass_expires_by_the_issuers_clock(communes: Communes) -> None:
    account, _ = await communes.resident()
    shown = await communes.a.write(lambda unit: honour.make_pass(unit, account, minutes=1))
    communes.clock.forward(minutes=2)
    assert (await communes.outcome(await communes.charge(shown, 5))).reason == "consent-expired"
    assert await communes.balance(account) == 100


async def test_a_tampered_pass_is_refused(communes: Communes) -> None:
    account, _ = await communes.resident()
    good = await communes.a.write(lambda unit: honour.make_pass(unit, account, most=5))
    import base64

    from node.honour.consents import PREFIX, pass_document
    from protocols import jcs

    document = {**pass_document(good), "most": 50}
    forged = PREFIX + base64.urlsafe_b64encode(jcs.canonical(document)).decode()
    assert (await communes.outcome(await communes.charge(forged, 40))).reason == "consent"


async def test_a_quote_tells_a_first_name_and_nothing_else(communes: Communes) -> None:
    _, card = await communes.resident(tokens=30)

    async def ask(shown: str, price: int) -> honour.Quote:
        return await asking.quote(communes.b, communes.a.host, shown, price, "piscine", till_id=POOL)

    assert await ask(card, 20) == honour.Quote("Leïla", True)
    short = await ask(card, 21)
    assert (short.first_name, short.covered) == ("Leïla", False)
    assert (await ask(f"YGOR:{communes.a.host}:0000AAAA", 1)).code == "consent"
    assert await communes.a.read(lambda unit: unit.session.query(IssuedRow).count()) == 0


async def test_looking_too_often_is_stopped(communes: Communes) -> None:
    _, card = await communes.resident(tokens=30)
    codes: list[str | None] = []
    while "too-many" not in codes and len(codes) < 62:  # the minute may turn once meanwhile
        said = await asking.quote(communes.b, communes.a.host, card, 1, "piscine", till_id=POOL)
        codes.append(said.code)
    assert codes[-1] == "too-many"
    assert len(codes) > 30


async def test_refunds_give_the_tokens_back_and_add_up(communes: Communes) -> None:
    account, card = await communes.resident(tokens=100)
    payment = await communes.charge(card, 21)
    assert (await communes.outcome(payment)).amount == 32
    with pytest.raises(Invalid, match="refund-too-much"):
        await communes.b.write(honour.refund_payment, new_id(), payment, 22)
    first = new_id()
    for _ in range(2):
        await communes.b.write(honour.refund_payment, first, payment, 10)
    await communes.b.write(honour.refund_payment, new_id(), payment, 11)

    async def given() -> bool:
        return (await communes.b.read(honour.payment, payment)).refunded == 21

    await communes.until(given)
    assert await communes.balance(account) == 100
    assert await communes.owed() == 0
    await books_agree(communes)
    with pytest.raises(Invalid, match="refund-too-much"):
        await communes.b.write(honour.refund_payment, new_id(), payment, 1)


async def test_cancelling_before_the_charge_leaves_kills_it(communes: Communes) -> None:
    """The order to cancel is stored in the transaction of the charge, so the worker never sends the charge alone."""
    account, card = await communes.resident()
    payment = new_id()

    def both(unit: Unit) -> None:
        from tests.node.honour.communes import start

        start(unit, payment, communes.a.host, card, 5)
        honour.cancel_payment(unit, payment)

    await communes.b.write(both)
    over = await communes.outcome(payment)
    assert (over.state, over.reason) == ("failed", "voided")
    assert await communes.balance(account) == 100
    with pytest.raises(Conflict, match="over"):
        await communes.b.write(honour.cancel_payment, payment)


async def test_many_at_once_leave_both_books_equal(communes: Communes) -> None:
    residents = [await communes.resident(f"Nom{number}", tokens=100) for number in range(8)]
    payments = await asyncio.gather(
        *(communes.charge(card, 1 + number) for number in range(6) for _, card in residents)
    )
    shown = [await communes.outcome(payment) for payment in payments]
    assert all(one.state == "posted" for one in shown)
    assert await communes.owed() == sum(one.amount or 0 for one in shown)
    await books_agree(communes)


async def test_a_neighbour_that_is_away_is_asked_until_it_is_back(communes: Communes) -> None:
    from node.neighbours.models import HostRuleRow
    from node.neighbours.stores import RULES

    account, card = await communes.resident()
    name = communes.b.hostname

    def block(unit: Unit) -> None:
        unit.session.add(HostRuleRow(host=name, rule="block", reason="", made_by=BY, made_at=unit.now))
        unit.wake(RULES)

    def unblock(unit: Unit) -> None:
        unit.session.delete(unit.session.get(HostRuleRow, name))
        unit.wake(RULES)

    await communes.a.write(block)
    payment = await communes.charge(card, 10)

    async def tried() -> bool:
        return bool((await communes.b.read(honour.payment, payment)).last_error)

    await communes.until(tried)
    waiting = await communes.b.read(honour.payment, payment)
    assert (waiting.state, waiting.can_cancel) == ("pending", True)
    assert "répond" in waiting.words
    with pytest.raises(DomainError, match="unreachable"):
        await asking.quote(communes.b, communes.a.host, card, 1, "piscine", till_id=POOL)
    await communes.a.write(unblock)
    assert (await communes.outcome(payment)).state == "posted"
    assert await communes.balance(account) == 85
