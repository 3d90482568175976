"""Pages: our own address, and what must be true before it changes."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import NODES, node_of, require_role
from node.neighbours import arrival
from node.neighbours.forms import ArrivalInput
from web.forms import Form, bind, blank
from web.marks import limited, public_host
from web.render import render
from web.tenants import host_name

PAGE = "/admin/adresse"


async def show(request: aio.Request) -> aio.Response:
    require_role(request, "administrator")
    return _page(request, blank(request, ArrivalInput))


@limited("10/minute")
async def check(request: aio.Request) -> aio.Response:
    """Whether the node could move there now; changes nothing."""
    require_role(request, "administrator")
    node, form, ready = node_of(request), await bind(request, ArrivalInput), ""
    if form.valid:
        try:
            ready = arrival.new_address(node, form.value.address)
            await arrival.check(node, ready)
        except DomainError as error:
            form.refuse(request, error)
            ready = ""
    return _page(request, form, ready)


def _page(request: aio.Request, form: Form[ArrivalInput], ready: str = "") -> aio.Response:
    node = node_of(request)
    values = {"form": form, "ready": ready, "former": node.facts.former_urls}
    return render(request, "neighbours/address.html", values, status=form.status)


@public_host
async def arrived(request: aio.Request) -> aio.Response:
    """The answer to `arrival.check`, whatever host name the request came by."""
    host, code = host_name(request), request.match_info["code"]
    for node in request.app[NODES]:
        if code == arrival.code_for(node.keyring.secret, host):
            return aio.Response(text=arrival.answer_for(node.keyring.secret, host))
    raise aio.HTTPNotFound


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(PAGE, show, name="neighbours.address"),
        aio.post(PAGE, check, name="neighbours.arrival"),
        aio.get(arrival.PATH + "{code:[0-9a-f]{64}}", arrived, name="neighbours.arrived"),
    ]
