from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given

from protocols.collections import build_collection, build_page, parse_collection, parse_page
from protocols.errors import LocalProtocolError, RemoteProtocolError
from tests.protocols.documents import COMMUNE, OTHER, put, spoiled, without

OUTBOX = "https://saint-avold.example/outbox"
NOTE: Any = {"id": "https://saint-avold.example/notes/1", "type": "Note"}
COLLECTION: Any = build_collection(OUTBOX, total=3, first=OUTBOX + "?page=1")
PAGE: Any = build_page(OUTBOX + "?page=1", part_of=OUTBOX, items=[OTHER, NOTE], next_page=OUTBOX + "?page=2")


def test_round_trip() -> None:
    collection = parse_collection(json.loads(json.dumps(COLLECTION)))
    assert (collection.id, collection.total, collection.first, collection.items) == (OUTBOX, 3, OUTBOX + "?page=1", ())
    page = parse_page(json.loads(json.dumps(PAGE)))
    assert page.id == OUTBOX + "?page=1"
    assert page.part_of == OUTBOX
    assert page.next == OUTBOX + "?page=2"
    assert page.items == (OTHER, NOTE)
    small = parse_collection(build_collection(OUTBOX, total=1, items=[COMMUNE]))
    assert small.items == (COMMUNE,)
    hidden = parse_collection(build_collection(OUTBOX, total=12))
    assert (hidden.total, hidden.first, hidden.items) == (12, None, ())
    last: Any = build_page(OUTBOX + "?page=2", part_of=OUTBOX, items=[], previous_page=OUTBOX + "?page=1")
    assert last["prev"] == OUTBOX + "?page=1"
    assert parse_page(last).next is None


def test_an_embedded_first_page() -> None:
    collection = parse_collection(COLLECTION | {"first": PAGE})
    assert collection.first == OUTBOX + "?page=1"
    assert collection.first_page is not None
    assert collection.first_page.items == (OTHER, NOTE)
    nameless = parse_collection(COLLECTION | {"first": without(PAGE, "id")})
    assert nameless.first is None
    assert nameless.first_page is not None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "Note"),
        (("type",), ["OrderedCollection"]),
        (("id",), None),
        (("totalItems",), "3"),
        (("totalItems",), -1),
        (("totalItems",), 3.0),
        (("first",), "https://metz.example/outbox?page=1"),
        (("first",), 1),
        (("first",), {}),
        (("first",), PAGE | {"id": "https://metz.example/outbox?page=1"}),
        (("first",), PAGE | {"next": "https://metz.example/outbox?page=1"}),
    ],
)
def test_collections_refused(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_collection(put(COLLECTION, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "OrderedCollection"),
        (("id",), None),
        (("partOf",), "https://metz.example/outbox"),
        (("next",), "https://metz.example/outbox?page=2"),
        (("next",), 2),
        (("orderedItems",), [1]),
        (("orderedItems",), [None]),
        (("orderedItems",), [[OTHER]]),
        (("orderedItems",), "text"),
        (("orderedItems",), [OTHER] * 501),
    ],
)
def test_pages_refused(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_page(put(PAGE, path, value))


def test_our_own_mistakes() -> None:
    with pytest.raises(LocalProtocolError):
        build_collection(OUTBOX, total=-1)
    with pytest.raises(LocalProtocolError):
        build_page(OUTBOX, part_of=OTHER, items=[])


@given(spoiled(COLLECTION | {"first": PAGE}), spoiled(PAGE))
def test_only_refusals(collection: Any, page: Any) -> None:
    with contextlib.suppress(RemoteProtocolError):
        parse_collection(collection)
    with contextlib.suppress(RemoteProtocolError):
        parse_page(page)
