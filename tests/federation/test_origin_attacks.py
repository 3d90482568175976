"""Whose word is it? Embedded objects, forwarded activities, JSON-LD, and addresses in disguise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from federation.identity import prove
from protocols.types import Json, JsonObject
from tests.federation.forging import linked_data_signed
from tests.federation.peers import Peer, Town, send


def disguised(address: str, trick: str) -> str:
    """An address of the same host, or nearly, that somebody reads in another way."""
    return {
        "port": address.replace(".localhost:", ".localhost:1"),
        "user": address.replace("://", "://user@"),
        "case": address.replace("sicoval", "Sicoval"),
        "scheme": address.replace("http", "HTTP"),
        "final dot": address.replace(".localhost", ".localhost."),
        "percent": address.replace("sicoval", "sic%6fval"),
        "full width": address.replace("sicoval", "ｓicoval"),
        "ideographic stop": address.replace(".localhost", "。localhost"),
        "backslash": address.replace("/activities", "\\@victim.example/activities"),
        "tab": address.replace("sicoval", "sico\tval"),
    }[trick]


@pytest.mark.parametrize(
    "trick",
    ["port", "user", "case", "scheme", "final dot", "percent", "full width", "ideographic stop", "backslash", "tab"],
)
async def test_an_id_in_disguise(sicoval: Peer, labege: Peer, trick: str) -> None:
    """One spelling for one id: else an id would not be unique, or an origin not the actor's."""
    activity_id = disguised(f"{sicoval.base_url}/activities/1", trick)
    status, _ = await send(sicoval.signed(labege, sicoval.activity(id=activity_id, proof=False)))
    assert status in (400, 403)
    assert labege.site.accepted == []


async def test_another_port_is_another_origin(sicoval: Peer, labege: Peer) -> None:
    activity_id = sicoval.base_url.rpartition(":")[0] + ":1/activities/1"
    activity = sicoval.activity(id=activity_id, proof=False)
    assert await send(sicoval.signed(labege, activity)) == (403, "cross-origin")


async def test_an_empty_list_of_proofs_proves_nothing(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    theirs: JsonObject = {
        "id": f"{castanet.base_url}/terms/1",
        "type": "Note",
        "attributedTo": castanet.identity.actor_id,
        "content": "never said",
        "proof": [],
    }
    activity = sicoval.activity(type="Offer", object=theirs, proof=False)
    assert await send(sicoval.signed(labege, activity)) == (401, "no-proof")


async def test_evidence_proved_by_somebody_else_than_its_owner(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    theirs: JsonObject = {
        "id": f"{castanet.base_url}/terms/1",
        "type": "Note",
        "attributedTo": castanet.identity.actor_id,
        "content": "never said",
    }
    forged = prove(sicoval.identity, theirs, sicoval.clock())
    activity = sicoval.activity(type="Offer", object=forged, proof=False)
    assert await send(sicoval.signed(labege, activity)) == (401, "foreign-proof")


@pytest.mark.parametrize("name", ["object", "target", "result", "instrument"])
async def test_lists_of_embedded_objects(sicoval: Peer, labege: Peer, name: str) -> None:
    theirs: JsonObject = {"id": "https://victim.example/1", "attributedTo": "https://victim.example/actor"}
    members: dict[str, Json] = {"object": "https://a.example/1", name: [theirs]}
    activity = sicoval.activity(type="Offer", proof=False, **members)
    assert await send(sicoval.signed(labege, activity)) == (400, "bad-object")


@pytest.mark.parametrize("name", ["target", "result", "instrument"])
async def test_foreign_objects_beside_the_object_are_only_their_ids(sicoval: Peer, labege: Peer, name: str) -> None:
    theirs: JsonObject = {
        "id": "https://victim.example/1",
        "type": "Note",
        "attributedTo": "https://victim.example/actor",
        "content": "never said",
    }
    activity = sicoval.activity(type="Offer", proof=False, **{name: theirs})
    assert await send(sicoval.signed(labege, activity)) == (202, "")
    assert labege.site.accepted[0].activity[name] == theirs["id"]


async def test_forwarded_with_a_linked_data_signature_alone(town: Town, sicoval: Peer, labege: Peer) -> None:
    """LD signatures are not read: the origin is asked, and knows of nothing."""
    castanet = await town.peer("castanet")
    activity = linked_data_signed(castanet.activity(proof=False), castanet.identity.rsa_key_id)
    assert await send(sicoval.signed(labege, activity)) == (502, "peer-refused")
    assert f"GET /activities/{str(activity['id']).rpartition('/')[2]}" in castanet.requests
    assert labege.site.accepted == []


@pytest.mark.parametrize(
    "members",
    [
        {"@graph": [{"id": "https://victim.example/1", "type": "Delete"}]},
        {"@id": "https://victim.example/1"},
        {"@type": "Delete"},
        {"@included": []},
        {"object": {"@id": "https://victim.example/1", "type": "Note"}},
        {"to": [{"@value": "x"}]},
        {"target": {"id": "https://a.example/1", "items": [{"@reverse": {}}]}},
    ],
)
async def test_json_ld_that_another_reader_would_restructure(
    sicoval: Peer, labege: Peer, members: dict[str, Json]
) -> None:
    activity = {**sicoval.activity(type="Announce", object="https://a.example/1", proof=False), **members}
    assert await send(sicoval.signed(labege, activity)) == (400, "json-ld")


async def test_a_context_that_renames_terms_changes_nothing(sicoval: Peer, labege: Peer) -> None:
    """What is read is what stands there: a context cannot make `summary` the actor."""
    context: Json = ["https://www.w3.org/ns/activitystreams", {"summary": "as:actor", "actor": "as:summary"}]
    activity = {**sicoval.activity(proof=False), "@context": context, "summary": "https://victim.example/actor"}
    assert await send(sicoval.signed(labege, activity)) == (202, "")
    assert labege.site.accepted[0].actor.id == sicoval.identity.actor_id


async def test_a_context_changed_after_the_proof(sicoval: Peer, labege: Peer) -> None:
    activity = {**sicoval.activity(), "@context": "https://www.w3.org/ns/activitystreams"}
    assert await send(sicoval.signed(labege, activity)) == (401, "bad-signature")


async def test_an_old_proof_forwarded_is_asked_for_at_its_origin(town: Town, sicoval: Peer, labege: Peer) -> None:
    """What was true ten days ago may have been undone since: its author is asked, and does not know it any more."""
    castanet = await town.peer("castanet")
    activity = castanet.activity()
    castanet.clock.pass_(timedelta(days=10))
    assert await send(sicoval.signed(labege, activity)) == (502, "peer-refused")
    castanet.site.objects[str(activity["id"])] = activity
    sicoval.clock.pass_(timedelta(seconds=1))
    assert await send(sicoval.signed(labege, activity)) == (202, "")


async def test_a_proof_without_a_time_does_not_carry_what_is_forwarded(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    activity = castanet.activity(proof=False)
    timeless = prove(castanet.identity, activity, castanet.clock())
    proof = timeless["proof"]
    assert isinstance(proof, dict)
    without = {**timeless, "proof": {name: value for name, value in proof.items() if name != "created"}}
    assert (await send(sicoval.signed(labege, without)))[0] == 401, "it is signed"


async def test_a_neighbour_on_the_same_host_forwards_as_its_own(sicoval: Peer, labege: Peer) -> None:
    """The instance actor's key does not speak for the commune."""
    activity = sicoval.activity(proof=False)
    status, _ = await send(sicoval.signed(labege, activity, who=replace(sicoval.instance)))
    assert status in (401, 502)
    assert labege.site.accepted == []
