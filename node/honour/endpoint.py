"""`POST /ygor/honour` (specs/honour-objects.md §1): where neighbours' nodes ask and are answered."""

from __future__ import annotations

from aiohttp import web as aio

from federation import media
from federation.routes import answer_json, guarded, read_message
from federation.signed_call import MAX_CALL_BYTES
from node.core.errors import DomainError
from node.core.requests import node_of
from node.honour import exchange
from node.honour.services import honouring_of
from node.neighbours.services import federation_of
from protocols.errors import RemoteProtocolError

MOST_AT_ONCE = 256
"""Calls of one node being verified or answered; what comes beyond is told to come again."""


async def _take(request: aio.Request) -> aio.Response:
    node = node_of(request)
    try:
        federation, honouring = federation_of(node), honouring_of(node)
    except KeyError as error:
        raise RemoteProtocolError("Nothing here", status=404, code="not-found") from error
    message = await read_message(request, node.base_url, max_bytes=MAX_CALL_BYTES)
    with honouring.admit(MOST_AT_ONCE):
        call = await federation.calls.verify_call(message, node.runtime.clock())
        try:
            async with honouring.turn:
                answer = await node.write(exchange.take, call.actor, call.formerly, call.body)
        except DomainError as error:
            raise RemoteProtocolError(error.key, status=503, code="not-now") from error
    return answer_json(answer, media.JSON)


take = guarded(_take)
