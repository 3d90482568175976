"""Guards on where we go and how much we take in there."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import defaultdict
from typing import Any

from tests.guards.guard import Guard, answering, later, no_limit, open_gate, untouched

CLIENT = "federation/test_client.py::"
SSRF = "federation/test_ssrf.py::"
JSON = "protocols/test_strict_json.py::"
_ANY_URL = re.compile(
    r"(?P<scheme>[a-z]+):(?://)?(?P<host>[^/?#:,]*)(?::(?P<port>[0-9]+))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?"
)


async def _claimed(self: Any, claimed: str, *_rest: Any) -> Any:
    return {"id": claimed, "type": "Note"}


def _any_socket(self: Any, info: Any) -> socket.socket:
    return socket.socket(family=info[0], type=info[1], proto=info[2])


def _unfolded(inflate: Any, chunk: bytes, ceiling: int) -> bytes:
    return bytes(inflate.decompress(chunk))


def _fresh_lock(*_args: Any) -> asyncio.Lock:
    return asyncio.Lock()


def _alone(host: str) -> tuple[str, ...]:
    return (host,)


NO_ADDRESS_CHECK = {"federation.transport.is_allowed": answering(True)}

NETWORK = (
    Guard(
        "content-type-fetched",
        "content-type",
        "a document counts only as what its server says that it is",
        {"federation.media.is_activity": answering(True)},
        (
            CLIENT + "test_content_type_confusion[text/html]",
            CLIENT + "test_content_type_confusion[image/png]",
            CLIENT + "test_content_type_confusion[application/json]",
            SSRF + "test_html_with_a_link_is_not_followed",
            "federation/test_inbox_attacks.py::test_content_type_confusion[text/plain]",
            "federation/test_inbox_attacks.py::test_content_type_confusion[application/ld+json]",
        ),
    ),
    Guard(
        "id-confirmed",
        "wrong-place",
        "a document's id is its address, or the address of the same origin that confirms it",
        {"federation.client.FederationClient._confirmed": _claimed},
        (CLIENT + "test_id_of_another_origin", CLIENT + "test_id_of_the_same_origin_must_be_confirmed_there"),
    ),
    Guard(
        "redirect-origin",
        "wrong-place",
        "documents are not redirected to another origin",
        {"federation.client.same_origin": answering(True)},
        (CLIENT + "test_redirect_to_another_origin",),
    ),
    Guard(
        "redirect-count",
        "wrong-place",
        "three redirects at most",
        {"federation.client.MAX_REDIRECTS": 1000},
        (CLIENT + "test_redirect_loop",),
    ),
    Guard(
        "address-key",
        "ssrf",
        "the address of a key is checked when we connect",
        NO_ADDRESS_CHECK,
        (SSRF + "test_through_a_key",),
    ),
    Guard(
        "address-webfinger",
        "ssrf",
        "the address of a name's host, and of the actor it names, is checked when we connect",
        NO_ADDRESS_CHECK,
        (SSRF + "test_through_webfinger", SSRF + "test_through_the_actor_that_webfinger_names"),
    ),
    Guard(
        "nodeinfo-origin",
        "ssrf",
        "links of NodeInfo stay on their host",
        {"protocols.nodeinfo.same_origin": answering(True)},
        (
            SSRF + "test_through_a_link_of_nodeinfo",
            "federation/test_routes.py::test_nodeinfo_link_that_leaves_its_host",
        ),
    ),
    Guard(
        "address-inbox",
        "ssrf",
        "the address of an inbox is checked when we connect",
        NO_ADDRESS_CHECK,
        (SSRF + "test_through_an_inbox",),
    ),
    Guard(
        "inbox-origin",
        "ssrf",
        "an actor's addresses are on its own origin",
        {"protocols.actors._own": untouched()},
        ("federation/test_routes.py::test_an_actor_whose_inbox_is_elsewhere",),
    ),
    Guard(
        "address-hop",
        "ssrf",
        "every hop of a redirect is checked like the first",
        NO_ADDRESS_CHECK,
        (SSRF + "test_through_a_redirect_of_webfinger[302]",),
    ),
    Guard(
        "address-kinds",
        "addresses",
        "no loopback, private, link-local, shared or carrier address",
        NO_ADDRESS_CHECK,
        tuple(
            f"{SSRF}test_every_kind_of_inner_address[{kind}]"
            for kind in ("127.0.0.1", "169.254.169.254", "100.64.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "[::1]")
        ),
    ),
    Guard(
        "address-carriers",
        "addresses",
        "IPv6 that carries IPv4 is refused whatever is allowed: NAT64, 6to4, Teredo, mapped, ISATAP",
        {"federation.addresses._refused_v6": answering(False)},
        tuple(
            f"federation/test_addresses.py::test_never_whatever_the_setting[{kind}]"
            for kind in ("64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1", "::ffff:127.0.0.1", "fec0::1")
        ),
    ),
    Guard(
        "schemes",
        "addresses",
        "http and https, and hosts that every reader reads alike",
        {
            "protocols.origins._URL": _ANY_URL,
            "protocols.origins._DEFAULT_PORTS": defaultdict(lambda: 80),
            "protocols.origins.normalised_host": untouched(),
        },
        (
            CLIENT + "test_other_schemes[file:///etc/passwd]",
            CLIENT + "test_other_schemes[data:application/json,{}]",
            CLIENT + "test_other_schemes[ftp://a.example/]",
        ),
    ),
    Guard(
        "socket",
        "rebinding",
        "the address is checked once more where the socket is made",
        {"federation.transport.Transport._socket": _any_socket},
        (CLIENT + "test_rebinding_between_the_check_and_the_connection",),
    ),
    Guard(
        "resolved",
        "rebinding",
        "what a name resolves to is checked",
        NO_ADDRESS_CHECK,
        (CLIENT + "test_a_name_that_resolves_to_a_private_address[127.0.0.1]",),
    ),
    Guard(
        "answer-length",
        "bodies",
        "an answer has one mebibyte at most",
        {"federation.transport.MAX_BODY": 2**40},
        (CLIENT + "test_body_without_limit",),
    ),
    Guard(
        "request-length",
        "bodies",
        "a delivery has half a mebibyte at most",
        {"federation.routes.MAX_ACTIVITY_BYTES": 2**40, "federation.inbox.MAX_ACTIVITY_BYTES": 2**40},
        ("federation/test_inbox_attacks.py::test_too_long_a_body",),
    ),
    Guard(
        "depth",
        "bodies",
        "32 levels of JSON at most",
        {"protocols.strict_json._check": answering(None)},
        (JSON + "test_nesting_without_end",),
    ),
    Guard(
        "numbers",
        "bodies",
        "no NaN, no infinity",
        {"protocols.strict_json._refuse_constant": answering(None)},
        (JSON + "test_not_a_number",),
    ),
    Guard(
        "duplicate-names",
        "bodies",
        "a name occurs once in an object",
        {"protocols.strict_json._object": dict},
        (JSON + "test_duplicate_names",),
    ),
    Guard(
        "texts",
        "bodies",
        "no lone surrogates, no U+0000",
        {"protocols.strict_json._check_text": answering(None)},
        (JSON + "test_lone_surrogates_and_zero",),
    ),
    Guard(
        "inflation",
        "bodies",
        "compressed answers are unfolded no further than the limit",
        {"federation.transport._inflated": _unfolded},
        (CLIENT + "test_gzip_bomb",),
    ),
    Guard(
        "patience-out",
        "bodies",
        "ten seconds for all hops and the body together",
        {"federation.client._deadline": no_limit},
        (CLIENT + "test_slow_server[hops]",),
    ),
    Guard(
        "patience-in",
        "bodies",
        "ten seconds for the body of a request",
        {"federation.routes._patience": lambda: asyncio.timeout(None)},
        ("federation/test_routes.py::test_a_slow_sender_is_cut_off",),
    ),
    Guard(
        "fetch-budget",
        "storms",
        "twenty fetches for one activity",
        {"federation.client.FetchBudget.spend": answering(None)},
        (
            "federation/test_storms.py::test_one_activity_causes_so_many_fetches",
            CLIENT + "test_the_budget_counts_every_hop",
        ),
    ),
    Guard(
        "fetch-seconds",
        "storms",
        "ten seconds for all fetches of one activity",
        {"federation.client.FetchBudget.timed": no_limit},
        ("federation/test_storms.py::test_the_fetches_of_one_activity_share_their_seconds",),
    ),
    Guard(
        "one-fetch",
        "storms",
        "who asks for the same key waits for the one who asks already",
        {"federation.keys.KeyResolver._lock": _fresh_lock},
        ("federation/test_keys.py::test_one_fetch_for_many_at_once",),
    ),
    Guard(
        "look-ups-per-host",
        "slow-key-host",
        "four look-ups at once for a host",
        {"federation.keys.KeyResolver._turn": open_gate},
        ("federation/test_keys.py::test_a_slow_key_host_takes_only_its_own_places",),
    ),
    Guard(
        "waiting-places",
        "slow-key-host",
        "so many messages may wait for one host, and so many for all",
        {"federation.lookups.Lookups.place": open_gate},
        (
            "federation/test_storms.py::test_an_inbox_does_not_fill_up_with_messages_of_a_slow_key_host[one]",
            "federation/test_storms.py::test_an_inbox_does_not_fill_up_with_forwarded_messages_of_a_slow_origin",
        ),
    ),
    Guard(
        "good-keys-stay",
        "slow-key-host",
        "a good key is not forgotten because its host is out of reach",
        {"federation.keys._is_no_answer": answering(False)},
        ("federation/test_storms.py::test_a_bad_signature_does_not_spoil_a_good_key_while_its_host_is_out_of_reach",),
    ),
    Guard(
        "subdomains",
        "blocks",
        "a block covers everything below the host",
        {"federation.host_rules.suffixes": _alone},
        ("federation/test_inbox_attacks.py::test_block_list_covers_subdomains_and_asks_nobody",),
    ),
    Guard(
        "blocked-hops",
        "blocks",
        "every hop of a redirect is looked up in the lists",
        {"federation.client.check_outgoing": later(None)},
        (CLIENT + "test_redirect_to_a_blocked_host",),
    ),
    Guard(
        "blocked-authors",
        "blocks",
        "the lists hold for the author of what others forward",
        {"federation.inbox.check_incoming": later(None)},
        ("federation/test_inbox_attacks.py::test_block_list_holds_for_what_others_forward",),
    ),
    Guard(
        "blocked-signers",
        "blocks",
        "the lists hold for whoever signs",
        {"federation.verification.check_incoming": later(None)},
        ("federation/test_inbox_attacks.py::test_a_blocked_host_cannot_forward_for_others",),
    ),
    Guard(
        "blocked-on-a-node",
        "blocks",
        "an administrator's rule ends every tie with a host and those below it",
        {
            "node.neighbours.stores.suffixes": _alone,
            "federation.host_rules.suffixes": _alone,
        },
        ("node/neighbours/test_attacks.py::test_a_blocked_host_is_not_heard_nor_any_below_it[localhost]",),
    ),
)
