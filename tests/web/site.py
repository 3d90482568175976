"""A small site on the toolkit, with one part and every kind of trouble, for the tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import CookieJar
from aiohttp import web as aio
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, Field, model_validator

from web.app import create_app
from web.config import DescribedError, WebConfig
from web.flash import flash
from web.forms import bind, blank
from web.json import json_body, json_response
from web.marks import body_limit, csrf_exempt, limited
from web.render import keep_offline, redirect, render
from web.session import MemorySessionStore, end, rotate, session

PARTS = Path(__file__).parent / "parts"
HOST = "castanet.localhost"


@dataclass(frozen=True, slots=True)
class FakeTenant:
    code: str = "castanet"
    base_url: str = f"http://{HOST}"
    timezone: str = "Europe/Paris"


class Full(Exception):
    """A domain error."""


class DemoInput(BaseModel):
    title: str = Field(min_length=3, max_length=40)
    places: int = Field(default=8, ge=1, le=500)
    starts: datetime | None = None
    ends: datetime | None = None
    skills: list[str] = []
    agreed: bool = False
    note: str | None = Field(default=None, max_length=2000)

    @model_validator(mode="after")
    def ordered(self) -> DemoInput:
        if self.starts and self.ends and self.ends <= self.starts:
            raise ValueError("La fin doit venir après le début.")
        return self


@dataclass
class Site:
    """What the tests look at afterwards."""

    store: MemorySessionStore = field(default_factory=MemorySessionStore)
    tenant: FakeTenant = field(default_factory=FakeTenant)
    seen: list[Any] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=lambda: {"brand_name": "Castanet"})
    ready: dict[str, bool] = field(default_factory=lambda: {"database": True})

    def config(self, **changes: Any) -> WebConfig:
        settings: dict[str, Any] = {
            "tenant_for": lambda host: self.tenant if host == HOST else None,
            "session_store": self.store,
            "secret": b"0123456789abcdef",
            "domain_errors": (Full,),
            "describe_error": self.describe,
            "context": lambda request: self.context,
            "routes": self.routes(),
            "template_roots": {"demo": PARTS / "demo/templates"},
            "static_roots": {"demo": PARTS / "demo/static"},
            "locale_roots": [PARTS / "demo/locale"],
            "readiness": self.readiness,
        }
        return WebConfig(**{**settings, **changes})

    async def readiness(self) -> Mapping[str, bool]:
        return self.ready

    @staticmethod
    def describe(error: Exception) -> DescribedError:
        return DescribedError("demo.full", "C'est complet : {places} places.", 409, "places", {"places": 3})

    def routes(self) -> list[aio.RouteDef]:
        async def show(request: aio.Request) -> aio.Response:
            text = request.query.get("t", "")
            return render(request, "demo/show.html", {"form": blank(request, DemoInput), "text": text})

        async def send(request: aio.Request) -> aio.Response:
            form = await bind(request, DemoInput)
            if form.valid and form.value.title == "plein":
                form.refuse(request, Full())
            if form.valid:
                self.seen.append(form.value)
                flash(request, "C’est noté")
                return redirect(request, "demo.show")
            return render(request, "demo/show.html", {"form": form, "text": ""}, status=form.status)

        async def sign_in(request: aio.Request) -> aio.Response:
            rotate(request, account_id="a1", lang=request.query.get("lang", "fr"))
            return redirect(request, "demo.show")

        async def sign_out(request: aio.Request) -> aio.Response:
            end(request)
            return redirect(request, "demo.show")

        async def who(request: aio.Request) -> aio.Response:
            return json_response({"account": session(request).get("account_id"), "remote": request.remote})

        async def full(request: aio.Request) -> aio.Response:
            raise Full

        async def boom(request: aio.Request) -> aio.Response:
            raise RuntimeError("the secret is 42")

        @csrf_exempt
        async def machine(request: aio.Request) -> aio.Response:
            self.seen.append(await request.read())
            return aio.Response(status=202)

        @csrf_exempt
        async def api(request: aio.Request) -> aio.Response:
            return json_response(await json_body(request, DemoInput), 201)

        @limited("2/minute")
        async def slow(request: aio.Request) -> aio.Response:
            return aio.Response(text="ok")

        @csrf_exempt
        @body_limit(100)
        async def small(request: aio.Request) -> aio.Response:
            return aio.Response(text=str(len(await request.read())))

        async def card(request: aio.Request) -> aio.Response:
            return keep_offline(render(request, "demo/fragment.html", {"text": "carte"}))

        return [
            aio.get("/demo", show, name="demo.show"),
            aio.post("/demo", send, name="demo.send"),
            aio.post("/in", sign_in, name="demo.enter"),
            aio.post("/out", sign_out, name="demo.leave"),
            aio.get("/who", who, name="demo.who"),
            aio.get("/full", full, name="demo.full"),
            aio.get("/api/full", full, name="demo.api-full"),
            aio.get("/boom", boom, name="demo.boom"),
            aio.post("/ygor/inbox", machine, name="demo.inbox"),
            aio.post("/api/v1/demo", api, name="demo.api"),
            aio.get("/slow", slow, name="demo.slow"),
            aio.post("/small", small, name="demo.small"),
            aio.get("/card", card, name="demo.card"),
        ]

    def client(self, **changes: Any) -> TestClient[aio.Request, aio.Application]:
        """A browser-like client that calls the site by its name."""
        server = TestServer(create_app(self.config(**changes)), host="127.0.0.1")
        return TestClient(server, cookie_jar=CookieJar(unsafe=True), headers={"Host": HOST, "Accept": "text/html"})


async def token(client: TestClient[Any, Any], path: str = "/demo") -> str:
    """The CSRF token of a page's form."""
    html = await (await client.get(path)).text()
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found is not None
    return found[1]


Fields = Mapping[str, Any] | list[tuple[str, Any]]


async def post(client: TestClient[Any, Any], path: str, fields: Fields, **kwargs: Any) -> Any:
    """Send a form as a browser does, token included."""
    pairs = list(fields.items()) if isinstance(fields, Mapping) else fields
    return await client.post(path, data=[*pairs, ("csrf", await token(client))], allow_redirects=False, **kwargs)
