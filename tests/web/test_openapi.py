"""The OpenAPI document of a small application: parameters, bodies, answers, refusals."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiohttp import web as aio
from pydantic import BaseModel, Field

from web.openapi import About, document, endpoints
from web.operations import operation

ABOUT = About("Essai", "1", "Un essai.", "http://castanet.localhost", {"cakes:read": "Lire"}, {"cakes": "Gâteaux"})


class CakeFilter(BaseModel):
    word: str = Field("", max_length=20)
    day: date | None = None
    size: int


class CakeIn(BaseModel):
    name: str = Field(min_length=1)
    note: str = ""


class CakeOut(BaseModel):
    name: str
    note: str = ""


@operation("Les gâteaux", query=CakeFilter, response=list[CakeOut])
async def index(request: aio.Request) -> aio.Response:
    return aio.Response()


@operation("Un gâteau de plus", request=CakeIn, response=CakeOut, status=201, also={202: CakeOut}, scope="cakes:write",
           errors=(409,))  # fmt: skip
async def create(request: aio.Request) -> aio.Response:
    return aio.Response()


async def silent(request: aio.Request) -> aio.Response:
    return aio.Response()


def built() -> dict[str, Any]:
    app = aio.Application()
    app.router.add_get("/api/cakes", index, name="cakes.index")
    app.router.add_post("/api/cakes/{id:[0-9]{4}}/{other}", create, name="cakes.create")
    app.router.add_get("/api/silent", silent, name="cakes.silent")
    app.router.add_get("/page", silent, name="cakes.page")
    found = list(endpoints(app, "/api/"))
    assert [(item.method, item.path, item.operation is None) for item in found] == [
        ("GET", "/api/cakes", False),
        ("POST", "/api/cakes/{id}/{other}", False),
        ("GET", "/api/silent", True),
    ]
    return document(found, ABOUT, str.upper)


def test_what_is_silent_is_left_out_and_words_are_translated() -> None:
    made = built()
    assert set(made["paths"]) == {"/api/cakes", "/api/cakes/{id}/{other}"}
    assert made["paths"]["/api/cakes"]["get"]["summary"] == "LES GÂTEAUX"
    assert made["tags"] == [{"name": "cakes", "description": "GÂTEAUX"}]
    assert made["components"]["securitySchemes"]["bearer"]["description"] == "- `cakes:read`: LIRE"


def test_parameters_of_the_address_have_no_null() -> None:
    word, day, size = built()["paths"]["/api/cakes"]["get"]["parameters"]
    assert (word["required"], word["schema"]["maxLength"]) == (False, 20)
    assert day["schema"] == {"type": "string", "format": "date", "title": "Day"}
    assert size["required"]
    assert {item["in"] for item in (word, day, size)} == {"query"}


def test_parameters_of_the_path_keep_their_pattern() -> None:
    first, other = built()["paths"]["/api/cakes/{id}/{other}"]["post"]["parameters"]
    assert first["schema"] == {"type": "string", "minLength": 1, "pattern": "^[0-9]{4}$"}
    assert other["schema"] == {"type": "string", "minLength": 1}


def test_refusals_follow_from_the_shape() -> None:
    paths = built()["paths"]
    assert list(paths["/api/cakes"]["get"]["responses"]) == ["200", "422"]
    assert paths["/api/cakes"]["get"]["security"] == []
    create = paths["/api/cakes/{id}/{other}"]["post"]
    assert list(create["responses"]) == [
        "201", "202", "400", "401", "403", "404", "409", "413", "415", "422", "429",
    ]  # fmt: skip
    assert create["security"] == [{"bearer": ["cakes:write"]}]
    assert list(create["responses"]["409"]["content"]) == ["application/problem+json"]


def test_what_has_a_default_may_be_left_out() -> None:
    schemas = built()["components"]["schemas"]
    assert schemas["CakeIn"]["required"] == ["name"]
    assert schemas["Problem"]["required"] == ["type", "title", "status", "instance", "request_id"]
