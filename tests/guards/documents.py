"""Guards on what a document may say, and for whom."""

from __future__ import annotations

from typing import Any

from federation.ports import KeyUse
from protocols.origins import parse_url
from protocols.proofs import proofs_of
from tests.guards.guard import Guard, answering, hearsay, untouched, untouched_later

ATTACKS = "federation/test_inbox_attacks.py::"
ORIGINS = "federation/test_origin_attacks.py::"
PROOFS = "protocols/test_proofs.py::"
MOVES = "node/neighbours/test_moving.py::"


def _first_actor(activity: Any) -> tuple[str, str]:
    actor = activity["actor"][0] if isinstance(activity["actor"], list) else activity["actor"]
    return str(activity["id"]), str(actor["id"] if isinstance(actor, dict) else actor)


def _same_host_name(first: str, second: str) -> bool:
    return parse_url(first).origin.host == parse_url(second).origin.host


def _first_proof(document: Any, verification_method: str) -> Any:
    return next(proof for proof in proofs_of(document) if proof.get("verificationMethod") == verification_method)


def _all_methods(proofs: Any, owner: str, formerly: Any) -> list[str]:
    return [str(proof["verificationMethod"]) for proof in proofs]


async def _any_key(
    self: Any, document: Any, method: str, key_id: str, owner: str, now: Any, budget: Any, known: Any
) -> Any:
    return known or (await self._keys.resolve(key_id, KeyUse.PROOF, budget)).actor


DOCUMENTS = (
    Guard(
        "json-ld-keywords",
        "json-ld",
        "no @graph, @id, @type: nothing that a JSON-LD processor would put together anew",
        {"federation.activity_rules.refuse_json_ld": answering(None)},
        (ORIGINS + "test_json_ld_that_another_reader_would_restructure",),
    ),
    Guard(
        "no-hearsay",
        "json-ld",
        "a forwarded activity needs its author's proof, or its origin's word; LD signatures are not read",
        {"federation.inbox.Inbox._from_origin": hearsay},
        (
            ORIGINS + "test_forwarded_with_a_linked_data_signature_alone",
            "federation/test_inbox.py::test_a_forwarded_activity_without_proof_is_asked_for_at_its_origin",
        ),
    ),
    Guard(
        "embedded",
        "embedded",
        "embedded objects count if they are the sender's own or proved by their owner, else only their id does",
        {"federation.inbox.Inbox._only_trusted": untouched_later(1)},
        (
            "federation/test_inbox.py::test_an_embedded_foreign_object_is_reduced_to_its_id",
            "federation/test_inbox.py::test_embedded_evidence_of_another_origin_than_its_owner",
            ORIGINS + "test_an_empty_list_of_proofs_proves_nothing",
            ORIGINS + "test_evidence_proved_by_somebody_else_than_its_owner",
            ORIGINS + "test_foreign_objects_beside_the_object_are_only_their_ids[result]",
        ),
    ),
    Guard(
        "attributed-to",
        "embedded",
        "what is made or changed says that it is the actor's, and nobody else's",
        {"federation.activity_rules.check_object": answering(None)},
        (
            ATTACKS + "test_object_attributed_to_somebody_else_or_nobody[https://victim.example/actor]",
            ATTACKS + "test_object_that_does_not_say_whose_it_is",
            ORIGINS + "test_lists_of_embedded_objects[result]",
        ),
    ),
    Guard(
        "same-origin",
        "embedded",
        "scheme, host and port make an origin",
        {"federation.activity_rules.same_origin": _same_host_name},
        (ORIGINS + "test_another_port_is_another_origin",),
    ),
    Guard(
        "activity-origin",
        "embedded",
        "an activity is of its actor's origin",
        {"federation.activity_rules.same_origin": answering(True)},
        (ATTACKS + "test_activity_id_of_another_origin",),
    ),
    Guard(
        "one-spelling",
        "embedded",
        "an identifier has one spelling: lower case, no default port, no international letters",
        {"federation.activity_rules.check_identifier": untouched()},
        (ORIGINS + "test_an_id_in_disguise[case]", ORIGINS + "test_an_id_in_disguise[full width]"),
    ),
    Guard(
        "shapes",
        "shapes",
        "type, id and actor are one string each",
        {"federation.activity_rules.identify": _first_actor},
        (
            ATTACKS + "test_wrong_shapes[members0]",
            ATTACKS + "test_wrong_shapes[members7]",
            ATTACKS + "test_an_actor_in_a_list_or_an_object",
        ),
        crashes=True,
    ),
    Guard(
        "proof-options",
        "proofs",
        "a proof is of the known kind, for this purpose, with the document's own context",
        {"protocols.proofs._check_options": answering(None)},
        (
            PROOFS + "test_a_proof_for_another_purpose_is_refused_though_it_fits",
            PROOFS + "test_a_proof_for_another_context",
            PROOFS + "test_odd_options_are_refused_though_they_are_signed[change1]",
        ),
    ),
    Guard(
        "proof-once",
        "proofs",
        "one proof by a method",
        {"protocols.proofs._only_proof": _first_proof},
        (PROOFS + "test_two_proofs_by_one_method",),
    ),
    Guard(
        "proof-times",
        "proofs",
        "no proof from the future, none that has expired",
        {"protocols.proofs._check_times": answering(None)},
        (
            PROOFS + "test_a_proof_from_the_future_is_refused_though_it_fits",
            PROOFS + "test_expiry_is_signed_and_obeyed",
        ),
    ),
    Guard(
        "proof-age",
        "proofs",
        "what is forwarded under a proof older than a week is asked for at its origin",
        {"federation.inbox._is_recent": answering(True)},
        (ORIGINS + "test_an_old_proof_forwarded_is_asked_for_at_its_origin",),
    ),
    Guard(
        "proof-owner",
        "proofs",
        "the proof's key is listed by the owner's own document",
        {
            "federation.verification._own_methods": _all_methods,
            "federation.verification.RequestVerifier._verify_proof": _any_key,
        },
        (
            ATTACKS + "test_proof_by_a_foreign_verification_method",
            ATTACKS + "test_proof_by_another_actor_of_the_same_host",
        ),
    ),
    Guard(
        "move-claimed",
        "move",
        "where an actor says it went must know it by `alsoKnownAs`",
        {"node.neighbours.moving._check_claimed": answering(None)},
        (MOVES + "test_a_move_that_is_not_confirmed_moves_nothing[unclaimed]",),
    ),
    Guard(
        "move-circles",
        "move",
        "a Move that leads back to where it came from moves nothing",
        {"node.neighbours.moving._check_new": answering(None)},
        (MOVES + "test_a_move_that_is_not_confirmed_moves_nothing[circle]",),
    ),
    Guard(
        "clean-html",
        "html",
        "foreign HTML keeps a few harmless tags, foreign names none",
        {
            "node.modules.missions.neighbours.clean_html": untouched(),
            "node.modules.missions.neighbours.plain": untouched(),
        },
        ("node/neighbours/test_attacks.py::test_hostile_words_do_no_harm",),
    ),
)
