"""Guards on who signed what: keys, signatures, digests, times, repetitions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from http_message_signatures import HTTPMessageVerifier

from federation.keys import KeyResolver, ResolvedKey
from federation.remote_actor import ActorKey, read_actor
from node.neighbours import incoming
from node.neighbours.incoming import TakenIn
from protocols.actors import rsa_public_key
from tests.guards.guard import Guard, answering, hearsay, later

ATTACKS = "federation/test_inbox_attacks.py::"
SIGNED = "federation/test_signature_attacks.py::"
CAVAGE, ED25519 = "[SignatureKind.CAVAGE]", "[SignatureKind.RFC9421_ED25519]"


async def _believe(self: KeyResolver, key_id: str, use: Any, budget: Any, *, known: Any = None) -> ResolvedKey:
    """The hole of GHSA-q9f8-5hc7-898f: whoever the key's document names is its owner."""
    document, _ = await self._client._document(key_id.split("#")[0], budget, None)
    key: Any = document if "publicKeyPem" in document else document["publicKey"]
    actor = read_actor(await self._client.fetch_object(str(key["owner"]), budget))
    return ResolvedKey(actor, ActorKey(key_id, rsa_public_key(str(key["publicKeyPem"]))), self._client.clock())


def _first(self: Any, name: str) -> Any:
    return next(iter(self.values(name)), None)


def _get(message: Any) -> str:
    return f"get {message.location().target}"


def _as_asked(base_url: str, request: Any) -> str:
    return f"http://{request.headers.get('Host')}{request.raw_path}"


def _record_any(unit: Any, new: Any, outcomes: list[TakenIn]) -> list[int]:
    """The ids are written down; that one of them says something else than before is overlooked."""
    recorded = _RECORD(unit, new, outcomes)
    outcomes[:] = [TakenIn.KNOWN if each is TakenIn.ID_REUSED else each for each in outcomes]
    return recorded


_RECORD = incoming._record


def _verify_first(self: Any, message: Any, *, max_age: Any = None) -> Any:
    """The library refuses several signatures as well: show it the first."""
    for name in ("signature-input", "signature"):
        message.headers[name] = message.headers[name].split(", ")[0]
    return HTTPMessageVerifier.verify(self, message, max_age=max_age)


REQUESTS = (
    Guard(
        "key-owner",
        "foreign-key",
        "a key is its owner's only if the document at the owner's own id lists it",
        {"federation.keys.KeyResolver.resolve": _believe},
        (ATTACKS + "test_foreign_key_document_that_claims_the_victim",),
    ),
    Guard(
        "signer-is-actor",
        "foreign-key",
        "what the signer does not say himself needs its actor's proof or its origin's word",
        {"federation.inbox.Inbox._from_origin": hearsay},
        (ATTACKS + "test_key_listed_by_another_actor_of_the_same_host", ATTACKS + "test_spoofed_actor_of_another_host"),
    ),
    Guard(
        "own-objects",
        "same-host",
        "Create, Update, Delete and Undo act on the actor's own objects",
        {"federation.activity_rules.check_object": answering(None)},
        (
            ATTACKS + "test_same_host_other_actor",
            ATTACKS + "test_overwriting_the_key_of_another_actor",
            ATTACKS + "test_object_of_another_origin[Delete]",
        ),
    ),
    Guard(
        "cavage-coverage",
        "unsigned-parts",
        "a cavage signature covers target, host, date and digest",
        {"protocols.cavage._check_coverage": answering(None), "protocols.cavage._check_time": answering(None)},
        (SIGNED + "test_cavage_digest_present_but_unsigned", SIGNED + "test_cavage_without_a_date"),
    ),
    Guard(
        "cavage-method",
        "unsigned-parts",
        "the signed target begins with the request's own method",
        {"protocols.cavage._request_target": _get},
        (SIGNED + "test_cavage_signature_of_a_get_reused_for_a_post",),
    ),
    Guard(
        "rfc9421-coverage",
        "unsigned-parts",
        "an RFC 9421 signature covers method, whole target and digest",
        {"protocols.rfc9421._check_coverage": answering(None)},
        (
            SIGNED + "test_rfc9421_digest_present_but_unsigned",
            SIGNED + "test_rfc9421_signature_that_leaves_the_method_open",
            SIGNED + "test_rfc9421_signature_that_leaves_the_target_open",
        ),
    ),
    Guard(
        "host-header",
        "unsigned-parts",
        "the signed Host is ours",
        {"protocols.messages.HttpMessage.check_host": answering(None)},
        (ATTACKS + "test_replay_to_another_host" + CAVAGE,),
    ),
    Guard(
        "own-address",
        "unsigned-parts",
        "the target is built from our own address, never from the Host header",
        {"federation.routes._own_address": _as_asked},
        (ATTACKS + "test_replay_to_another_host" + ED25519,),
    ),
    Guard(
        "cavage-time",
        "unsigned-parts",
        "the Date is within an hour of ours",
        {"protocols.cavage._check_time": answering(None)},
        (ATTACKS + "test_clock_off_by_more_than_an_hour[61-SignatureKind.CAVAGE]",),
    ),
    Guard(
        "rfc9421-time",
        "unsigned-parts",
        "a created time is there, and within an hour of ours",
        {"protocols.rfc9421._check_times": answering(None)},
        (
            SIGNED + "test_rfc9421_without_a_created_time",
            ATTACKS + "test_clock_off_by_more_than_an_hour[61-SignatureKind.RFC9421_ED25519]",
        ),
    ),
    Guard(
        "digest",
        "confused-parts",
        "every listed Digest is of a known algorithm and fits the body",
        {"protocols.cavage.check_digest": answering(None)},
        (
            SIGNED + "test_digest_of_an_algorithm_we_do_not_know",
            SIGNED + "test_digest_in_two_algorithms_of_which_one_fits",
            ATTACKS + "test_tampered_body" + CAVAGE,
        ),
    ),
    Guard(
        "content-digest",
        "confused-parts",
        "every member of Content-Digest fits the body",
        {"protocols.rfc9421.check_content_digest": answering(None)},
        (ATTACKS + "test_tampered_body" + ED25519,),
    ),
    Guard(
        "single-headers",
        "confused-parts",
        "a header that counts occurs once",
        {"protocols.messages.HttpMessage.single": _first},
        tuple(f"{SIGNED}test_a_header_twice[{name}]" for name in ("Signature", "Digest", "Date")),
    ),
    Guard(
        "single-label",
        "confused-parts",
        "one signature, under one label",
        {"protocols.rfc9421._check_one_label": answering(None), "protocols.rfc9421._Verifier.verify": _verify_first},
        (SIGNED + "test_two_labels",),
    ),
    Guard(
        "single-names",
        "confused-parts",
        "no label and no parameter twice",
        {"protocols.rfc9421._refuse_duplicate": answering(None), "protocols.rfc9421._Verifier.verify": _verify_first},
        (SIGNED + "test_one_label_twice",),
    ),
    Guard(
        "seen-signatures",
        "replay",
        "a signature is accepted once",
        {"federation.memory.MemorySeenSignatures.add": later(True)},
        (ATTACKS + "test_replay_inside_the_window",),
    ),
    Guard(
        "seen-signatures-kept",
        "replay",
        "a signature is accepted once, durably",
        {"node.neighbours.incoming.remember_signatures": lambda unit, arrived: [True] * len(arrived)},
        ("node/neighbours/test_attacks.py::test_recorded_and_played_again",),
    ),
    Guard(
        "ids-for-ever",
        "replay",
        "an id means one thing for ever",
        {"federation.inbox.Inbox._is_known": later(False), "node.neighbours.incoming._record": _record_any},
        ("node/neighbours/test_attacks.py::test_an_id_means_one_thing_for_ever",),
    ),
    Guard(
        "undo-in-force",
        "replay",
        "an Undo takes back the question in force, not an earlier one",
        {"node.neighbours.following._is_in_force": answering(True)},
        ("node/neighbours/test_following.py::test_an_undo_of_an_earlier_question_comes_too_late",),
    ),
    Guard(
        "refetch-limit",
        "storms",
        "a key is fetched anew once a minute at most",
        {"federation.keys.KeyResolver._is_due": answering(True)},
        ("federation/test_inbox.py::test_a_key_changed_under_its_id_is_fetched_again_once_a_minute",),
    ),
    Guard(
        "negative-cache",
        "storms",
        "a key that could not be had is not asked for again at once",
        {"federation.keys._lifetime": answering(timedelta())},
        ("federation/test_keys.py::test_a_missing_key_is_asked_for_once_in_five_minutes",),
    ),
    Guard(
        "answer-to-our-question",
        "accept",
        "an Accept or Reject counts for the question that waits, and for no other",
        {"node.neighbours.following._is_our_question": answering(True)},
        ("node/neighbours/test_attacks.py::test_an_accept_played_again_or_late_does_not_make_us_follow",),
    ),
)
