"""Two communes that no longer agree who follows whom: noticed by the digest, mended by the list (FEP-8fcf)."""

from __future__ import annotations

from sqlalchemy import select

from federation.client import FetchBudget
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours.models import Peer
from node.neighbours.services import compare_followers, federation_of
from node.neighbours.synchronising import PATH, is_drift
from protocols.follower_digests import Synchronisation, digest_of
from tests.fixtures.nodes import TestClock
from tests.fixtures.serving import ask, until
from tests.node.neighbours.communes import JSON, follow, peer_at, post, quiet, shows

Pair = tuple[Node, Node]


async def change(node: Node, other: Node, **values: object) -> None:
    """What a restored backup or a fault would leave behind in `node`'s table of peers."""

    def write(unit: Unit) -> None:
        row = unit.session.scalars(select(Peer).where(Peer.host == other.host)).one()
        for name, value in values.items():
            setattr(row, name, value)

    await node.write(write)


async def follows_us(node: Node, other: Node) -> bool:
    found = await peer_at(node, other)
    return found is not None and found.follows_us


async def test_a_follower_that_was_forgotten_is_noticed_and_asks_anew(pair: Pair, clock: TestClock) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await follow(castanet, ramonville)
    await quiet(*pair)
    await change(castanet, ramonville, follows_us=False, their_follow_id=None)
    await post(castanet, "Sans abonnés")  # nobody is told of it
    clock.forward(minutes=11)
    await compare_followers(ramonville)
    await until(lambda: follows_us(castanet, ramonville))
    await shows(ramonville, "Sans abonnés")
    found = await peer_at(ramonville, castanet)
    assert found is not None
    assert found.we_follow == "accepted"


async def test_a_following_that_was_given_up_is_taken_back_by_the_digest_of_a_delivery(
    pair: Pair, clock: TestClock
) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    await quiet(*pair)
    await change(ramonville, castanet, we_follow="no", follow_id=None)
    clock.forward(minutes=11)
    await post(castanet, "Pour qui ?")  # the delivery brings the digest
    await until(_not(castanet, ramonville))
    assert not await follows_us(castanet, ramonville)


def _not(node: Node, other: Node):  # type: ignore[no-untyped-def] # a closure for `until`
    async def gone() -> bool:
        return not await follows_us(node, other)

    return gone


async def test_the_list_is_for_the_host_it_is_about(three: tuple[Node, Node, Node]) -> None:
    castanet, ramonville, auzeville = three
    await follow(ramonville, castanet)
    await quiet(castanet, ramonville)
    actor = (await peer_at(ramonville, castanet)).actor_id  # type: ignore[union-attr] # it was just followed
    assert (await ask(actor + PATH, headers=JSON)).status == 401
    seen = await federation_of(ramonville).client.fetch_object(actor + PATH, FetchBudget())
    assert len(seen["orderedItems"]) == 1
    other = await federation_of(auzeville).client.fetch_object(actor + PATH, FetchBudget())
    assert other["orderedItems"] == []


async def test_a_hint_about_somebody_else_or_a_right_one_moves_nothing(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    known = await peer_at(ramonville, castanet)
    assert known is not None
    own = next(iter(known.document["followers"].split("\n")))
    ours = f"{ramonville.base_url}/ap/actor/ramonville"
    right = Synchronisation(own, known.actor_id + PATH, digest_of([ours]))
    assert await ramonville.read(is_drift, right) is None
    foreign = Synchronisation("https://b.example/followers", "https://b.example/x", "0" * 64)
    assert await ramonville.read(is_drift, foreign) is None
    wrong = Synchronisation(own, known.actor_id + PATH, "0" * 64)
    assert await ramonville.read(is_drift, wrong) == known.actor_id
    assert await federation_of(ramonville).synchroniser.look(wrong) == "nothing to mend", "the list itself is right"
