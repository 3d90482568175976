"""A commune with everything in it, served from a thread of its own: for clients that know no asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from node.accounts import public as accounts
from node.accounts import roles, rules, tokens
from node.cards import public as cards
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.core.viewer import SYSTEM
from node.modules.rewards import offers, till
from node.organisations import membership
from node.organisations import service as organisations
from tests.fixtures.browser import serving
from tests.fixtures.nodes import TestClock
from tests.modules.events import people as agenda
from tests.modules.missions.people import SATURDAY, Town, draft_with, person, published, shift_at
from tests.modules.news import articles
from tests.modules.profile.doing import certified


@dataclass(frozen=True, slots=True)
class Commune:
    """tokens: role → personal token with every scope. known: parameter → values that exist."""

    tokens: Mapping[str, str]
    known: Mapping[str, tuple[str, ...]]


async def filled(node: Node, clock: TestClock) -> Commune:
    """One person of each role, missions past and to come, offers, a wallet with tokens in it."""
    town = await certified(node, clock)
    return await node.write(_fill, town)


def _fill(unit: Unit, town: Town) -> Commune:
    later = SATURDAY + timedelta(days=7)
    mission_id, shifts = published(
        unit, town, draft_with(shifts=(shift_at(later), shift_at(later + timedelta(days=1))))
    )
    pool = organisations.create(unit, SYSTEM, organisations.Draft("Piscine municipale", "partner", "Bassins", ""))
    operator = person(unit, "Denis")
    membership.add(unit, SYSTEM, pool.id, operator, "manager")
    who = {"resident": town.resident, "association_member": town.manager, "partner_operator": operator}
    for role in rules.GRANTED_ROLES:
        who[role] = person(unit, role.title())
        roles.grant(unit, SYSTEM, who[role], role)
    viewer = accounts.viewer(unit, operator)
    offer_id = offers.create(unit, viewer, pool.id, offers.OfferDraft("Une entrée", "", "", "free", 2))
    offers.change_state(unit, viewer, offer_id, "publish")
    event_id = agenda.published(unit, agenda.town(unit, town))
    _author, article_id = articles.published(unit)
    code = cards.issue(unit, town.resident).code
    paid = till.charge(unit, viewer, till.Charge(new_id(), pool.id, code, "", offer_id, "", 2))
    known = {
        "id": (mission_id, event_id, article_id, paid.id, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        "shift_id": tuple(shifts),
        "card": tuple(cards.issue(unit, who[role]).code for role in ("resident", "agent")),
        "partner": (pool.slug, town.slug),
        "offer_id": (offer_id, ""),
        "host": ("", unit.node.host),
    }
    secrets = {role: tokens.create(unit, account_id, role, rules.SCOPES) for role, account_id in who.items()}
    return Commune(secrets, known)


@contextmanager
def served_apart(node: Node) -> Iterator[str]:
    """Serve the node from another thread; yields the address to connect to."""
    ready, addresses = Event(), list[str]()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with serving(node) as server:
            addresses.append(str(server.make_url("")))
            ready.set()
            await over.wait()

    thread = Thread(target=lambda: loop.run_until_complete(serve()), name="served-apart")
    thread.start()
    try:
        assert ready.wait(30), "the server did not start"
        yield addresses[0].rstrip("/")
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
        loop.close()
