"""The application factory.

``context(request)`` gives every page these keys, all optional (defaults in `web.render.EMPTY_CONTEXT`):

brand_name           commune's name, shown in the header and in every page title
brand_tagline        short line under it ("L’espace citoyen")
brand_logo_url       image path on this site, None for Ygor's own sign
accent               "#rrggbb" or None; made readable by /theme.css
home_url             where the brand links to, "/" by default
nav                  list of {"href", "label", "current": bool, "icon": lucide name or None}: header
thumbs               the same, at most five: the bar at the bottom of phones
viewer               None for anonymous readers, else anything with ``first_name``
balance              tokens of the viewer as int, None to show no coin; balance_url where the coin leads
account_url          the viewer's own page; sign_in_url, sign_out_url (a POST) or None
footer_links         list of {"href", "label"}
accessibility_url    page of the declaration, or None
accessibility_status "non conforme" | "partiellement conforme" | "conforme"
member_of            "Un service de la commune de X, membre du Sicoval."
banner               a line above every page (demo mode), or None; banner_link: {"href", "label"} at its end, or None
"""

from __future__ import annotations

from aiohttp import web as aio
from prometheus_client import CollectorRegistry

from web import csrf, limiting, pages
from web.catalogue import read_catalogues
from web.config import DescribedError, SessionRecord, SessionStore, Tenant, WebConfig
from web.edge import edge_middlewares
from web.errors import error_middleware
from web.keys import CATALOGUES, CONFIG, ENVIRONMENT, STATIC
from web.metrics import METRICS, RequestMetrics
from web.render import make_environment
from web.session import STORAGE, Storage, session_middleware
from web.static_files import ROOT, StaticFiles
from web.tenants import person_middleware, prepare_middleware, tenant_middleware

__all__ = ["DescribedError", "SessionRecord", "SessionStore", "Tenant", "WebConfig", "create_app"]


def create_app(config: WebConfig) -> aio.Application:
    """One application for all tenants of the process; what it does to a request stands in the list, outermost first."""
    assert len(config.secret) >= 16, "WebConfig.secret: at least 16 random bytes"
    app = aio.Application(
        client_max_size=config.body_limit_bytes,
        middlewares=[
            *edge_middlewares(config),  # request id, log, security headers, last resort
            tenant_middleware,  # Host → tenant
            session_middleware,  # saves what was written
            error_middleware,  # exceptions → page, fragment, problem+json
            limiting.limit_middleware,
            person_middleware,  # session, language
            prepare_middleware,  # node reads who is here
            csrf.csrf_middleware,
            *config.middlewares,
        ],
    )
    static = StaticFiles(config.static_roots)
    catalogues = read_catalogues([ROOT.parent / "locale", *config.locale_roots])
    app[CONFIG] = config
    app[STATIC] = static
    app[STORAGE] = Storage(config.session_store, config.session_days)
    app[CATALOGUES] = catalogues
    app[ENVIRONMENT] = make_environment(config, catalogues, static)
    app[limiting.LIMITER] = limiting.Limiter()
    app[METRICS] = RequestMetrics(config.registry or CollectorRegistry())
    app.add_routes([*pages.routes(), *config.routes])
    return app
