"""Security headers on every answer. The pages have no inline script and no inline style, so the policy allows none."""

from __future__ import annotations

from aiohttp import web as aio

from web.keys import TENANT, is_https

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}


def add_headers(request: aio.Request, response: aio.StreamResponse) -> None:
    """Add what is not already there; a handler may set its own, narrower policy."""
    if response.prepared:
        return
    headers = response.headers
    for name, value in HEADERS.items():
        if name not in headers:
            headers[name] = value
    if request.get(TENANT) is not None and is_https(request):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    headers.setdefault("Server", "Ygor")
