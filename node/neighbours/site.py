"""What a node shows to other machines (`federation.site.Site`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version

from sqlalchemy import func, select

from federation.client import FederationClient
from federation.discovery import fetch_actor
from federation.errors import PeerRefused, PeerUnreachable
from federation.inbox import Inbox, Received, id_reused
from federation.remote_actor import RemoteActor
from federation.verification import replayed
from node.accounts.public import count_accounts
from node.core.node import Node
from node.core.together import Together
from node.core.unit import Unit
from node.neighbours import addresses, incoming, moving
from node.neighbours.incoming import Arrival, Handlers, TakenIn
from node.neighbours.models import OwnActivity, OwnObject, Peer
from protocols.collections import build_collection, build_page
from protocols.errors import RemoteProtocolError
from protocols.nodeinfo import SOFTWARE_NAME, NodeInfo, build_document, build_links
from protocols.types import JsonObject
from protocols.webfinger import Resource, build_jrd, parse_resource

PAGE = 20
ACTIVE_MONTH = timedelta(days=30)


class NodeSite:
    """One node for `federation.routes`."""

    def __init__(self, node: Node, client: FederationClient, inbox: Inbox, base_url: str) -> None:
        """`base_url`: the node's address, or a former one at which it is still asked."""
        self._node = node
        self._client = client
        self._inbox = inbox
        self._base_url = base_url
        self._parts: frozenset[str] = frozenset()
        self._handlers: Handlers = {}
        self._taking_in = Together[Arrival, TakenIn](node, self._take_in_all)

    @property
    def base_url(self) -> str:
        return self._base_url

    @property
    def inbox(self) -> Inbox:
        return self._inbox

    async def webfinger(self, resource: str) -> JsonObject | None:
        facts = self._node.facts
        asked = parse_resource(resource)
        name, actor = addresses.username(facts), addresses.actor_id(facts)
        subject = f"acct:{name}@{facts.host}"
        if self._is_former_name(asked):  # whoever asks for a former name is told the present one
            return build_jrd(subject=subject, actor=actor, profile_page=facts.base_url + "/")
        if asked.host != facts.host:
            return None
        if (asked.user is not None and asked.user.lower() == name) or asked.url in (actor, facts.base_url):
            return build_jrd(subject=subject, actor=actor, profile_page=facts.base_url + "/")
        if asked.url == facts.base_url + "/":  # FEP-d556: the host itself
            service = addresses.instance_id(facts)
            return build_jrd(subject=facts.base_url + "/", actor=actor, service=service, aliases=(subject,))
        return None

    def _is_former_name(self, asked: Resource) -> bool:
        for url in self._node.facts.former_urls:
            actor = addresses.actor_at(url)
            if asked.host == url.partition("://")[2] and (
                asked.url in (actor, url, url + "/") or (asked.user or "").lower() == actor.rpartition("/")[2]
            ):
                return True
        return False

    async def nodeinfo_links(self) -> JsonObject:
        facts = self._node.facts
        return build_links(document=f"{facts.base_url}/nodeinfo/2.1", application=addresses.instance_id(facts))

    async def nodeinfo(self) -> JsonObject:
        def count(unit: Unit) -> tuple[int, int]:
            posts = unit.session.execute(select(func.count()).where(OwnActivity.public.is_(True))).scalar_one()
            return count_accounts(unit), posts

        people, posts = await self._node.read(count)
        return build_document(
            NodeInfo(
                software=SOFTWARE_NAME,
                version=version("ygor"),
                protocols=("activitypub",),
                open_registrations=True,
                users_total=people,
                users_active_month=None,
                users_active_half_year=None,
                local_posts=posts,
                name=self._node.name,
                description=self._node.config.node.tagline,
                implements=("ygor/1", "ygor-honour/1"),
            )
        )

    async def instance_actor(self) -> JsonObject:
        return addresses.instance_document(self._node.facts, self._node.keyring, self._node.runtime.clock())

    async def actor(self, name: str) -> JsonObject | None:
        if name != addresses.actor_at(self._base_url).rpartition("/")[2]:
            return None
        facts, ring, now = self._node.facts, self._node.keyring, self._node.runtime.clock()
        if self._base_url != facts.base_url:
            return addresses.former_document(facts, self._base_url, ring, now)
        return addresses.actor_document(facts, ring, now)

    async def collection(self, name: str, which: str, page: str | None) -> JsonObject | None:
        if name != addresses.username(self._node.facts):
            return None
        base = f"{addresses.actor_id(self._node.facts)}/{which}"
        if which == "outbox":
            return await self._node.read(_outbox, base, page)
        if page is not None:
            return None
        counted = Peer.follows_us.is_(True) if which == "followers" else Peer.we_follow == "accepted"
        counting = select(func.count()).where(counted)
        total = await self._node.read(lambda unit: unit.session.execute(counting).scalar_one())
        return build_collection(base, total=total)

    async def object(self, object_id: str) -> JsonObject | None:
        def find(unit: Unit) -> JsonObject | None:
            row = unit.session.get(OwnObject, object_id)
            if row is not None:
                found: JsonObject = row.document
                return found
            activity = unit.session.get(OwnActivity, object_id)
            return activity.document if activity is not None and activity.public else None

        return await self._node.read(find)

    async def accept(self, received: Received) -> None:
        """What an actor says of itself is looked up at its own address first: keys and moves count only there."""
        arrived = None
        if incoming.may_concern_its_actor(received) and await self._node.read(incoming.concerns_its_actor, received):
            fresh, arrived = await self._look_up(received)
            received = replace(received, actor=fresh)
        outcome = await self._taking_in.write((received, arrived))
        if outcome is TakenIn.REPLAYED:
            raise replayed()
        if outcome is TakenIn.ID_REUSED:
            raise id_reused()

    def _take_in_all(self, unit: Unit, arrived: Sequence[Arrival]) -> list[TakenIn]:
        if self._parts != self._node.part_names:  # a module was switched on or off
            self._parts, self._handlers = self._node.part_names, incoming.handlers_of(self._node)
        return incoming.take_in_all(unit, arrived, self._handlers)

    async def _look_up(self, received: Received) -> tuple[RemoteActor, RemoteActor | str | None]:
        if received.activity["type"] != "Move":
            return await fetch_actor(self._client, received.actor.id), None
        try:
            return received.actor, await moving.arrival(self._client, received.actor.id)
        except RemoteProtocolError as error:
            if isinstance(error, PeerUnreachable) or (isinstance(error, PeerRefused) and error.answer_status >= 500):
                raise  # told again later, it may be confirmed
            return received.actor, error.code


def _outbox(unit: Unit, base: str, page: str | None) -> JsonObject | None:
    public = select(OwnActivity).where(OwnActivity.public.is_(True)).order_by(OwnActivity.number.desc())
    if page is None:
        total = unit.session.execute(select(func.count()).where(OwnActivity.public.is_(True))).scalar_one()
        return build_collection(base, total=total, first=f"{base}?page=first")
    if page != "first":
        if len(page) != 26 or not page.isalnum():
            raise RemoteProtocolError("page: unknown", status=404, code="not-found")
        public = public.where(OwnActivity.number < page)
    rows = unit.session.execute(public.limit(PAGE + 1)).scalars().all()
    more = len(rows) > PAGE
    shown = rows[:PAGE]
    following = f"{base}?page={shown[-1].number}" if more else None
    return build_page(f"{base}?page={page}", part_of=base, items=[row.document for row in shown], next_page=following)
