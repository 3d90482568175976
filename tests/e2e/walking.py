"""Walk through the service as a person would: from page to page by its links, one page of every kind."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from functools import cache
from urllib.parse import urlsplit

from aiohttp import web as aio
from yarl import URL

from node.core.registry import installed
from tests.e2e.people import Person

FILES = frozenset(
    {
        "emission.csv",
        "emission.draw",
        "emission.json",
        "emission.schema",
        "events.calendar",
        "events.feed",
        "honour.inclusion",
        "gold.file",
        "gold.instant-file",
        "gold.proof",
        "missions.calendar",
        "media.show",
        "news.feed",
        "web.static",
        "web.language",
        "profile.evidence",
        "rewards.queue-state",
        "rewards.sheet-file",
        "rewards.statement-file",
        "rewards.token-journal",
        "rewards.partner-journal",
        "accounts.take_along",
        "households.child_card",
        "wallet.pdf",
        "wallet.reminder-letters",
    }
)
"""Addresses that are no pages."""
OWN = frozenset({"sharing.participation"})
"""One person’s own pages, which others meet as links in the letters of the demonstration: they have their own test."""
SEVERAL = {
    "missions.show": 3, "events.show": 3, "gold.show": 2, "news.show": 2, "rewards.show": 2, "neighbours.peer": 2,
}  # fmt: skip
"""Kinds of page that differ enough to look at several."""


@cache
def kinds() -> dict[str, aio.AbstractResource]:
    """Every route one can open with a link, by its name: pages, not the interface for machines."""
    router = aio.Application().router
    for part in installed().parts:
        if part.module.routes:
            router.add_routes(part.load(part.module.routes)())
    named = router.named_resources()
    return {name: found for name, found in named.items() if name not in FILES | OWN and _opens(found)}


def _opens(resource: aio.AbstractResource) -> bool:
    machine = resource.canonical.startswith(("/ap/", "/.well-known", "/nodeinfo", "/ygor", "/api/"))
    return not machine and any(route.method == "GET" for route in resource)


def kind_of(path: str) -> str | None:
    """The route's name, or None for what is no page."""
    for name, resource in kinds().items():
        if resource.canonical == path:
            return name
    return next((name for name, resource in kinds().items() if _fits(resource, path)), None)


def _fits(resource: aio.AbstractResource, path: str) -> bool:
    return resource._match(URL(path).raw_path) is not None


def walk(person: Person, *starts: str, without: Collection[str] = ()) -> Iterator[str]:
    """Open one page of every kind this person can reach; yields its kind while it is open."""
    waiting, seen, counts = deque(starts or ("/",)), set[str](), dict[str, int]()
    while waiting:
        address = waiting.popleft()
        kind = kind_of(urlsplit(address).path)
        if kind is None or kind in without or address in seen or counts.get(kind, 0) >= SEVERAL.get(kind, 1):
            continue
        seen.add(address)
        counts[kind] = counts.get(kind, 0) + 1
        person.go(address)
        waiting.extend(link for link in _links(person) if not (kind == "demo.mails" and _is_private(link)))
        yield kind


def _is_private(address: str) -> bool:
    """The demonstration shows everybody's mail to everybody; what a letter leads to may be for its reader alone."""
    return kind_of(urlsplit(address).path) in OWN | {"rewards.booking", "households.child"}


def _links(person: Person) -> list[str]:
    found: list[str] = person.page.evaluate(
        "() => [...document.querySelectorAll('a[href]')]"
        ".filter(a => a.origin === location.origin && !a.hash && !a.hasAttribute('download'))"
        ".map(a => a.pathname + a.search)"
    )
    return found
