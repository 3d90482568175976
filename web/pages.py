"""The toolkit's own addresses: static files, theme, language switch, installable app, offline page, style page."""

from __future__ import annotations

import json

from aiohttp import web as aio

from web import theme
from web.health import livez, readyz
from web.i18n import locale_of
from web.keys import CONFIG, STATIC, is_https
from web.links import local_path
from web.locale import COOKIE
from web.marks import public_host
from web.render import render
from web.scope import LOCALES
from web.session import session
from web.static_files import answer
from web.style_page import style, style_post

YEAR_S = 365 * 24 * 3600
HOUR_S = 3600


@public_host
async def static(request: aio.Request) -> aio.Response:
    """One static file, cached for a year when its version is asked for."""
    file = request.config_dict[STATIC].find(request.match_info["path"])
    if file is None:
        return aio.Response(text="not found\n", status=404)
    current = request.query.get("v") == file.version
    response = answer(request, file, max_age_s=YEAR_S if current else HOUR_S, immutable=current)
    if file.content_type.startswith("image/svg"):
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


async def theme_css(request: aio.Request) -> aio.Response:
    """The commune's colours as a style sheet."""
    accent = request.config_dict[CONFIG].context(request).get("accent")
    return aio.Response(
        text=theme.theme_css(accent),
        content_type="text/css",
        charset="utf-8",
        headers={"Cache-Control": f"public, max-age={HOUR_S}"},
    )


async def choose_language(request: aio.Request) -> aio.Response:
    """Remember a language and go back to the page."""
    code = request.match_info["code"]
    if code not in LOCALES:
        raise aio.HTTPNotFound
    response = aio.Response(status=303, headers={"Location": local_path(request.query.get("next"))})
    response.set_cookie(COOKIE, code, path="/", max_age=YEAR_S, samesite="Lax", httponly=True, secure=is_https(request))
    if session(request).identity is not None:
        session(request)["lang"] = code
    return response


async def manifest(request: aio.Request) -> aio.Response:
    """The web app manifest, in the commune's name and colour."""
    context = request.config_dict[CONFIG].context(request)
    name = str(context.get("brand_name", "Ygor"))
    accent = context.get("accent")
    files = request.config_dict[STATIC]
    document = {
        "name": f"Ygor – {name}",
        "short_name": name[:24],
        "lang": locale_of(request),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf8f2",
        "theme_color": accent if isinstance(accent, str) and theme.is_colour(accent) else theme.DEFAULT_ACCENT,
        "icons": [
            {"src": files.url("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": files.url("img/icon-maskable.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "maskable"},
        ],
    }
    return aio.Response(
        text=json.dumps(document, ensure_ascii=False),
        content_type="application/manifest+json",
        headers={"Cache-Control": f"public, max-age={HOUR_S}"},
    )


async def service_worker(request: aio.Request) -> aio.Response:
    """The service worker at the root, told which files make the shell."""
    files = request.config_dict[STATIC]
    source = files.find("js/sw.js")
    assert source is not None
    shell = [files.url(name) for name in ("ygor.css", "js/app.js", "vendor/figtree-latin.woff2", "img/icon.svg")]
    text = source.body.decode().replace("/*SHELL*/[]", json.dumps([*shell, "/theme.css", "/offline"]))
    return aio.Response(text=text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def offline(request: aio.Request) -> aio.Response:
    """What the service worker shows when there is no network."""
    return render(request, "web/offline.html")


def routes() -> list[aio.RouteDef]:
    """The toolkit's routes; parts add theirs beside them."""
    return [
        aio.get("/livez", livez, name="web.livez"),
        aio.get("/readyz", readyz, name="web.readyz"),
        aio.get("/static/{path:.+}", static, name="web.static"),
        aio.get("/theme.css", theme_css, name="web.theme"),
        aio.get("/langue/{code}", choose_language, name="web.language"),
        aio.get("/manifest.webmanifest", manifest, name="web.manifest"),
        aio.get("/sw.js", service_worker, name="web.service-worker"),
        aio.get("/offline", offline, name="web.offline"),
        aio.get("/style", style, name="web.style"),
        aio.post("/style", style_post, name="web.style-post"),
    ]
