"""Following, and what travels then: missions made, changed, withdrawn, as the neighbour shows them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from federation.ports import PlannedDelivery
from node.core.errors import DomainError
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import farewells, following, outbox, rules
from node.neighbours.models import Peer
from node.neighbours.public import own_actor, peer
from node.neighbours.views import find_actor
from tests.fixtures.nodes import TestClock
from tests.fixtures.serving import until
from tests.node.neighbours.communes import (
    BY,
    deliver,
    follow,
    foreign,
    forged,
    outcomes,
    peer_at,
    post,
    quiet,
    said,
    shows,
)

Pair = tuple[Node, Node]
Three = tuple[Node, Node, Node]


async def test_a_mission_travels_created_changed_and_withdrawn(pair: Pair, clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    mission = await post(castanet, "Planter la haie")
    await shows(ramonville, "Planter la haie")
    [card] = await foreign(ramonville)
    assert (card.peer_name, card.tokens) == ("Castanet-Tolosan", 6)
    assert card.origin_url == f"{castanet.base_url}/missions/{mission.id}"
    assert await foreign(castanet) == []

    clock.forward(minutes=5)
    await mission.change(title="Planter la grande haie")
    await shows(ramonville, "Planter la grande haie")
    clock.forward(minutes=5)
    await mission.withdraw()
    await shows(ramonville)
    assert [outcome for _, outcome in await outcomes(ramonville)] == ["accepted", "kept", "kept", "withdrawn"]


async def test_published_again_it_comes_back_even_if_the_withdrawal_arrived_late(pair: Pair, clock: TestClock) -> None:
    """The withdrawal counts from the sender's clock, not from the hour at which it got through."""
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    mission = await post(castanet)
    await shows(ramonville, "Planter la haie")
    clock.forward(minutes=1)
    await mission.withdraw()
    await shows(ramonville)
    [gone] = await said(castanet, "Delete")
    clock.forward(minutes=1)
    await mission.publish()
    await shows(ramonville, "Planter la haie")
    clock.forward(hours=1)
    late = forged(castanet, "Delete", "late", object=gone["object"])
    assert (await deliver(late, castanet, ramonville)).status == 202
    clock.forward(hours=1)
    await mission.change(title="Encore")
    await shows(ramonville, "Encore")


async def test_who_follows_late_gets_what_is_current(three: Three, clock: TestClock) -> None:
    castanet, ramonville, auzeville = three
    kept = await post(castanet, "À venir")
    gone = await post(castanet, "Retirée", kept.town)
    await gone.withdraw()
    await follow(ramonville, castanet)
    await shows(ramonville, "À venir")
    clock.forward(days=10)
    await follow(auzeville, castanet)
    await quiet(castanet)
    assert await foreign(auzeville) == [], "what is over is not sent"


async def test_only_who_follows_is_told(three: Three) -> None:
    castanet, ramonville, auzeville = three
    await follow(ramonville, castanet)
    await post(castanet)
    await shows(ramonville, "Planter la haie")
    await quiet(castanet)
    assert await foreign(auzeville) == []
    assert await outcomes(auzeville) == []


async def test_following_no_longer_removes_what_came(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    mission = await post(castanet)
    await shows(ramonville, "Planter la haie")
    known = await peer_at(ramonville, castanet)
    assert known is not None
    await ramonville.write(following.unfollow, known.actor_id, BY)
    assert await foreign(ramonville) == []
    await until(lambda: _unfollowed(castanet))
    before = await outcomes(ramonville)
    await mission.change(title="Autre")
    await quiet(castanet)
    assert await outcomes(ramonville) == before, "nothing is sent any more"
    await follow(ramonville, castanet)
    await shows(ramonville, "Autre")


async def _unfollowed(node: Node) -> bool:
    return ("Undo", "unfollowed") in await outcomes(node)


async def test_an_undo_of_an_earlier_question_comes_too_late(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    [asked] = await said(ramonville, "Follow")
    del asked["proof"]
    other = {**asked, "id": f"{ramonville.base_url}/ap/activities/EARLIER"}
    assert (await deliver(forged(ramonville, "Undo", object=other), ramonville, castanet)).status == 202
    known = await peer_at(castanet, ramonville)
    assert known is not None
    assert known.follows_us
    undone = forged(ramonville, "Undo", "real", object=asked)
    assert (await deliver(undone, ramonville, castanet)).status == 202
    assert await peer_at(castanet, ramonville) is None


async def test_asked_again_it_is_answered_and_greeted_again(pair: Pair) -> None:
    castanet, ramonville = pair
    await post(castanet)
    await follow(ramonville, castanet)
    again = forged(ramonville, "Follow", "again", object=f"{castanet.base_url}/ap/actor/castanet")
    assert (await deliver(again, ramonville, castanet)).status == 202
    await quiet(castanet)
    assert [kind for kind, _ in await outcomes(ramonville)].count("Create") == 2, "it may have forgotten all"
    assert len(await foreign(ramonville)) == 1
    assert len(await said(castanet, "Accept")) == 2


async def test_thrown_out_later_we_show_nothing_of_theirs(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await post(castanet)
    await shows(ramonville, "Planter la haie")
    [asked] = await said(ramonville, "Follow")
    refusal = forged(castanet, "Reject", object=asked["id"])
    assert (await deliver(refusal, castanet, ramonville)).status == 202
    assert await foreign(ramonville) == []
    known = await peer_at(ramonville, castanet)
    assert known is not None
    assert known.we_follow == "rejected"


async def test_nobody_can_accept_for_another(three: Three) -> None:
    castanet, ramonville, auzeville = three
    await castanet.write(rules.set_rule, "ramonville.localhost", "block", "", BY)
    actor = await find_actor(ramonville, castanet.base_url)
    await ramonville.write(following.follow, actor, BY)
    [asked] = await said(ramonville, "Follow")
    forged_accept = forged(auzeville, "Accept", object=asked["id"])
    assert (await deliver(forged_accept, auzeville, ramonville)).status == 202
    assert ("Accept", "no such question") in await outcomes(ramonville)
    known = await peer_at(ramonville, castanet)
    assert known is not None
    assert known.we_follow == "requested"


TYPED = (
    ("x y", "neighbours.address"),
    ("http://", "neighbours.address"),
    ("ftp://castanet.localhost", "neighbours.address"),
    ("a@b@c", "neighbours.address"),
    ("http://user:secret@castanet.localhost", "neighbours.address"),
    ("nobody@{host}", "neighbours.not-a-node"),
    ("{base}/agir", "neighbours.not-a-node"),
    ("rien.localhost:9", "neighbours.unreachable"),
    ("http://0.0.0.1/", "neighbours.not-allowed"),
)


async def test_what_people_type_gets_a_plain_refusal(pair: Pair) -> None:
    castanet, ramonville = pair
    for typed, key in TYPED:
        with pytest.raises(DomainError) as refused:
            await find_actor(ramonville, typed.format(base=castanet.base_url, host=castanet.host))
        assert (refused.value.key, refused.value.field) == (key, "address"), typed


async def test_ourselves_and_other_software_are_not_followed(pair: Pair) -> None:
    castanet, _ = pair
    with pytest.raises(DomainError, match=r"neighbours\.ourselves"):
        await castanet.write(following.follow, await find_actor(castanet, castanet.host), BY)


async def test_who_says_that_it_is_gone_is_forgotten(pair: Pair) -> None:
    """Both followed each other: nothing is shown of it any more, nothing is sent to it; it stays written down,
    since nodes sign things with each other."""
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await follow(castanet, ramonville)
    await post(castanet, "Planter la haie")
    await shows(ramonville, "Planter la haie")
    await quiet(castanet, ramonville)
    actor = f"{castanet.base_url}/ap/actor/castanet"
    assert (await deliver(forged(castanet, "Delete", "end", object=actor), castanet, ramonville)).status == 202
    assert ("Delete", "forgotten") in await outcomes(ramonville)
    await shows(ramonville)
    left = await ramonville.read(peer, actor)
    assert left is not None
    assert (left.we_follow, left.follows_us) == ("no", False)
    await post(ramonville, "Ranger la salle")
    assert (await ramonville.read(outbox.backlog, castanet.host)).pending == 0


async def test_a_follower_that_is_no_node_leaves_no_trace_but_what_others_share(pair: Pair) -> None:
    castanet, _ = pair
    one, other = (f"https://social.example/users/{name}" for name in ("jo", "lou"))
    shared = "https://social.example/inbox"

    def part(unit: Unit) -> list[tuple[int, int]]:
        for actor in (one, other):
            unit.session.add(fan(unit, actor, shared))
        outbox.plan_rows(
            unit, [PlannedDelivery("https://us.example/1", own_actor(unit), shared, "social.example", b"")]
        )
        found = []
        for actor in (one, other):
            assert farewells.part_with(unit, actor)
            waiting = outbox.backlog(unit, "social.example")
            found.append((waiting.pending, waiting.dead))
        assert not farewells.part_with(unit, other)
        return found

    assert await castanet.write(part) == [(1, 0), (0, 1)], "the other takes it there, until it goes too"
    assert await castanet.read(lambda unit: unit.session.scalars(select(Peer.actor_id)).all()) == []


def fan(unit: Unit, actor: str, shared: str) -> Peer:
    """Somebody on an ordinary server who follows us."""
    return Peer(
        actor_id=actor, host="social.example", name="x", url=actor, inbox=f"{actor}/inbox", shared_inbox=shared,
        kind="", code="", we_follow="no", follows_us=True, since=unit.now, document={},
    )  # fmt: skip
