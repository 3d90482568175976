"""Terms between two communes: proposed, countersigned, refused, replaced, ended; both sides show the same document."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node.core.errors import Conflict, DomainError
from node.core.unit import Unit
from node.honour import agreements
from node.honour import public as honour
from node.honour.values import TermsShown
from protocols.honour import terms as protocol
from protocols.honour.terms import Way
from protocols.proofs import proofs_of
from tests.node.honour.communes import BY, Communes, wanted


def in_state(unit: Unit, state: str) -> list[TermsShown]:
    return [one for one in agreements.listing(unit) if one.state == state]


async def test_both_sides_show_the_same_countersigned_document(communes: Communes) -> None:
    [ours] = await communes.a.read(in_state, "live")
    [theirs] = await communes.b.read(in_state, "live")
    assert ours.hash == theirs.hash == protocol.terms_hash(ours.terms)
    assert ours.document == theirs.document
    assert len(proofs_of(ours.document)) == 2
    assert (ours.ours, ours.theirs) == (theirs.theirs, theirs.ours)
    [commune] = await communes.b.read(honour.accepted_communes)
    assert (commune.host, commune.name) == (communes.a.host, "Castanet-Tolosan")


async def test_a_proposal_is_refused_with_a_reason(strangers: Communes) -> None:
    await strangers.befriend()
    made = await strangers.a.write(agreements.propose, strangers.b.host, wanted(strangers.clock().date()), BY)
    [waiting] = await strangers.until(lambda: strangers.b.read(in_state, "proposed-by-them"))
    assert await strangers.b.read(honour.accepted_communes) == ()
    await strangers.b.write(agreements.refuse, waiting.id, "Le taux est trop bas.", BY)
    [refused] = await strangers.until(lambda: strangers.a.read(in_state, "refused"))
    assert (refused.id, refused.note) == (made, "Le taux est trop bas.")
    with pytest.raises(Conflict, match="terms-decided"):
        await strangers.b.write(agreements.countersign, waiting.id, BY)


async def test_the_next_version_replaces_the_first_and_old_payments_keep_theirs(communes: Communes) -> None:
    account, card = await communes.resident()
    old = await communes.outcome(await communes.charge(card, 20))
    way = Way(rate_num=1, rate_den=1, limit=10_000, day_cap=500, card_day_cap=300)
    [live] = await communes.b.read(in_state, "live")
    await communes.b.write(agreements.propose, communes.a.host, wanted(communes.clock().date(), theirs=way), BY)
    [waiting] = await communes.until(lambda: communes.a.read(in_state, "proposed-by-them"))
    assert (waiting.version, waiting.terms.id) == (2, live.terms.id)
    await communes.a.write(agreements.countersign, waiting.id, BY)

    async def second() -> bool:
        return [one.version for one in await communes.b.read(in_state, "live")] == [2]

    await communes.until(second)
    assert (await communes.outcome(await communes.charge(card, 20))).amount == 20
    await communes.b.write(honour.refund_payment, "R" * 20, old.id, 20)

    async def given() -> bool:
        return await communes.balance(account) == 80

    await communes.until(given)


async def test_ending_stops_new_payments_on_both_sides(communes: Communes) -> None:
    _, card = await communes.resident()
    [live] = await communes.a.read(in_state, "live")
    await communes.a.write(agreements.end, live.id, "Fin de l’essai", BY)
    try:
        refused = (await communes.outcome(await communes.charge(card, 5))).reason
    except Conflict as error:  # B has heard of it already
        refused = error.key
    assert refused in ("no-terms", "honour.no-terms")

    async def over() -> bool:
        return await communes.b.read(honour.accepted_communes) == ()

    await communes.until(over)
    with pytest.raises(Conflict, match="no-terms"):
        await communes.charge(card, 5)


async def test_terms_are_valid_on_their_days_only(communes: Communes) -> None:
    communes.clock.forward(days=400)
    assert await communes.b.read(honour.accepted_communes) == ()


async def test_terms_that_contradict_themselves_are_refused_beside_their_field(strangers: Communes) -> None:
    await strangers.befriend()
    today = strangers.clock().date()
    bad = Way(rate_num=1, rate_den=1, limit=10, day_cap=11, card_day_cap=5)
    for changes, field in (
        ({"ours": bad}, "ours_day_cap"),
        ({"theirs": bad}, "theirs_day_cap"),
        ({"valid_until": today - timedelta(days=9)}, "valid_until"),
        ({"booking_hold_s": 60}, "booking_hold_hours"),
    ):
        with pytest.raises(DomainError) as caught:
            await strangers.a.write(agreements.propose, strangers.b.host, wanted(today, **changes), BY)
        assert caught.value.field == field
    assert await strangers.a.read(agreements.listing) == ()


async def test_a_proposal_changed_on_its_way_is_not_shown(strangers: Communes) -> None:
    await strangers.befriend()
    made = await strangers.a.write(agreements.propose, strangers.b.host, wanted(strangers.clock().date()), BY)
    [shown] = await strangers.until(lambda: strangers.b.read(in_state, "proposed-by-them"))

    def again(unit: Unit) -> None:
        from node.neighbours.public import peer_by_host

        document = {**shown.document, "refundDays": 1}
        agreements.heard_proposal(unit, peer_by_host(unit, strangers.a.host), "x", document)

    with pytest.raises(Exception, match=r"signature|proof"):
        await strangers.b.write(again)
    assert made
