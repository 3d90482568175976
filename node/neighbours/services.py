"""The living side of federation in one process: connections, verification, delivery workers, for every node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from federation.admission import Admission
from federation.client import FederationClient
from federation.delivery import DeliveryWorker
from federation.identity import Identity
from federation.inbox import Inbox
from federation.keys import KeyResolver
from federation.places import Places
from federation.ports import Delivery
from federation.signed_call import CallVerifier, SignedCaller
from federation.transport import NetworkPolicy, Transport
from federation.verification import RequestVerifier
from node.core.database import is_postgres
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import addresses
from node.neighbours.outbox import SqlOutbox, free_leases, has_leases
from node.neighbours.site import NodeSite
from node.neighbours.stores import (
    SqlAcquaintances,
    SqlFormerNames,
    SqlHostMemory,
    SqlHostRules,
    SqlKeyCache,
    SqlSeenActivities,
    SqlSeenSignatures,
    load_hosts,
)
from node.neighbours.synchronising import Synchroniser, headers_for
from node.neighbours.upkeep import look_after
from protocols.errors import LocalProtocolError
from protocols.origins import is_loopback

if TYPE_CHECKING:
    from node.app import Running

log = structlog.get_logger("node.neighbours")
SERVICE = "federation"
AFTER_ERROR_S = 5.0


@dataclass(frozen=True, slots=True)
class NodeFederation:
    """All that one node needs to speak and to listen. `former`: by hostname, what is left at its former addresses."""

    node: Node
    client: FederationClient
    site: NodeSite
    former: Mapping[str, NodeSite]
    worker: DeliveryWorker
    caller: SignedCaller
    calls: CallVerifier
    synchroniser: Synchroniser


def federation_of(node: Node) -> NodeFederation:
    """The running federation of a node. Raises KeyError when the process does not serve it."""
    found = node.runtime.services[SERVICE][node.hostname]
    assert isinstance(found, NodeFederation)
    return found


def compose(node: Node, transport: Transport, places: Places) -> NodeFederation:
    """Put the room `federation` together over this node's database."""
    rules, hosts, names = SqlHostRules(node), SqlHostMemory(node), SqlFormerNames(node)

    def claimed(unit: Unit, deliveries: Sequence[Delivery]) -> Callable[[], None]:
        names = {one.host for one in deliveries}
        states, headers = load_hosts(unit, list(names)), headers_for(unit, names)

        def prime() -> None:
            hosts.prime(states)
            synchroniser.prime(deliveries, headers)

        return prime

    outbox = SqlOutbox(node, claimed)
    own_ids = {addresses.actor_id(node.facts), *addresses.former_ids(node.facts)}
    client = FederationClient(
        transport,
        fetch_as=lambda: addresses.instance_identity(node.facts, node.keys),
        hosts=hosts,
        rules=rules,
        clock=node.runtime.clock,
    )
    acquaintances = SqlAcquaintances(node)
    verifier = RequestVerifier(
        KeyResolver(client, SqlKeyCache(node)),
        SqlSeenSignatures(node),
        rules,
        Admission(acquaintances, node.runtime.clock),
    )
    seen = SqlSeenActivities(node)

    def site_at(base_url: str) -> NodeSite:
        inbox = Inbox(
            base_url=base_url,
            client=client,
            verifier=verifier,
            activities=seen,
            outbox=outbox,
            acquaintances=acquaintances,
        )
        return NodeSite(node, client, inbox, base_url)

    synchroniser = Synchroniser(node, client, verifier)

    def identity_for(actor_id: str) -> Identity:
        if actor_id not in own_ids:
            raise LocalProtocolError(f"{actor_id} is not an actor of this node")
        return addresses.identity_of(actor_id, node.keys)

    return NodeFederation(
        node=node,
        client=client,
        site=site_at(node.base_url),
        former={host: site_at(url) for host, url in zip(node.former_hostnames, node.facts.former_urls, strict=True)},
        worker=DeliveryWorker(outbox, client, identity_for, places=places, headers_for=synchroniser.headers),
        caller=SignedCaller(client, verifier, lambda: addresses.identity(node.facts, node.keys), names),
        calls=CallVerifier(client, verifier, outbox, names),
        synchroniser=synchroniser,
    )


@asynccontextmanager
async def run(running: Running) -> AsyncIterator[None]:
    """Serve federation for all nodes of the process; delivery workers start asleep and wake on a commit."""
    allow = running.runtime.settings.federation_allow_private
    transports = {
        local: Transport(NetworkPolicy(allow_private=allow, localhost_names=local)) for local in (False, True)
    }
    places = Places()
    found = {node.hostname: compose(node, transports[is_loopback(node.hostname)], places) for node in running.nodes}
    running.runtime.services[SERVICE] = found
    loop = asyncio.get_running_loop()
    tasks = []
    for each in found.values():
        each.node.on_wake("delivery", _waker(loop, each.worker))
        tasks.append(loop.create_task(_deliver(each), name=f"delivery {each.node.code}"))
        tasks.append(loop.create_task(each.synchroniser.run(), name=f"synchroniser {each.node.code}"))
    tasks.append(loop.create_task(_catch_up(list(found.values())), name="upkeep"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for transport in transports.values():
            await transport.close()
        running.runtime.services.pop(SERVICE, None)


async def _catch_up(nodes: list[NodeFederation]) -> None:
    """Tell at once what changed while nobody served."""
    for each in nodes:
        try:
            await look_after(each.node)
        except Exception:
            log.exception("upkeep failed", node=each.node.code)


async def compare_followers(node: Node) -> None:
    """Periodic: a neighbour that has lost us says nothing, so we look."""
    await federation_of(node).synchroniser.look_at_all()


def _waker(loop: asyncio.AbstractEventLoop, worker: DeliveryWorker) -> Callable[[], None]:
    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(worker.wake)

    return wake


async def _deliver(each: NodeFederation) -> None:
    """Keep the worker working: an error of the database is logged and tried again, never the end of delivery.

    A SQLite file is served by one process: leases found in it are those of a process that was killed.
    """
    alone = not is_postgres(each.node.runtime.settings.database_url)
    while True:
        try:
            if alone and await each.node.read(has_leases):
                await each.node.write(free_leases)
            await each.worker.run()
        except Exception:
            log.exception("delivery stopped", node=each.node.code)
            await asyncio.sleep(AFTER_ERROR_S)
