from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given

from protocols import activities, ed25519, strict_json
from protocols.activities import RULES, parse_activity
from protocols.actors import build_actor
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.missions import build_mission, parse_mission
from protocols.proofs import add_proof, verify_proof
from protocols.vocabulary import PUBLIC
from tests.protocols.documents import ACTOR, COMMUNE, MISSION, OTHER, put, spoiled, without
from tests.protocols.keys import NOW, SEED

ID = "https://saint-avold.example/activities/1"
FOLLOWERS = "https://saint-avold.example/followers"
EVENT: Any = build_mission(MISSION)
THEIR_FOLLOW: Any = activities.build_follow("https://metz.example/activities/9", actor=OTHER, followed=COMMUNE)
OUR_FOLLOW: Any = activities.build_follow(ID, actor=COMMUNE, followed=OTHER)
PUBLICLY: Any = {"to": (PUBLIC,), "cc": (FOLLOWERS,)}
TERMS: Any = {"@context": "https://www.w3.org/ns/activitystreams", "type": "ygor:Terms", "id": OTHER + "/terms/1"}

BUILT: dict[str, Any] = {
    "Follow": OUR_FOLLOW,
    "Join": activities.build_join(ID, actor=COMMUNE, event="https://metz.example/missions/1", to=OTHER),
    "Leave": activities.build_leave(ID, actor=COMMUNE, event="https://metz.example/missions/1", to=OTHER),
    "Accept": activities.build_accept(ID, actor=COMMUNE, accepted=THEIR_FOLLOW, to=OTHER),
    "Reject": activities.build_reject(ID, actor=COMMUNE, rejected=THEIR_FOLLOW["id"], to=OTHER),
    "Undo": activities.build_undo(ID + "0", actor=COMMUNE, undone=OUR_FOLLOW, to=(OTHER,)),
    "Create": activities.build_create(ID, actor=COMMUNE, created=EVENT, published=NOW, **PUBLICLY),
    "Update": activities.build_update(ID, actor=COMMUNE, updated=EVENT, published=NOW, **PUBLICLY),
    "Delete": activities.build_delete(
        ID, actor=COMMUNE, deleted=activities.tombstone(MISSION.id, former_type="Event", deleted=NOW), **PUBLICLY
    ),
    "Offer": activities.build_offer(ID, actor=COMMUNE, offered=TERMS, to=(OTHER,)),
    "Announce": activities.build_announce(
        ID, actor=COMMUNE, announced="https://metz.example/missions/1", published=NOW, **PUBLICLY
    ),
    "Move": activities.build_move(ID, actor=COMMUNE, target="https://new.example/actor", to=(FOLLOWERS,)),
}


def test_every_type_is_built_and_read() -> None:
    assert BUILT.keys() == RULES.keys()
    for kind, document in BUILT.items():
        read = parse_activity(strict_json.loads(json.dumps(document).encode()))
        assert (read.type, read.actor) == (kind, COMMUNE)
        assert read.document == document


def test_objects() -> None:
    objects = {kind: parse_activity(document).object_id for kind, document in BUILT.items()}
    assert objects == {
        "Follow": OTHER,
        "Join": "https://metz.example/missions/1",
        "Leave": "https://metz.example/missions/1",
        "Accept": THEIR_FOLLOW["id"],
        "Reject": THEIR_FOLLOW["id"],
        "Undo": ID,
        "Create": MISSION.id,
        "Update": MISSION.id,
        "Delete": MISSION.id,
        "Offer": TERMS["id"],
        "Announce": "https://metz.example/missions/1",
        "Move": COMMUNE,
    }


def test_a_mission_travels() -> None:
    read = parse_activity(BUILT["Create"])
    assert read.object_type == "Event"
    assert read.object is not None
    assert parse_mission(read.object) == MISSION
    assert read.public
    assert read.to == (PUBLIC,)
    assert read.cc == (FOLLOWERS,)
    assert read.published == NOW
    assert not parse_activity(BUILT["Follow"]).public


def test_foreign_embedded_objects_are_not_looked_at() -> None:
    for kind in ("Accept", "Announce", "Follow", "Join"):
        read = parse_activity(BUILT[kind] | {"object": {"id": "https://metz.example/x", "type": 5, "evil": [None]}})
        assert read.object_id == "https://metz.example/x"
        assert read.object is None


def test_an_offer_keeps_what_it_carries() -> None:
    signed = add_proof(TERMS, seed=SEED, verification_method=OTHER + "#ed25519-key", created=NOW)
    offer = activities.build_offer(ID, actor=COMMUNE, offered=signed, to=(OTHER,))
    assert parse_activity(offer).object == signed, "with its context and its proof"
    nameless = activities.build_offer(ID, actor=COMMUNE, offered={"type": "ygor:Charge"}, to=(OTHER,))
    assert parse_activity(nameless).object_id is None


def test_a_signed_activity_still_reads() -> None:
    signed = add_proof(BUILT["Create"], seed=SEED, verification_method=COMMUNE + "#ed25519-key", created=NOW)
    verify_proof(signed, public_key=ed25519.public_key(SEED), verification_method=COMMUNE + "#ed25519-key", now=NOW)
    assert parse_activity(signed).object == EVENT


def test_an_actor_updates_itself() -> None:
    actor = build_actor(ACTOR)
    document: Any = activities.build_update(ID, actor=COMMUNE, updated=actor, published=NOW, **PUBLICLY)
    assert parse_activity(document).object_type == "Organization"
    with pytest.raises(RemoteProtocolError):
        parse_activity(put(document, ("object", "id"), "https://saint-avold.example/other-actor"))


def test_the_public_collection_has_three_spellings() -> None:
    for spelling in (PUBLIC, "as:Public", "Public"):
        assert parse_activity(BUILT["Create"] | {"to": spelling}).to == (PUBLIC,)


def test_create_by_reference() -> None:
    read = parse_activity(BUILT["Create"] | {"object": MISSION.id})
    assert read.object is None
    assert read.object_id == MISSION.id


def test_unknown_types_have_their_own_code() -> None:
    for kind in ("Like", "Dislike", "ygor:Vote", "follow"):
        with pytest.raises(RemoteProtocolError) as refused:
            parse_activity(BUILT["Follow"] | {"type": kind})
        assert refused.value.code == "unsupported-type"


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": 1},
        {"id": "https://metz.example/activities/1"},
        {"id": "https://saint-avold.example:8443/activities/1"},
        {"id": "https://SAINT-AVOLD.example/activities/1"},
        {"id": "https://saint-avold.example@metz.example/1"},
        {"id": "https://saint-avold.example./activities/1"},
        {"id": "urn:uuid:1"},
        {"id": ID + "a" * 2048},
        {"actor": None},
        {"actor": []},
        {"actor": [COMMUNE]},
        {"actor": {"id": COMMUNE}},
        {"actor": OTHER},
        {"actor": 7},
        {"type": None},
        {"type": ["Create"]},
        {"type": {"id": "Create"}},
        {"type": "C" * 100},
        {"object": None},
        {"object": []},
        {"object": [EVENT]},
        {"object": 1},
        {"object": {}},
        {"object": EVENT | {"id": None}},
        {"object": EVENT | {"id": "https://metz.example/missions/1"}},
        {"object": "https://metz.example/missions/1"},
        {"object": EVENT | {"type": ["Event", "ygor:Mission"]}},
        {"object": EVENT | {"type": None}},
        {"object": EVENT | {"attributedTo": OTHER}},
        {"object": EVENT | {"attributedTo": "https://saint-avold.example/other-actor"}},
        {"object": EVENT | {"attributedTo": [COMMUNE]}},
        {"object": EVENT | {"attributedTo": None}},
        {"object": without(EVENT, "attributedTo")},
        {"to": 1},
        {"to": [None]},
        {"to": [[PUBLIC]]},
        {"to": {"id": PUBLIC}},
        {"to": "nobody"},
        {"cc": [FOLLOWERS] * 201},
        {"published": 1},
        {"published": "yesterday"},
        {"published": ["2026-01-01T00:00:00Z"]},
        {"target": 1},
        {"target": []},
    ],
)
def test_refuses(change: dict[str, Any]) -> None:
    for kind in ("Create", "Update"):
        with pytest.raises(RemoteProtocolError):
            parse_activity(BUILT[kind] | {"type": kind} | change)


def test_nobody_deletes_undoes_or_moves_for_another() -> None:
    for document in (
        BUILT["Delete"] | {"object": "https://metz.example/missions/1"},
        BUILT["Delete"] | {"object": OTHER},
        BUILT["Undo"] | {"object": "https://metz.example/activities/9"},
        BUILT["Undo"] | {"object": OUR_FOLLOW | {"actor": "https://saint-avold.example/other-actor"}},
        BUILT["Undo"] | {"object": OUR_FOLLOW | {"actor": None}},
        BUILT["Move"] | {"object": "https://saint-avold.example/other-actor"},
        BUILT["Move"] | {"object": OTHER},
        without(BUILT["Move"], "target"),
    ):
        with pytest.raises(RemoteProtocolError):
            parse_activity(document)


def test_our_own_mistakes() -> None:
    with pytest.raises(LocalProtocolError):
        activities.build_follow(ID, actor=OTHER, followed=COMMUNE)
    with pytest.raises(LocalProtocolError):
        activities.build_create(ID, actor=COMMUNE, created=EVENT | {"attributedTo": OTHER}, published=NOW, **PUBLICLY)
    with pytest.raises(LocalProtocolError):
        activities.build_undo(ID, actor=COMMUNE, undone=THEIR_FOLLOW, to=(OTHER,))
    with pytest.raises(LocalProtocolError):
        activities.build_join("1", actor=COMMUNE, event=MISSION.id, to=OTHER)


@pytest.mark.parametrize("kind", sorted(BUILT))
def test_only_refusals(kind: str) -> None:
    @given(spoiled(BUILT[kind]))
    def check(document: Any) -> None:
        with contextlib.suppress(RemoteProtocolError):
            read = parse_activity(document)
            assert read.id.startswith("https://saint-avold.example/")
            if read.type in ("Create", "Update", "Delete", "Undo", "Move"):
                assert read.object_id is not None
                assert read.object_id.startswith("https://saint-avold.example/")

    check()


def test_an_answer_does_not_carry_what_the_asker_put_in() -> None:
    """A question of half a megabyte must not be kept and sent back at each asking."""
    asked: dict[str, Any] = {
        "id": "https://b.example/follows/1",
        "type": "Follow",
        "actor": "https://b.example/actor",
        "object": {"id": "https://a.example/actor", "summary": "x" * 10_000},
        "content": "x" * 10_000,
        "proof": {},
    }
    accept = activities.build_accept(
        "https://a.example/1", actor="https://a.example/actor", accepted=asked, to="https://b.example/actor"
    )
    assert accept["object"] == {
        "id": "https://b.example/follows/1",
        "type": "Follow",
        "actor": "https://b.example/actor",
        "object": "https://a.example/actor",
    }
