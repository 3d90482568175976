"""A node changes its domain: its neighbours follow after asking both addresses, the old one goes on answering."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from node.core.config import change_address, load_config
from node.core.errors import DomainError
from node.core.node import Node
from node.neighbours import addresses, arrival, following, letters, rules
from node.neighbours.models import FormerId
from node.neighbours.moving import arrival as arrived_at
from node.neighbours.public import peer, peer_by_host, peers
from node.neighbours.services import federation_of
from node.neighbours.views import find_actor
from protocols import strict_json
from protocols.actors import parse_actor
from tests.fixtures.nodes import NodeFactory, TestClock
from tests.fixtures.serving import ask, free_port, local_address, served, until
from tests.node.neighbours.communes import (
    BY,
    JSON,
    deliver,
    follow,
    foreign,
    forged,
    outcomes,
    post,
    quiet,
    said,
    shows,
)
from tests.node.neighbours.conftest import LOCAL

HTML = (("Accept", "text/html"),)


class Land:
    """Three communes on one port; any of them may be taken down, moved and brought up again."""

    def __init__(self, place: Path, clock: TestClock) -> None:
        self.port = free_port()
        self.factory = NodeFactory(place, LOCAL, clock)
        self.castanet = self.factory("Castanet-Tolosan", address=self.at("castanet"))
        self.ramonville = self.factory("Ramonville", code="31446", address=self.at("ramonville"))

    def at(self, name: str) -> str:
        return local_address(name, self.port)

    @property
    def both(self) -> Sequence[Node]:
        return (self.castanet, self.ramonville)

    def move(self, name: str) -> None:
        """Castanet to another address, as the command does it."""
        folder = self.castanet.folder
        self.castanet.close()
        change_address(folder, self.at(name))
        self.castanet = self.factory.open(folder)


@pytest.fixture
async def land(tmp_path: Path, clock: TestClock) -> AsyncIterator[Land]:
    made = Land(tmp_path, clock)
    try:
        yield made
    finally:
        made.factory.close()


@asynccontextmanager
async def befriended(land: Land) -> AsyncIterator[None]:
    async with served(land.both):
        await follow(land.ramonville, land.castanet)
        await follow(land.castanet, land.ramonville)
        await post(land.castanet)
        await shows(land.ramonville, "Planter la haie")
        yield


async def hosts(node: Node) -> list[tuple[str, str, bool]]:
    return [(each.host, each.we_follow, each.follows_us) for each in await node.read(peers)]


async def test_neighbours_follow_and_the_old_address_leads_on(land: Land) -> None:
    async with befriended(land):
        pass
    old = land.castanet.base_url
    land.move("participer")
    new, other = land.castanet.base_url, land.ramonville
    assert land.castanet.facts.former_urls == (old,)
    async with served(land.both):
        await until(lambda: _is(other, [(land.castanet.host, "accepted", True)]))
        await until(lambda: _is(land.castanet, [(other.host, "accepted", True)]))
        await shows(other, "Planter la haie")
        [card] = await foreign(other)
        assert land.castanet.host in str(card), "it comes from the new address"
        known = await other.read(peer, addresses.actor_at(old))
        assert known is not None
        assert known.actor_id == addresses.actor_at(new), "the former id means the same peer"
        assert (await other.read(peer_by_host, old.partition("://")[2])).host == land.castanet.host

        page = await ask(f"{old}/missions?q=1", headers=HTML)
        assert (page.status, page.headers["Location"]) == (308, f"{new}/missions?q=1")
        finger = await ask(f"{old}/.well-known/webfinger?resource=acct:castanet@{land.at('castanet')[7:]}")
        assert finger.status == 308
        assert finger.headers["Location"].startswith(f"{new}/.well-known/webfinger?")
        led = strict_json.loads((await ask(finger.headers["Location"])).body)
        assert addresses.actor_at(new) in str(led)
        left = parse_actor(strict_json.loads((await ask(addresses.actor_at(old), headers=JSON)).body))
        assert (left.id, left.moved_to) == (addresses.actor_at(old), addresses.actor_at(new))
        here = parse_actor(strict_json.loads((await ask(addresses.actor_at(new), headers=JSON)).body))
        assert (here.moved_to, here.also_known_as) == (None, (addresses.actor_at(old),))
        assert (await find_actor(other, old)).id == addresses.actor_at(new), "who types the old address finds the new"

        late = forged(other, "Announce", "late", object=addresses.actor_at(old))
        assert (await deliver(late, other, land.castanet)).status == 202
        await other.write(following.unfollow, addresses.actor_at(new), BY)
        await quiet(other)
        await until(lambda: _is(land.castanet, [(other.host, "accepted", False)]))


async def _is(node: Node, expected: list[tuple[str, str, bool]]) -> bool:
    return await hosts(node) == expected


async def test_told_once_and_back_again(land: Land) -> None:
    async with befriended(land):
        pass
    first = land.castanet.base_url
    for name in ("participer", "castanet"):
        land.move(name)
        for _ in range(2):
            async with served(land.both):
                await until(lambda: _is(land.ramonville, [(land.castanet.host, "accepted", True)]))
                await quiet(*land.both)
    assert land.castanet.base_url == first
    assert land.castanet.facts.former_urls == (land.at("participer"),)
    assert load_config(land.castanet.folder).first_host == land.castanet.host, "the schema on PostgreSQL stays the same"
    assert len(await said(land.castanet, "Move")) == 2
    names = await land.ramonville.read(lambda unit: list(unit.session.scalars(select(FormerId.former_id))))
    assert names == [addresses.actor_at(land.at("participer"))]


@pytest.mark.parametrize("trouble", ["unclaimed", "unsaid", "circle", "blocked", "unlisted", "ordinary"])
async def test_a_move_that_is_not_confirmed_moves_nothing(
    land: Land, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with two real addresses, of which one says something else than the Move."""
    async with befriended(land):
        before = await hosts(land.ramonville)
        auzeville = land.factory("Auzeville", code="31035", address=land.at("auzeville"))
    if trouble in ("unclaimed", "circle"):
        target = auzeville.base_url
    else:
        land.move("participer")
        target = land.castanet.base_url
    mover = addresses.actor_at(land.at("castanet"))
    changes = _lies(trouble, mover, addresses.actor_at(target))
    monkeypatch.setattr(addresses, "former_document", changes)
    monkeypatch.setattr(addresses, "actor_document", changes)
    if trouble == "blocked":
        await land.ramonville.write(rules.set_rule, "participer.localhost", "block", "", BY)
    if trouble == "unlisted":
        await land.ramonville.write(rules.set_rule, "castanet.localhost", "allow", "", BY)
        await land.ramonville.write(rules.set_only_listed, True, BY)
    move = {"object": mover, "target": addresses.actor_at(target), "to": [f"{mover}/followers"]}
    async with served([land.castanet, land.ramonville, auzeville]):
        if trouble in ("unclaimed", "circle"):
            told = forged(land.castanet, "Move", "forged", **move)
            assert (await deliver(told, land.castanet, land.ramonville)).status == 202
        reason = {"unclaimed": "unproved", "unsaid": "unproved", "circle": "in-circles", "ordinary": "no-node"}
        code = f"moved-{reason[trouble]}" if trouble in reason else "blocked"
        await until(lambda: _heard_move(land.ramonville))
        assert ("Move", f"refused: {code}") in await outcomes(land.ramonville)
        after = await hosts(land.ramonville)
        assert after[: len(before)] == before
        assert all(we_follow == "no" for _, we_follow, _ in after[len(before) :])  # it may ask to follow us itself


def _lies(trouble: str, mover: str, target: str) -> Any:
    real, real_former = addresses.actor_document, addresses.former_document

    def say(facts: Any, *rest: Any) -> Any:
        former = len(rest) == 3
        document = dict(real_former(facts, *rest) if former else real(facts, *rest))
        here = document["id"]
        if trouble == "unclaimed" and here == mover:
            document["movedTo"] = target
        if trouble == "unsaid" and here == mover:
            document.pop("movedTo", None)
        if trouble == "circle" and here in (mover, target):
            document |= {"movedTo": target if here == mover else mover, "alsoKnownAs": [mover, target]}
        if trouble == "ordinary" and here == target:
            document.pop("ygor:nodeKind")
        return document

    return say


async def _heard_move(node: Node) -> bool:
    return any(kind == "Move" for kind, _ in await outcomes(node))


async def test_a_chain_is_followed_to_its_end(land: Land, clock: TestClock) -> None:
    """Ramonville was away while Castanet moved twice."""
    async with befriended(land):
        pass
    for name in ("deux", "trois"):
        land.move(name)
        async with served([land.castanet]):
            await until(lambda: _told(land.castanet))
    await land.castanet.write(letters.resend, land.ramonville.host)  # what the port answered with 404 meanwhile
    clock.forward(hours=1)
    async with served(land.both):
        actor = await arrived_at(federation_of(land.ramonville).client, addresses.actor_at(land.at("castanet")))
        assert actor.id == addresses.actor_id(land.castanet.facts)
        await until(lambda: _is(land.ramonville, [(land.castanet.host, "accepted", True)]))


async def _told(node: Node) -> bool:
    return any(node.base_url in str(one["target"]) for one in await said(node, "Move"))


async def test_only_the_mover_can_say_that_it_moved(land: Land) -> None:
    async with befriended(land):
        before = await hosts(land.ramonville)
        victim = addresses.actor_id(land.castanet.facts)
        auzeville = land.factory("Auzeville", code="31035", address=land.at("auzeville"))
    async with served([*land.both, auzeville]):
        move = forged(auzeville, "Move", "1", object=victim, target=addresses.actor_id(auzeville.facts))
        assert (await deliver(move, auzeville, land.ramonville)).status in (202, 403)
        after = await hosts(land.ramonville)
        assert after[: len(before)] == before
        assert all(we_follow == "no" for _, we_follow, _ in after[len(before) :])  # it may ask to follow us itself


async def test_what_must_be_true_before_a_move(land: Land) -> None:
    async with served(land.both):
        for typed, key in (
            ("castanet.fr", "new-address"),
            ("http://participer.castanet.fr", "new-address"),
            (land.castanet.base_url, "same-address"),
        ):
            with pytest.raises(DomainError, match=key):
                arrival.new_address(land.castanet, typed)
        await arrival.check(land.castanet, land.at("participer"))
        with pytest.raises(DomainError, match="arrival-silent"):
            await arrival.check(land.castanet, local_address("participer", free_port()))
        stranger = land.factory("Auzeville", code="31035", address=land.at("auzeville"))
        with pytest.raises(DomainError, match="arrival-elsewhere"):
            await arrival.check(stranger, land.at("participer"))


def test_the_rest_of_node_toml_stays_as_it_was_written(land: Land) -> None:
    path = land.castanet.folder / "node.toml"
    path.write_text(path.read_text() + "\n# ours\n[missions]\n", encoding="utf-8")
    change_address(land.castanet.folder, "https://un.example/")
    change_address(land.castanet.folder, "https://deux.example")
    section = load_config(land.castanet.folder).node
    assert section.address == "https://deux.example"
    assert section.former_addresses == (land.at("castanet"), "https://un.example")
    assert "# ours\n[missions]" in path.read_text()
