"""Files as they are served: with the one type their ending has, never to be run, cached for ever under their hash."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import NotFound
from node.core.requests import node_of
from node.media.public import TYPES
from node.media.storing import path_of

YEAR_S = 365 * 24 * 3600


async def show(request: aio.Request) -> aio.StreamResponse:
    """One file, in parts where a player asks for parts."""
    name = request.match_info["name"]
    file = path_of(node_of(request), name)
    if not file.is_file():
        raise NotFound("media.unknown")
    kind = TYPES[name.rpartition(".")[2]]
    response = aio.FileResponse(file)
    response.headers.update(
        {
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            "Cache-Control": f"public, max-age={YEAR_S}, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            # A document may carry scripts of its own: it is for the reader's own viewer, not for this site.
            "Content-Disposition": "attachment" if name.endswith(".pdf") else "inline",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    )
    return response


def routes() -> list[aio.RouteDef]:
    return [aio.get(r"/media/{name:[0-9a-f]{64}\.(?:webp|mp4|webm|vtt|pdf)}", show, name="media.show")]
