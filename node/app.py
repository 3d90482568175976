"""The composition root of the web: one aiohttp application for all nodes of a process, told apart by `Host`."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web as aio
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry

from node.accounts.public import viewer as load_viewer
from node.accounts.sessions import SqlSessionStore
from node.core.errors import DomainError, NotFound
from node.core.jobs import Jobs
from node.core.module import NavItem
from node.core.node import Node, Runtime
from node.core.registry import Part
from node.core.requests import FACTS, NODES, VIEWER, node_of, viewer_of
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.moved import former_hosts
from web.app import create_app
from web.config import DescribedError, WebConfig
from web.i18n import N_, gettext
from web.keys import TENANT
from web.session import session
from web.tenants import host_name

ACCOUNT = "account_id"
DEMO_BANNER = N_("Démonstration : tout le monde ici est inventé.")
DEMO_LINK = N_("Changer de personne")
FRONT_DOORS = ("localhost", "127.0.0.1")
REGISTRY = aio.AppKey("metrics_registry", CollectorRegistry)


@dataclass(frozen=True, slots=True)
class Running:
    """What a part's long-lived service gets: the process, its nodes, the application."""

    runtime: Runtime
    nodes: tuple[Node, ...]
    app: aio.Application


def build(runtime: Runtime, nodes: Sequence[Node], *, work: bool = True) -> aio.Application:
    """The application that serves `nodes`. With `work`, jobs and the parts' services run while it runs."""
    by_host = {node.hostname: node for node in nodes}
    if len(by_host) != len(nodes):
        raise ValueError("two nodes have the same host name")
    former = {host: node for node in nodes for host in node.former_hostnames if host not in by_host}
    parts = runtime.registry.parts
    guarded = {part.name for part in parts if not part.module.core}
    registry = CollectorRegistry()
    config = WebConfig(
        registry=registry,
        tenant_for={**_front_doors(nodes), **former, **by_host}.get,
        session_store=SqlSessionStore(),
        secret=_secret(nodes),
        domain_errors=(DomainError,),
        describe_error=_describer(runtime.registry.errors),
        prepare=_prepare,
        context=_context,
        routes=[route for part in parts for route in _routes(part)],
        middlewares=(_only_what_is_on(guarded), former_hosts),
        template_roots={part.name: part.folder / "templates" for part in parts},
        static_roots={part.name: part.folder / "static" for part in parts if (part.folder / "static").is_dir()},
        locale_roots=[Path(__file__).parent / "locale", *(part.folder / "locale" for part in parts)],
        readiness=lambda: _ready(nodes),
        trusted_proxies=frozenset(filter(None, runtime.settings.trusted_proxies.replace(",", " ").split())),
    )
    app = create_app(config)
    app[REGISTRY] = registry
    app[NODES] = tuple(nodes)
    if work:
        app.cleanup_ctx.append(lambda app: _work(Running(runtime, tuple(nodes), app)))
    return app


def _secret(nodes: Sequence[Node]) -> bytes:
    """The same in every process that serves the same nodes; any node's secret would do, the first is taken."""
    return nodes[0].keys.secret if nodes else secrets.token_bytes(32)


def _routes(part: Part) -> list[aio.RouteDef]:
    found: list[aio.RouteDef] = []
    for reference in (part.module.routes, part.module.api):
        if reference:
            found += part.load(reference)()
    for route in found:
        name = route.kwargs.get("name", "")
        if not name.startswith(part.name + "."):
            raise ValueError(f"route {route.path} of {part.name} must be named {part.name}.…, not {name!r}")
    return found


def _describer(texts: Mapping[str, str]) -> Callable[[Exception], DescribedError]:
    def describe(error: Exception) -> DescribedError:
        assert isinstance(error, DomainError)
        text = texts.get(error.key, texts["core.not-found"] if error.status == 404 else error.key)
        return DescribedError(error.key, text, error.status, error.field, error.params)

    return describe


def _only_what_is_on(guarded: set[str]) -> Any:
    """Routes of a module that this node has switched off do not exist."""

    @aio.middleware
    async def guard(request: aio.Request, handler: Handler) -> aio.StreamResponse:
        part = (request.match_info.route.name or "").partition(".")[0]
        if request.get(TENANT) is not None:
            node = node_of(request)
            if node.facts.demo and host_name(request) in FRONT_DOORS:
                raise aio.HTTPFound(f"{node.base_url}/demo")
            if part in guarded and not node.has(part):
                raise NotFound("core.not-found")
        return await handler(request)

    return guard


def _front_doors(nodes: Sequence[Node]) -> dict[str, Node]:
    """Plain `localhost` leads into a demonstration: to the grouping, whose page lists the addresses."""
    center = [node for node in nodes if node.facts.demo and node.facts.kind == "grouping"]
    return dict.fromkeys(FRONT_DOORS, center[0]) if center else {}


async def _prepare(request: aio.Request) -> None:
    account_id = session(request).get(ACCOUNT)
    if not account_id:
        return
    node = node_of(request)
    viewer, facts = await node.read(_load, node, account_id)
    request[VIEWER] = viewer
    request[FACTS] = facts


def _load(unit: Unit, node: Node, account_id: str) -> tuple[Viewer, dict[str, Any]]:
    viewer = load_viewer(unit, account_id)
    facts: dict[str, Any] = {}
    if not viewer.is_anonymous:
        for part in node.parts:
            if part.module.page_facts:
                facts |= part.load(part.module.page_facts)(unit, viewer)
    return viewer, facts


def _context(request: aio.Request) -> Mapping[str, Any]:
    """The variables of every page; `web.app` documents the keys."""
    if request.get(TENANT) is None:
        return {}
    node, viewer = node_of(request), viewer_of(request)
    section = node.config.node
    items = sorted((item for part in node.parts for item in part.module.navigation), key=lambda item: item.order)
    shown = [item for item in items if not item.roles or any(viewer.has(role) for role in item.roles)]
    return {
        "brand_name": section.name,
        "brand_tagline": section.tagline,
        "accent": section.accent,
        "home_url": "/",
        "nav": [_link(request, item) for item in shown if item.space != "desk" or item.thumb],
        "tools": [_link(request, item) for item in shown if item.space == "desk" and not item.thumb],
        "thumbs": [_link(request, item) for item in shown if item.thumb][:5],
        "viewer": None if viewer.is_anonymous else viewer,
        "sign_in_url": _path(request, "accounts.sign_in"),
        "sign_out_url": _path(request, "accounts.sign_out"),
        "account_url": _path(request, "accounts.account"),
        "footer_links": [
            {"href": "/territoire", "label": gettext(request, "Communes voisines")},
            {"href": "/reseau", "label": gettext(request, "Réseau intercommunal")},
            {"href": "/jetons", "label": gettext(request, "Les jetons de la commune")},
            {"href": "/api", "label": gettext(request, "API")},
        ],
        "accessibility_url": _path(request, "home.accessibility"),
        "member_of": _member_of(request, node),
        "banner": gettext(request, DEMO_BANNER) if node.facts.demo else None,
        "banner_link": {"href": "/demo", "label": gettext(request, DEMO_LINK)},
        "node": node.facts,
        **request.get(FACTS, {}),
    }


def _member_of(request: aio.Request, node: Node) -> str:
    """The line at the foot of every page."""
    if node.facts.kind == "grouping":
        return gettext(request, "Un service de l’intercommunalité {name}.", name=node.name)
    return gettext(request, "Un service de la commune de {name}.", name=node.name)


def _link(request: aio.Request, item: NavItem) -> dict[str, Any]:
    href = _path(request, item.route) or "/"
    current = request.path == href or (href != "/" and request.path.startswith(href + "/"))
    return {"href": href, "label": gettext(request, item.label), "current": current, "icon": item.icon}


def _path(request: aio.Request, route: str) -> str | None:
    part = route.partition(".")[0]
    resource = request.app.router.named_resources().get(route) if node_of(request).has(part) else None
    return str(resource.url_for()) if resource is not None else None


async def _ready(nodes: Sequence[Node]) -> Mapping[str, bool]:
    """Whether the database answers: one node stands for all, they share the disk or the server."""
    if not nodes:
        return {"nodes": False}
    try:
        await nodes[0].read(lambda unit: unit.session.connection())
    except Exception:
        return {"database": False}
    return {"database": True}


async def _work(running: Running) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for part in running.runtime.registry.parts:
            if part.module.services:
                await stack.enter_async_context(part.load(part.module.services)(running))
        jobs = Jobs(running.nodes)
        jobs.start()
        try:
            yield
        finally:
            await jobs.stop()
