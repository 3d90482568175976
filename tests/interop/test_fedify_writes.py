"""A commune follows a server built on Fedify: what that sends in either dialect or by proof is verified and shown with
its origin; what was tampered with, or is somebody else's, is refused and leaves no trace."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from node.core.node import Node
from node.core.unit import Unit
from node.modules.events import public as agenda
from node.neighbours import following
from node.neighbours.models import HeardActivity
from node.neighbours.public import peer
from node.neighbours.views import find_actor
from protocols.types import JsonObject
from tests.fixtures.serving import ask, until
from tests.interop.foreign import Fedify
from tests.node.neighbours.communes import BY, foreign, quiet, shows

CONTEXT = "https://www.w3.org/ns/activitystreams"
Pair = tuple[Node, Node]


def event(fedify: Fedify, number: str, **members: Any) -> JsonObject:
    start = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0)
    return {
        "id": f"{fedify.base('modern')}/events/{number}",
        "type": "Event",
        "attributedTo": fedify.actor("modern"),
        "name": "Bal de la Saint-Jean",
        "content": "<p>Venez <strong>danser</strong> <script>alert(1)</script></p>",
        "startTime": start.isoformat(),
        "endTime": (start + timedelta(hours=4)).isoformat(),
        "location": {"type": "Place", "name": "Halle aux grains"},
        "url": f"{fedify.base('modern')}/agenda/{number}",
        "to": [f"{CONTEXT}#Public"],
        **members,
    }


def activity(fedify: Fedify, kind: str, number: str, obj: Any) -> JsonObject:
    return {
        "@context": CONTEXT,
        "id": f"{fedify.base('modern')}/activities/{number}",
        "type": kind,
        "actor": fedify.actor("modern"),
        "object": obj,
        "to": [f"{CONTEXT}#Public"],
    }


async def follow(fedify: Fedify, node: Node, number: str) -> None:
    """The commune finds the actor by its handle, asks, and Fedify's host accepts."""
    actor = await find_actor(node, f"commune@modern.localhost:{fedify.port}")
    assert actor.id == fedify.actor("modern")
    before = fedify.written()
    await node.write(following.follow, actor, BY)
    (asked,) = await fedify.received("modern", "Follow", since=before)
    question = {"id": asked["id"], "type": "Follow", "actor": asked["actor"], "object": asked["objectId"]}
    await send(fedify, node, activity(fedify, "Accept", f"accept-{number}", question))

    async def accepted() -> bool:
        known = await node.read(peer, actor.id)
        return known is not None and known.we_follow == "accepted"

    await until(accepted)
    await quiet(node)


async def heard(node: Node) -> set[str]:
    """The ids of all activities taken in."""

    def read(unit: Unit) -> set[str]:
        return set(unit.session.scalars(select(HeardActivity.id)))

    return await node.read(read)


async def send(fedify: Fedify, node: Node, what: JsonObject) -> None:
    await fedify.tell("send", "modern", to=f"{node.base_url}/", activity=what)


async def post(fedify: Fedify, node: Node, what: JsonObject, signer: str = "modern", **how: Any) -> tuple[int, str]:
    """One request signed by a host; the status and the problem's code."""
    given = {"dialect": "rfc9421", "proved": False, **how}
    answer = await fedify.tell("post", signer, url=f"{node.base_url}/ap/inbox", activity=what, **given)
    return answer["status"], json.loads(answer["body"]).get("code", "") if answer["body"] else ""


async def test_an_event_that_fedify_sends_is_shown_changed_and_withdrawn(fedify: Fedify, communes: Pair) -> None:
    """Its own JSON-LD, its proof, its Linked Data signature, its first knock."""
    castanet, _ = communes
    await follow(fedify, castanet, "1")
    ball = event(fedify, "1")
    await send(fedify, castanet, activity(fedify, "Create", "c1", ball))
    [card] = await castanet.read(agenda.upcoming, 50)
    assert (card.title, card.peer_name, card.place_name) == (
        "Bal de la Saint-Jean",
        "Ville de modern",
        "Halle aux grains",
    )
    assert card.url == f"{fedify.base('modern')}/agenda/1"
    page = (await ask(f"{castanet.base_url}/agenda", headers=(("Accept", "text/html"),))).body.decode()
    assert "Bal de la Saint-Jean" in page
    assert "Ville de modern" in page

    later = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    await send(fedify, castanet, activity(fedify, "Update", "u1", {**ball, "name": "Grand bal", "updated": later}))
    assert [card.title for card in await castanet.read(agenda.upcoming, 50)] == ["Grand bal"]
    await send(fedify, castanet, activity(fedify, "Delete", "d1", ball["id"]))
    assert await castanet.read(agenda.upcoming, 50) == ()
    numbers = ("accept-1", "c1", "u1", "d1")
    assert await heard(castanet) == {f"{fedify.base('modern')}/activities/{number}" for number in numbers}


@pytest.mark.parametrize("dialect", ["cavage", "rfc9421"])
async def test_a_mission_is_shown_with_its_origin_changed_and_withdrawn(
    fedify: Fedify, communes: Pair, dialect: str
) -> None:
    castanet, _ = communes
    await follow(fedify, castanet, dialect)
    mission = event(fedify, dialect, **{"ygor:tokens": 4})
    create = activity(fedify, "Create", f"mc-{dialect}", mission)
    assert await post(fedify, castanet, create, dialect=dialect) == (202, "")
    await shows(castanet, "Bal de la Saint-Jean")
    [card] = await foreign(castanet)
    assert (card.peer_name, card.tokens) == ("Ville de modern", 4)
    for path in ("/agir", card.url):
        page = (await ask(castanet.base_url + path, headers=(("Accept", "text/html"),))).body.decode()
        assert "Bal de la Saint-Jean" in page
        assert "Ville de modern" in page
        assert "alert(1)" not in page
    assert f"{fedify.base('modern')}/agenda/{dialect}" in page

    later = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    changed = {**mission, "name": "Grand bal de la Saint-Jean", "updated": later}
    update = activity(fedify, "Update", f"mu-{dialect}", changed)
    assert await post(fedify, castanet, update, dialect=dialect) == (202, "")
    await shows(castanet, "Grand bal de la Saint-Jean")
    delete = activity(fedify, "Delete", f"md-{dialect}", mission["id"])
    assert await post(fedify, castanet, delete, dialect=dialect) == (202, "")
    await shows(castanet)


@pytest.mark.parametrize("dialect", ["cavage", "rfc9421"])
@pytest.mark.parametrize("proved", [False, True])
async def test_its_signatures_are_verified(fedify: Fedify, communes: Pair, dialect: str, proved: bool) -> None:
    castanet, _ = communes
    number = f"{dialect}-{proved}"
    how: dict[str, Any] = {"dialect": dialect, "proved": proved}
    mine = activity(fedify, "Create", number, event(fedify, number))
    assert await post(fedify, castanet, mine, **how) == (202, "")
    assert await heard(castanet) == {mine["id"]}

    unsigned = activity(fedify, "Create", f"{number}-body", event(fedify, number))
    spoilt = await post(fedify, castanet, unsigned, spoil=("Saint-Jean", "Saint-Jules"), **how)
    assert spoilt == (401, "bad-digest")
    spoofed = await post(fedify, castanet, {**unsigned, "actor": fedify.actor("older")}, **how)
    assert spoofed == (403, "cross-origin")
    assert await heard(castanet) == {mine["id"]}


async def test_forwarded_by_another_host_it_is_taken_by_its_proof(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    await follow(fedify, castanet, "2")
    before = await heard(castanet)
    proved = activity(fedify, "Create", "forwarded", event(fedify, "2"))
    assert await post(fedify, castanet, proved, dialect="none", proved=True) == (401, "bad-signature")
    assert await post(fedify, castanet, proved, signer="older", proved=True) == (202, "")
    assert [card.peer_name for card in await castanet.read(agenda.upcoming, 50)] == ["Ville de modern"]
    twisted = activity(fedify, "Create", "twisted", event(fedify, "3"))
    for signer in ("older", "modern"):
        how: dict[str, Any] = {"signer": signer, "proved": True, "twist": ("Saint-Jean", "Saint-Jules")}
        assert await post(fedify, castanet, twisted, **how) == (401, "bad-signature")
    assert await heard(castanet) == before | {proved["id"]}


async def test_forwarded_without_a_proof_its_origin_is_asked(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    await follow(fedify, castanet, "3")
    said = activity(fedify, "Create", "asked", event(fedify, "4", **{"ygor:tokens": 1}))
    assert await post(fedify, castanet, said, signer="older") == (502, "peer-refused"), "it knows nothing of it"
    await fedify.tell("publish", "modern", path="/activities/asked", document=said)
    loud = {**said, "object": {**said["object"], "name": "Bal annulé"}}
    assert await post(fedify, castanet, loud, signer="older") == (202, "")
    await shows(castanet, "Bal de la Saint-Jean")


async def test_another_host_can_neither_change_nor_withdraw_it(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    await follow(fedify, castanet, "4")
    mission = event(fedify, "5", **{"ygor:tokens": 1})
    assert await post(fedify, castanet, activity(fedify, "Create", "c5", mission)) == (202, "")
    await shows(castanet, "Bal de la Saint-Jean")
    older = {"actor": fedify.actor("older"), "id": f"{fedify.base('older')}/activities/5"}
    for kind, obj in (("Update", {**mission, "name": "Pris"}), ("Delete", mission["id"])):
        foreign_word = {**activity(fedify, kind, "5", obj), **older}
        assert await post(fedify, castanet, foreign_word, signer="older") == (403, "cross-origin")
    await shows(castanet, "Bal de la Saint-Jean")


async def test_a_request_seen_before_and_an_id_used_before(fedify: Fedify, communes: Pair) -> None:
    castanet, _ = communes
    first = activity(fedify, "Create", "once", event(fedify, "6"))
    assert await post(fedify, castanet, first) == (202, "")
    assert await post(fedify, castanet, first, dialect="cavage") == (202, "")
    other = activity(fedify, "Create", "once", event(fedify, "6", name="Autre chose"))
    assert await post(fedify, castanet, other) == (409, "id-reused")
    assert await heard(castanet) == {first["id"]}
