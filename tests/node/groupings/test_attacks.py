"""Hostile groupings, forged and stale lists, replayed acceptances: refused, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from node.core.node import Node
from node.core.unit import Unit
from node.groupings import admitting, joining, lists, pages, publishing, records
from node.groupings.models import MemberRow
from node.neighbours import addresses
from node.neighbours.public import PeerShown, peer_by_host, peers
from protocols import groupings as wire
from protocols.errors import RemoteProtocolError
from protocols.groupings import Acceptance, Listed, MemberList
from protocols.honour.terms import Party
from protocols.types import JsonObject
from tests.fixtures.serving import until
from tests.node.groupings.networks import (
    BY,
    Network,
    all_honour,
    ask,
    honours,
    look,
    newest_hash,
    publish,
    sound,
    standing,
    state_of,
)


def actor(node: Node) -> str:
    return addresses.actor_id(node.facts)


def by(node: Node, document: JsonObject) -> JsonObject:
    """Signed with a node's own key."""
    method = addresses.identity(node.facts, node.keys).proof_key_id
    now = node.runtime.clock().replace(microsecond=0)
    return wire.sign(document, seed=node.keys.proof_seed, verification_method=method, created=now)


async def forged(
    network: Network, change: Callable[[MemberList], MemberList], signer: Node | None = None
) -> JsonObject:
    """The grouping's list, changed and signed (by the grouping, if nobody else)."""
    _, document = await look(network.c, network.g)
    return by(signer or network.g, wire.MEMBER_LIST.write(change(wire.read_list(document))))


def later(value: MemberList, **changes: Any) -> MemberList:
    return replace(value, version=value.version + 1000, **changes)


async def refused(node: Node, network: Network, document: JsonObject) -> str:
    with pytest.raises(RemoteProtocolError) as error:
        await node.write(lists.take, actor(network.g), document)
    return error.value.code


async def test_forged_stale_and_forked_lists_change_nothing(network: Network) -> None:
    await network.open(network.a, network.b)
    without = await forged(network, lambda found: later(found, members=()), signer=network.b)
    assert await refused(network.a, network, without) == "bad-signature"
    _, whole = await look(network.c, network.g)
    assert await refused(network.a, network, {**whole, "members": []}) == "bad-signature"
    old = await forged(network, lambda found: replace(found, version=found.version - 1, members=()))
    assert await refused(network.a, network, old) == "stale"
    soon = network.clock() + timedelta(hours=3)
    assert await refused(network.a, network, await forged(network, lambda found: later(found, created=soon))) == "stale"
    foreign = await forged(network, lambda found: later(found), signer=network.g)
    with pytest.raises(RemoteProtocolError, match="another grouping"):
        await network.b.write(_take_as, actor(network.a), foreign)
    other = await forged(network, lambda found: replace(found, members=found.members[:1]))
    assert await network.a.write(lists.take, actor(network.g), other) == "fork"
    assert (await network.a.read(pages.membership, network.g.host)).has_fork
    await all_honour(network.g, network.a, network.b)


def _take_as(unit: Unit, grouping: str, document: JsonObject) -> None:
    wire.verify_list(document, actor=grouping, keys=[], now=unit.now)


async def test_a_grouping_that_lists_a_commune_that_never_asked_has_no_hold_on_it(network: Network) -> None:
    """C never asked. What the grouping writes about it binds neither C nor the real members."""
    terms = await network.open(network.a)
    victim = Party(actor(network.c), network.c.base_url, network.c.name)
    invented = Acceptance(
        id="0123456789abcdef", grouping=actor(network.g), terms=terms, member=victim, code=None,
        created=network.clock().replace(microsecond=0),
    )  # fmt: skip
    claim = Listed(victim.actor, network.clock(), (by(network.g, wire.ACCEPTANCE.write(invented)),))
    document = await forged(network, lambda found: later(found, members=(*found.members, claim)))
    assert await network.a.write(lists.take, actor(network.g), document) == "new"

    async def looked_up() -> bool:
        row: Any = await network.a.read(lambda unit: _error(unit, victim.actor))
        return bool(row)

    await until(looked_up)
    assert await network.a.read(honours, network.g.host)
    assert await network.c.write(lists.take, actor(network.g), document) == "not a member"
    known = await network.a.read(peer_by_host, network.g.host)
    assert await network.c.write(joining.heard_membership, known) == "not a member"
    assert await network.c.read(honours)
    assert (await network.c.read(pages.admin_page)).memberships == ()


def _error(unit: Unit, actor_id: str) -> str:
    rows = [row for row in unit.session.query(MemberRow) if row.actor_id == actor_id]
    assert all(row.state == "listed" for row in rows)
    return rows[0].last_error if rows else ""


async def test_what_a_member_signed_before_it_left_binds_nobody(network: Network) -> None:
    """The grouping goes on listing the old acceptance: neither the one that left nor the others care."""
    await network.open(network.a, network.b)
    kept = wire.read_list((await look(network.c, network.g))[1])
    acceptance = next(each for each in kept.members if each.member == actor(network.b)).acceptances[0]
    await network.b.write(joining.leave, network.g.host, BY)
    await until(lambda: network.g.read(state_of, network.b.host, "left"))
    await until(lambda: network.a.read(honours, network.g.host))
    document = await forged(network, lambda found: later(found, members=kept.members))
    assert await network.a.write(lists.take, actor(network.g), document) == "new"
    assert await network.a.read(honours, network.g.host)
    assert await network.b.write(lists.take, actor(network.g), document) == "not a member"
    known = await network.g.read(peer_by_host, network.b.host)
    assert await network.g.write(_apply, known, acceptance) == "known"
    assert not await network.g.read(state_of, network.b.host, "member")
    other = {name: value for name, value in acceptance.items() if name != "proof"}
    again = by(network.b, {**other, "id": "another-id-0123456789"})
    assert await network.g.write(_apply, known, again) == admitting.STALE
    network.clock.forward(seconds=2)
    await network.g.write(_reset)
    await ask(network.b, network.g)
    document = await forged(network, lambda found: later(found, members=kept.members))
    assert await network.b.write(lists.take, actor(network.g), document) == "new"
    assert await network.b.read(standing, network.g.host, "applied"), "only what it signed since it asked again counts"
    assert await network.b.read(honours)


def _reset(unit: Unit) -> None:
    """The forged list had a version far ahead: the grouping's next one must be later still."""
    row = publishing.own(unit)
    assert row is not None
    row.version += 5000


def _apply(unit: Unit, known: PeerShown, document: JsonObject) -> str:
    return admitting.heard_application(unit, known, f"{known.base_url}/ap/activities/replayed", document)


async def test_nobody_joins_with_somebody_elses_word(network: Network) -> None:
    await publish(network.g)
    await ask(network.a, network.g)
    await ask(network.b, network.g)
    known = {each.host: each for each in await network.g.read(peers)}
    row = await network.g.read(lambda unit: records.member(unit, actor(network.g), actor(network.a)).acceptances[0])  # type: ignore[union-attr]  # it asked
    with pytest.raises(RemoteProtocolError) as borrowed:
        await network.g.write(_apply, known[network.b.host], row)
    assert borrowed.value.code == "foreign-object"
    mine = {**row, "member": {**row["member"], "actor": actor(network.b), "baseUrl": network.b.base_url}}
    with pytest.raises(RemoteProtocolError) as forged_word:
        await network.g.write(_apply, known[network.b.host], mine)
    assert forged_word.value.code == "bad-signature"
    assert await network.g.read(honours)


async def test_every_step_may_come_twice(network: Network) -> None:
    """A repeated question, answer, list and departure have no second effect; a lost answer is found by looking."""
    await publish(network.g)
    await ask(network.a, network.g)
    known = await network.g.read(peer_by_host, network.a.host)
    row: Any = await network.g.read(lambda unit: _acceptances(unit, actor(network.a)))
    assert await network.g.write(_apply, known, row[0]) == "known"
    await network.g.write(admitting.accept, network.a.host, await network.g.read(newest_hash), BY)
    _, document = await look(network.c, network.g)
    await network.a.write(lists.take, actor(network.g), document)  # before its Accept came, or after: the same
    assert await network.a.read(standing, network.g.host, "member")
    assert await network.a.write(lists.take, actor(network.g), document) == "same"
    version = document["version"]
    assert await network.g.write(_apply, known, row[0]) == "known"
    assert (await look(network.c, network.g))[1]["version"] == version
    await all_honour(network.g, network.a)
    network.clock.forward(seconds=2)
    leaving = network.clock().replace(microsecond=0)
    assert await network.g.write(_depart, actor(network.a), leaving) == "left"
    assert await network.g.write(_depart, actor(network.a), leaving) == "not known"
    _, document = await look(network.c, network.g)  # nobody tells who left of itself: it may have lost its own memory
    await network.a.write(lists.take, actor(network.g), document)
    await until(lambda: network.a.read(standing, network.g.host, "removed"))
    await sound(network.g, network.a)


def _acceptances(unit: Unit, actor_id: str) -> Any:
    own = publishing.own(unit)
    assert own is not None
    row = records.member(unit, own.actor_id, actor_id)
    assert row is not None
    return row.acceptances


def _depart(unit: Unit, actor_id: str, at: Any) -> str:
    own = publishing.own(unit, lock=True)
    assert own is not None
    return admitting.heard_departure(unit, own, actor_id, at)
