"""/livez (the process answers) and /readyz (what it needs answers too), for any Host."""

from __future__ import annotations

import json

from aiohttp import web as aio

from web.keys import CONFIG
from web.marks import public_host


@public_host
async def livez(_request: aio.Request) -> aio.Response:
    """Always 200 while the loop turns."""
    return aio.Response(text="ok\n", headers={"Cache-Control": "no-store"})


@public_host
async def readyz(request: aio.Request) -> aio.Response:
    """200 when every named check holds, else 503; the names say which."""
    checks = dict(await request.config_dict[CONFIG].readiness())
    ready = all(checks.values())
    body = json.dumps({"ready": ready, "checks": checks})
    return aio.Response(
        text=body, status=200 if ready else 503, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
