"""Cards: one live card a person, typed in any spelling, dead at once when lost."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from node.cards import public as cards
from node.cards.models import Card
from node.core.errors import DomainError, Invalid, NotFound
from node.core.node import Node
from node.core.unit import Unit
from protocols.honour.consent import card_digest
from tests.fixtures.town import person


def live(unit: Unit, account_id: str) -> int:
    counted = select(func.count()).select_from(Card).where(Card.account_id == account_id, Card.state == "live")
    return unit.session.execute(counted).scalar_one()


def holder(unit: Unit, text: str) -> str:
    return cards.holder_of_code(unit, text)


async def test_raced_looks_make_one_card(node: Node) -> None:
    leila = await node.write(person, "Leila Benali")
    shown = await asyncio.gather(*(node.write(cards.issue, leila) for _ in range(12)))
    assert len({card.code for card in shown}) == 1
    assert await node.read(live, leila) == 1


async def test_raced_losses_leave_one_live_card(node: Node) -> None:
    leila = await node.write(person, "Leila Benali")
    first = await node.write(cards.issue, leila)
    await asyncio.gather(*(node.write(cards.report_lost, leila, leila, first.id) for _ in range(8)))
    assert await node.read(live, leila) == 1
    assert await node.read(lambda unit: unit.session.execute(select(func.count()).select_from(Card)).scalar()) == 2


async def test_a_lost_card_is_dead_at_once_and_the_new_one_works(node: Node) -> None:
    leila, agent = await node.write(person, "Leila Benali"), await node.write(person, "Nadia K")
    old = await node.write(cards.issue, leila)
    new = await node.write(cards.report_lost, leila, agent)
    assert old.code != new.code
    with pytest.raises(DomainError) as refused:
        await node.read(holder, old.code)
    assert refused.value.key == "cards.lost"
    assert await node.read(holder, new.code) == leila
    assert await node.read(cards.owner_of_code, old.code) == leila
    row = await node.read(lambda unit: unit.session.execute(select(Card.ended_by).where(Card.id == old.id)).scalar())
    assert row == agent
    assert (await node.write(cards.report_lost, leila, leila, old.id)).code == new.code
    assert (await node.write(cards.issue, leila)).code == new.code


def test_every_spelling_of_a_code(unit: Unit) -> None:
    leila = person(unit, "Leila Benali")
    card = cards.issue(unit, leila)
    code, host = card.code, unit.node.host
    assert card.payload == f"YGOR:{host}:{code}"
    spellings = [
        code,
        code.lower(),
        f" {code[:4]} {code[4:]} ",
        f"{code[:4]}-{code[4:]}",
        " ".join(code.lower()),
        card.grouped_code,
        card.payload,
        card.payload.lower(),
        f"YGOR:{host.upper()}:{code.lower()}",
        code.replace("0", "O").replace("1", "l"),
        f"{code[:4]}\u00a0{code[4:]}",
    ]
    for spelling in spellings:
        assert cards.holder_of_code(unit, spelling) == leila, spelling


def test_letters_that_look_alike_are_one() -> None:
    assert cards.read_typed("o0il 1uV7").code == "00111VV7"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "7Q4K92M",
        "7Q4K92MDX",
        "7Q4K92M!",
        "YGOR:",
        "YGOR:7Q4K92MD",
        "YGOR:a b:7Q4K92MD",
        "YGOR:x.fr:123456:7Q4K92MD",
        "YGOR:x.fr:7Q4K92",
        "ÉQ4K92MD",
        "7Q4K92M\x00",
        "https://x.fr/7Q4K92MD",
        "9" * 2000,
    ],
)
def test_what_is_no_card(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        cards.read_typed(text)
    assert refused.value.key == "cards.malformed"


def test_cards_of_nobody_and_of_elsewhere(unit: Unit) -> None:
    card = cards.issue(unit, person(unit, "Leila Benali"))
    other = "0" * 8 if card.code != "0" * 8 else "1" * 8
    for text in (other, f"YGOR:ramonville.localhost:8000:{card.code}", f"YGOR:castanet-tolosan.localhost:{card.code}"):
        with pytest.raises(NotFound) as refused:
            cards.holder_of_code(unit, text)
        assert refused.value.key == "cards.unknown"


def test_what_travels_is_the_digest_of_the_protocol(unit: Unit) -> None:
    leila = person(unit, "Leila Benali")
    card = cards.issue(unit, leila)
    typed = cards.read_typed(f"YGOR:x.example:{card.code.lower()}")
    assert typed.digest == card_digest(card.code)
    assert typed.host == "x.example"
    assert cards.holder_of_digest(unit, card_digest(card.code)) == leila
    row = unit.session.get(Card, card.id)
    assert row is not None
    assert row.digest == card_digest(card.code)
    assert card.code.encode() not in row.sealed_code
    assert cards.card_of(unit, leila) == card
    assert cards.card_of(unit, "nobody") is None
