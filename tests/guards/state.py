"""Guards on what strangers may make us keep, and on what comes twice."""

from __future__ import annotations

from typing import Any

from federation.client import FederationClient, FetchBudget
from federation.discovery import fetch_actor
from federation.inbox import Inbox
from federation.remote_actor import RemoteActor
from protocols.gold.entries import Entry
from protocols.gold.filing import File
from protocols.gold.objects import Announcement
from tests.guards.guard import Guard, answering, later

STORMS = "federation/test_storms.py::"
STORES = "node/neighbours/test_stores.py::"
CHECKING = "protocols/gold/test_checking.py::"
MOVING = "node/neighbours/test_moving.py::"


async def _believed(client: FederationClient, mover: str) -> RemoteActor:
    """Whoever the mover names is it, without being asked."""
    left = await fetch_actor(client, mover)
    return await fetch_actor(client, str(left.profile.moved_to))


async def _taken_at_its_word(inbox: Inbox, actor_id: str, budget: FetchBudget) -> None:
    """Whoever is said to be gone is gone."""
    assert inbox._acquaintances is not None
    await inbox._acquaintances.part_with(actor_id)


def _as_listed(file: File, _announcement: Announcement) -> list[Entry]:
    """Whoever stands in the file takes part."""
    rows: Any = file.document["entries"]
    return [Entry(row[0], row[1]) for row in rows]


STATE = (
    Guard(
        "admission",
        "state",
        "strangers may say so much, each host and all together",
        {"federation.admission.Admission.admit": later(None)},
        (
            STORMS + "test_a_stranger_that_speaks_too_much",
            STORMS + "test_a_stranger_that_speaks_too_much_leaves_no_trace",
            STORMS + "test_hosts_below_one_domain_share_what_strangers_get",
        ),
    ),
    Guard(
        "actor-length",
        "state",
        "an actor's document, which is kept, has 128 KiB at most",
        {"federation.keys.MAX_ACTOR_BYTES": 2**40},
        (STORMS + "test_an_actor_document_too_large_to_be_kept",),
    ),
    Guard(
        "keys-per-host",
        "state",
        "so many keys of one host are kept",
        {"node.neighbours.stores._make_room": answering(None)},
        (STORES + "test_one_host_cannot_fill_the_table_of_keys[sqlite]",),
    ),
    Guard(
        "hosts-and-keys",
        "state",
        "so many hosts and keys are kept altogether, and what strangers said for a while",
        {"node.neighbours.stores.tidy": answering(None)},
        (
            STORES + "test_tables_that_strangers_fill_stay_bounded[sqlite]",
            STORES + "test_what_strangers_said_is_not_kept_for_ever[sqlite]",
        ),
    ),
    Guard(
        "followers-per-host",
        "state",
        "so many followers of one host are taken",
        {"node.neighbours.following._is_refused": answering(False)},
        (STORES + "test_one_host_cannot_fill_the_list_of_followers[sqlite]",),
    ),
    Guard(
        "short-answers",
        "state",
        "an Accept repeats who asked for what, not all that came with the question",
        {"protocols.activities._mention": lambda asked: dict[str, Any](asked)},
        ("protocols/test_activities.py::test_an_answer_does_not_carry_what_the_asker_put_in",),
    ),
    Guard(
        "farewells",
        "farewells",
        "the farewell of whom we do not know is answered without a look at its key",
        {"federation.inbox.Inbox._pass_over_farewell": later(None)},
        (STORMS + "test_a_storm_of_farewells_asks_nobody",),
    ),
    Guard(
        "farewells-confirmed",
        "farewells",
        "a farewell that nobody can verify ends a tie only if the actor's own address answers 410",
        {"federation.inbox.Inbox._part_with": _taken_at_its_word},
        (STORMS + "test_a_farewell_without_a_key_counts_if_the_actor_is_gone_from_its_address[404-True]",),
    ),
    Guard(
        "move-confirmed",
        "move",
        "a Move counts if both documents say so: movedTo there, alsoKnownAs here; and three hops at most, none twice",
        {"node.neighbours.moving.arrival": _believed},
        (
            MOVING + "test_a_move_that_is_not_confirmed_moves_nothing[unclaimed]",
            MOVING + "test_a_move_that_is_not_confirmed_moves_nothing[circle]",
        ),
    ),
    Guard(
        "once",
        "partition",
        "what comes twice acts once",
        {
            "federation.memory.MemorySeenActivities.digest_of": later(None),
            "federation.memory.MemorySeenActivities.record": answering(True),
        },
        ("federation/test_inbox.py::test_the_same_activity_again_is_answered_202_and_not_stored_twice",),
    ),
    Guard(
        "heard-again",
        "partition",
        "hearing from a host makes due what waits for it",
        {"federation.inbox.note_heard": later(None)},
        ("node/neighbours/test_outages.py::test_hearing_from_it_is_enough_to_try_again",),
    ),
    Guard(
        "draw-signed",
        "draw",
        "what stands in the file of a draw was signed by whom it names",
        {"protocols.gold.filing.verify_proof": answering(None)},
        (CHECKING + "test_what_was_changed_is_found[another name]",),
    ),
    Guard(
        "draw-listed",
        "draw",
        "the entries are those under the announced root, each unchanged",
        {"protocols.gold.checking._entries": _as_listed},
        (CHECKING + "test_a_changed_entry_is_named", CHECKING + "test_what_was_changed_is_found[another entry]"),
    ),
    Guard(
        "draw-one-announcement",
        "draw",
        "a witness takes one announcement for each draw and each number of a drawer",
        {"node.modules.gold.witnessing._held_already": answering(None)},
        ("modules/gold/test_witnesses.py::test_a_second_announcement_of_one_draw_is_kept_as_evidence",),
    ),
)
