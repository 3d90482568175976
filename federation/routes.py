"""HTTP handlers, made for a `site_for(request)`: the node mounts them and says which of its sites a request is for.

The same addresses give pages to browsers: JSON is answered only where the request asks for it (`wants_activity`).
Refusals are `application/problem+json`, made here so that a peer never meets a page or a redirect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web as aio

from federation import media
from federation.inbox import MAX_ACTIVITY_BYTES
from federation.ports import Clock
from federation.site import Site
from protocols import jcs
from protocols.errors import RemoteProtocolError
from protocols.messages import HttpMessage
from protocols.types import JsonObject

Handler = Callable[[aio.Request], Awaitable[aio.StreamResponse]]
SiteFor = Callable[[aio.Request], Site]
READ_S = 10.0
_ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")


def wants_activity(request: aio.Request) -> bool:
    """Whether the Accept header asks for ActivityStreams at least as much as for a page."""
    activity = page = 0.0
    for entry in ",".join(request.headers.getall("Accept", [])).split(",")[:32]:
        name, parameters = media.media_type(entry.strip())
        try:
            quality = float(parameters.get("q", "1"))
        except ValueError:
            continue
        if name in _ACTIVITY_TYPES:
            activity = max(activity, quality)
        elif name in ("text/html", "application/xhtml+xml"):
            page = max(page, quality)
    return activity > 0 and activity >= page


def negotiated(activity: Handler, page: Handler) -> Handler:
    """One address, two readers: `activity` for machines that ask for it, `page` for everybody else."""

    async def handle(request: aio.Request) -> aio.StreamResponse:
        response = await (activity if wants_activity(request) else page)(request)
        others = [name for name in response.headers.get("Vary", "").split(", ") if name not in ("", "Accept")]
        response.headers["Vary"] = ", ".join(["Accept", *others])
        return response

    return handle


def webfinger_handler(site_for: SiteFor) -> Handler:
    """GET /.well-known/webfinger?resource=…"""

    async def handle(request: aio.Request) -> aio.Response:
        asked = request.query.getall("resource", [])
        if len(asked) != 1 or not 0 < len(asked[0]) <= 2048:
            raise RemoteProtocolError("One resource is expected")
        return answer_json(await site_for(request).webfinger(asked[0]), media.JRD, open_to_scripts=True)

    return guarded(handle)


def nodeinfo_links_handler(site_for: SiteFor) -> Handler:
    """GET /.well-known/nodeinfo"""

    async def handle(request: aio.Request) -> aio.Response:
        return answer_json(await site_for(request).nodeinfo_links(), media.JSON, open_to_scripts=True)

    return guarded(handle)


def nodeinfo_handler(site_for: SiteFor) -> Handler:
    """GET /nodeinfo/2.1"""

    async def handle(request: aio.Request) -> aio.Response:
        kind = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"'
        return answer_json(await site_for(request).nodeinfo(), kind, open_to_scripts=True)

    return guarded(handle)


def instance_actor_handler(site_for: SiteFor) -> Handler:
    """GET of the instance actor: it has no page, and needs no Accept header."""

    async def handle(request: aio.Request) -> aio.Response:
        return answer_json(await site_for(request).instance_actor(), media.ACTIVITY)

    return guarded(handle)


def actor_handler(site_for: SiteFor, *, parameter: str = "name") -> Handler:
    """GET of a public actor, its name in the route's `parameter`. For an address with a page: see `negotiated`."""

    async def handle(request: aio.Request) -> aio.Response:
        _check_accept(request)
        return answer_json(await site_for(request).actor(request.match_info[parameter]), media.ACTIVITY)

    return guarded(handle)


def collection_handler(site_for: SiteFor, which: str, *, parameter: str = "name") -> Handler:
    """GET of an actor's "outbox", "followers" or "following"; `?page=` chooses a page."""

    async def handle(request: aio.Request) -> aio.Response:
        _check_accept(request)
        site = site_for(request)
        found = await site.collection(request.match_info[parameter], which, request.query.get("page"))
        return answer_json(found, media.ACTIVITY)

    return guarded(handle)


def object_handler(site_for: SiteFor) -> Handler:
    """GET of a public object by its id, which is the address asked for."""

    async def handle(request: aio.Request) -> aio.Response:
        _check_accept(request)
        site = site_for(request)
        return answer_json(await site.object(site.base_url + _target(request)), media.ACTIVITY)

    return guarded(handle)


def inbox_handler(site_for: SiteFor, clock: Clock) -> Handler:
    """POST to an actor's inbox or to the shared one: verified, stored, then 202."""

    async def handle(request: aio.Request) -> aio.Response:
        site = site_for(request)
        message = await read_message(request, site.base_url, max_bytes=MAX_ACTIVITY_BYTES)
        received = await site.inbox.receive(message, clock())
        await site.accept(received)
        await site.inbox.heard(received)
        return aio.Response(status=202)

    return guarded(handle)


async def read_message(request: aio.Request, base_url: str, *, max_bytes: int) -> HttpMessage:
    """The request as signatures see it, under the node's own address: what another host was told does not fit here.

    Raises RemoteProtocolError: 413 beyond `max_bytes`, 408 when the body takes longer than 10 s.
    """
    if request.content_length is not None and request.content_length > max_bytes:
        raise RemoteProtocolError("The body is too long", status=413, code="too-large")
    if request.headers.getall("Content-Encoding", []):
        raise RemoteProtocolError("Encoded bodies are not accepted", status=415, code="bad-encoding")
    parts: list[bytes] = []
    size = 0
    try:
        async with _patience():
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > max_bytes:
                    raise RemoteProtocolError("The body is too long", status=413, code="too-large")
                parts.append(chunk)
    except TimeoutError as error:
        raise RemoteProtocolError("The body did not arrive in time", status=408, code="timeout") from error
    headers = tuple((name, value) for name, value in request.headers.items())
    return HttpMessage(request.method, _own_address(base_url, request), headers, b"".join(parts))


def guarded(handle: Callable[[aio.Request], Awaitable[aio.Response]]) -> Handler:
    """What a peer did wrong becomes problem+json with its status."""

    async def answer(request: aio.Request) -> aio.StreamResponse:
        try:
            return await handle(request)
        except RemoteProtocolError as error:
            return problem(error)

    return answer


def problem(error: RemoteProtocolError) -> aio.Response:
    """RFC 9457; 2xx (an ignored delivery) has no body."""
    if error.status < 300:
        return aio.Response(status=error.status)
    document: JsonObject = {"title": error.message, "status": error.status, "code": error.code}
    headers = {"Retry-After": "60"} if error.status in (429, 503) else {}
    if error.status in (408, 413):
        headers["Connection"] = "close"
    return aio.Response(body=jcs.canonical(document), status=error.status, content_type=media.PROBLEM, headers=headers)


def _check_accept(request: aio.Request) -> None:
    if not wants_activity(request):
        raise RemoteProtocolError("This address answers application/activity+json", status=406, code="not-acceptable")


def _patience() -> asyncio.Timeout:
    """How long a body may take: a sender of one byte now and then does not keep us waiting."""
    return asyncio.timeout(READ_S)


def _own_address(base_url: str, request: aio.Request) -> str:
    """The address that was asked for, as we would name it: never what the Host header says."""
    return base_url + _target(request)


def _target(request: aio.Request) -> str:
    """Path and query exactly as the request line has them."""
    target = request.raw_path
    if not target.startswith("/") or target.startswith("//"):
        raise RemoteProtocolError("The request's target is not a path")
    return target


def answer_json(document: JsonObject | None, kind: str, *, open_to_scripts: bool = False) -> aio.Response:
    """A document as it is served: 404 for None, 410 for a Tombstone."""
    if document is None:
        raise RemoteProtocolError("Nothing here", status=404, code="not-found")
    headers = {"Content-Type": kind, "Vary": "Accept"}
    if open_to_scripts:
        headers["Access-Control-Allow-Origin"] = "*"
    status = 410 if document.get("type") == "Tombstone" else 200
    return aio.Response(body=jcs.canonical(document), status=status, headers=headers)
