"""Join, pay at communes that never spoke before and at the grouping's pool, leave, be refused, be removed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from node.core.errors import Conflict, Invalid
from node.groupings import admitting, joining, pages
from node.honour import public as honour
from node.honour.models import IssuedRow
from node.neighbours.public import peers
from protocols import groupings as wire
from tests.fixtures.serving import until
from tests.node.groupings.networks import (
    BY,
    Network,
    all_honour,
    ask,
    both_databases,
    charge,
    honours,
    join,
    look,
    newest_hash,
    outcome,
    pays,
    publish,
    resident,
    sound,
    standing,
    state_of,
)


@both_databases
async def test_members_pay_at_each_other_and_at_the_grouping(network: Network) -> None:
    """A and B never exchanged a word, nor signed anything with each other."""
    await network.open(network.a, network.b, network.c)
    known = await network.a.read(peers)
    assert [each.host for each in known] == [network.g.host]
    assert (await pays(network.b, network.a)).state == "posted"
    assert (await pays(network.c, network.b)).state == "posted"
    assert (await pays(network.g, network.a)).state == "posted"
    await sound(network.g, network.a, network.b, network.c)


async def test_leaving_ends_what_is_new_and_keeps_what_is_owed(network: Network) -> None:
    await network.open(network.a, network.b)
    _, card = await resident(network.a)
    paid = await charge(network.b, network.a, card, 20)
    await outcome(network.b, paid)
    await network.a.write(joining.leave, network.g.host, BY)
    assert await network.a.read(honours)
    await until(lambda: network.b.read(honours, network.g.host))
    await until(lambda: network.g.read(state_of, network.a.host, "left"))
    with pytest.raises(Conflict, match="no-terms"):
        await charge(network.b, network.a, card, 5)
    await network.b.write(honour.refund_payment, "refund-0123456789abcdef", paid, 20)

    async def given() -> bool:
        return (await network.b.read(honour.payment, paid)).refunded == 20

    await until(given)
    await sound(network.g, network.a, network.b)
    with pytest.raises(Conflict, match="decided"):
        await network.a.write(joining.leave, network.g.host, BY)
    network.clock.forward(seconds=2)
    await join(network.a, network.g)
    await all_honour(network.g, network.a, network.b)


async def test_a_refused_commune_reads_why_and_may_ask_again(network: Network) -> None:
    await publish(network.g)
    await ask(network.a, network.g)
    await network.g.write(admitting.refuse, network.a.host, "Appelez-nous d’abord.", BY)
    await until(lambda: network.a.read(standing, network.g.host, "refused"))
    found = await network.a.read(pages.membership, network.g.host)
    assert found.note == "Appelez-nous d’abord."
    assert await network.g.read(honours)
    network.clock.forward(seconds=2)
    await join(network.a, network.g)


async def test_a_removed_member_is_honoured_no_more(network: Network) -> None:
    """A payment in flight when the member is removed comes to its end."""
    await network.open(network.a, network.b)
    _, card = await resident(network.a)
    paid = await charge(network.b, network.a, card, 20)
    issued = select(IssuedRow.payment).where(IssuedRow.payment == paid)
    await until(lambda: network.a.read(lambda unit: unit.session.scalar(issued)))  # asked, not yet answered
    await network.g.write(admitting.remove, network.a.host, "Plus de nouvelles.", BY)
    assert (await outcome(network.b, paid)).state == "posted"
    await until(lambda: network.a.read(standing, network.g.host, "removed"))
    await until(lambda: network.b.read(honours, network.g.host))
    assert (await network.a.read(pages.membership, network.g.host)).note == "Plus de nouvelles."
    assert await network.a.read(honours)
    await sound(network.g, network.a, network.b)


async def test_asking_says_no_before_anything_is_sent(network: Network) -> None:
    hash_before = await publish(network.g)
    actor, document = await look(network.a, network.g)
    await publish(network.g, previous_until=None, day_cap=400)
    fresh_actor, fresh = await look(network.a, network.g)
    with pytest.raises(Conflict, match="terms-changed"):
        await network.a.write(joining.ask, fresh_actor, fresh, hash_before, BY)
    forged = {**document, "version": document["version"] + 1}  # type: ignore[operator]  # a number
    with pytest.raises(Invalid, match="bad-list"):
        await network.a.write(joining.ask, actor, forged, hash_before, BY)
    commune = await look_at_commune(network)
    with pytest.raises(Invalid, match="no-grouping"):
        await network.a.write(joining.ask, commune, document, hash_before, BY)
    assert (await network.a.read(pages.admin_page)).memberships == ()
    assert await network.a.read(peers) == ()


async def look_at_commune(network: Network) -> object:
    from node.neighbours.views import find_actor

    return await find_actor(network.a, network.b.base_url)


async def test_admitting_is_for_the_terms_that_were_shown(network: Network) -> None:
    await publish(network.g)
    await ask(network.a, network.g)
    with pytest.raises(Conflict, match="terms-outdated"):
        await network.g.write(admitting.accept, network.a.host, "0" * 64, BY)
    await publish(network.g, day_cap=400)
    with pytest.raises(Conflict, match="terms-outdated"):
        await network.g.write(admitting.accept, network.a.host, await network.g.read(newest_hash), BY)


async def test_a_question_may_be_taken_back(network: Network) -> None:
    await publish(network.g)
    await ask(network.a, network.g)
    await network.a.write(joining.leave, network.g.host, BY)
    await until(lambda: network.g.read(state_of, network.a.host, "left"))
    with pytest.raises(Conflict, match="decided"):
        await network.g.write(admitting.accept, network.a.host, await network.g.read(newest_hash), BY)


async def test_missions_of_members_gather_at_the_grouping(network: Network) -> None:
    from tests.node.neighbours.communes import post, shows

    await post(network.a, "Planter la haie")
    await network.open(network.a, network.b)
    await post(network.b, "Nettoyer les berges")
    await shows(network.g, "Planter la haie", "Nettoyer les berges")
    own = (await network.g.read(pages.public_page)).own
    assert own is not None
    assert [(line.name, line.missions) for line in own.members] == [
        ("Castanet-Tolosan", 1),
        ("Ramonville-Saint-Agne", 1),
    ]


async def test_the_list_is_served_and_proves_itself(network: Network) -> None:
    """Anybody can derive the terms of two members from the list alone."""
    from node.honour import choosing
    from protocols.honour.terms import terms_hash

    await network.open(network.a, network.b)
    _, document = await look(network.c, network.g)
    found = wire.read_list(document)
    one, other = (wire.read_acceptance(each.acceptances[0]).member for each in found.members)
    derived = wire.pair_terms(wire.read_terms(found.terms[0]), one, other)
    actor = await network.a.read(
        lambda unit: next(iter(honour.common_with(unit, found.grouping.actor) - {found.grouping.actor}))
    )
    live = await network.a.read(choosing.live, actor)
    assert live is not None
    assert terms_hash(live) == terms_hash(derived)
