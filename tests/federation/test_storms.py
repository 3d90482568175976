"""Too much of everything: look-ups, farewells, strangers, slow hosts; who is known is heard all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from aiohttp import web as aio

from federation import media
from federation.admission import Admission
from federation.client import FetchBudget
from federation.errors import PeerUnreachable
from federation.inbox import MAX_AT_ONCE
from federation.keys import MAX_ACTOR_BYTES, KeyResolver, KeyUnavailable
from federation.memory import MemoryAcquaintances
from federation.ports import KeyUse
from protocols import jcs
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage
from tests.federation.peers import Peer, SettableClock, Town, actor_document, identity, send
from tests.fixtures.serving import until

CROWD = MAX_AT_ONCE + 32
PART = 32


class SlowHost:
    """Every request to it waits until the test lets go."""

    def __init__(self) -> None:
        self.asked = 0
        self.reached, self.released = asyncio.Event(), asyncio.Event()

    async def serve(self, request: aio.Request) -> aio.Response:
        self.asked += 1
        self.reached.set()
        await self.released.wait()
        return aio.Response(status=404)


@pytest.fixture
def slow() -> SlowHost:
    return SlowHost()


def forged(sicoval: Peer, labege: Peer, base: str, number: int, path: str) -> HttpMessage:
    """A delivery whose key is on another host; signed with whatever is at hand."""
    mallory = replace(identity(base, "mallory", path), rsa_key=sicoval.identity.rsa_key)
    activity = sicoval.activity(number, proof=False, id=f"{base}/activities/{number}", actor=f"{base}{path}")
    activity["object"] = {"id": f"{base}/notes/{number}", "type": "Note", "attributedTo": f"{base}{path}"}
    return sicoval.signed(labege, activity, who=mallory)


def foreign(castanet: Peer, labege: Peer, base: str, number: int) -> HttpMessage:
    """A delivery by castanet of what somebody at `base` is said to have said."""
    activity = castanet.activity(number, proof=False, type="Announce", object="https://a.example/1")
    return castanet.signed(labege, activity | {"id": f"{base}/{number}", "actor": f"{base}/actor"})


async def crowd(labege: Peer, messages: Iterable[HttpMessage]) -> list[asyncio.Task[tuple[int, str]]]:
    """Send all of them, a part at a time; each part has been turned away or waits before the next one comes."""
    sent: list[asyncio.Task[tuple[int, str]]] = []
    for number, message in enumerate(messages, start=1):
        sent.append(asyncio.create_task(send(message)))
        if number % PART == 0:
            with suppress(AssertionError):  # without the guard they neither wait nor are turned away
                await until(partial(_are_placed, labege, sent), patience_s=1.5)
    return sent


async def _are_placed(labege: Peer, sent: list[asyncio.Task[tuple[int, str]]]) -> bool:
    return sum(task.done() for task in sent) + labege.client.lookups.waiting >= len(sent)


@pytest.mark.parametrize("keys", ["one", "many"])
async def test_an_inbox_does_not_fill_up_with_messages_of_a_slow_key_host(
    town: Town, sicoval: Peer, slow: SlowHost, keys: str
) -> None:
    labege = await town.peer("labege", patience_s=30)
    assert await send(sicoval.signed(labege, sicoval.activity(1))) == (202, "")
    base = await town.bare(slow.serve, "slow")
    paths: Callable[[int], str] = (lambda number: "/actor") if keys == "one" else (lambda number: f"/actor{number}")
    hanging = await crowd(labege, (forged(sicoval, labege, base, number, paths(number)) for number in range(CROWD)))
    assert await send(sicoval.signed(labege, sicoval.activity(2))) == (202, "")
    assert slow.asked <= 4
    slow.released.set()
    answers = await asyncio.gather(*hanging)
    assert {status for status, _ in answers} == {401, 503}
    assert (503, "busy") in answers


async def test_an_inbox_does_not_fill_up_with_forwarded_messages_of_a_slow_origin(
    town: Town, sicoval: Peer, slow: SlowHost
) -> None:
    labege = await town.peer("labege", patience_s=30)
    castanet = await town.peer("castanet")
    assert await send(castanet.signed(labege, castanet.activity(1))) == (202, "")
    assert await send(sicoval.signed(labege, sicoval.activity(1))) == (202, "")
    base = await town.bare(slow.serve, "slow")
    hanging = await crowd(labege, (foreign(castanet, labege, base, number) for number in range(CROWD)))
    assert await send(sicoval.signed(labege, sicoval.activity(2))) == (202, "")
    slow.released.set()
    assert (503, "busy") in await asyncio.gather(*hanging)


async def test_a_storm_of_farewells_asks_nobody(town: Town, sicoval: Peer, labege: Peer) -> None:
    """Thousands of accounts end; none of them was anybody to us."""
    for number in range(40):
        gone = identity(sicoval.base_url, "gone", f"/gone{number}")
        farewell = sicoval.activity(number, type="Delete", actor=gone.actor_id, object=gone.actor_id, proof=False)
        assert await send(sicoval.signed(labege, farewell, who=gone)) == (202, "")
    assert sicoval.requests == []
    assert labege.keys_cache.entries == {}
    assert labege.site.accepted == []


async def test_the_farewell_of_whom_we_know_is_heard(sicoval: Peer, labege: Peer) -> None:
    labege.acquaintances.known.add(sicoval.identity.actor_id)
    farewell = sicoval.activity(type="Delete", object=sicoval.identity.actor_id, proof=False)
    assert await send(sicoval.signed(labege, farewell)) == (202, "")
    assert len(labege.site.accepted) == 1


@pytest.mark.parametrize(("status", "kept"), [(410, False), (404, True), (200, True), (503, True)])
async def test_a_farewell_without_a_key_counts_if_the_actor_is_gone_from_its_address(
    town: Town, sicoval: Peer, labege: Peer, status: int, kept: bool
) -> None:
    """Its key is gone, so anybody could have written it: what its own address says now decides, asked once a minute."""
    asked: list[str] = []

    async def serve(request: aio.Request) -> aio.Response:
        asked.append(request.path)
        if request.path == "/key":
            return aio.Response(status=410)
        return aio.Response(status=status, body=b"{}", content_type="application/activity+json")

    base = await town.bare(serve, "gone")
    leaver = replace(identity(base, "leaver", "/actor"), rsa_key_id=f"{base}/key#main")
    labege.acquaintances.known.add(leaver.actor_id)
    for number in range(3):
        said = sicoval.activity(number, type="Delete", actor=leaver.actor_id, object=leaver.actor_id, proof=False)
        farewell = {**said, "id": f"{base}/activities/{number}"}
        assert await send(sicoval.signed(labege, farewell, who=leaver)) == (202, "")
    assert (leaver.actor_id in labege.acquaintances.known) is kept
    assert asked == ["/key", "/actor"]
    assert labege.site.accepted == []


async def test_a_stranger_that_speaks_too_much(sicoval: Peer, time: SettableClock) -> None:
    known = MemoryAcquaintances()
    admission = Admission(known, time, burst=5)
    for _ in range(5):
        await admission.admit(sicoval.actor)
    with pytest.raises(RemoteProtocolError) as caught:
        await admission.admit(sicoval.actor)
    assert (caught.value.status, caught.value.code) == (429, "too-many")
    time.pass_(timedelta(seconds=1))
    await admission.admit(sicoval.actor)
    known.known.add(sicoval.identity.actor_id)
    for _ in range(50):
        await admission.admit(sicoval.actor)


async def test_a_stranger_that_speaks_too_much_leaves_no_trace(town: Town, sicoval: Peer) -> None:
    """Nothing of it is kept: neither its signatures nor its activities."""
    labege = await town.peer("labege", strangers=3)
    for number in range(6):
        status, code = await send(sicoval.signed(labege, sicoval.activity(number)))
        assert (status, code) == ((202, "") if number < 3 else (429, "too-many"))
    assert len(labege.signatures.seen) == 3
    assert len(labege.site.accepted) == 3


async def test_hosts_below_one_domain_share_what_strangers_get(town: Town, sicoval: Peer, time: SettableClock) -> None:
    admission = Admission(MemoryAcquaintances(), time, all_burst=3)
    for name in ("a", "b", "c"):
        await admission.admit((await town.peer(name)).actor)
    with pytest.raises(RemoteProtocolError):
        await admission.admit(sicoval.actor)


async def test_an_actor_document_too_large_to_be_kept(town: Town, labege: Peer) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        document = {**actor_document(identity(base, "fat"), base), "attachment": ["x" * MAX_ACTOR_BYTES]}
        return aio.Response(body=jcs.canonical(document), content_type=media.ACTIVITY)

    base = await town.bare(serve)
    keys = KeyResolver(labege.client, labege.keys_cache)
    with pytest.raises(KeyUnavailable):
        await keys.resolve(f"{base}/actor#main-key", KeyUse.HTTP, FetchBudget())
    assert all(entry.actor is None for entry in labege.keys_cache.entries.values())


async def test_the_fetches_of_one_activity_share_their_seconds(town: Town, labege: Peer) -> None:
    async def serve(request: aio.Request) -> aio.Response:
        await asyncio.sleep(0.7)
        return aio.Response(body=jcs.canonical({"id": str(request.url), "type": "Note"}), content_type=media.ACTIVITY)

    base = await town.bare(serve)
    budget = FetchBudget(seconds=1.9)
    await labege.client.fetch_object(f"{base}/1", budget)
    await labege.client.fetch_object(f"{base}/2", budget)
    with pytest.raises(PeerUnreachable) as caught:
        await labege.client.fetch_object(f"{base}/3", budget)
    assert caught.value.code == "timeout"
    assert budget.left >= 16


async def test_one_activity_causes_so_many_fetches(town: Town, labege: Peer) -> None:
    """Keys that lead to owners that lead to keys, four embedded objects with four proofs each: it ends at 20."""
    asked: list[str] = []

    async def serve(request: aio.Request) -> aio.Response:
        asked.append(request.path)
        if not request.path.startswith("/confirmed"):
            document = {"id": f"{base}/confirmed{len(asked)}", "type": "Note"}
        else:
            document = {"id": str(request.url), "type": "Key", "owner": f"{base}/owner{len(asked)}"}
        return aio.Response(body=jcs.canonical(document), content_type=media.ACTIVITY)

    base = await town.bare(serve)
    keys, budget = KeyResolver(labege.client, labege.keys_cache), FetchBudget()
    codes = [await outcome(keys, f"{base}/k{number}", budget) for number in range(40)]
    assert codes[-1] == "fetch-budget"
    assert len(asked) == 20


async def outcome(keys: KeyResolver, key_id: str, budget: FetchBudget) -> str:
    try:
        await keys.resolve(key_id, KeyUse.PROOF, budget)
    except RemoteProtocolError as error:
        return error.code
    return "found"


async def test_a_bad_signature_does_not_spoil_a_good_key_while_its_host_is_out_of_reach(
    town: Town, sicoval: Peer, labege: Peer
) -> None:
    """Mallory signs in sicoval's name while sicoval cannot be reached: sicoval is heard all the same."""
    broken = False

    async def serve(request: aio.Request) -> aio.Response:
        if broken:
            return aio.Response(status=503)
        return aio.Response(body=jcs.canonical(actor_document(who, base)), content_type=media.ACTIVITY)

    base = await town.bare(serve, "auzeville")
    who = identity(base, "auzeville")
    assert (await send(forged_by(sicoval, labege, base, 1, "auzeville")))[0] == 202
    broken = True
    labege.clock.pass_(timedelta(minutes=5))
    assert await send(forged_by(sicoval, labege, base, 2, "mallory")) == (401, "bad-signature")
    assert (await send(forged_by(sicoval, labege, base, 3, "auzeville")))[0] == 202


def forged_by(sicoval: Peer, labege: Peer, base: str, number: int, name: str) -> HttpMessage:
    """An activity of the actor at `base`, signed with the keys called `name`."""
    who = identity(base, name)
    activity = sicoval.activity(number, proof=False, type="Announce", object="https://a.example/1")
    activity |= {"id": f"{base}/activities/{number}", "actor": who.actor_id}
    return sicoval.signed(labege, activity, who=who)
