"""Binding: what people type becomes values, what is wrong is said plainly, nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

from tests.web.site import Site, post
from web.form_values import NoSuchTime, value_for
from web.form_words import WORDS, words_for
from web.typography import plain

PARIS = ZoneInfo("Europe/Paris")


class Everything(BaseModel):
    text: str
    maybe: str | None
    whole: int | None = None
    amount: Decimal | None = None
    day: date | None = None
    clock: time | None = None
    moment: datetime | None = None
    several: list[str] = []
    choice: Literal["a", "b"] = "a"
    agreed: bool = False


def read(name: str, *texts: str) -> Any:
    info: FieldInfo = Everything.model_fields[name]
    return value_for(info, list(texts), PARIS)


def test_every_error_type_of_pydantic_has_words() -> None:
    assert set(get_args(core_schema.ErrorType)) <= set(WORDS)


def test_empty_is_nothing() -> None:
    assert read("text", "") == (False, None)
    assert read("maybe", "") == (True, None)
    assert read("whole", "") == (False, None)
    assert read("several", "", "") == (True, [])
    assert read("agreed") == (True, False)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("whole", "1 200", "1200"),
        ("whole", "1\u202f200", "1200"),
        ("amount", "3,50", "3.50"),
        ("day", "29/11/2026", "2026-11-29"),
        ("day", "1.2.2027", "2027-02-01"),
        ("day", "2026-11-29", "2026-11-29"),
        ("clock", "9h30", "09:30"),
        ("clock", "9 h", "09:00"),
        ("clock", "09:30", "09:30"),
        ("agreed", "on", True),
        ("agreed", "off", False),
        ("agreed", "0", False),
    ],
)
def test_what_french_people_type_is_understood(name: str, typed: str, value: Any) -> None:
    assert read(name, typed) == (True, value)


@pytest.mark.parametrize("typed", ["2026-11-29T09:00", "2026-11-29 09:00", "29/11/2026 9h", "2026-11-29T08:00Z"])
def test_local_moments_become_aware_utc(typed: str) -> None:
    assert read("moment", typed) == (True, datetime(2026, 11, 29, 8, tzinfo=UTC))


def test_summer_time_counts_and_the_skipped_hour_is_refused() -> None:
    assert read("moment", "2026-07-14T09:00") == (True, datetime(2026, 7, 14, 7, tzinfo=UTC))
    with pytest.raises(NoSuchTime):
        read("moment", "2026-03-29T02:30")


@given(st.sampled_from(sorted(Everything.model_fields)), st.lists(st.text(max_size=30), max_size=4))
def test_nothing_typed_breaks_the_reading(name: str, texts: list[str]) -> None:
    try:
        read(name, *[text.strip() for text in texts])
    except NoSuchTime:
        assert name == "moment"


async def test_a_wrong_form_comes_back_as_it_was_typed(site: Site, client: Any) -> None:
    fields = [
        ("title", "ab"),
        ("places", "beaucoup"),
        ("starts", "hier"),
        ("skills", "b"),
        ("agreed", "on"),
        ("note", "Une <b>note</b>\nsur deux lignes"),
    ]
    response = await post(client, "/demo", fields)
    html = await response.text()
    assert response.status == 422
    assert site.seen == []
    assert 'value="ab"' in html
    assert 'value="beaucoup"' in html
    assert 'value="hier"' in html
    assert "Une &lt;b&gt;note&lt;/b&gt;\nsur deux lignes</textarea>" in html
    assert 'value="b" checked' in html
    assert 'value="a" checked' not in html
    assert "Trop court : 3 caractères au moins." in plain(html)
    assert "Écrivez un nombre entier." in plain(html)
    assert '<a href="#f-title">' in html
    assert 'id="f-title"' in html
    assert 'aria-describedby="e-title"' in html
    assert "3 points à corriger" in html


async def test_values_reach_the_model(site: Site, client: Any) -> None:
    fields = [
        ("title", "  Planter la haie "),
        ("places", "12"),
        ("starts", "2026-11-29T09:00"),
        ("skills", "a"),
        ("skills", "b"),
        ("note", ""),
        ("unknown", "x"),
    ]
    assert (await post(client, "/demo", fields)).status == 303
    (value,) = site.seen
    assert value.title == "Planter la haie"
    assert value.places == 12
    assert value.starts == datetime(2026, 11, 29, 8, tzinfo=UTC)
    assert value.skills == ["a", "b"]
    assert value.note is None
    assert value.agreed is False


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Ce champ est obligatoire."),
        ({"title": "x" * 41}, "Trop long : 40 caractères au plus."),
        ({"title": "abc\x00def"}, "Ce texte contient un caractère qui ne peut pas être enregistré."),
        ({"title": "abc", "places": "501"}, "Le nombre doit être au plus 500."),
        ({"title": "abc", "places": "9" * 5000}, "Ce nombre est trop grand."),
        ({"title": "abc", "places": "0"}, "Le nombre doit être au moins 1."),
        (
            {"title": "abc", "starts": "2026-03-29T02:30"},
            "Cette heure n'existe pas ce jour-là : les horloges changent.",
        ),
        (
            {"title": "abc", "starts": "2026-11-29T10:00", "ends": "2026-11-29T09:00"},
            "La fin doit venir après le début.",
        ),
        ({"title": "plein"}, "C'est complet : 3 places."),
    ],
)
async def test_each_mistake_is_said_plainly(site: Site, client: Any, fields: dict[str, str], said: str) -> None:
    response = await post(client, "/demo", fields)
    assert response.status == 422
    assert said in plain(await response.text())
    assert site.seen == []


async def test_multipart_forms_are_read_too(site: Site, client: Any) -> None:
    import aiohttp

    from tests.web.site import token

    with aiohttp.MultipartWriter("form-data") as body:
        for name, text in (("title", "Planter"), ("csrf", await token(client))):
            body.append(text).set_content_disposition("form-data", name=name)
    assert (await client.post("/demo", data=body, allow_redirects=False)).status == 303
    assert site.seen[0].title == "Planter"


async def test_errors_are_translated(client: Any) -> None:
    response = await post(client, "/demo", {"places": "x"}, headers={"Accept-Language": "en"})
    html = await response.text()
    assert "Write a whole number." in html
    assert "This field is required." in html


async def test_the_api_takes_the_same_model(client: Any) -> None:
    made = await client.post("/api/v1/demo", json={"title": "Planter", "places": 3})
    assert made.status == 201
    assert (await made.json())["places"] == 3
    wrong = await client.post("/api/v1/demo", json={"title": "x", "places": "many"}, headers={"Accept-Language": "en"})
    assert wrong.status == 422
    assert wrong.content_type == "application/problem+json"
    assert set((await wrong.json())["errors"]) == {"title", "places"}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"title":"abc","title":"abd"}', "application/json", 400),
        (b'{"title":"abc","places":NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"title":"abc"}', "text/plain", 415),
    ],
)
async def test_unreadable_json_is_refused(client: Any, body: bytes, content_type: str, status: int) -> None:
    response = await client.post("/api/v1/demo", data=body, headers={"Content-Type": content_type})
    assert response.status == status
    assert response.content_type == "application/problem+json"


def test_a_validators_own_words_are_used() -> None:
    assert words_for("value_error", "Value error, Trop tôt.", {"error": ValueError("Trop tôt.")})[0] == "Trop tôt."
    assert "électronique" in words_for("value_error", "value is not a valid email address: x", {})[0]
