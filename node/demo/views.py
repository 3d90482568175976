"""The demonstration's own pages: become anybody in one click, read the mail."""

from __future__ import annotations

import ipaddress

from aiohttp import web as aio

from node.accounts.public import find_by_email
from node.accounts.sign_in import enter
from node.core.errors import NotFound
from node.core.mail import recent_mails
from node.core.node import Node
from node.core.requests import node_of
from node.demo import world
from web.render import render

START = {
    "agent": "/admin/personnes",
    "administrator": "/admin/voisins",
    "elected_member": "/admin/jetons",
}


def _demo_node(request: aio.Request) -> Node:
    """The node, if it is a demonstration and the reader sits at this machine. Raises NotFound otherwise."""
    node = node_of(request)
    try:
        local = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        local = False
    if not node.facts.demo or not local:
        raise NotFound("core.not-found")
    return node


async def index(request: aio.Request) -> aio.Response:
    """Who lives here."""
    node = _demo_node(request)
    town = world.town(node.hostname.split(".")[0])
    people = [person for person in town.people if person.phone] if town else []
    towns = [node.base_url.replace(node.hostname.split(".")[0], each.label, 1) for each in world.TOWNS]
    links = [(each.label, url) for each, url in zip(world.TOWNS, towns, strict=True)]
    return render(request, "demo/index.html", {"people": people, "towns": links})


async def become(request: aio.Request) -> aio.Response:
    """Sign in as one of them."""
    node = _demo_node(request)
    label = node.hostname.split(".")[0]
    town = world.town(label)
    key = request.match_info["key"]
    person = next((each for each in town.people if each.key == key and each.phone), None) if town else None
    account = await node.read(find_by_email, world.email(person, label)) if person else None
    if person is None or account is None or town is None:
        raise NotFound("core.not-found")
    await enter(request, account.id)
    return aio.Response(status=303, headers={"Location": _start(person, town)})


def _start(person: world.Person, town: world.Town) -> str:
    """Where this person's day begins."""
    for role in person.roles:
        if role in START:
            return START[role]
    return "/bureau" if any(group.manager == person.key for group in town.groups) else "/"


async def mails(request: aio.Request) -> aio.Response:
    """The mail this node has sent: in a demonstration nothing leaves the machine."""
    node = _demo_node(request)
    found = await node.read(recent_mails, 50)
    return render(request, "demo/mails.html", {"mails": found})


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/demo", index, name="demo.index"),
        aio.post("/demo/{key:[a-z]+}", become, name="demo.become"),
        aio.get("/demo/courrier", mails, name="demo.mails"),
    ]
