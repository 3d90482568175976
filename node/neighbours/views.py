"""Pages about neighbours, and the addresses other machines use."""

from __future__ import annotations

from aiohttp import web as aio

from federation import discovery, media
from federation import routes as wire
from federation.remote_actor import RemoteActor
from node.core.errors import DomainError
from node.core.node import Node
from node.core.requests import node_of, require_role
from node.neighbours import (
    address_views,
    addresses,
    following,
    key_views,
    letter_views,
    moving,
    pages,
    rule_views,
    words,
)
from node.neighbours.forms import FollowInput
from node.neighbours.negotiation import site_for
from node.neighbours.public import peer_by_host, peers
from node.neighbours.services import federation_of
from node.neighbours.synchronising import PATH
from node.neighbours.telling import words_of
from protocols.errors import RemoteProtocolError
from protocols.follower_digests import HEADER
from protocols.messages import HttpMessage
from protocols.webfinger import parse_resource
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.marks import csrf_exempt
from web.render import redirect, render

ADMIN = "administrator"


async def index(request: aio.Request) -> aio.Response:
    """The territory: the communes we share missions and tokens with."""
    found = await node_of(request).read(peers, nodes_only=True)
    chosen = [each for each in found if each.we_follow == "accepted"]  # anybody may follow us and take any name
    return render(request, "neighbours/list.html", {"peers": chosen})


async def admin(request: aio.Request) -> aio.Response:
    require_role(request, ADMIN)
    return await _admin_page(request, blank(request, FollowInput))


async def _admin_page(request: aio.Request, form: Form[FollowInput]) -> aio.Response:
    overview = await node_of(request).read(pages.admin_list)
    values = {"overview": overview, "form": form, **words_of(request)}
    return render(request, "neighbours/admin.html", values, status=form.status)


async def follow(request: aio.Request) -> aio.Response:
    """Look a commune up by its address and ask to follow it."""
    viewer = require_role(request, ADMIN)
    node = node_of(request)
    form = await bind(request, FollowInput)
    if form.valid:
        try:
            actor = await find_actor(node, form.value.address)
            found = await node.write(following.follow, actor, viewer.account_id or "")
            flash(request, gettext(request, N_("Demande envoyée à {name}."), name=found.name))
            return redirect(request, "neighbours.admin")
        except DomainError as error:
            form.refuse(request, error)
    return await _admin_page(request, form)


async def find_actor(node: Node, address: str) -> RemoteActor:
    """The public actor at an address as people write it. Raises DomainError at the field `address`."""
    client = federation_of(node).client
    text = address.strip().removesuffix("/")
    if "@" not in text:
        text = text.removeprefix("http://")  # typed by habit: the scheme is ours to choose
        if "://" not in text:
            text = f"{client.scheme_for(text.partition('/')[0])}://{text}"
        text = text if text.count("/") > 2 else text + "/"
    try:
        parse_resource(text)
    except RemoteProtocolError as error:
        raise DomainError("neighbours.address", field="address", status=422) from error
    try:
        found = await discovery.find(client, text)
    except RemoteProtocolError as error:
        raise words.not_found(error) from error
    if found.profile.moved_to is None:
        return found
    try:
        return await moving.arrival(client, found.id)
    except RemoteProtocolError as error:
        raise DomainError("neighbours.has-moved", field="address", status=422) from error


async def peer(request: aio.Request) -> aio.Response:
    require_role(request, ADMIN)
    page = await node_of(request).read(pages.peer_page, request.match_info["host"])
    return render(request, "neighbours/peer.html", {"page": page, **words_of(request)})


async def unfollow(request: aio.Request) -> aio.Response:
    viewer = require_role(request, ADMIN)
    node, host = node_of(request), request.match_info["host"]
    found = await node.read(peer_by_host, host)
    await node.write(following.unfollow, found.actor_id, viewer.account_id or "")
    flash(request, gettext(request, N_("Vous ne suivez plus {name}."), name=found.name))
    return redirect(request, "neighbours.admin")


async def inbox(request: aio.Request) -> aio.StreamResponse:
    """An actor's inbox or the shared one; the clock is the node's."""
    answer = await wire.inbox_handler(site_for, node_of(request).runtime.clock)(request)
    said = request.headers.getall(HEADER, [])
    if answer.status == 202 and len(said) == 1:
        federation_of(node_of(request)).synchroniser.hint(said[0])
    return answer


async def _followers_here(request: aio.Request) -> aio.Response:
    """FEP-8fcf: our followers at the host that asks, with its signature."""
    node = node_of(request)
    if request.match_info["name"] != addresses.username(node.facts):
        raise RemoteProtocolError("Nothing here", status=404, code="not-found")
    message = HttpMessage("GET", node.base_url + request.raw_path, tuple(request.headers.items()), None)
    return wire.answer_json(await federation_of(node).synchroniser.listed(message), media.ACTIVITY)


def routes() -> list[aio.RouteDef]:
    actor = "/ap/actor/{name}"
    machine = csrf_exempt(inbox)
    objects = wire.object_handler(site_for)
    return [
        aio.get("/territoire", index, name="neighbours.list"),
        aio.get("/admin/voisins", admin, name="neighbours.admin"),
        aio.post("/admin/voisins", follow, name="neighbours.follow"),
        aio.get("/admin/voisins/{host}", peer, name="neighbours.peer"),
        aio.post("/admin/voisins/{host}/ne-plus-suivre", unfollow, name="neighbours.unfollow"),
        *rule_views.routes(),
        *letter_views.routes(),
        *key_views.routes(),
        *address_views.routes(),
        aio.get("/.well-known/webfinger", wire.webfinger_handler(site_for), name="neighbours.webfinger"),
        aio.get("/.well-known/nodeinfo", wire.nodeinfo_links_handler(site_for), name="neighbours.nodeinfo-links"),
        aio.get("/nodeinfo/2.1", wire.nodeinfo_handler(site_for), name="neighbours.nodeinfo"),
        aio.get("/ap/instance", wire.instance_actor_handler(site_for), name="neighbours.instance"),
        aio.get(actor, wire.actor_handler(site_for), name="neighbours.actor"),
        aio.get(actor + "/outbox", wire.collection_handler(site_for, "outbox"), name="neighbours.outbox"),
        aio.get(actor + "/followers", wire.collection_handler(site_for, "followers"), name="neighbours.followers"),
        aio.get(actor + PATH, wire.guarded(_followers_here), name="neighbours.synchronisation"),
        aio.get("/ap/activities/{number}", objects, name="neighbours.activity"),
        aio.get("/ap/missions/{number}", objects, name="neighbours.mission"),
        aio.get("/ap/events/{number}", objects, name="neighbours.event"),
        aio.get("/ap/articles/{number}", objects, name="neighbours.article"),
        aio.post(actor + "/inbox", machine, name="neighbours.inbox"),
        aio.post("/ap/inbox", machine, name="neighbours.shared-inbox"),
    ]
