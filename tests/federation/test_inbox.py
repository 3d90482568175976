"""What the inbox takes in, over real HTTP between two peers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from federation.hosts import SignatureKind
from federation.identity import prove
from protocols.types import JsonObject
from tests.federation.peers import Peer, Town, actor_document, identity, send


@pytest.mark.parametrize("kind", list(SignatureKind))
async def test_a_signed_activity_is_stored_before_202(sicoval: Peer, labege: Peer, kind: SignatureKind) -> None:
    status, _ = await send(sicoval.signed(labege, sicoval.activity(), kind=kind))
    assert status == 202
    [received] = labege.site.accepted
    assert received.actor.id == sicoval.identity.actor_id
    assert received.proof_verified
    assert not received.forwarded
    assert received.activity["id"] == f"{sicoval.base_url}/activities/1"


async def test_without_a_proof_the_request_signature_suffices(sicoval: Peer, labege: Peer) -> None:
    assert await send(sicoval.signed(labege, sicoval.activity(proof=False))) == (202, "")
    assert not labege.site.accepted[0].proof_verified


async def test_a_linked_data_signature_put_on_after_the_proof_is_dropped(sicoval: Peer, labege: Peer) -> None:
    """As Fedify sends everything: the proof does not cover it."""
    signature = {"type": "RsaSignature2017", "creator": sicoval.identity.rsa_key_id, "signatureValue": "AAAA"}
    assert await send(sicoval.signed(labege, {**sicoval.activity(), "signature": signature})) == (202, "")
    [received] = labege.site.accepted
    assert received.proof_verified
    assert "signature" not in received.activity


async def test_the_same_activity_again_is_answered_202_and_not_stored_twice(sicoval: Peer, labege: Peer) -> None:
    activity = sicoval.activity()
    assert await send(sicoval.signed(labege, activity)) == (202, "")
    assert await send(sicoval.signed(labege, activity, kind=SignatureKind.RFC9421_RSA)) == (202, "")
    assert len(labege.site.accepted) == 1


async def test_keys_are_fetched_once_and_kept(sicoval: Peer, labege: Peer) -> None:
    for number in range(3):
        await send(sicoval.signed(labege, sicoval.activity(number)))
    assert len(labege.site.accepted) == 3
    assert sicoval.requests == ["GET /actor"]
    assert labege.hosts.states[sicoval.host].advertised is SignatureKind.RFC9421_ED25519


async def test_a_forwarded_activity_is_trusted_by_its_proof(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    assert await send(sicoval.signed(labege, castanet.activity())) == (202, "")
    [received] = labege.site.accepted
    assert received.forwarded
    assert received.actor.id == castanet.identity.actor_id
    assert received.signer_id == sicoval.identity.actor_id


async def test_a_forwarded_activity_without_proof_is_asked_for_at_its_origin(
    town: Town, sicoval: Peer, labege: Peer
) -> None:
    castanet = await town.peer("castanet")
    activity = castanet.activity(proof=False)
    assert await send(sicoval.signed(labege, activity)) == (502, "peer-refused")
    castanet.site.objects[str(activity["id"])] = {**activity, "summary": "as its origin has it"}
    assert await send(sicoval.signed(labege, activity, kind=SignatureKind.RFC9421_RSA)) == (202, "")
    assert labege.site.accepted[0].activity["summary"] == "as its origin has it"


async def test_an_embedded_foreign_object_is_reduced_to_its_id(sicoval: Peer, labege: Peer) -> None:
    theirs: JsonObject = {"id": f"{labege.base_url}/follows/1", "type": "Follow", "actor": labege.identity.actor_id}
    accept = sicoval.activity(type="Accept", object=theirs)
    assert await send(sicoval.signed(labege, accept)) == (202, "")
    assert labege.site.accepted[0].activity["object"] == theirs["id"]


async def test_embedded_evidence_stays_when_its_owner_proved_it(town: Town, sicoval: Peer, labege: Peer) -> None:
    castanet = await town.peer("castanet")
    evidence = prove(
        castanet.identity,
        {"id": f"{castanet.base_url}/terms/1", "type": "Note", "attributedTo": castanet.identity.actor_id},
        castanet.clock(),
    )
    assert await send(sicoval.signed(labege, sicoval.activity(1, type="Announce", object=evidence))) == (202, "")
    assert labege.site.accepted[0].activity["object"] == evidence
    altered = sicoval.activity(2, type="Announce", object={**evidence, "content": "other words"})
    assert await send(sicoval.signed(labege, altered)) == (401, "bad-signature")


async def test_a_key_changed_under_its_id_is_fetched_again_once_a_minute(sicoval: Peer, labege: Peer) -> None:
    await send(sicoval.signed(labege, sicoval.activity(1)))
    renewed = identity(sicoval.base_url, "renewed")
    sicoval.site.actor_json = actor_document(renewed, sicoval.base_url)
    sicoval.clock.pass_(timedelta(seconds=30))
    message = sicoval.signed(labege, sicoval.activity(2, proof=False), who=renewed)
    assert await send(message) == (401, "bad-signature")
    sicoval.clock.pass_(timedelta(minutes=2))
    message = sicoval.signed(labege, sicoval.activity(2, proof=False), who=renewed)
    assert await send(message) == (202, "")


async def test_a_gone_actor_that_deletes_itself_is_answered_202_and_ignored(sicoval: Peer, labege: Peer) -> None:
    actor_id = sicoval.identity.actor_id
    labege.acquaintances.known.add(actor_id)
    sicoval.site.actor_json = {"id": actor_id, "type": "Tombstone"}
    farewell = sicoval.activity(type="Delete", object=actor_id, proof=False)
    assert await send(sicoval.signed(labege, farewell)) == (202, "")
    other = sicoval.activity(type="Delete", object=f"{sicoval.base_url}/notes/1", proof=False)
    assert await send(sicoval.signed(labege, other)) == (401, "no-key")
    assert labege.site.accepted == []


async def test_hearing_from_a_host_notes_its_clock(sicoval: Peer, labege: Peer) -> None:
    await send(sicoval.signed(labege, sicoval.activity()))
    state = labege.hosts.states[sicoval.host]
    assert state.last_heard == labege.clock()
    assert state.clock_skew_s == 0


async def test_what_its_origin_attributes_to_somebody_else(town: Town, sicoval: Peer, labege: Peer) -> None:
    """A forwarder names castanet; the activity at that id is another actor's of the same host."""
    castanet = await town.peer("castanet")
    activity = castanet.activity(proof=False)
    eve = f"{castanet.base_url}/eve"
    note: JsonObject = {"id": f"{castanet.base_url}/notes/1", "type": "Note", "attributedTo": eve}
    castanet.site.objects[str(activity["id"])] = {**activity, "actor": eve, "object": note}
    assert await send(sicoval.signed(labege, activity)) == (401, "foreign-key")


async def test_embedded_evidence_of_another_origin_than_its_owner(sicoval: Peer, labege: Peer) -> None:
    evidence = prove(
        sicoval.identity,
        {"id": "https://victim.example/terms/1", "type": "Note", "attributedTo": sicoval.identity.actor_id},
        sicoval.clock(),
    )
    activity = sicoval.activity(type="Announce", object=evidence)
    assert await send(sicoval.signed(labege, activity)) == (403, "cross-origin")
