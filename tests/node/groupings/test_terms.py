"""New versions of the terms, two groupings, terms signed between two, a grouping that is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from node.core.errors import Conflict, DomainError
from node.core.unit import Unit
from node.groupings import joining, pages, pairs, publishing, refreshing, renewing
from node.groupings.models import NetworkRow, OfferRow
from node.honour import agreements, choosing
from node.honour import public as honour
from node.honour.models import TermsRow
from node.neighbours import addresses, rules
from node.neighbours.public import own_proof_method
from protocols.honour import terms as wire_terms
from protocols.honour.terms import Way
from tests.fixtures.serving import until
from tests.node.groupings.networks import (
    BY,
    Network,
    all_honour,
    both_databases,
    charge,
    honours,
    join,
    newest_hash,
    outcome,
    pays,
    publish,
    resident,
    sound,
)
from tests.node.honour import communes as pair
from tests.node.neighbours.communes import quiet


async def accept_new(network: Network, *communes: Any) -> None:
    for each in communes:
        await until(lambda n=each: n.read(_has_new, network.g.host))  # type: ignore[misc]  # binds the loop's value
        found = await network.g.read(newest_hash)
        await each.write(joining.accept_new, network.g.host, found, BY)
        await until(lambda n=each: n.read(_has_accepted, network.g.host))  # type: ignore[misc]  # binds the loop's value


def _has_new(unit: Unit, host: str) -> bool:
    return pages.membership(unit, host).to_accept is not None


def _has_accepted(unit: Unit, host: str) -> bool:
    return pages.membership(unit, host).to_accept is None


@both_databases
async def test_a_new_version_binds_who_accepts_it_and_the_old_one_has_its_last_day(network: Network) -> None:
    await network.open(network.a, network.b)
    last_day = await network.today() + timedelta(days=10)
    await publish(network.g, day_cap=40, card_day_cap=10, previous_until=last_day)
    await accept_new(network, network.a)
    old = await network.b.read(choosing.live, addresses.actor_id(network.a.facts))
    assert old is not None
    assert old.version == 1
    assert (await pays(network.b, network.a, 20)).state == "posted"
    assert (await pays(network.g, network.a, 20)).reason == "not-covered"
    with pytest.raises(Conflict, match="terms-running"):
        await publish(network.g, day_cap=30)
    network.clock.forward(days=11)
    assert await network.b.read(honours)
    assert (await network.a.read(pages.membership, network.g.host)).to_accept is None
    await accept_new(network, network.b)
    await all_honour(network.g, network.a, network.b)
    assert (await pays(network.b, network.a, 10)).state == "posted"
    await sound(network.g, network.a, network.b)


async def test_terms_that_make_no_sense_are_not_published(network: Network) -> None:
    await publish(network.g)
    for changes, field in (
        ({"day_cap": 20_000}, "day_cap"),
        ({"valid_from": await network.today() + timedelta(days=40)}, "valid_from"),
        ({"previous_until": await network.today() - timedelta(days=3)}, "previous_until"),
    ):
        with pytest.raises(DomainError) as error:
            await publish(network.g, **changes)  # type: ignore[arg-type]  # different fields
        assert error.value.field == field
    with pytest.raises(DomainError, match="not-ours"):
        await publish(network.a)
    assert (await network.g.read(pages.admin_page)).own.newest.terms.version == 1  # type: ignore[union-attr]  # published


async def test_terms_signed_between_two_win_at_the_till_and_at_the_issuer(network: Network) -> None:
    """B may not cite the grouping's higher caps against what A and B agreed; when that ends, the grouping's serve."""
    await network.open(network.a, network.b)
    communes = pair.Communes(network.a, network.b, network.clock)
    await communes.befriend()
    common = await network.b.read(choosing.live, addresses.actor_id(network.a.facts))
    assert common is not None
    low = Way(rate_num=1, rate_den=1, limit=1000, day_cap=15, card_day_cap=15)
    signed = await communes.agree(ours=low, theirs=low)
    live = await network.b.read(choosing.live, addresses.actor_id(network.a.facts))
    assert live is not None
    assert wire_terms.terms_hash(live) == signed
    shadowed = await network.a.read(choosing.by_hash, wire_terms.terms_hash(common))
    assert shadowed is not None
    assert shadowed[1] == choosing.SHADOWED
    assert (await pays(network.b, network.a, 20)).reason == "not-covered"
    assert (await pays(network.b, network.a, 10)).state == "posted"
    ours = await network.a.read(agreements.listing)
    await network.a.write(agreements.end, ours[0].id, "Le réseau suffit.", BY)
    await until(lambda: network.b.read(_ended))
    assert (await pays(network.b, network.a, 20)).state == "posted"
    common_row = await network.a.read(
        lambda unit: unit.session.scalars(select(TermsRow.id).where(TermsRow.grouping != "")).first()
    )
    with pytest.raises(Conflict, match="terms-common"):
        await network.a.write(agreements.end, common_row, "Non.", BY)
    await sound(network.a, network.b)


def _ended(unit: Unit) -> bool:
    return all(one.state == "ended" for one in agreements.listing(unit))


async def test_of_two_groupings_the_till_cites_the_most_favourable(network: Network) -> None:
    """A and B meet in a second grouping, whose cap is lower; with a service only there, it serves for that."""
    await network.open(network.a, network.b)
    for node, other in ((network.a, network.b), (network.b, network.a)):
        await node.write(_second_grouping, addresses.actor_id(other.facts))
    actor = addresses.actor_id(network.a.facts)
    found = await network.b.read(choosing.live, actor, "piscine")
    assert found is not None
    assert found.b_at_a.day_cap == 500
    assert (await pays(network.b, network.a)).state == "posted"
    for node in (network.a, network.b):
        await node.write(
            lambda unit: honour.drop_common(unit, addresses.actor_id(network.g.facts), None, frozenset(), "left")
        )
    found = await network.b.read(choosing.live, actor, "piscine")
    assert found is not None
    assert found.b_at_a.day_cap == 100
    assert (await pays(network.b, network.a)).state == "posted"


def _second_grouping(unit: Unit, peer_actor: str) -> None:
    row = unit.session.scalars(select(TermsRow).where(TermsRow.peer_actor == peer_actor)).one()
    first = wire_terms.from_json(row.document)
    way = replace(first.a_at_b, day_cap=100, card_day_cap=60)
    second = replace(first, id="f" * 32, a_at_b=way, b_at_a=way)
    honour.adopt_common(unit, honour.CommonTerms("https://pays.example/ap/actor/pays", "e" * 64, second))


async def test_when_the_grouping_is_gone_what_was_signed_holds_to_its_last_day(network: Network) -> None:
    await network.open(network.a, network.b)
    await network.g.write(_vanish)
    for node in (network.a, network.b):
        await node.write(_look_now)
        await until(lambda n=node: n.read(_trouble))  # type: ignore[misc]  # binds the loop's value
    assert (await pays(network.b, network.a)).state == "posted"
    await network.a.write(joining.leave, network.g.host, BY)
    await until(lambda: network.b.read(honours, network.g.host))
    network.clock.forward(days=366)
    assert await network.b.read(honours)
    shown = await network.b.read(pages.membership, network.g.host)
    assert shown.state == "member"
    assert shown.error


def _vanish(unit: Unit) -> None:
    row = publishing.own(unit)
    assert row is not None
    row.document = None


def _look_now(unit: Unit) -> None:
    for row in unit.session.scalars(select(NetworkRow)):
        row.next_attempt_at = unit.now
    unit.wake("groupings")


def _trouble(unit: Unit) -> Any:
    return unit.session.scalars(select(NetworkRow.last_error)).one()


async def test_terms_that_one_side_has_not_heard_of_are_asked_again_until_it_has(network: Network) -> None:
    """B cites a version whose list A has not fetched: no refusal, the payment waits and goes through."""
    await network.open(network.a, network.b)
    until_day = await network.today()
    await publish(network.g, previous_until=until_day)
    await accept_new(network, network.a, network.b)
    await until(lambda: network.b.read(_cites, addresses.actor_id(network.a.facts), 2))
    await until(lambda: network.a.read(_cites, addresses.actor_id(network.b.facts), 2))
    await network.a.write(_forget_second)
    account, card = await resident(network.a)
    payment = await charge(network.b, network.a, card, 20)

    async def asked() -> bool:
        return "409" in (await network.b.read(honour.payment, payment)).last_error

    await until(asked)
    assert await network.a.read(pair.balance, account) == 100
    await network.a.write(_sync)
    assert (await outcome(network.b, payment)).state == "posted"
    assert await network.a.read(pair.balance, account) == 80


def _cites(unit: Unit, actor: str, version: int) -> bool:
    found = choosing.live(unit, actor)
    return found is not None and found.version == version


def _forget_second(unit: Unit) -> None:
    unit.session.execute(delete(TermsRow).where(TermsRow.version == 2))


def _sync(unit: Unit) -> None:
    for row in unit.session.scalars(select(NetworkRow)):
        pairs.sync_all(unit, row)


async def test_after_a_change_of_keys_list_and_acceptance_are_signed_again(network: Network) -> None:
    """The proofs are by the new keys, the hashes stay: nobody accepts anything anew, a third member can verify both."""
    terms = await network.open(network.a)
    for node in (network.g, network.a):
        assert await node.read(_signs_with, "#old") is False
        await node.write(_as_if_signed_before, node is network.g)
        await node.write(renewing.renew)
    await until(lambda: network.g.read(_all_current))
    await until(lambda: network.a.read(_listed_anew))
    await join(network.b, network.g)
    await all_honour(network.g, network.a, network.b)
    assert (await pays(network.b, network.a)).state == "posted"
    assert await network.g.read(newest_hash) == terms
    await sound(network.g, network.a, network.b)


def _listed_anew(unit: Unit) -> bool:
    row = unit.session.scalars(select(NetworkRow)).one()
    return len(row.sent) == 2 and row.listed == row.sent[-1:]


def _signs_with(unit: Unit, fragment: str) -> bool:
    return own_proof_method(unit).endswith(fragment)


def _as_if_signed_before(unit: Unit, grouping: bool) -> None:
    """What stands in the rows was signed under a key id that is no longer ours."""
    rows: list[Any] = list(unit.session.scalars(select(OfferRow) if grouping else select(NetworkRow)))
    for row in rows:
        if grouping:
            row.document = _under_old_key(row.document)
        else:
            row.sent = [_under_old_key(each) for each in row.sent]


def _under_old_key(document: Any) -> Any:
    method = document["proof"]["verificationMethod"].partition("#")[0] + "#old"
    return {**document, "proof": {**document["proof"], "verificationMethod": method}}


def _all_current(unit: Unit) -> bool:
    row = unit.session.scalars(select(NetworkRow)).one()
    offers = [each["proof"]["verificationMethod"] for each in row.document["terms"]]
    return all(method == own_proof_method(unit) for method in offers) and len(row.document["members"]) == 1


async def test_a_blocked_member_is_not_offered_at_the_till(network: Network) -> None:
    await network.open(network.a, network.b)
    _, card = await resident(network.a)
    await network.b.write(rules.set_rule, network.a.host.partition(":")[0], "block", "Litige.", BY)
    assert await network.b.read(honours, network.g.host)
    with pytest.raises(Conflict, match="no-terms"):
        await charge(network.b, network.a, card, 5)
    await network.b.write(rules.set_rule, network.a.host.partition(":")[0], None, "", BY)
    await all_honour(network.g, network.a, network.b)


async def test_a_look_that_was_cut_off_is_made_again(network: Network) -> None:
    """The claim is committed before anything leaves: after a crash the row is due again, a little later."""
    await network.open(network.a)
    await quiet(network.g, network.a)  # no news on the way that would make it due at once
    await network.a.write(lambda unit: _due(unit, unit.now))
    while (look := await network.a.write(refreshing.claim)) is None:
        await network.a.write(lambda unit: _due(unit, unit.now))  # the watcher was quicker
    due = await network.a.read(refreshing.next_due)
    assert due is not None
    assert timedelta(0) < due - network.clock() < timedelta(hours=13)
    network.clock.forward(hours=13)
    network.a.wake("groupings")  # it sleeps by the real clock
    await until(lambda: network.a.read(lambda unit: _due_later(unit)))
    assert look.grouping == addresses.actor_id(network.g.facts)


def _due(unit: Unit, at: Any) -> None:
    for row in unit.session.scalars(select(NetworkRow)):
        row.next_attempt_at = at


def _due_later(unit: Unit) -> bool:
    row = unit.session.scalars(select(NetworkRow)).one()
    return row.next_attempt_at is not None and row.next_attempt_at > unit.now and row.attempts == 0
