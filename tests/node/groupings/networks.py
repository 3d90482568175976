"""A grouping and three communes, served: how they join, pay and leave, over real HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.groupings import admitting, joining, pages, publishing, records, refreshing, verification
from node.groupings.publishing import Wanted
from node.honour import public as honour
from node.honour import verification as honour_verification
from node.neighbours.views import find_actor
from protocols import groupings as wire
from protocols.types import JsonObject
from tests.fixtures.serving import until
from tests.node.honour.communes import BY, MovingClock, balance, new_resident, start

PATIENCE_S = 15.0
both_databases = pytest.mark.parametrize(
    "settings", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def wanted(unit: Unit, **changes: Any) -> Wanted:
    """Terms for all members: 500 a person and day, 300 by card."""
    values: dict[str, Any] = {
        "limit": 10_000, "day_cap": 500, "card_day_cap": 300, "services": ("*",), "till_hold_s": 900,
        "booking_hold_s": 259_200, "statement_period": "month", "dispute_days": 30, "refund_days": 30,
        "valid_from": unit.today - timedelta(days=1), "valid_until": unit.today + timedelta(days=365),
    }  # fmt: skip
    return Wanted(**{**values, **changes})


async def publish(grouping: Node, **changes: Any) -> str:
    """The grouping's next version of the terms; its hash."""
    return await grouping.write(lambda unit: publishing.publish_terms(unit, wanted(unit, **changes), BY))


async def look(commune: Node, grouping: Node) -> tuple[Any, JsonObject]:
    """What the page before joining is made of."""
    actor = await find_actor(commune, grouping.base_url)
    return actor, await refreshing.fetch_json(commune, grouping.base_url + records.LIST_PATH)


async def ask(commune: Node, grouping: Node) -> None:
    """The commune accepts the terms and asks; the grouping has heard it."""
    actor, document = await look(commune, grouping)
    terms = wire.digest(wire.read_list(document).terms[0])
    await commune.write(joining.ask, actor, document, terms, BY)
    await until(lambda: grouping.read(state_of, commune.host, "applied"), patience_s=PATIENCE_S)


async def admit(grouping: Node, commune: Node) -> None:
    terms = await grouping.read(newest_hash)
    await grouping.write(admitting.accept, commune.host, terms, BY)
    await until(lambda: commune.read(standing, grouping.host, "member"), patience_s=PATIENCE_S)


async def join(commune: Node, grouping: Node) -> None:
    await ask(commune, grouping)
    await admit(grouping, commune)


def newest_hash(unit: Unit) -> str:
    row = publishing.own(unit)
    assert row is not None
    newest = records.newest_offer(unit, row.actor_id)
    assert newest is not None
    return newest.hash


def state_of(unit: Unit, host: str, state: str) -> bool:
    """At the grouping: whether a member is in that state."""
    row = publishing.own(unit)
    if row is None:
        return False
    return any(each.host == host for each in records.members(unit, row.actor_id, state))


def standing(unit: Unit, host: str, state: str) -> bool:
    """At a commune: whether its membership is in that state."""
    return any(each.host == host and each.state == state for each in pages.admin_page(unit).memberships)


def honours(unit: Unit, *hosts: str) -> bool:
    """Whether exactly these nodes' residents may pay here."""
    return {each.host for each in honour.accepted_communes(unit)} == set(hosts)


async def all_honour(*nodes: Node) -> None:
    """Wait until each of the nodes takes the tokens of all the others, and of nobody else."""
    for node in nodes:
        others = [each.host for each in nodes if each is not node]
        await until(lambda n=node, o=others: n.read(honours, *o), patience_s=PATIENCE_S)  # type: ignore[misc]  # binds the loop's values


async def resident(node: Node, tokens: int = 100) -> tuple[str, str]:
    """A resident of a commune: account and the text of the card."""
    return await node.write(new_resident, "Leïla", tokens)


async def charge(till: Node, issuer: Node, card: str, price: int) -> str:
    return await till.write(start, new_id(), issuer.host, card, price)


async def outcome(till: Node, payment_id: str) -> honour.PaymentShown:
    """The payment once it is over."""

    async def over() -> honour.PaymentShown | None:
        found = await till.read(honour.payment, payment_id)
        return found if found.state in ("posted", "failed") else None

    shown = await until(over, patience_s=PATIENCE_S)
    assert shown is not None
    return shown


async def pays(till: Node, issuer: Node, price: int = 20) -> honour.PaymentShown:
    """A fresh resident of `issuer` pays at `till`'s pool."""
    account, card = await resident(issuer)
    paid = await outcome(till, await charge(till, issuer, card, price))
    expected = 100 - price if paid.state == "posted" else 100
    assert await issuer.read(balance, account) == expected
    return paid


async def sound(*nodes: Node) -> None:
    """`ygor check` finds nothing about groupings or payments."""
    for node in nodes:
        assert await node.read(verification.verify) == []
        assert await node.read(honour_verification.verify) == []


@dataclass
class Network:
    """Sicoval with Castanet, Ramonville and Auzeville, none of which knows another."""

    g: Node
    a: Node
    b: Node
    c: Node
    clock: MovingClock

    async def open(self, *communes: Node, **changes: Any) -> str:
        """Publish terms, let the communes join; answers the terms' hash."""
        found = await publish(self.g, **changes)
        for each in communes:
            await join(each, self.g)
        await all_honour(self.g, *communes)
        return found

    async def today(self) -> date:
        """The day on the nodes' own calendar."""
        return await self.g.read(lambda unit: unit.today)
