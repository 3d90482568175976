"""What a local node shows and takes in: the port between the HTTP handlers and the node."""

from __future__ import annotations

from typing import Protocol

from federation.inbox import Inbox, Received
from protocols.types import JsonObject


class Site(Protocol):
    """One local node, as `federation.routes` sees it. Documents are complete JSON objects, ready to send.

    Addresses that the handlers are mounted at must be the ones that the documents name.
    """

    @property
    def base_url(self) -> str:
        """`https://commune.example`: scheme, host, port, no final slash. Signatures are checked against it."""
        ...

    @property
    def inbox(self) -> Inbox:
        """The verification for this node."""
        ...

    async def webfinger(self, resource: str) -> JsonObject | None:
        """The JRD for `acct:name@host`, an actor's address, or the host itself (FEP-d556); None when unknown."""
        ...

    async def nodeinfo_links(self) -> JsonObject:
        """/.well-known/nodeinfo: links to NodeInfo 2.1 and to the instance actor (FEP-2677)."""
        ...

    async def nodeinfo(self) -> JsonObject:
        """NodeInfo 2.1."""
        ...

    async def instance_actor(self) -> JsonObject:
        """The bare Application that signs fetches; never behind a signature."""
        ...

    async def actor(self, name: str) -> JsonObject | None:
        """The public actor of that name, None when there is none; a Tombstone is answered with 410."""
        ...

    async def collection(self, name: str, which: str, page: str | None) -> JsonObject | None:
        """`which` is "outbox", "followers" or "following" of the actor `name`: the collection, or one page of it.

        None for an unknown actor or page. The members of followers and following need not be listed.
        """
        ...

    async def object(self, object_id: str) -> JsonObject | None:
        """The public object with this id (an absolute address of ours), None when there is none; a Tombstone: 410."""
        ...

    async def accept(self, received: Received) -> None:
        """Store the activity durably; only then does the sender hear 202.

        One transaction: insert `request.seen`, and if it is there already raise `replayed()`; insert
        (activity_id, digest) under a unique constraint, and if that id is there already do nothing (`duplicate`, or a
        concurrent copy) or, with another digest, raise `id_reused()`; queue or apply the activity. Whether the actor
        may touch the object with that id (same origin was checked, ownership of what is stored could not be) is for
        the node to check. May raise RemoteProtocolError to refuse.
        """
        ...
