"""Ordered collections and their pages (specs/activities.md §5): outboxes, followers, a grouping's members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocols import fields
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.origins import same_origin
from protocols.types import Json, JsonObject
from protocols.vocabulary import activity_context

MAX_ITEMS = 500

_COLLECTIONS = frozenset({"OrderedCollection", "Collection"})
_PAGES = frozenset({"OrderedCollectionPage", "CollectionPage"})


@dataclass(frozen=True, slots=True)
class Collection:
    """`total` is None where a peer does not say. Small collections have `items`, others a `first` page."""

    id: str
    total: int | None
    first: str | None
    first_page: Page | None
    """The first page, when it was embedded."""
    items: tuple[str | JsonObject, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `items` are identifiers or embedded objects, of which nothing has been verified."""

    id: str | None
    part_of: str | None
    next: str | None
    items: tuple[str | JsonObject, ...]


def build_collection(
    collection_id: str, *, total: int, first: str | None = None, items: Sequence[str | JsonObject] | None = None
) -> JsonObject:
    """An OrderedCollection: with a first page, with its few items, or with nothing but the total."""
    document: JsonObject = {
        "@context": activity_context(),
        "id": collection_id,
        "type": "OrderedCollection",
        "totalItems": total,
    }
    if first is not None:
        document["first"] = first
    if items is not None:
        document["orderedItems"] = list[Json](items)
    try:
        parse_collection(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our collection is malformed: {error}") from error
    return document


def build_page(
    page_id: str,
    *,
    part_of: str,
    items: Sequence[str | JsonObject],
    next_page: str | None = None,
    previous_page: str | None = None,
) -> JsonObject:
    """An OrderedCollectionPage."""
    document: JsonObject = {
        "@context": activity_context(),
        "id": page_id,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list[Json](items),
    }
    if next_page is not None:
        document["next"] = next_page
    if previous_page is not None:
        document["prev"] = previous_page
    try:
        parse_page(document)
    except RemoteProtocolError as error:
        raise LocalProtocolError(f"Our page is malformed: {error}") from error
    return document


def parse_collection(document: JsonObject) -> Collection:
    """Read a Collection or OrderedCollection; raises RemoteProtocolError. Its pages must have its origin."""
    if fields.type_of(document) not in _COLLECTIONS:
        raise RemoteProtocolError("Not a collection")
    collection_id = fields.identifier(document)
    first = document.get("first")
    embedded = parse_page(first, origin_of=collection_id) if isinstance(first, dict) else None
    return Collection(
        id=collection_id,
        total=fields.optional_integer(document, "totalItems"),
        first=embedded.id if embedded is not None else _own(document, "first", collection_id),
        first_page=embedded,
        items=_items(document),
    )


def parse_page(document: JsonObject, *, origin_of: str | None = None) -> Page:
    """Read a page; raises RemoteProtocolError. Everything it links must have its own origin.

    `origin_of` is an address whose origin an embedded page must have: embedded pages may lack an id.
    """
    if fields.type_of(document) not in _PAGES:
        raise RemoteProtocolError("Not a page of a collection")
    page_id = fields.identifier(document) if origin_of is None else _own(document, "id", origin_of)
    base = origin_of or page_id or ""
    return Page(
        id=page_id,
        part_of=_own(document, "partOf", base),
        next=_own(document, "next", base),
        items=_items(document),
    )


def _own(document: JsonObject, name: str, base: str) -> str | None:
    address = fields.optional_reference(document, name)
    if address is not None and not same_origin(address, base):
        raise RemoteProtocolError(f"{name}: leaves the collection's host", code="cross-origin")
    return address


def _items(document: JsonObject) -> tuple[str | JsonObject, ...]:
    name = "orderedItems" if "orderedItems" in document else "items"
    return tuple(_item(item, name) for item in fields.items(document, name, max_items=MAX_ITEMS))


def _item(item: Json, name: str) -> str | JsonObject:
    return item if isinstance(item, dict) else fields.check_identifier(item, name)
