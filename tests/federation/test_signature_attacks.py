"""Attacks on request signatures, by somebody who has a key of his own, or a recorded request of somebody else's."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest

from protocols import jcs
from tests.federation.forging import WHOLE, WHOLE_RFC9421, cavage_signed, delivery, rfc9421_signed, with_header
from tests.federation.peers import Peer, send

REFUSED = (401, "bad-signature")


def body_of(sicoval: Peer) -> bytes:
    return jcs.canonical(sicoval.activity(proof=False))


async def test_made_by_hand_and_whole_they_pass(sicoval: Peer, labege: Peer) -> None:
    """So that what is refused below is refused for its one fault."""
    message = delivery(labege, body_of(sicoval))
    assert await send(cavage_signed(message, sicoval.identity, sicoval)) == (202, "")
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval)) == (202, "")


async def test_cavage_digest_present_but_unsigned(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(cavage_signed(message, sicoval.identity, sicoval, covered=WHOLE[:3])) == REFUSED


async def test_rfc9421_digest_present_but_unsigned(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval, covered=WHOLE_RFC9421[:3])) == REFUSED


async def test_cavage_signature_of_a_get_reused_for_a_post(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(cavage_signed(message, sicoval.identity, sicoval, method="GET")) == REFUSED


async def test_rfc9421_signature_that_leaves_the_method_open(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval, covered=WHOLE_RFC9421[1:])) == REFUSED


async def test_rfc9421_signature_that_leaves_the_target_open(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    covered = ("@method", "content-digest")
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval, covered=covered)) == REFUSED


async def test_cavage_without_a_date(sicoval: Peer, labege: Peer) -> None:
    covered = ("(request-target)", "host", "digest")
    message = cavage_signed(delivery(labege, body_of(sicoval)), sicoval.identity, sicoval, covered=covered)
    assert message.single("date") is None
    assert await send(message) == REFUSED


async def test_rfc9421_without_a_created_time(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval, created=False)) == REFUSED


async def test_digest_of_an_algorithm_we_do_not_know(sicoval: Peer, labege: Peer) -> None:
    """The signature is right and covers it; what it says of the body cannot be told."""
    body = body_of(sicoval)
    md5 = "MD5=" + base64.b64encode(hashlib.md5(body).digest()).decode()
    message = cavage_signed(delivery(labege, body, {"Digest": md5}), sicoval.identity, sicoval)
    assert await send(message) == (401, "bad-digest")


async def test_digest_in_two_algorithms_of_which_one_fits(sicoval: Peer, labege: Peer) -> None:
    body = body_of(sicoval)
    message = delivery(labege, body)
    other = "SHA-512=" + base64.b64encode(hashlib.sha512(b"another body").digest()).decode()
    both = with_header(message, "Digest", f"{message.single('digest')},{other}")
    assert await send(cavage_signed(both, sicoval.identity, sicoval)) == (401, "bad-digest")


async def test_two_labels(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval, labels=("sig1", "sig2"))) == REFUSED


async def test_one_label_twice(sicoval: Peer, labege: Peer) -> None:
    message = delivery(labege, body_of(sicoval))
    assert await send(rfc9421_signed(message, sicoval.identity, sicoval, labels=("sig1", "sig1"))) == REFUSED


@pytest.mark.parametrize("name", ["Signature", "Digest", "Date", "Content-Type"])
async def test_a_header_twice(sicoval: Peer, labege: Peer, name: str) -> None:
    message = cavage_signed(delivery(labege, body_of(sicoval)), sicoval.identity, sicoval)
    value = message.single(name)
    assert value is not None
    assert (await send(with_header(message, name, value, value)))[0] in (400, 401)
    assert labege.site.accepted == []


async def test_a_created_time_that_nobody_signed_is_not_read(sicoval: Peer, labege: Peer) -> None:
    """Cavage's `created` is not covered: a year beyond the calendar must not be looked at, nor make a 500."""
    message = delivery(labege, body_of(sicoval))
    assert await send(cavage_signed(message, sicoval.identity, sicoval, more=",created=999999999999")) == (202, "")
    assert labege.hosts.states[sicoval.host].clock_skew_s == 0


async def test_the_key_under_another_spelling_of_its_id(sicoval: Peer, labege: Peer) -> None:
    """The table of seen signatures goes by key id, which cavage does not sign: only the listed spelling counts."""
    message = delivery(labege, body_of(sicoval))
    for spelling in (
        sicoval.identity.rsa_key_id.replace("http://", "HTTP://"),
        sicoval.identity.actor_id + "?#main-key",
    ):
        who = replace(sicoval.identity, rsa_key_id=spelling)
        assert (await send(cavage_signed(message, who, sicoval)))[0] == 401
