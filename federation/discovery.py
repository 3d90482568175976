"""Who lives at an address: WebFinger (RFC 7033, by host FEP-d556), NodeInfo 2.1 (FEP-f1d5, FEP-2677), actors.

Clauses: specs/federation.md §2.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from federation import media
from federation.client import FederationClient, FetchBudget
from federation.hosts import announced
from federation.keys import MAX_ACTOR_BYTES
from federation.remote_actor import RemoteActor, read_actor
from protocols.errors import RemoteProtocolError
from protocols.nodeinfo import NodeInfo, parse_document, parse_links
from protocols.webfinger import ResourceDescriptor, parse_jrd, parse_resource

PATIENCE_S = 30.0
"""For all requests of one search together: somebody waits for it."""


@dataclass(frozen=True, slots=True)
class RemoteNode:
    """What a host says about itself; `application` is its instance actor, where it names one."""

    info: NodeInfo
    application: str | None


async def fetch_actor(client: FederationClient, actor_id: str, budget: FetchBudget | None = None) -> RemoteActor:
    """The actor with exactly this id. What its document announces (FEP-844e) is remembered for its host.

    Raises RemoteProtocolError; PeerRefused when the host answers another status, PeerUnreachable when it does not.
    """
    document = await client.fetch_object(actor_id, budget or FetchBudget(), max_bytes=MAX_ACTOR_BYTES)
    actor = read_actor(document)
    if actor.id != actor_id.split("#", 1)[0]:
        raise RemoteProtocolError("The actor has another id", code="cross-origin")
    kind = actor.signature
    if kind is not None and (await client.hosts.load(actor.host)).advertised is not kind:
        await client.hosts.update(actor.host, lambda state: announced(state, kind))
    return actor


async def find(client: FederationClient, resource: str, *, budget: FetchBudget | None = None) -> RemoteActor:
    """The actor behind `acct:name@host`, `@name@host`, `name@host`, or an address, by WebFinger and its own document.

    A host alone (`https://host/`) leads to the host's own actor. The actor's document must be on the origin that its
    own host's WebFinger names, and claim back the name that was asked for, so that nobody lends out a name.
    """
    budget = budget or FetchBudget(seconds=PATIENCE_S)
    asked = parse_resource(resource)
    found = await webfinger(client, str(asked), host=asked.host, budget=budget)
    address = found.actor or found.service
    if address is None:
        raise RemoteProtocolError("Nobody by that name takes part in ActivityPub", status=404, code="not-found")
    actor = await fetch_actor(client, address, budget)
    if asked.user is not None:
        await _check_claimed_back(client, actor, asked.user, asked.host, budget)
    return actor


async def webfinger(client: FederationClient, resource: str, *, host: str, budget: FetchBudget) -> ResourceDescriptor:
    """The JRD for `resource` from `host` (an authority)."""
    url = f"{_base(client, host)}/.well-known/webfinger?resource={quote(resource, safe='')}"
    document, _ = await client.fetch_json(url, budget, accept=media.JRD, is_type=media.is_jrd)
    return parse_jrd(document)


async def find_host_actor(client: FederationClient, host: str, *, budget: FetchBudget | None = None) -> RemoteActor:
    """The instance actor of a host (FEP-d556: the host itself is asked for; else FEP-2677 through NodeInfo)."""
    budget = budget or FetchBudget(seconds=PATIENCE_S)
    base = _base(client, host)
    try:
        found = await webfinger(client, f"{base}/", host=host, budget=budget)
        address = found.service or found.actor
    except RemoteProtocolError:
        address = None
    if address is None:
        address = (await fetch_node(client, host, budget=budget)).application
    if address is None:
        raise RemoteProtocolError("This host names no actor of its own", status=404, code="not-found")
    return await fetch_actor(client, address, budget)


async def fetch_node(client: FederationClient, host: str, *, budget: FetchBudget | None = None) -> RemoteNode:
    """NodeInfo of a host (an authority)."""
    budget = budget or FetchBudget(seconds=PATIENCE_S)
    base = _base(client, host)
    document, _ = await client.fetch_json(
        f"{base}/.well-known/nodeinfo", budget, accept=media.JSON, is_type=media.is_json
    )
    links = parse_links(document, base_url=base)
    described, _ = await client.fetch_json(links.document, budget, accept=media.JSON, is_type=media.is_json)
    return RemoteNode(parse_document(described), links.application)


async def _check_claimed_back(
    client: FederationClient, actor: RemoteActor, user: str, host: str, budget: FetchBudget
) -> None:
    """When the actor lives on another host than the name, that host must know it under the very name asked for."""
    if actor.host == host:
        return
    back = await webfinger(
        client, f"acct:{actor.profile.preferred_username}@{actor.host}", host=actor.host, budget=budget
    )
    if back.actor != actor.id or back.subject.lower() != f"acct:{user}@{host}".lower():
        raise RemoteProtocolError("The actor does not claim this name back", code="foreign-name")


def _base(client: FederationClient, host: str) -> str:
    return f"{client.scheme_for(host)}://{host}"
