"""Figures for Prometheus, served on their own address, never on the public one."""

from __future__ import annotations

from aiohttp import web as aio
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class RequestMetrics:
    """Counts requests by method, route name and status, and their duration in seconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "ygor_http_requests_total", "Requests answered", ("method", "route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "ygor_http_request_seconds", "Time to answer", ("route",), buckets=BUCKETS_S, registry=registry
        )

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. Route names, never paths: the number of series stays bounded."""
        known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
        self.requests.labels(known, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


METRICS = aio.AppKey("metrics", RequestMetrics)


async def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> aio.AppRunner:
    """Start ``GET /metrics`` on its own address; call ``cleanup()`` on the runner to stop. Port 0 takes a free one."""

    async def metrics(_request: aio.Request) -> aio.Response:
        return aio.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = aio.Application()
    app.add_routes([aio.get("/metrics", metrics)])
    runner = aio.AppRunner(app, access_log=None)
    await runner.setup()
    await aio.TCPSite(runner, host, port).start()
    return runner
