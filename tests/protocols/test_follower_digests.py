"""FEP-8fcf: digests of followers and the header that carries them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.errors import RemoteProtocolError
from protocols.follower_digests import Synchronisation, digest_of, read_header, write_header

EXAMPLE = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
"""Of the two followers that the proposal takes as its example."""
B = "https://b.fr/ap/actor/b"
SAID = Synchronisation(f"{B}/followers", f"{B}/followers_synchronization", "0" * 64)


def test_the_digest_is_the_xor_of_the_ids_digests() -> None:
    ids = ("https://testing.example.org/users/1", "https://testing.example.org/users/2")
    assert digest_of(ids) == digest_of(reversed(ids)) == EXAMPLE
    assert digest_of(()) == "0" * 64
    assert digest_of([ids[0], ids[0]]) == digest_of([ids[0]]), "a set, not a list"


def test_header_written_and_read_back() -> None:
    assert read_header(write_header(SAID)) == SAID


@pytest.mark.parametrize(
    "value",
    [
        "",
        'collectionId="https://b.fr/f"',
        f'collectionId="https://b.fr/f", url="https://evil.fr/x", digest="{"0" * 64}"',
        f'collectionId="https://b.fr/f", url="https://b.fr/x", digest="{"0" * 63}"',
        f'collectionId="https://b.fr/f", collectionId="https://b.fr/g", url="https://b.fr/x", digest="{"0" * 64}"',
        f'collectionId="file:///etc/passwd", url="file:///etc/x", digest="{"0" * 64}"',
        "x" * 5000,
    ],
)
def test_a_malformed_header_is_refused(value: str) -> None:
    with pytest.raises(RemoteProtocolError):
        read_header(value)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_it_stumble(value: str) -> None:
    try:
        read_header(value)
    except RemoteProtocolError:
        return
